import C360Columns
import C360Plan
import Dispatch

/// A scan at whose rows nothing looks but steps that take them batch by batch: columns are added, rows
/// dropped, partners found in another table, and what is left is held, grouped or, of a sort, the first
/// are kept. The rows of the scan take no memory.
struct ScanStream {
  /// Of columns at a time: some row groups, so that threads have enough to read side by side.
  private static let batchBytes = 48 << 20
  /// Where some of the first rows will do.
  private static let firstBytes = 1 << 20

  private enum End {
    case filter(FilterStep)
    case group(GroupStep)
    case least(SortStep)
  }

  private let plan: Plan
  private let scan: ScanStep
  /// Where the stream may end, the longest way last.
  private let ways: [(end: End, places: [Int])]
  private let end: End
  /// The steps that are done with the scan, by their places in the plan, ascending.
  let places: [Int]

  /// - Returns: nil: the rows of the scan at this place are wanted whole.
  init?(_ place: Int, in plan: Plan) {
    guard case .scan(let scan) = plan.steps[place] else { return nil }
    var ways: [(end: End, places: [Int])] = []
    var relations = [scan.relation]
    var places = [place]
    search: while let relation = relations.last, let users = Self.users(of: relation, places, plan),
      let last = users.last
    {
      places += users
      switch plan.steps[last] {
      case .filter(let step) where !relations.contains(step.output):
        ways.append((.filter(step), places))
        relations.append(step.output)
      case .join(let step) where step.left == relation && !relations.contains(step.right):
        relations.append(step.output)
      case .group(let step):
        ways.append((.group(step), places))
        break search
      case .sort(let step):
        if step.take != nil { ways.append((.least(step), places)) }
        break search
      default: break search
      }
    }
    self.init(scan, ways, in: plan)
  }

  private init?(_ scan: ScanStep, _ ways: [(end: End, places: [Int])], in plan: Plan) {
    guard let (end, places) = ways.last else { return nil }
    self.plan = plan
    self.scan = scan
    self.ways = ways
    self.end = end
    self.places = places
  }

  /// For when the last step turns out to need all rows at once: up to a filter before it.
  var shorter: ScanStream? { ScanStream(scan, Array(ways.dropLast()), in: plan) }

  /// The steps that look at a relation, the last of them one that makes rows of its own; nil: they need
  /// its rows as a whole.
  private static func users(
    of relation: RelationID, _ places: [Int], _ plan: Plan
  ) -> [Int]? {
    guard !plan.sinks.contains(where: { $0.relation == relation }),
      !plan.lasting.contains(where: { plan[$0].relation == relation })
    else { return nil }
    let users = plan.steps.indices.filter {
      !places.contains($0) && plan.steps[$0].looks(at: relation, in: plan)
    }
    guard let last = users.last, last > places[places.count - 1] else { return nil }
    let areColumns = users.dropLast().allSatisfy { user in
      guard case .derive(let step) = plan.steps[user] else { return false }
      let read = StepColumns(plan.steps[user], in: plan).read
      return step.relation == relation && read.allSatisfy { plan[$0].relation == relation }
    }
    return areColumns ? users : nil
  }

  var source: Int { scan.source }

  /// Whether what it holds is bounded, whatever the rows.
  var isBounded: Bool {
    if case .filter = end { false } else { true }
  }

  /// Rows of the scan and of what is made of them on the way are never held.
  var passing: [RelationID] {
    places.dropLast().map { StepName.target(of: plan.steps[$0]) }
  }

  /// - Parameter late: columns that need not be read where the others tell the order of rows.
  /// - Returns: seconds of each step; nil: the rows are needed all at once, and nothing has been done.
  func run(
    _ state: inout ExecutionState, _ tables: any TableProvider, _ memory: MemoryBudget,
    _ late: LateColumns, _ context: ExecutionContext
  ) throws(EngineError) -> [Double]? {
    if case .least(let step) = end, step.input == scan.relation {
      let early = late.early(scan)
      if early.columns.count < scan.columns.count,
        let seconds = try run(early, &state, tables, memory, context)
      {
        return seconds
      }
    }
    return try run(scan, &state, tables, memory, context)
  }

  private func run(
    _ scan: ScanStep, _ state: inout ExecutionState, _ tables: any TableProvider,
    _ memory: MemoryBudget, _ context: ExecutionContext
  ) throws(EngineError) -> [Double]? {
    guard var rows = try streamed(scan, context), try !hasTooManyGroups(tables, context)
    else { return nil }
    let stream = try ScanOperator.reading {
      try tables.stream(source: scan.source, columns: scan.columns.map(\.name))
    }
    var pass = try StreamPass(places.map { plan.steps[$0] }, state, context)
    let resident = MemoryBudget.resident(state)
    while true {
      try context.checkCancelled()
      let batch = try pass.measure(0) { _ throws(EngineError) in
        try ScanOperator.reading { try stream.next(bytes: Self.bytes(memory, context)) }
      }
      // Of no rows at all there is one batch too: it says what nothing comes to.
      if batch == nil, pass.batchCount > 0 { break }
      try pass.begin(scan, batch)
      try pass.apply(1..<places.count, memory, context)
      let isTaken = try pass.measure(places.count - 1) { (pass) throws(EngineError) in
        try rows.add(pass.part, context)
      }
      guard isTaken else { return nil }
      pass.end()
      try memory.hold(resident + rows.heldBytes, operation: StepName.inWords(last, in: plan))
      if batch == nil { break }
    }
    let isDone = try pass.measure(places.count - 1) { _ throws(EngineError) in
      try rows.finish(&state, context)
    }
    guard isDone else { return nil }
    pass.report(&state)
    return pass.seconds
  }

  private var last: Step { plan.steps[places[places.count - 1]] }

  private func streamed(
    _ scan: ScanStep, _ context: ExecutionContext
  ) throws(EngineError) -> (any RowsOfStream)? {
    switch end {
    case .filter(let step): return KeptRows(step)
    case .group(let step): return GroupingRows(step, in: plan, context.pool)
    case .least(let step):
      return LeastRows(
        step, missing: Set(self.scan.columns.map(\.column)).subtracting(scan.columns.map(\.column)),
        in: plan)
    }
  }

  /// Of rows that are read at a time.
  static func bytes(_ memory: MemoryBudget, _ context: ExecutionContext) -> Int {
    // Small where a test wants edges.
    if context.batchSize < 512 { return 64 * context.batchSize }
    return min(batchBytes, memory.limit.map { $0 / 8 } ?? .max)
  }

  /// From the keys of the first rows, where they are read and not computed.
  private func hasTooManyGroups(
    _ tables: any TableProvider, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    guard case .group(let step) = end, step.input == scan.relation, !step.keys.isEmpty else {
      return false
    }
    let columns = step.keys.compactMap { key in scan.columns.first { $0.column == key.from } }
    guard columns.count == step.keys.count else { return false }
    let keys = ScanStep(source: scan.source, relation: scan.relation, columns: columns)
    let first = try ScanOperator.reading {
      try tables.stream(source: scan.source, columns: columns.map(\.name))
        .next(bytes: Self.firstBytes)
    }
    guard let first else { return false }
    return try GroupingRows.areTooMany(
      ScanOperator.vectors(keys, of: first.batch, in: plan), rowCount: first.batch.rowCount, context
    )
  }
}

extension ScanStream {
  /// The steps of a plan in an order in which those of a stream stand side by side, behind all that
  /// they need.
  ///
  /// - Parameter isStreamed: whether the steps of a stream may run so.
  static func order(
    _ plan: Plan, where isStreamed: (ScanStream) -> Bool
  ) -> [Int] {
    var streams: [Int: [Int]] = [:]
    var moved: Set<Int> = []
    for place in plan.steps.indices {
      guard let stream = ScanStream(place, in: plan), isStreamed(stream),
        let last = stream.places.last
      else { continue }
      streams[last] = stream.places
      moved.formUnion(stream.places)
    }
    return plan.steps.indices.flatMap { streams[$0] ?? (moved.contains($0) ? [] : [$0]) }
  }
}
