import C360Columns

extension PartitionedRun {
  /// Words that name the entity with more than half of the rows of a partition; empty if there is none.
  /// Partitions cannot cut an entity.
  func largestEntity(
    _ spill: SourceSpill, _ partitions: Range<Int>
  ) throws(EngineError) -> String {
    var rows: [Int64: Int] = [:]
    var total = 0
    var type = PhysicalType.int64
    for source in spill.sources {
      guard let key = cut.keys[source.relation], source.columnIDs.contains(key),
        let keys = try source.load(partitions, threads: context.threads).columns[key]
      else { continue }
      type = keys.type
      total += keys.count
      for row in 0..<keys.count where !keys.isNull(row) { rows[keys.key(row), default: 0] += 1 }
    }
    func name(_ key: Int64) -> String {
      type == .text ? "\"\(context.pool.text(Int32(truncatingIfNeeded: key)))\"" : "\(key)"
    }
    guard let most = rows.values.max(), most > total / 2,
      let key = rows.filter({ $0.value == most }).map({ name($0.key) }).min()
    else { return "" }
    return " (\(most) of \(total) rows here are of the key \(key))"
  }
}
