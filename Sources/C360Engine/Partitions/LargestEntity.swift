import C360Columns

extension PartitionedRun {
  /// Words that name the entity with more than half of the rows of a partition; empty if there is none.
  /// Partitions cannot cut an entity.
  func largestEntity(
    _ spill: SourceSpill, _ partitions: Range<Int>
  ) throws(EngineError) -> String {
    // Numbers and codes of texts may be equal, and mean others.
    var rows: [PhysicalType: [Int64: Int]] = [:]
    var total = 0
    for source in spill.sources {
      guard let key = cut.keys[source.relation], source.columnIDs.contains(key),
        let keys = try source.load(partitions, threads: context.threads).columns[key]
      else { continue }
      total += keys.count
      for row in 0..<keys.count where !keys.isNull(row) {
        rows[keys.type, default: [:]][keys.key(row), default: 0] += 1
      }
    }
    for (type, counts) in rows {
      // No other key has so many.
      guard let (key, most) = counts.first(where: { $0.value > total - $0.value }) else { continue }
      let name =
        type == .text ? "\"\(context.pool.text(Int32(truncatingIfNeeded: key)))\"" : "\(key)"
      return " (\(most) of \(total) rows here are of the key \(name))"
    }
    return ""
  }
}
