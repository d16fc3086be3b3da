import C360Columns

/// Numbers the distinct keys of entities from 0 in the order in which they are added. Integer keys as
/// they are, texts by their codes.
final class KeyTable: @unchecked Sendable {
  private(set) var count = 0
  /// Key less `base` → number, −1 for none; used while the keys lie close together.
  private var direct: Buffer?
  private var base: Int64 = 0
  private var span = 0
  /// Open addressing: pairs of key and number, −1 for an empty slot.
  private struct Slot: BitwiseCopyable {
    var key: Int64
    var number: Int64
  }
  private var slots = Buffer(byteCount: 0)
  private var mask = 0

  var byteCount: Int { (direct?.byteCount ?? 0) + slots.byteCount }

  /// - Parameters:
  ///   - least, greatest: bounds of all keys that will be added.
  ///   - expected: about as many distinct keys as will be added.
  init(least: Int64, greatest: Int64, expected: Int) {
    let (range, overflow) = greatest.subtractingReportingOverflow(least)
    if least > greatest {
      prepareDirect(base: 0, span: 0)
    } else if !overflow, range < Int64(max(1 << 16, 8 * expected)) {
      prepareDirect(base: least, span: Int(range) + 1)
    } else {
      prepareSlots(capacity: max(1024, 2 * expected))
    }
  }

  private func prepareDirect(base: Int64, span: Int) {
    let buffer = Buffer(byteCount: span * 4)
    buffer.elements(Int32.self).update(repeating: -1, count: span)
    direct = buffer
    self.base = base
    self.span = span
  }

  private func prepareSlots(capacity: Int) {
    var size = 1024
    while size < capacity { size *= 2 }
    slots = Buffer(byteCount: size * MemoryLayout<Slot>.stride)
    slots.elements(Slot.self).update(repeating: Slot(key: 0, number: -1), count: size)
    mask = size - 1
  }

  /// The number of a key, a new one when it is added for the first time.
  func add(_ key: Int64) -> Int {
    if let direct {
      let place = direct.elements(Int32.self) + Int(key &- base)
      if place.pointee < 0 {
        place.pointee = Int32(count)
        count += 1
      }
      return Int(place.pointee)
    }
    if 2 * count > mask { grow() }
    let slot = slot(of: key)
    if slot.pointee.number < 0 {
      slot.pointee = Slot(key: key, number: Int64(count))
      count += 1
    }
    return Int(slot.pointee.number)
  }

  /// Adds keys of which none is there yet, each once.
  func add(new keys: UnsafePointer<Int64>, count added: Int) {
    guard let direct else {
      for index in 0..<added { _ = add(keys[index]) }
      return
    }
    let places = direct.elements(Int32.self)
    let (base, first) = (base, count)
    for index in 0..<added {
      places[Int(keys[index] &- base)] = Int32(truncatingIfNeeded: first + index)
    }
    count += added
  }

  private func grow() {
    let old = slots
    let size = mask + 1
    prepareSlots(capacity: 2 * size)
    for index in 0..<size where old.elements(Slot.self)[index].number >= 0 {
      let entry = old.elements(Slot.self)[index]
      slot(of: entry.key).pointee = entry
    }
  }

  /// The slot that holds the key, or the empty one where it belongs.
  @inline(__always)
  private func slot(of key: Int64) -> UnsafeMutablePointer<Slot> {
    let slots = slots.elements(Slot.self)
    // Fibonacci hashing; the high half of the product depends on all bits of the key.
    let product = UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15
    var index = Int(truncatingIfNeeded: (product ^ (product &>> 32))) & mask
    while slots[index].number >= 0, slots[index].key != key { index = (index &+ 1) & mask }
    return slots + index
  }

  /// −1 when the key was never added.
  @inline(__always)
  func number(of key: Int64) -> Int {
    if let direct {
      let (place, overflow) = key.subtractingReportingOverflow(base)
      guard !overflow, place >= 0, place < Int64(span) else { return -1 }
      return Int(direct.elements(Int32.self)[Int(place)])
    }
    return Int(slot(of: key).pointee.number)
  }

  /// Numbers of the keys of some rows, `absent` for null keys and keys that were never added.
  func numbers(
    of keys: Vector, rows: Range<Int>, absent: UInt32, into result: UnsafeMutablePointer<UInt32>
  ) {
    let valid = keys.valid
    switch keys.type {
    case .text:
      let codes = keys.codes
      numbers(rows, valid, absent, result) { Int64(codes[$0]) }
    default:
      let values = keys.int64s
      numbers(rows, valid, absent, result) { values[$0] }
    }
  }

  @inline(__always)
  private func numbers(
    _ rows: Range<Int>, _ valid: UnsafeMutablePointer<UInt8>?, _ absent: UInt32,
    _ result: UnsafeMutablePointer<UInt32>, _ key: (Int) -> Int64
  ) {
    if let direct, valid == nil {
      let table = direct.elements(Int32.self)
      let base = base
      let span = UInt64(span)
      for row in rows {
        let place = UInt64(bitPattern: key(row) &- base)
        let number = place < span ? table[Int(truncatingIfNeeded: place)] : -1
        result[row] = number < 0 ? absent : UInt32(bitPattern: number)
      }
      return
    }
    for row in rows {
      let isKey = valid.map { $0[row] != 0 } ?? true
      let number = isKey ? self.number(of: key(row)) : -1
      result[row] = number < 0 ? absent : UInt32(truncatingIfNeeded: number)
    }
  }
}

extension Vector {
  /// The value of an entity's key: the integer, or the code of the text.
  @inline(__always)
  package func key(_ row: Int) -> Int64 {
    type == .text ? Int64(codes[row]) : int64s[row]
  }

  /// Least and greatest key; least > greatest when all are null.
  func keyBounds() -> (least: Int64, greatest: Int64) {
    var least = Int64.max
    var greatest = Int64.min
    let keys = KeyReader(self)
    for row in 0..<count where !keys.isNull(row) {
      least = min(least, keys[row])
      greatest = max(greatest, keys[row])
    }
    return (least, greatest)
  }
}

/// The keys of a column for a loop over many rows: `Vector.key` asks for the type at each. The vector
/// outlives it.
struct KeyReader {
  private let codes: UnsafeMutablePointer<Int32>?
  private let integers: UnsafeMutablePointer<Int64>
  private let valid: UnsafeMutablePointer<UInt8>?

  init(_ column: Vector) {
    codes = column.type == .text ? column.codes : nil
    integers = column.int64s
    valid = column.valid
  }

  @inline(__always)
  subscript(row: Int) -> Int64 { codes.map { Int64($0[row]) } ?? integers[row] }

  @inline(__always)
  func isNull(_ row: Int) -> Bool { valid.map { $0[row] == 0 } ?? false }
}
