import C360Columns
import C360Plan
import Dispatch

/// The rows of all sources that are cut, on disk by partition.
struct SourceSpill {
  private(set) var sources: [SpilledSource] = []
  /// Of tables that have observed until their newest event, that event, as far as the rows tell.
  private(set) var newest: [RelationID: Int64] = [:]
  let partitions: Int
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
    let ranges = try Self.ranges(run, scans, streams, wanted: wanted)
    partitions = ranges.values.reduce(wanted) { max($0, $1.count) }
    for (place, (scan, stream)) in zip(scans, streams).enumerated() {
      let started = DispatchTime.now().uptimeNanoseconds
      let rows = try add(scan, stream, ranges, run)
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
  private static let sampleRows = 1 << 17

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
    _ scan: ScanStep, _ stream: any RowStream, _ ranges: [PhysicalType: KeyRanges],
    _ run: PartitionedRun
  ) throws(EngineError) -> Int {
    let plan = run.plan
    let spilled = SpilledSource(
      scan, types: scan.columns.map { plan[$0.column].type.physical },
      file: try SpillFile(directory: run.options.directory), partitions: partitions)
    let key = run.cut.keys[scan.relation].flatMap { key in
      scan.columns.firstIndex { $0.column == key }
    }
    let time = run.cut.newest[scan.relation].flatMap { events in
      scan.columns.firstIndex { $0.column == events.time }
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
      if let time { see(vectors[time], of: scan.relation) }
      let numbers: Buffer
      if let key, let range = ranges[vectors[key].type] {
        numbers = try range.numbers(of: vectors[key], threads: run.context.threads)
      } else {
        numbers = Buffer(byteCount: rows.batch.rowCount * 2)
        let place = min(partitions - 1, rowCount * partitions / max(1, stream.rowsAtMost))
        numbers.elements(UInt16.self).update(
          repeating: UInt16(truncatingIfNeeded: place), count: rows.batch.rowCount)
      }
      rowCount += rows.batch.rowCount
      try Self.write(vectors, rows, numbers, to: spilled, partitions, run.context)
      run.context.progress?(
        ProgressReport(
          operation: "partition \(plan.name(of: scan.relation))", done: rowCount,
          total: stream.rowsAtMost))
    }
    sources.append(spilled)
    return rowCount
  }

  private mutating func see(_ times: Vector, of relation: RelationID) {
    for row in 0..<times.count where !times.isNull(row) {
      newest[relation] = max(newest[relation] ?? .min, times.int64s[row])
    }
  }

  private static func write(
    _ vectors: [Vector], _ rows: StreamedRows, _ numbers: Buffer, to spilled: SpilledSource,
    _ partitions: Int, _ context: ExecutionContext
  ) throws(EngineError) {
    let count = rows.batch.rowCount
    let order = PartitionOrder(numbers, rowCount: count, partitions: partitions)
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
