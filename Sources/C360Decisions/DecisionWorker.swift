import C360Columns
import C360Engine
import C360Plan

/// What all threads of a decide step read.
struct DecisionProblem: Sendable {
  let step: DecideStep
  let candidates: Candidates
  let rule: ChoiceRule
  /// Conditions of the rules, then the terms, then the condition of a threshold, then the score of
  /// the first stage, then quantities of bounds.
  let program: TileProgram
  /// Quantities of bounds → outputs of the program.
  let quantityOutputs: [ScalarID: Int]
  /// In the order of the step's variants.
  let variants: [VariantOutputs]
  /// What is looked at where decisions are explained, after all others.
  let watchedOutputs: Range<Int>
  /// Where those begin that a listing asks for.
  let listedOutputs: Int
  let draws: Draws
  let timelines: [ActionTimeline]
  let consents: ConsentsByChannel
  let frame: Relation
  let actions: Relation
  let pool: TextPool
  /// By column of actions whose probabilities are asked for.
  let asked: [ColumnID: AskedActions]
  /// Of a slate: what its limits are about.
  let groups: SlateGroups?

  /// The candidate that stands in a column of the frame, −1 for none of these; nil: null.
  func askedCandidate(_ column: ColumnID, _ row: Int) -> Int? { asked[column]?.candidate(at: row) }

  var asksForReasons: Bool { step.outputs.contains { $0.0 == .reasons } }

  /// The output of the program that a place in the order of evaluation reads.
  func output(_ place: TileFailure.Place) -> Int {
    switch place {
    case .rule(let index): index
    case .term(let index): step.rules.count + index
    case .threshold: step.rules.count + step.terms.count
    case .firstStage:
      if case .threshold = step.choice {
        step.rules.count + step.terms.count + 1
      } else {
        step.rules.count + step.terms.count
      }
    case .quantity(let output): output
    }
  }

  func frameColumn(_ column: ColumnID) -> Vector { Self.column(column, frame) }
  func actionColumn(_ column: ColumnID) -> Vector { Self.column(column, actions) }

  private static func column(_ column: ColumnID, _ relation: Relation) -> Vector {
    guard let vector = relation.columns[column] else {
      preconditionFailure("column \(column.index) is read before it is computed")
    }
    return vector
  }
}

/// The memory of one thread: evaluates tiles of exposures × actions, decides them, writes them to the
/// log and counts. Used again piece after piece.
final class DecisionWorker {
  let problem: DecisionProblem
  // Made once: a function of the problem holds a copy of it.
  private let frameColumn: (ColumnID) -> Vector
  private let askedCandidate: (ColumnID, Int) -> Int?
  private let machine: TileMachine
  private let features: ActionFeatures
  private let consents: ActionConsents
  let tile: DecisionTile
  private var reasons: ReasonText?
  private var reasonCodes: [Int32]
  /// Weight · term at the chosen candidate, a run of the tile's rows for each term; NaN: none.
  private var contributions: [Double]
  private(set) var tally: DecisionTally
  /// Where decisions are slates.
  let slate: SlateTile?
  let variants: [VariantTile]

  var forbiddenPairs: [Int] { tile.forbiddenPairs }

  init(_ problem: DecisionProblem, batchSize: Int) {
    self.problem = problem
    frameColumn = problem.frameColumn
    askedCandidate = problem.askedCandidate
    let step = problem.step
    machine = TileMachine(
      problem.program, actionCount: problem.rule.actionCount, batchSize: batchSize,
      actionColumn: problem.actionColumn)
    let rows = machine.exposureCapacity
    features = ActionFeatures(problem.timelines, rows: rows * Self.tilesPerPiece)
    consents = ActionConsents(problem.consents, rows: rows * Self.tilesPerPiece)
    tile = DecisionTile(
      rule: problem.rule, ruleCount: step.reasonNames.count - 1, rows: rows,
      keepsPatterns: problem.asksForReasons)
    if problem.asksForReasons {
      reasons = ReasonText(
        rules: step.reasonNames,
        names: Array(problem.candidates.names.prefix(problem.rule.actionCount)),
        pool: problem.pool)
    }
    reasonCodes = [Int32](repeating: 0, count: problem.asksForReasons ? rows : 0)
    contributions = [Double](repeating: 0, count: rows * step.terms.count)
    tally = DecisionTally(candidates: problem.rule.candidateCount, terms: step.terms.count)
    func slateTile() -> SlateTile? {
      problem.groups.map { SlateTile(groups: $0, reasons: step.slateReasons, rows: rows) }
    }
    slate = slateTile()
    variants = problem.variants.map { [tile] in
      VariantTile($0, beside: tile, slate: slateTile())
    }
  }

  /// Tiles of a piece: features for actions are computed a piece at a time, so that the events of an
  /// entity are not gone through anew for each tile.
  private static let tilesPerPiece = 16

  /// Exposures that one call of `decide` takes.
  var pieceRows: Int { machine.exposureCapacity * Self.tilesPerPiece }

  /// - Parameter rows: of the frame, at most `pieceRows`.
  /// - Throws: `EngineError.row` for the lowest row at which something asked for has no value;
  ///   `.cancelled`.
  func decide(
    _ rows: Range<Int>, _ log: DecisionLog, _ context: ExecutionContext
  ) throws(EngineError) {
    try forEachTile(of: rows) { rows throws(EngineError) in
      try context.checkCancelled()
      evaluate(rows) { _ in }
      if problem.rule.draws { problem.draws.fill(tile.draws, rows: rows) }
      tile.choose(passing: passing)
      try write(rows, log)
      try compareVariants(rows)
    }
  }

  /// The tiles of a piece, once what is computed piece by piece is there.
  func forEachTile(
    of rows: Range<Int>, _ body: (Range<Int>) throws(EngineError) -> Void
  ) throws(EngineError) {
    try features.evaluate(rows)
    consents.evaluate(rows)
    for tile in Parallel.ranges(rows.count, size: machine.exposureCapacity) {
      try body(rows.lowerBound + tile.lowerBound..<rows.lowerBound + tile.upperBound)
    }
  }

  /// The condition of a threshold, once a tile is evaluated.
  var passing: Operand? {
    if case .threshold = problem.rule.base { return output(.threshold) }
    return nil
  }

  /// Rules and terms of a tile; it is sealed then.
  /// - Parameter forbidding: forbids what else is not eligible; it has no say in the first stage.
  func evaluate(_ rows: Range<Int>, forbidding: (DecisionTile) -> Void) {
    machine.evaluate(
      exposures: rows, frameColumn: frameColumn,
      tileColumn: { self.pairs($0, row: rows.lowerBound) })
    fill(tile, rows: rows.count, forbidding: forbidding) { self.problem.output($0) }
  }

  /// Rules and terms, as they were evaluated, of a tile that is sealed then.
  /// - Parameter place: of what is read among the outputs of the program.
  func fill(
    _ tile: DecisionTile, rows: Int, forbidding: (DecisionTile) -> Void = { _ in },
    place: (TileFailure.Place) -> Int
  ) {
    let step = problem.step
    tile.begin(rows: rows)
    for rule in step.rules.indices { tile.forbid(rule, output(place(.rule(rule)))) }
    if let stage = step.firstStage {
      tile.keepGreatest(stage.count, output(place(.firstStage)), reason: step.rules.count)
    }
    forbidding(tile)
    for (term, declared) in step.terms.enumerated() {
      tile.addTerm(output(place(.term(term))), weight: declared.weight)
    }
    tile.seal()
  }

  /// Puts the choices of a tile into the log and counts them.
  /// - Parameters:
  ///   - start: row of the log; nil: that of the frame.
  ///   - place: of the position in a slate, from 0.
  func write(
    _ rows: Range<Int>, _ log: DecisionLog, at start: Int? = nil, place: Int = 0
  ) throws(EngineError) {
    try checkFailure(rows)
    contribute()
    if let patterns = tile.patterns {
      reasons?.write(patterns, rows: rows.count, into: &reasonCodes)
    }
    log.write(
      tile, at: start ?? rows.lowerBound, contributions: contributions,
      reasons: tile.patterns == nil ? nil : reasonCodes, place: place,
      asked: askedCandidate)
    tally.add(
      tile, contributions: contributions, place: place,
      where: slate.map { UnsafePointer($0.isOpen) })
  }

  /// - Throws: `EngineError.row` for the lowest row of the tile at which something asked for has no
  ///   value.
  func checkFailure(_ rows: Range<Int>) throws(EngineError) {
    if let failure = tile.failure {
      throw error(failure, rows, output: problem.output(failure.place))
    }
  }

  func output(_ place: TileFailure.Place) -> Operand {
    machine.output(problem.output(place))
  }

  /// Of the program, whatever its type.
  func output(_ index: Int) -> Operand { machine.output(index) }

  private func contribute() {
    let actionCount = problem.rule.actionCount
    let (rows, chosen) = (tile.rows, tile.chosen)
    contributions.withUnsafeMutableBufferPointer { contributions in
      for (term, declared) in problem.step.terms.enumerated() {
        let values = output(.term(term)).float64s
        for row in 0..<rows {
          let action = Int(chosen[row])
          let part: Double
          if action == actionCount {
            part = 0
          } else if tile.isEligible(action, row) {
            part = declared.weight * values[row &* actionCount &+ action]
          } else {
            part = .nan
          }
          contributions[term &* rows &+ row] = part
        }
      }
    }
  }

  func error(_ failure: TileFailure, _ rows: Range<Int>, output: Int) -> EngineError {
    let row = rows.lowerBound + failure.row
    return machine.failure(
      output: output, exposure: row, action: failure.action,
      relation: problem.step.frame, frameColumn: frameColumn,
      tileColumn: { self.pairs($0, row: row, action: failure.action) })
  }

  /// A column with one value a pair, from the pair of a row and an action on.
  private func pairs(_ column: ColumnID, row: Int, action: Int = 0) -> Operand {
    consents.operand(column, row: row, action: action)
      ?? features.operand(column, row: row, action: action)
  }
}
