import C360Columns
import C360Plan
import Dispatch

/// The rows of all sources that are cut, on disk by partition.
struct SourceSpill {
  private(set) var sources: [SpilledSource] = []
  /// Of tables that have observed until their newest event, that event, as far as the rows tell.
  var newest: [RelationID: Int64] = [:]
  let partitions: Int
  /// Of entity keys.
  let ranges: [PhysicalType: KeyRanges]
  /// Of versions of events.
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
    ranges = try Self.ranges(run, scans, streams, wanted: wanted)
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
  }

  /// More partitions than needed: neighbours are computed together as long as they fit.
  private static func wanted(
    _ run: PartitionedRun, _ before: ExecutionState, _ rows: [(ScanStep, Int)]
  ) -> Int {
    if let count = run.options.partitions { return max(1, min(count, mostPartitions)) }
    guard let limit = run.runner.memory.limit else { return 1 }
    var known = before.relations.mapValues(\.rowCount)
    for (scan, count) in rows { known[scan.relation] = count }
    let peak = MemoryForecast(run.cut.part(.inPartitions).plan).peak(rows: known)
    return max(4, min(mostPartitions, 6 * peak / max(1, limit)))
  }

  private static let mostPartitions = 2048
  /// Keys looked at for each source, so that ranges hold about as much as each other.
  static let sampleRows = 1 << 17

  private static func ranges(
    _ run: PartitionedRun, _ scans: [ScanStep], _ streams: [any RowStream], wanted: Int
  ) throws(EngineError) -> [PhysicalType: KeyRanges] {
    var samples: [PhysicalType: [KeyRanges.Sample]] = [:]
    for (scan, stream) in zip(scans, streams) {
      guard let key = run.cut.keys[scan.relation],
        let name = scan.columns.first(where: { $0.column == key })?.name
      else { continue }
      let keys = try ScanOperator.reading { try stream.sample(column: name, rows: sampleRows) }
      let width = StepMemory.width(scan.columns.map(\.column), run.plan)
      let weight = Double(stream.rowsAtMost) * Double(width) / Double(max(1, keys.count))
      samples[keys.type, default: []].append(KeyRanges.Sample(keys: keys, weight: weight))
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
    let time = run.cut.newest[scan.relation].flatMap { columns.firstIndex(of: $0.time) }
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
