/// Remembers results of an operation per distinct input, so that text is worked on once per distinct
/// code as long as few are met. A slot holds the last input that hashed to it.
struct ResultCache {
  struct Entry {
    var key: UInt64
    var value: Int64
    var state: State
  }
  enum State: UInt8 { case empty, value, failed }

  private static let bits: UInt64 = 11
  private let entries: UnsafeMutablePointer<Entry>

  init() {
    entries = .allocate(capacity: 1 << Int(Self.bits))
    entries.initialize(
      repeating: Entry(key: 0, value: 0, state: .empty), count: 1 << Int(Self.bits))
  }

  func deallocate() { entries.deallocate() }

  /// `compute` gives nil where the operation fails for the input; so does this.
  @inline(__always)
  func value(_ key: UInt64, _ compute: () -> Int64?) -> Int64? {
    let slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.bits))
    let entry = entries[slot]
    if entry.key == key && entry.state != .empty {
      return entry.state == .value ? entry.value : nil
    }
    let value = compute()
    entries[slot] = Entry(key: key, value: value ?? 0, state: value == nil ? .failed : .value)
    return value
  }
}
