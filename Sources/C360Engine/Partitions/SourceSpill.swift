import C360Columns
import C360Plan
import Dispatch

/// The rows of all sources that are cut, on disk by partition.
struct SourceSpill {
  var sources: [SpilledSource] = []
  /// Of tables that have observed until their newest event, that event, as far as the rows tell.
  var newest: [RelationID: Int64] = [:]
  let partitions: Int
  /// Of entity keys.
  let ranges: [PhysicalType: KeyRanges]
  /// Rows of sources that no step reads once they are linked.
  private(set) var unread: [RelationID: Int] = [:]
  /// Of versions of events, and of links.
  var counts = RunCounts()
  /// Of the scans, in their order.
  private(set) var statistics: [StepStatistics] = []

  /// Reads and writes all rows.
  init(_ run: PartitionedRun, beside before: ExecutionState) throws(EngineError) {
    let scans = run.cut.scans.map(\.step)
    var streams: [any RowStream] = []
    for scan in scans {
      streams.append(
        try ScanOperator.reading {
          try run.runner.tables.stream(source: scan.source, columns: scan.columns.map(\.name))
        })
    }
    let wanted = Self.wanted(run, before, zip(scans, streams).map { ($0, $1.rowsAtMost) })
    let links = try Self.prepareLinks(run, before)
    ranges = try Self.ranges(run, scans, streams, links, wanted: wanted)
    partitions = ranges.values.reduce(wanted) { max($0, $1.count) }
    for (place, (scan, stream)) in zip(scans, streams).enumerated() {
      let started = DispatchTime.now().uptimeNanoseconds
      let rows = try add(scan, stream, run)
      let elapsed = DispatchTime.now().uptimeNanoseconds - started
      statistics.append(
        StepStatistics(
          step: place, operation: "scan", rows: rows, seconds: Double(elapsed) / 1e9, bytes: 0,
          residentBytes: 0))
    }
    for (step, links) in links { try link(step, links, beside: before, run) }
    dropUnread(run)
  }

  /// Sources that were read for their links alone are not read again.
  private mutating func dropUnread(_ run: PartitionedRun) {
    let steps = run.cut.part(.inPartitions).plan.steps
    let read = Set(steps.flatMap { StepColumns($0, in: run.plan).read })
      .union(run.cut.collected.values.joined())
    // Newest events are then looked for in the rows as they were before.
    if run.cut.newestPart != nil { return }
    let linked = Set(run.cut.links.compactMap(\.events?.relation))
    sources.removeAll { source in
      guard linked.contains(source.relation), read.isDisjoint(with: source.columnIDs),
        run.cut.collected[source.relation] == nil
      else { return false }
      unread[source.relation] = source.rowCount(0..<source.rowCounts.count)
      return true
    }
  }

  /// More partitions than needed: neighbours are computed together as long as they fit.
  private static func wanted(
    _ run: PartitionedRun, _ before: ExecutionState, _ rows: [(ScanStep, Int)]
  ) -> Int {
    if let count = run.options.partitions { return max(1, min(count, mostPartitions)) }
    guard let limit = run.runner.memory.limit else { return 1 }
    var known = before.relations.mapValues(\.rowCount)
    for (scan, count) in rows { known[scan.relation] = count }
    for step in run.cut.links { known[step.output] = known[step.rows] }
    let peak = MemoryForecast(run.cut.part(.inPartitions).plan).peak(rows: known)
    return max(4, min(mostPartitions, 6 * peak / max(1, limit)))
  }

  private static let mostPartitions = 2048
  /// Keys looked at for each source, so that ranges hold about as much as each other.
  static let sampleRows = 1 << 17

  private static func ranges(
    _ run: PartitionedRun, _ scans: [ScanStep], _ streams: [any RowStream],
    _ links: [(step: LinkStep, links: PreparedLinks)], wanted: Int
  ) throws(EngineError) -> [PhysicalType: KeyRanges] {
    var samples: [PhysicalType: [KeyRanges.Sample]] = [:]
    func add(_ keys: Vector, _ rows: Int, _ columns: [ColumnID]) {
      let width = StepMemory.width(columns, run.plan)
      let weight = Double(rows) * Double(width) / Double(max(1, keys.count))
      samples[keys.type, default: []].append(KeyRanges.Sample(keys: keys, weight: weight))
    }
    for (scan, stream) in zip(scans, streams) {
      func sample(_ key: ColumnID?) throws(EngineError) -> Vector? {
        guard let name = scan.columns.first(where: { $0.column == key })?.name else { return nil }
        return try ScanOperator.reading { try stream.sample(column: name, rows: sampleRows) }
      }
      if let keys = try sample(run.cut.keys[scan.relation]) {
        add(keys, stream.rowsAtMost, scan.columns.map(\.column))
      }
      for (step, links) in links where step.events?.relation == scan.relation {
        guard let keys = try sample(step.events?.key) else { continue }
        add(
          entities(of: keys, step, links, in: run.plan), stream.rowsAtMost,
          StepColumns(.link(step), in: run.plan).written)
      }
    }
    return samples.mapValues { KeyRanges($0, wanted: wanted, pool: run.context.pool) }
  }

  // MARK: Writing

  /// - Returns: how many rows there were.
  private mutating func add(
    _ scan: ScanStep, _ stream: any RowStream, _ run: PartitionedRun
  ) throws(EngineError) -> Int {
    let plan = run.plan
    let columns = scan.columns.map(\.column)
    let versions = run.cut.versions[scan.relation]
    // Versions of an event meet by its id first.
    let key = versions?.id ?? run.cut.keys[scan.relation]
    var ranges = ranges
    if let versions {
      ranges = try Self.ranges(of: versions.id, scan, stream, partitions, run)
    }
    let spilled = SpilledSource(
      columns, of: scan.relation, in: plan,
      file: try SpillFile(directory: run.options.directory),
      partitions: max(partitions, ranges.values.map(\.count).max() ?? 1))
    let time = run.cut.newest[scan.relation].flatMap {
      columns.firstIndex(of: $0.newestColumns.time)
    }
    let bytes =
      run.options.batchBytes
      ?? max(1 << 20, min(1 << 26, (run.runner.memory.limit ?? 1 << 30) / 16))
    var rowCount = 0
    while let rows = try ScanOperator.reading({ try stream.next(bytes: bytes) }) {
      try run.context.checkCancelled()
      let vectors = try ScanOperator.vectors(scan, of: rows.batch, in: plan)
      guard rows.firstRow + rows.batch.rowCount < Int(UInt32.max) else {
        throw .unusable(relation: scan.relation, detail: "has more than 2³² − 2 rows")
      }
      if let time, versions == nil { see(vectors[time], of: scan.relation) }
      let numbers = try Self.numbers(
        key.flatMap { columns.firstIndex(of: $0) }.map { vectors[$0] }, rows.batch.rowCount, ranges,
        place: rowCount * spilled.rowCounts.count / max(1, stream.rowsAtMost), spilled, run.context)
      rowCount += rows.batch.rowCount
      try Self.write(vectors, rows, numbers, to: spilled, run.context)
      run.context.progress?(
        ProgressReport(
          operation: "partition \(plan.name(of: scan.relation))", done: rowCount,
          total: stream.rowsAtMost))
    }
    sources.append(
      try versions.map { step throws(EngineError) in
        try compare(step, spilled, by: run.cut.keys[scan.relation], run)
      } ?? spilled)
    return rowCount
  }

  /// The partition of every row: by key, else all of them in one.
  static func numbers(
    _ keys: Vector?, _ rowCount: Int, _ ranges: [PhysicalType: KeyRanges], place: Int,
    _ spilled: SpilledSource, _ context: ExecutionContext
  ) throws(EngineError) -> Buffer {
    if let keys, let range = ranges[keys.type] {
      return try range.numbers(of: keys, threads: context.threads)
    }
    let numbers = Buffer(byteCount: rowCount * 2)
    let last = spilled.rowCounts.count - 1
    numbers.elements(UInt16.self).update(
      repeating: UInt16(truncatingIfNeeded: min(last, place)), count: rowCount)
    return numbers
  }

  private mutating func see(_ times: Vector, of relation: RelationID) {
    for row in 0..<times.count where !times.isNull(row) {
      newest[relation] = max(newest[relation] ?? .min, times.int64s[row])
    }
  }

  static func write(
    _ vectors: [Vector], _ rows: StreamedRows, _ numbers: Buffer, to spilled: SpilledSource,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let count = rows.batch.rowCount
    let order = PartitionOrder(numbers, rowCount: count, partitions: spilled.rowCounts.count)
    let target = order.rows.elements(Int32.self)
    var ordered: [Vector] = []
    for vector in vectors {
      ordered.append(
        try vector.gathered(target, count: count, hasMissing: false, threads: context.threads))
    }
    if let places = rows.places {
      for row in 0..<count { target[row] = places[Int(target[row])] }
    }
    try spilled.append(
      ordered, numbers: Vector(type: .text, count: count, values: order.rows),
      firstRow: rows.firstRow, starts: order.starts)
  }

  // MARK: Reading

  /// Partitions joined to groups of neighbours, each as large as may be.
  func groups(_ fits: (Range<Int>) -> Bool) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var first = 0
    for partition in 1..<max(1, partitions) where !fits(first..<partition + 1) {
      groups.append(first..<partition)
      first = partition
    }
    groups.append(first..<partitions)
    return groups
  }
}
