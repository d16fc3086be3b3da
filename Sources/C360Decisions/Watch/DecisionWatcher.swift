import C360Columns
import C360Engine
import C360Plan

/// Decides the watched rows of a step once more, one by one, and keeps what it sees.
struct DecisionWatcher {
  private let problem: DecisionProblem
  private let worker: DecisionWorker
  private let notes: BoundNotes?

  /// - Parameter notes: what bounds made of these rows; nil: decisions do not depend on each other.
  init(_ problem: DecisionProblem, _ notes: BoundNotes?, batchSize: Int) {
    self.problem = problem
    self.notes = notes
    worker = DecisionWorker(problem, batchSize: batchSize)
  }

  /// The decision at a row; of a slate one a position.
  func look(at row: Int) throws(EngineError) -> [WatchedDecision] {
    var found: [WatchedDecision] = []
    try worker.forEachTile(of: row..<row + 1) { rows throws(EngineError) in
      worker.evaluate(rows) { tile in
        notes?.decided.forbid(rows, in: tile, problem.step.rules.count)
      }
      found = notes.map { [bound(row, $0)] } ?? worker.slate.map { slate(row, $0) } ?? [own(row)]
    }
    return found
  }

  /// An output of the program at the row that was looked at last, an entry an action.
  ///
  /// - Throws: `.row` where it has no value at an action.
  func values(of output: Int, at row: Int) throws(EngineError) -> Operand {
    let operand = worker.output(output)
    if let failed = operand.failed,
      let action = (0..<actionCount).first(where: { failed[$0] != 0 })
    {
      let failure = TileFailure(place: .quantity(output), action: action, row: 0)
      throw worker.error(failure, row..<row + 1, output: output)
    }
    return operand
  }

  // MARK: One row of a tile

  private var tile: DecisionTile { worker.tile }
  private var actionCount: Int { problem.rule.actionCount }

  /// The positions of a slate.
  private func slate(_ row: Int, _ slate: SlateTile) -> [WatchedDecision] {
    var positions: [WatchedDecision] = []
    slate.begin(tile)
    while worker.choosePosition(positions.count, row..<row + 1) {
      positions.append(chosen(row, place: positions.count))
      slate.advance(tile)
      if positions.count == problem.step.slate?.slots { break }
    }
    return positions
  }

  /// A decision that depends on no other.
  private func own(_ row: Int) -> WatchedDecision {
    problem.draws.fill(tile.draws, rows: row..<row + 1)
    tile.choose(passing: worker.passing)
    return chosen(row, place: nil)
  }

  /// - Parameter place: of the position in a slate, from 0.
  private func chosen(_ row: Int, place: Int?) -> WatchedDecision {
    let chosen = Int(tile.chosen[0])
    let isDrawn = problem.rule.draws && tile.isFallback[0] == 0
    let probabilities = (0..<problem.rule.candidateCount).map { candidate in
      isDrawn ? tile.mixed[candidate] : candidate == chosen ? 1 : 0
    }
    return decision(
      row, place: place, chosen: chosen, propensity: tile.propensities[0], isRepaired: false,
      probabilities, use: isDrawn ? .picks : .none)
  }

  /// A decision that was made with others.
  private func bound(_ row: Int, _ notes: BoundNotes) -> WatchedDecision {
    tile.findBest(worker.passing)
    tile.markFallbacks()
    let decided = notes.decided
    let chosen = Int(decided.chosen[row])
    let probabilities =
      notes.distributions[row]
      ?? (0..<problem.rule.candidateCount).map { $0 == chosen ? 1 : 0 }
    let isCertain = probabilities.contains(1)
    return decision(
      row, chosen: chosen, propensity: decided.propensities[row],
      isRepaired: decided.repaired[row], probabilities,
      use: isCertain
        ? .none : notes.prices == nil || notes.redrawn.contains(row) ? .picks : .rounds)
  }

  private func decision(
    _ row: Int, place: Int? = nil, chosen: Int, propensity: Double, isRepaired: Bool,
    _ probabilities: [Double], use: WatchedDecision.DrawUse
  ) -> WatchedDecision {
    var draw = 0.0
    problem.draws.fill(&draw, rows: row..<row + 1, place: place ?? 0)
    let step = problem.step
    return WatchedDecision(
      time: problem.frameColumn(step.time).int64s[row],
      number: Int(problem.frameColumn(step.number).int64s[row]), position: place.map { $0 + 1 },
      draw: draw, drawUse: use,
      chosen: chosen, propensity: propensity.isNaN ? nil : propensity,
      isFallback: tile.isFallback[0] != 0, isRepaired: isRepaired,
      isRemainder: notes?.remainder.contains(row) ?? false, temperature: notes?.temperature,
      priorWeight: notes?.priorWeight,
      candidates: problem.candidates.names.indices.map {
        candidate($0, row, probability: probabilities[$0])
      }, bounds: notes?.bounds[row]?.map(\.bound) ?? [], caps: notes?.caps[row] ?? [])
  }

  // MARK: Candidates

  private func candidate(
    _ candidate: Int, _ row: Int, probability: Double
  ) -> WatchedDecision.Candidate {
    let value = Self.known(tile.values[candidate])
    let isNoOp = candidate == actionCount
    let charges =
      notes?.bounds[row]?.map { isNoOp ? 0 : $0.charges[candidate] } ?? []
    let refusals = isNoOp ? [] : forbidding(candidate, row)
    return WatchedDecision.Candidate(
      name: problem.candidates.names[candidate], isNoOp: isNoOp, forbiddenBy: refusals,
      terms: terms(candidate, isAsked: refusals.isEmpty), value: value,
      passes: isNoOp || value == nil
        ? nil : worker.passing.map { Self.isTrue($0, candidate) },
      charges: charges, adjusted: value.map { $0 - charges.reduce(0, +) },
      probability: probability, rank: rank(candidate),
      reads: isNoOp ? [] : reads(candidate))
  }

  private func forbidding(_ action: Int, _ row: Int) -> [Int] {
    var rules = problem.step.rules.indices.filter {
      Self.isTrue(worker.output(.rule($0)), action)
    }
    // The first stage, then what stands above.
    if tile.forbidden[action] & 2 != 0 { rules.append(problem.step.rules.count) }
    if let reason = worker.slate?.reason(action, 0, tile) { rules.append(reason) }
    guard let decided = notes?.decided else { return rules }
    let caps = decided.blocked.indices.filter { cap in
      let flags: UnsafeMutablePointer<UInt8> = decided.blocked[cap].elements()
      return flags[action * decided.chosen.count + row] != 0
    }
    return rules + caps.map { problem.step.firstCapReason + $0 }
  }

  private func terms(_ candidate: Int, isAsked: Bool) -> [Double?] {
    guard isAsked else { return [] }
    return problem.step.terms.indices.map { index in
      if candidate == actionCount { return 0 }
      let term = worker.output(.term(index))
      guard Self.isPresent(term, candidate) else { return nil }
      return Self.known(problem.step.terms[index].weight * term.float64s[candidate])
    }
  }

  private func rank(_ candidate: Int) -> Int? {
    let value = tile.values[candidate]
    if value.isNaN { return nil }
    return 1
      + problem.candidates.names.indices.count { other in
        tile.values[other] > value || (tile.values[other] == value && other < candidate)
      }
  }

  private func reads(_ action: Int) -> [Scalar?] {
    zip(problem.watchedOutputs, problem.step.watched).map { output, scalar in
      worker.output(output).scalar(at: action, problem.program.type(of: scalar), problem.pool)
    }
  }

  private static func known(_ value: Double) -> Double? { value.isNaN ? nil : value }

  private static func isPresent(_ operand: Operand, _ action: Int) -> Bool {
    operand.valid.map { $0[action] != 0 } ?? true
  }

  private static func isTrue(_ operand: Operand, _ action: Int) -> Bool {
    isPresent(operand, action) && operand.bools[action] != 0
  }
}
