import C360Columns
import C360Plan
import Dispatch

/// Runs a plan about tables whose rows do not fit in memory: chain by chain, each of which holds some
/// of its rows at a time and has the others on disk. What comes out is that of a run in memory, bit
/// for bit, and so are counts and the row that an error names.
final class FlowRun {
  private let flow: RowFlow
  private let runner: StepRunner
  private let spill: SpillOptions
  private(set) var stored: [RelationID: SpilledRows] = [:]
  private var failure: RunFailurePlace?
  private var attempt = Attempt()
  /// By step: groups so many that their rows are put in order.
  private var ordered: Set<Int> = []
  /// By step: groups whose rows are of no use one by one.
  private var whole: Set<Int> = []
  private var tally = Attempt()
  private var clock = StepClock()
  /// Bytes of the tables that rows of the chain are joined to.
  private(set) var joined = 0

  /// What one way through a chain has counted.
  private struct Attempt {
    var rowCounts: [RelationID: Int] = [:]
    var nullConditions: [String: Int] = [:]
    /// Some group turned out to want its rows in order.
    var isGivenUp = false
  }

  init(_ flow: RowFlow, _ runner: StepRunner, _ spill: SpillOptions) {
    self.flow = flow
    self.runner = runner
    self.spill = spill
  }

  var plan: Plan { flow.plan }
  var context: ExecutionContext { runner.context }
  var directory: String { spill.directory }
  var memory: MemoryBudget { runner.memory }
  /// nil: pieces are as small as batches, which only tests want.
  private var limit: Int? { spill.partitions == nil ? runner.memory.limit : nil }

  /// Bytes of rows that a stage holds at a time, with what their order takes: several stages do, and
  /// beside them stand the same rows in order.
  var share: Int { limit.map { max($0 / 64, ($0 - joined) / 10) } ?? 1 }

  func run(
    inspect: ((EngineError, ExecutionState) -> Void)?
  ) throws(EngineError) -> ExecutionResult {
    for chain in flow.chains { try run(chain) }
    if let failure {
      inspect?(failure.error, ExecutionState(plan: plan))
      throw failure.error
    }
    context.progress?(
      ProgressReport(operation: "done", done: plan.steps.count, total: plan.steps.count))
    var counts = RunCounts()
    counts.nullConditions = tally.nullConditions
    return ExecutionResult(
      sinks: plan.sinks.compactMap { sink in
        stored[sink.relation].map {
          SinkResult(index: sink.index, rows: SinkRows($0, sink, in: plan))
        }
      },
      rowCounts: tally.rowCounts, counts: counts,
      statistics: plan.steps.enumerated().map { place, step in
        StepStatistics(
          step: place, operation: StepName.of(step, in: plan),
          rows: tally.rowCounts[StepName.target(of: step)] ?? 0, seconds: clock.seconds(place),
          bytes: 0, residentBytes: 0)
      }, partitions: nil)
  }

  // MARK: Chains

  private func run(_ chain: RowFlow.Chain) throws(EngineError) {
    let places = steps(at: chain.origin) + chain.places
    // Steps behind one that failed are not asked any more.
    guard failure == nil || places.isEmpty || places.contains(where: asks) else { return }
    let before = failure
    repeat {
      (attempt, failure) = (Attempt(), before)
      let last = try StoringStage(flow.stored(chain.output), in: plan, directory: directory)
      joined = 0
      let first = try stages(of: chain, last)
      try feed(chain.origin, to: first)
      if !attempt.isGivenUp { try first.finish() }
      stored[chain.output] = last.rows
    } while attempt.isGivenUp
    tally.rowCounts.merge(attempt.rowCounts) { $1 }
    tally.nullConditions.merge(attempt.nullConditions, uniquingKeysWith: +)
  }

  /// What is still to be done with the rows that a chain begins with: nothing where they lie on disk.
  private func steps(at origin: RelationID) -> [Int] {
    stored[origin] == nil ? flow.own[origin] ?? [] : []
  }

  /// - Returns: the first, which takes the rows of the origin.
  private func stages(
    of chain: RowFlow.Chain, _ last: StoringStage
  ) throws(EngineError) -> RowSteps {
    // Runs of steps that look at rows one by one, with those between them that want them all.
    var parts: [(input: RelationID, steps: [Int], end: Int?)] = []
    var (input, steps) = (chain.origin, steps(at: chain.origin))
    for place in chain.places {
      let output = StepName.target(of: plan.steps[place])
      if plan.steps[place].isRowByRow {
        steps.append(place)
      } else {
        parts.append((input, steps, place))
        (input, steps) = (output, [])
      }
      steps += flow.own[output] ?? []
    }
    var stage = try RowSteps(input, steps, output: chain.output, self, last)
    for part in parts.reversed() {
      guard let end = part.end else { continue }
      let next = try self.stage(end, stage)
      let output = StepName.inputs(of: plan.steps[end])[0]
      stage = try RowSteps(part.input, part.steps, output: output, self, next)
    }
    return stage
  }

  private func stage(_ place: Int, _ next: any RowStage) throws(EngineError) -> any RowStage {
    switch plan.steps[place] {
    case .sort(let step):
      if let rows = LeastRows(step, missing: [], in: plan), limit != nil {
        return HoldingStage(place, step.input, step.output, rows, self, next)
      }
      return try SortStage(step, place, self, next)
    case .group(let step):
      if !ordered.contains(place), limit != nil,
        let rows = GroupingRows(step, in: plan, context.pool)
      {
        return HoldingStage(place, step.input, step.output, rows, self, next)
      }
      return try GroupStage(step, place, self, next)
    case .window(let step): return try WindowStage(step, place, self, next)
    case .sample(let step): return try SampleStage(step, place, self, next)
    default: preconditionFailure("other steps look at rows one by one")
    }
  }

  private func feed(_ origin: RelationID, to first: RowSteps) throws(EngineError) {
    if let rows = stored[origin] {
      let columns = rows.columns.map(\.id)
      for piece in 0..<rows.pieceCount where !attempt.isGivenUp {
        try context.checkCancelled()
        let (count, vectors) = try rows.load(columns, piece: piece)
        try first.take(Relation(rowCount: count, columns: vectors))
      }
      if rows.pieceCount == 0 {
        try first.take(Relation(rowCount: 0, columns: try rows.load(columns)))
      }
    } else if let (place, scan) = flow.scan(of: origin) {
      try feed(scan, at: place, to: first)
    }
  }

  private func feed(_ scan: ScanStep, at place: Int, to first: RowSteps) throws(EngineError) {
    let stream = try ScanOperator.reading {
      try runner.tables.stream(source: scan.source, columns: scan.columns.map(\.name))
    }
    var done = 0
    var isFirst = true
    while !attempt.isGivenUp {
      try context.checkCancelled()
      let rows = try measure(place) { () throws(EngineError) in
        try ScanOperator.reading { try stream.next(bytes: batchBytes) }
      }
      // Of no rows at all there is one batch too: it says what nothing comes to.
      guard let batch = rows?.batch ?? (isFirst ? scan.emptyBatch(in: plan) : nil) else { return }
      let vectors = try ScanOperator.vectors(scan, of: batch, in: plan)
      let firstRow = rows?.firstRow ?? 0
      first.placeOfRow = { row in firstRow + (rows?.places.map { Int($0[row]) } ?? row) }
      try first.take(Relation(rowCount: batch.rowCount, scan.columns.map(\.column), vectors))
      done += batch.rowCount
      isFirst = false
      context.progress?(
        ProgressReport(
          operation: StepName.of(.scan(scan), in: plan), done: done, total: stream.rowsAtMost))
    }
  }

  private var batchBytes: Int {
    spill.batchBytes ?? ScanStream.bytes(memory, context)
  }

  // MARK: What stages tell

  /// Whether a step has to be run to know what fails first.
  func asks(for place: Int) -> Bool {
    guard !attempt.isGivenUp else { return false }
    guard let failure, place >= failure.step else { return true }
    // All rows that do not hold what is expected are counted.
    if place == failure.step, case .expectation = failure.error { return true }
    return false
  }

  /// - Throws: what is not about rows.
  func note(_ error: EngineError, at place: Int) throws(EngineError) {
    guard error.isOfRows else { throw error }
    let found = RunFailurePlace(step: place, error: error)
    failure = failure.map { $0.merged(with: found) } ?? found
  }

  /// The groups of this step are too many, or their rows of no use one by one.
  func wantOrder(at place: Int) {
    ordered.insert(place)
    attempt.isGivenUp = true
  }

  /// The rows of a group of this step, which are in order, are needed all at once.
  func wantWholeGroups(at place: Int) {
    whole.insert(place)
    attempt.isGivenUp = true
  }

  func wantsWholeGroups(at place: Int) -> Bool { whole.contains(place) }

  func count(_ rows: [RelationID: Int]) { attempt.rowCounts.merge(rows) { $1 } }

  func count(nullConditions: [String: Int]) {
    attempt.nullConditions.merge(nullConditions, uniquingKeysWith: +)
  }

  /// - Throws: `.memory` where so many bytes are too many.
  func hold(_ bytes: Int, at place: Int, _ what: String = "") throws(EngineError) {
    guard let limit else { return }
    try MemoryBudget(limit: limit).hold(
      bytes + joined, operation: StepName.inWords(plan.steps[place], in: plan) + what)
  }

  func measure<Result>(
    _ place: Int, _ body: () throws(EngineError) -> Result
  ) throws(EngineError) -> Result {
    clock.begin(place)
    defer { clock.end() }
    return try body()
  }

  /// The table that rows of a chain are joined to, in memory.
  func right(of join: JoinStep, at place: Int) throws(EngineError) -> Relation {
    guard let rows = stored[join.right] else { return Relation(rowCount: 0) }
    let columns = Array(Set(join.keys.map(\.right) + join.rightColumns.map(\.from)))
    let bytes = rows.byteCount(columns) + 64 * rows.rowCount
    try hold(bytes, at: place, ", all of the latter at once,")
    joined += bytes
    return Relation(rowCount: rows.rowCount, columns: try rows.load(columns))
  }
}

extension Step {
  /// Whether it makes rows of the rows of a piece, whatever the others are.
  fileprivate var isRowByRow: Bool {
    switch self {
    case .filter, .join, .stack, .limit: true
    default: false
    }
  }
}

extension ScanStep {
  /// No rows, with the columns of the scan.
  func emptyBatch(in plan: Plan) -> Batch {
    Batch(
      columns: columns.map { name, column in
        let type = plan[column].type
        return Batch.Column(
          name: name, type: type,
          vector: Vector(type: type.physical, count: 0, values: Buffer(byteCount: 0)))
      }, rowCount: 0)
  }
}

/// The time of steps that call each other with rows: what one waits for others is theirs.
private struct StepClock {
  private var nanoseconds: [Int: UInt64] = [:]
  private var open: [Int] = []
  private var since = DispatchTime.now().uptimeNanoseconds

  func seconds(_ place: Int) -> Double { Double(nanoseconds[place] ?? 0) / 1e9 }

  mutating func begin(_ place: Int) {
    settle()
    open.append(place)
  }

  mutating func end() {
    settle()
    open.removeLast()
  }

  private mutating func settle() {
    let now = DispatchTime.now().uptimeNanoseconds
    if let place = open.last { nanoseconds[place, default: 0] += now - since }
    since = now
  }
}
