import C360Columns
import C360Plan

/// Steps that look at rows one by one, or count them off.
final class RowSteps: RowStage {
  private let input: RelationID
  private let places: [Int]
  private let output: RelationID
  private let run: FlowRun
  private let next: any RowStage
  /// Of tables in which rows find partners, by step.
  private var partners: [Int: (table: Relation, index: JoinIndex)] = [:]
  /// Rows so far.
  private var counts: [RelationID: Int] = [:]
  /// A piece whose partners are too many is cut.
  private var rowsAtATime = Int.max
  /// Of a piece that is scanned, which need not have all rows of its source; nil: they follow each
  /// other.
  var placeOfRow: ((Int) -> Int)?

  /// Below this a piece is not cut further.
  private static let fewRows = 64

  /// - Parameters:
  ///   - places: in the order in which they run.
  ///   - output: what the last of them leaves.
  init(
    _ input: RelationID, _ places: [Int], output: RelationID, _ run: FlowRun, _ next: any RowStage
  ) throws(EngineError) {
    self.input = input
    self.places = places
    self.output = output
    self.run = run
    self.next = next
    counts[input] = 0
    for place in places {
      counts[StepName.target(of: run.plan.steps[place])] = 0
      guard case .join(let join) = run.plan.steps[place], run.asks(for: place) else { continue }
      try run.measure(place) { () throws(EngineError) in
        let table = try run.right(of: join, at: place)
        do throws(EngineError) {
          partners[place] = (table, try JoinOperator.index(join, table, run.context))
        } catch {
          try run.note(error, at: place)
        }
      }
    }
  }

  func take(_ rows: Relation) throws(EngineError) {
    var start = 0
    repeat {
      let end = rows.rowCount - start > rowsAtATime ? start + rowsAtATime : rows.rowCount
      let part = start == 0 && end == rows.rowCount ? rows : rows.slice(start..<end)
      var piece = Piece(ExecutionState(plan: run.plan), firstRow: start)
      piece.state.relations[input] = part
      do throws(EngineError) {
        try apply(&piece, isLastTry: part.rowCount <= Self.fewRows)
      } catch {
        guard case .memory = error, part.rowCount > Self.fewRows else { throw error }
        rowsAtATime = part.rowCount / 2
        continue
      }
      try handOn(piece)
      start = end
    } while start < rows.rowCount
  }

  func finish() throws(EngineError) {
    run.count(counts)
    guard places.allSatisfy({ isColumns($0) || run.asks(for: $0) }) else { return }
    try next.finish()
  }

  /// A piece on its way; nothing of it is told before it is through.
  private struct Piece {
    var state: ExecutionState
    /// Rows of what was taken before it.
    let firstRow: Int
    var failures: [(place: Int, error: EngineError)] = []
    /// Whether its rows go on, though columns may be missing that a step behind would have made.
    var goesOn = true

    init(_ state: ExecutionState, firstRow: Int) {
      self.state = state
      self.firstRow = firstRow
    }
  }

  private func isColumns(_ place: Int) -> Bool {
    if case .derive = run.plan.steps[place] { true } else { false }
  }

  private func apply(_ piece: inout Piece, isLastTry: Bool) throws(EngineError) {
    for place in places {
      let isAsked =
        run.asks(for: place) && place < piece.failures.map(\.place).min() ?? .max
      do throws(EngineError) {
        if isAsked {
          try run.measure(place) { () throws(EngineError) in
            try apply(place, &piece.state, isLastTry: isLastTry)
          }
          continue
        }
      } catch {
        guard error.isOfRows else { throw error }
        piece.failures.append((place, try placed(error, piece)))
      }
      // An earlier step may be behind, which does not read the columns of this one.
      guard case .derive(let step) = run.plan.steps[place] else {
        piece.goesOn = false
        return
      }
      for (_, column) in step.columns {
        piece.state.set(
          column,
          .nulls(run.plan[column].type.physical, count: piece.state.rowCount(step.relation)))
      }
    }
  }

  private func apply(
    _ place: Int, _ state: inout ExecutionState, isLastTry: Bool
  ) throws(EngineError) {
    let context = run.context
    switch run.plan.steps[place] {
    case .derive(let step): try DeriveOperator.run(step, &state, context)
    case .filter(let step): try FilterOperator.run(step, &state, context)
    case .stack(let step): StackOperator.run(step, &state)
    case .limit(let step): LimitOperator.run(rest(of: step), &state)
    case .expect(let step): try ExpectOperator.run(step, state, context)
    case .join(let step):
      guard let (table, index) = partners[place] else { return }
      let bound = run.memory.limit.map { _ in MemoryBudget.resident(state) + run.share }
      try JoinOperator.run(
        step, index, table, &state, context, isLastTry ? run.memory : MemoryBudget(limit: bound))
    default: preconditionFailure("other steps want all rows")
    }
  }

  /// What a limit leaves of the next rows, given those that it saw.
  private func rest(of limit: LimitStep) -> LimitStep {
    let seen = counts[limit.input, default: 0]
    let taken = counts[limit.output, default: 0]
    return LimitStep(
      input: limit.input, output: limit.output, skip: max(0, limit.skip - seen),
      take: limit.take.map { max(0, $0 - taken) }, columns: limit.columns)
  }

  /// The same about a row among all of its relation.
  private func placed(_ error: EngineError, _ piece: Piece) throws(EngineError) -> EngineError {
    try error.movingRows { (relation, row) throws(EngineError) in
      if relation == input, let placeOfRow { return placeOfRow(piece.firstRow + row) }
      return row + counts[relation, default: 0]
    }
  }

  private func handOn(_ piece: Piece) throws(EngineError) {
    for (place, error) in piece.failures { try run.note(error, at: place) }
    run.count(nullConditions: piece.state.counts.nullConditions)
    for (relation, rows) in piece.state.relations {
      counts[relation, default: 0] += rows.rowCount
    }
    if piece.goesOn, let rows = piece.state.relations[output] { try next.take(rows) }
  }
}

extension Vector {
  static func nulls(_ type: PhysicalType, count: Int) -> Vector {
    let values = Buffer(byteCount: count * type.stride)
    values.elements(UInt8.self).update(repeating: 0, count: count * type.stride)
    let validity = Buffer(byteCount: count)
    validity.elements(UInt8.self).update(repeating: 0, count: count)
    return Vector(type: type, count: count, values: values, validity: validity)
  }
}
