import C360Columns

/// Which group each row belongs to: rows with equal keys have equal numbers, from 0 without gaps; which
/// group has which number hangs on the rows alone. Nulls equal each other here, −0 equals 0 and all NaN
/// are one.
struct GroupIndex: Sendable {
  /// `UInt32` a row.
  let numbers: Buffer
  let count: Int
  /// `Int32` a group: its first row.
  let firstRows: Buffer
  /// Where groups are about as many as rows: the rows put side by side so that threads have groups of
  /// their own.
  let parts: RowParts?
  /// Whether groups are numbered in the order of their keys, null last.
  let isInKeyOrder: Bool

  var ids: UnsafeMutablePointer<UInt32> { numbers.elements() }

  /// One group of all rows; also when there are none.
  init(single rowCount: Int) {
    numbers = Buffer(byteCount: rowCount * 4)
    numbers.elements(UInt32.self).update(repeating: 0, count: rowCount)
    firstRows = Buffer(byteCount: 4)
    firstRows.elements(Int32.self)[0] = 0
    count = 1
    parts = nil
    isInKeyOrder = true
  }

  private init(
    numbers: Buffer, count: Int, firstRows: Buffer, parts: RowParts? = nil,
    isInKeyOrder: Bool = false
  ) {
    self.parts = parts
    self.isInKeyOrder = isInKeyOrder
    self.numbers = numbers
    self.count = count
    self.firstRows = firstRows
  }

  init(_ keys: [Vector], rowCount: Int, _ context: ExecutionContext) throws(EngineError) {
    if rowCount == 0, !keys.isEmpty {
      let nothing = Buffer(byteCount: 0)
      self = GroupIndex(numbers: nothing, count: 0, firstRows: nothing)
      return
    }
    // The numbers before the first key are never looked at.
    var index = GroupIndex(single: keys.isEmpty ? rowCount : 0)
    for (position, key) in keys.enumerated() {
      index = try index.refined(by: key, isFirst: position == 0, context)
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
    if isFirst, let keys = DenseKeys(key) { return try dense(keys, key, context) }
    let result = Buffer(byteCount: rowCount * 4)
    let target = result.elements(UInt32.self)
    // With many groups, joining the tables of two threads costs more than the second one saves.
    if isMostlyDistinct(key, isFirst: isFirst, into: target), rowCount > 4 * context.smallestPiece {
      return try apart(key, isFirst: isFirst, result, context)
    }
    let pieces = Parallel.pieces(rowCount, threads: context.threads)
    let tables = pieces.map {
      GroupTable(expected: min($0.count, max(1024, count)))
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

  /// By the place of a value among all that there may be; groups are in the order of values.
  private func dense(
    _ keys: DenseKeys, _ key: Vector, _ context: ExecutionContext
  ) throws(EngineError) -> GroupIndex {
    let rowCount = key.count
    let result = Buffer(byteCount: max(1, rowCount) * 4)
    let target = result.elements(UInt32.self)
    let pieces = Parallel.pieces(rowCount, threads: context.threads)
    let seen = pieces.map { _ in Buffer(byteCount: keys.count) }
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      let flags = seen[piece].elements(UInt8.self)
      flags.update(repeating: 0, count: keys.count)
      for row in pieces[piece] {
        let place = keys.place(row)
        target[row] = UInt32(truncatingIfNeeded: place)
        flags[place] = 1
      }
    }
    let numbers = Buffer(byteCount: keys.count * 4)
    let number = numbers.elements(UInt32.self)
    var count = 0
    for place in 0..<keys.count {
      number[place] = UInt32(truncatingIfNeeded: count)
      count += seen.contains { $0.elements(UInt8.self)[place] != 0 } ? 1 : 0
    }
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      for row in pieces[piece] { target[row] = number[Int(target[row])] }
    }
    let firstRows = Buffer(byteCount: max(1, count) * 4)
    let first = firstRows.elements(Int32.self)
    for row in stride(from: rowCount - 1, through: 0, by: -1) {
      first[Int(target[row])] = Int32(truncatingIfNeeded: row)
    }
    let isWide = count > rowCount / 8 && rowCount > 4 * context.smallestPiece
    let parts =
      isWide
      ? try RowParts(numbers: target, groupCount: count, rowCount: rowCount, context) : nil
    return GroupIndex(
      numbers: result, count: count, firstRows: firstRows, parts: parts, isInKeyOrder: true)
  }

  /// Part by part of the rows, each with the keys of some hashes: threads share nothing.
  private func apart(
    _ key: Vector, isFirst: Bool, _ result: Buffer, _ context: ExecutionContext
  ) throws(EngineError) -> GroupIndex {
    let before = isFirst ? nil : ids
    let parts = try RowParts(key, before, context)
    let target = result.elements(UInt32.self)
    let found = UniqueRows(parts.count)
    try Parallel.forEach(parts.count, threads: context.threads) { part throws(EngineError) in
      try context.checkCancelled()
      let rows = parts.rows(part)
      let table = GroupTable(expected: rows.count / 2)
      table.add(key, before, rows, into: target)
      found.set(part, table)
    }
    var starts = [0]
    for part in 0..<parts.count { starts.append((starts.last ?? 0) + found.count(part)) }
    let total = starts.last ?? 0
    let firstRows = Buffer(byteCount: max(1, total) * 4)
    let first = firstRows.elements(Int32.self)
    let offsets = starts
    try Parallel.forEach(parts.count, threads: context.threads) { part throws(EngineError) in
      let start = UInt32(truncatingIfNeeded: offsets[part])
      for row in parts.rows(part) { target[Int(row)] &+= start }
      found.copy(part, to: first + offsets[part])
    }
    var numbered = parts
    numbered.groupStarts = starts
    return GroupIndex(numbers: result, count: total, firstRows: firstRows, parts: numbered)
  }
}

/// First rows of the groups of each part; a part is written by one thread.
private final class UniqueRows: @unchecked Sendable {
  private let base: UnsafeMutablePointer<(count: Int, rows: Buffer)?>
  private let partCount: Int

  init(_ count: Int) {
    partCount = count
    base = .allocate(capacity: count)
    base.initialize(repeating: nil, count: count)
  }

  deinit {
    base.deinitialize(count: partCount)
    base.deallocate()
  }

  func set(_ part: Int, _ table: GroupTable) { base[part] = (table.count, table.firstRows()) }
  func count(_ part: Int) -> Int { base[part]?.count ?? 0 }
  func copy(_ part: Int, to target: UnsafeMutablePointer<Int32>) {
    guard let found = base[part] else { return }
    target.update(from: found.rows.elements(Int32.self), count: found.count)
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

  /// The same for rows that do not stand side by side.
  func add(
    _ key: Vector, _ before: UnsafeMutablePointer<UInt32>?, _ rows: UnsafeBufferPointer<Int32>,
    into numbers: UnsafeMutablePointer<UInt32>
  ) {
    for row in rows {
      let row = Int(row)
      let isNull = key.isNull(row)
      let tag = UInt64(before.map { $0[row] } ?? 0) &* 2 &+ (isNull ? 1 : 0)
      numbers[row] = number(
        isNull ? 0 : Self.word(key, row), tag, Int32(truncatingIfNeeded: row))
    }
  }

  /// A value that is not null as a word: equal for equal values.
  @inline(__always)
  static func word(_ key: Vector, _ row: Int) -> UInt64 {
    switch key.type {
    case .int64: return UInt64(bitPattern: key.int64s[row])
    case .vector: preconditionFailure("the checker lets no vectors be keys")
    case .text, .list: return UInt64(UInt32(bitPattern: key.codes[row]))
    case .bool: return UInt64(key.bools[row])
    case .float64:
      let value = key.float64s[row]
      return value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
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
  static func hash(_ key: UInt64, _ tag: UInt64) -> Int {
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
