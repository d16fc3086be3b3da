import C360Columns
import C360Engine
import C360Plan
import Synchronization

/// Decisions that are slates: position after position by the rule of the policy from what is left, each
/// with a draw of its own. Positions are written plane by plane (all first ones, all second ones, …) and
/// then put in the order of the frame's rows.
struct SlateDecisions {
  private let problem: DecisionProblem
  private let slate: DecideStep.Slate
  private let context: ExecutionContext
  private let rowCount: Int
  /// Positions of the longest slate.
  private let width: Int

  init(_ problem: DecisionProblem, _ slate: DecideStep.Slate, _ context: ExecutionContext) {
    self.problem = problem
    self.slate = slate
    self.context = context
    rowCount = problem.frame.rowCount
    width = slate.width(actions: problem.rule.actionCount)
  }

  /// - Throws: as `DecideOperator`.
  func decide(into state: inout ExecutionState) throws(EngineError) {
    let step = problem.step
    let (most, overflow) = rowCount.multipliedReportingOverflow(by: width)
    guard !overflow, most <= Int32.max else {
      throw .unusable(
        relation: step.frame,
        detail: "slates of \(width) positions at \(rowCount) rows are more than fit in one table")
    }
    let log = DecisionLog(
      outputs: step.outputs, candidates: problem.candidates, rowCount: most)
    let lengths = Buffer(byteCount: max(1, rowCount) * 4)
    let workers = try decide(log, SlateLengths(lengths))
    try gather(log, lengths.elements(Int32.self), &state)
    guard step.isCounted else { return }
    for timeline in problem.timelines { timeline.count(into: &state) }
    state.counts.decisions[step.name] = DecideOperator.counts(workers, problem)
  }

  private func decide(
    _ log: DecisionLog, _ lengths: SlateLengths
  ) throws(EngineError) -> [DecisionWorker] {
    let workers = DecisionWorkers(problem, batchSize: context.batchSize)
    let pieces = Parallel.ranges(rowCount, size: workers.pieceRows)
    let done = Atomic<Int>(0)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let worker = workers.take()
      defer { workers.giveBack(worker) }
      try worker.decideSlates(
        pieces[piece], log, lengths, width: width, planeRows: rowCount, context)
      let total = done.wrappingAdd(pieces[piece].count, ordering: .relaxed).newValue
      context.progress?(
        ProgressReport(operation: "decide \(problem.step.policy)", done: total, total: rowCount))
    }
    return workers.free
  }

  /// Rows of exposures in their order, of each its positions.
  private func gather(
    _ log: DecisionLog, _ lengths: UnsafePointer<Int32>, _ state: inout ExecutionState
  ) throws(EngineError) {
    var count = 0
    for row in 0..<rowCount { count += Int(lengths[row]) }
    let places = Buffer(byteCount: max(1, count) * 4)
    let origins = Buffer(byteCount: max(1, count) * 8)
    let place = places.elements(Int32.self)
    let origin = origins.elements(Int64.self)
    var next = 0
    for row in 0..<rowCount {
      for position in 0..<Int(lengths[row]) {
        place[next] = Int32(position * rowCount + row)
        origin[next] = Int64(row)
        next += 1
      }
    }
    state.relations[slate.rows] = Relation(rowCount: count)
    state.set(slate.origin, Vector(type: .int64, count: count, values: origins))
    for (column, vector) in try log.vectors(at: place, count: count, threads: context.threads) {
      state.set(column, vector)
    }
  }
}

/// By row of the frame: positions of its slate. Tiles write disjoint rows.
struct SlateLengths: @unchecked Sendable {
  private let buffer: Buffer

  init(_ buffer: Buffer) { self.buffer = buffer }

  func add(_ isOpen: UnsafePointer<UInt8>, rows: Range<Int>, isFirst: Bool) {
    let lengths = buffer.elements(Int32.self) + rows.lowerBound
    for row in 0..<rows.count {
      lengths[row] = (isFirst ? 0 : lengths[row]) + (isOpen[row] != 0 ? 1 : 0)
    }
  }
}

extension DecisionWorker {
  /// - Parameters:
  ///   - rows: of the frame, at most `pieceRows`.
  ///   - planeRows: from a position to the next one in the log.
  func decideSlates(
    _ rows: Range<Int>, _ log: DecisionLog, _ lengths: SlateLengths, width: Int, planeRows: Int,
    _ context: ExecutionContext
  ) throws(EngineError) {
    guard let slate else { return }
    try forEachTile(of: rows) { rows throws(EngineError) in
      try context.checkCancelled()
      evaluate(rows) { _ in }
      slate.begin(tile)
      var slates = [Int64](repeating: -1, count: variants.isEmpty ? 0 : width * rows.count)
      for place in 0..<width {
        guard choosePosition(place, rows) else { break }
        if !variants.isEmpty { note(tile, slate, at: place, in: &slates) }
        lengths.add(slate.isOpen, rows: rows, isFirst: place == 0)
        try write(rows, log, at: place * planeRows + rows.lowerBound, place: place)
        if place + 1 < width { slate.advance(tile) }
      }
      try compareVariants(rows, slates: slates, width: width)
    }
  }

  /// Chooses for a position of the slates of an evaluated tile.
  /// - Returns: whether any slate has it.
  func choosePosition(_ place: Int, _ rows: Range<Int>) -> Bool {
    guard let slate else { return false }
    if problem.rule.draws { problem.draws.fill(tile.draws, rows: rows, place: place) }
    tile.choose(passing: passing)
    return slate.close(tile, place: place)
  }
}
