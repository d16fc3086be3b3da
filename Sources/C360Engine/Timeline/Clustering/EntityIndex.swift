import C360Columns

/// The entities of rows in canonical order: each is a run of rows of equal key. Rows whose key is
/// null stand behind all others and belong to no entity.
final class EntityIndex: @unchecked Sendable {
  let count: Int
  /// `count` + 1 rows: entity `e` has rows `starts[e] ..< starts[e + 1]`.
  let starts: UnsafeMutablePointer<Int32>
  /// Key (or text code) of each entity.
  let keys: UnsafeMutablePointer<Int64>
  let table: KeyTable
  private let buffers: [Buffer]

  var byteCount: Int { buffers.reduce(table.byteCount) { $0 + $1.byteCount } }

  /// - Parameter key: int64 or text, equal keys side by side, nulls last.
  init(key: Vector) {
    let starts = Buffer(byteCount: (key.count + 1) * 4)
    let runs = starts.elements(Int32.self)
    var count = 0
    var end = 0
    var least = Int64.max
    var greatest = Int64.min
    var previous: Int64 = 0
    let column = KeyReader(key)
    while end < key.count, !column.isNull(end) {
      let value = column[end]
      if end == 0 || value != previous {
        runs[count] = Int32(truncatingIfNeeded: end)
        count += 1
        least = min(least, value)
        greatest = max(greatest, value)
      }
      previous = value
      end += 1
    }
    runs[count] = Int32(truncatingIfNeeded: end)
    let keys = Buffer(byteCount: count * 8)
    table = KeyTable(least: least, greatest: greatest, expected: count)
    let values = keys.elements(Int64.self)
    for entity in 0..<count { values[entity] = column[Int(runs[entity])] }
    table.add(new: values, count: count)
    self.count = count
    self.starts = runs
    self.keys = keys.elements()
    buffers = [starts, keys]
  }

  func rows(_ entity: Int) -> Range<Int> { Int(starts[entity])..<Int(starts[entity + 1]) }
}

extension EntityIndex {
  /// The entity that a row belongs to; the row is not one without key.
  func entity(ofRow row: Int) -> Int {
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(starts[middle]) <= row { low = middle } else { high = middle }
    }
    return low
  }
}
