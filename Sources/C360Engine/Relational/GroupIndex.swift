import C360Columns

/// Which group each row belongs to: rows with equal keys have equal numbers, from 0 without gaps in
/// the order of first appearance. Nulls equal each other here, −0 equals 0 and all NaN are one.
struct GroupIndex: Sendable {
  /// `UInt32` a row.
  let numbers: Buffer
  let count: Int
  /// `Int32` a group: its first row.
  let firstRows: Buffer

  var ids: UnsafeMutablePointer<UInt32> { numbers.elements() }

  /// One group of all rows; also when there are none.
  init(single rowCount: Int) {
    numbers = Buffer(byteCount: rowCount * 4)
    numbers.elements(UInt32.self).update(repeating: 0, count: rowCount)
    firstRows = Buffer(byteCount: 4)
    firstRows.elements(Int32.self)[0] = 0
    count = 1
  }

  private init(numbers: Buffer, count: Int, firstRows: Buffer) {
    self.numbers = numbers
    self.count = count
    self.firstRows = firstRows
  }

  init(_ keys: [Vector], rowCount: Int, _ context: ExecutionContext) throws(EngineError) {
    var index = GroupIndex(single: rowCount)
    for (position, key) in keys.enumerated() {
      index = try index.refined(by: key, isFirst: position == 0, context)
    }
    if rowCount == 0 && !keys.isEmpty {
      index = GroupIndex(numbers: index.numbers, count: 0, firstRows: index.firstRows)
    }
    self = index
  }

  /// Whether more than half of the first rows have a group of their own. Overwrites their numbers.
  private func isMostlyDistinct(
    _ key: Vector, isFirst: Bool, into numbers: UnsafeMutablePointer<UInt32>
  ) -> Bool {
    let sample = min(key.count, 8192)
    let table = GroupTable(expected: sample)
    table.add(key, isFirst ? nil : ids, 0..<sample, into: numbers)
    return table.count > sample / 2
  }

  /// Groups by these numbers and one more column.
  func refined(
    by key: Vector, isFirst: Bool, _ context: ExecutionContext
  ) throws(EngineError) -> GroupIndex {
    let rowCount = key.count
    let result = Buffer(byteCount: rowCount * 4)
    let target = result.elements(UInt32.self)
    // With many groups, joining the tables of two threads costs more than the second one saves.
    let isWide = isMostlyDistinct(key, isFirst: isFirst, into: target)
    let pieces = Parallel.pieces(rowCount, threads: isWide ? 1 : context.threads)
    let tables = pieces.map {
      GroupTable(expected: min($0.count, isWide ? rowCount / 4 : max(1024, count)))
    }
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      tables[piece].add(key, isFirst ? nil : ids, pieces[piece], into: target)
    }
    guard let table = tables.first else {
      return GroupIndex(numbers: result, count: 0, firstRows: Buffer(byteCount: 0))
    }
    // Groups of later pieces join those of the first one, in the order of their first rows.
    let renumbered = tables.dropFirst().map { table.join($0) }
    try Parallel.forEach(renumbered.count, threads: context.threads) { piece throws(EngineError) in
      renumbered[piece].withUnsafeBufferPointer { places in
        for row in pieces[piece + 1] { target[row] = places[Int(target[row])] }
      }
    }
    return GroupIndex(numbers: result, count: table.count, firstRows: table.firstRows())
  }
}

/// Open addressing over (number so far, value); numbers new pairs from 0. Used by one thread.
final class GroupTable: @unchecked Sendable {
  private struct Slot: BitwiseCopyable {
    var key: UInt64
    /// Number so far, twice, plus one for a null value.
    var tag: UInt64
    var number: UInt32
    var firstRow: Int32
  }
  private static let free = UInt32.max

  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private(set) var count = 0

  init(expected: Int) {
    var size = 64
    while size < 2 * expected { size *= 2 }
    slots = Self.allocate(size)
    mask = size - 1
  }

  deinit { slots.deallocate() }

  private static func allocate(_ size: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: size)
    slots.initialize(repeating: Slot(key: 0, tag: 0, number: free, firstRow: 0), count: size)
    return slots
  }

  /// Numbers of the pairs of some rows.
  func add(
    _ key: Vector, _ before: UnsafeMutablePointer<UInt32>?, _ rows: Range<Int>,
    into numbers: UnsafeMutablePointer<UInt32>
  ) {
    switch key.type {
    case .int64:
      let values = key.int64s
      add(key.valid, before, rows, numbers) { UInt64(bitPattern: values[$0]) }
    case .vector: preconditionFailure("the checker lets no vectors be keys")
    case .text, .list:
      let values = key.codes
      add(key.valid, before, rows, numbers) { UInt64(UInt32(bitPattern: values[$0])) }
    case .bool:
      let values = key.bools
      add(key.valid, before, rows, numbers) { UInt64(values[$0]) }
    case .float64:
      let values = key.float64s
      add(key.valid, before, rows, numbers) {
        let value = values[$0]
        return value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
      }
    }
  }

  /// Numbers of the pairs of some rows, −1 for those that were never added; of a row that has −1 from
  /// the table before, −1.
  func find(
    _ key: Vector, isFirst: Bool, _ rows: Range<Int>, in numbers: UnsafeMutablePointer<Int32>
  ) {
    switch key.type {
    case .int64:
      let values = key.int64s
      find(isFirst, rows, numbers) { UInt64(bitPattern: values[$0]) }
    case .vector: preconditionFailure("the checker lets no vectors be keys")
    case .text, .list:
      let values = key.codes
      find(isFirst, rows, numbers) { UInt64(UInt32(bitPattern: values[$0])) }
    case .bool:
      let values = key.bools
      find(isFirst, rows, numbers) { UInt64(values[$0]) }
    case .float64:
      let values = key.float64s
      find(isFirst, rows, numbers) { values[$0] == 0 ? 0 : values[$0].bitPattern }
    }
  }

  @inline(__always)
  private func find(
    _ isFirst: Bool, _ rows: Range<Int>, _ numbers: UnsafeMutablePointer<Int32>,
    _ value: (Int) -> UInt64
  ) {
    for row in rows {
      if !isFirst, numbers[row] < 0 { continue }
      let tag = isFirst ? 0 : UInt64(numbers[row]) &* 2
      let key = value(row)
      var index = Self.hash(key, tag) & mask
      while true {
        let slot = slots[index]
        if slot.number == Self.free {
          numbers[row] = -1
          break
        }
        if slot.key == key && slot.tag == tag {
          numbers[row] = Int32(truncatingIfNeeded: slot.number)
          break
        }
        index = (index &+ 1) & mask
      }
    }
  }

  @inline(__always)
  private func add(
    _ valid: UnsafeMutablePointer<UInt8>?, _ before: UnsafeMutablePointer<UInt32>?,
    _ rows: Range<Int>, _ numbers: UnsafeMutablePointer<UInt32>, _ value: (Int) -> UInt64
  ) {
    for row in rows {
      let isNull = valid.map { $0[row] == 0 } ?? false
      let tag = UInt64(before.map { $0[row] } ?? 0) &* 2 &+ (isNull ? 1 : 0)
      numbers[row] = number(isNull ? 0 : value(row), tag, Int32(truncatingIfNeeded: row))
    }
  }

  @inline(__always)
  private func number(_ key: UInt64, _ tag: UInt64, _ row: Int32) -> UInt32 {
    if 2 * count > mask { grow() }
    var index = Self.hash(key, tag) & mask
    while true {
      let slot = slots + index
      if slot.pointee.number == Self.free {
        slot.pointee = Slot(
          key: key, tag: tag, number: UInt32(truncatingIfNeeded: count), firstRow: row)
        count += 1
        return slot.pointee.number
      }
      if slot.pointee.key == key && slot.pointee.tag == tag { return slot.pointee.number }
      index = (index &+ 1) & mask
    }
  }

  @inline(__always)
  private static func hash(_ key: UInt64, _ tag: UInt64) -> Int {
    let product = (key ^ (tag &* 0xC2B2_AE3D_27D4_EB4F)).multipliedFullWidth(
      by: 0x9E37_79B9_7F4A_7C15)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private func grow() {
    let old = slots
    let size = mask + 1
    slots = Self.allocate(2 * size)
    mask = 2 * size - 1
    for place in 0..<size where old[place].number != Self.free {
      var index = Self.hash(old[place].key, old[place].tag) & mask
      while slots[index].number != Self.free { index = (index &+ 1) & mask }
      slots[index] = old[place]
    }
    old.deallocate()
  }

  /// Slots in the order of their numbers.
  private func inOrder() -> [Slot] {
    var ordered = [Slot](
      repeating: Slot(key: 0, tag: 0, number: 0, firstRow: 0), count: count)
    for place in 0...mask where slots[place].number != Self.free {
      ordered[Int(slots[place].number)] = slots[place]
    }
    return ordered
  }

  /// Adds the pairs of a table over later rows; returns for each of its numbers the one here.
  func join(_ other: GroupTable) -> [UInt32] {
    other.inOrder().map { number($0.key, $0.tag, $0.firstRow) }
  }

  func firstRows() -> Buffer {
    let buffer = Buffer(byteCount: max(1, count) * 4)
    let rows = buffer.elements(Int32.self)
    for place in 0...mask where slots[place].number != Self.free {
      rows[Int(slots[place].number)] = slots[place].firstRow
    }
    return buffer
  }
}
