import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One share of a pool's texts, by the top bits of their hash: an open-addressing table and the
/// memory of the texts first seen here. Every call is made with `lock` held.
///
/// A slot is 0 when free, else the low half of the hash above `code + 1`. The home of a text is
/// taken from that half, so the table grows without reading the texts again.
final class TextShard: @unchecked Sendable {
  let lock = Mutex<Void>(())
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private var used = 0
  private var chunks: [UnsafeMutableRawPointer] = []
  private var free: UnsafeMutableRawPointer
  private var freeCount = 0
  private var chunkSize = 4096

  init() {
    slots = .allocate(capacity: 64)
    slots.initialize(repeating: 0, count: 64)
    mask = 63
    free = UnsafeMutableRawPointer(slots)
  }

  deinit {
    slots.deallocate()
    for chunk in chunks { chunk.deallocate() }
  }

  func code(
    of bytes: UnsafePointer<UInt8>, _ count: Int, hash: UInt64,
    in directory: borrowing TextDirectory
  ) -> Int32? {
    let tag = UInt32(truncatingIfNeeded: hash)
    var index = Int(tag) & mask
    while true {
      let slot = slots[index]
      if slot == 0 { return nil }
      if UInt32(truncatingIfNeeded: slot >> 32) == tag {
        let code = Int32(truncatingIfNeeded: slot) - 1
        if Self.holds(directory[code], bytes, count) { return code }
      }
      index = (index + 1) & mask
    }
  }

  /// The code that a text of this hash most likely has, -1 when there is none.
  @inline(__always)
  func candidate(_ hash: UInt64) -> Int32 {
    let tag = UInt32(truncatingIfNeeded: hash)
    var index = Int(tag) & mask
    while true {
      let slot = slots[index]
      if slot == 0 { return -1 }
      if UInt32(truncatingIfNeeded: slot >> 32) == tag {
        return Int32(truncatingIfNeeded: slot) - 1
      }
      index = (index + 1) & mask
    }
  }

  /// Whether an entry of the directory is that of a text.
  @inline(__always)
  static func holds(
    _ entry: UnsafeRawPointer, _ bytes: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    entry.loadUnaligned(as: UInt32.self) == UInt32(count) && memcmp(entry + 4, bytes, count) == 0
  }

  /// Adds a text that is not here yet.
  func add(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, hash: UInt64, code: Int32,
    to directory: borrowing TextDirectory
  ) {
    if used * 10 >= mask * 6 { grow() }
    directory.set(code, store(bytes, count))
    place(UInt64(UInt32(truncatingIfNeeded: hash)) << 32 | UInt64(code + 1))
    used += 1
  }

  private func place(_ slot: UInt64) {
    var index = Int(slot >> 32) & mask
    while slots[index] != 0 { index = (index + 1) & mask }
    slots[index] = slot
  }

  private func grow() {
    let old = slots
    let capacity = mask + 1
    slots = .allocate(capacity: capacity * 2)
    slots.initialize(repeating: 0, count: capacity * 2)
    mask = capacity * 2 - 1
    for index in 0..<capacity where old[index] != 0 { place(old[index]) }
    old.deallocate()
  }

  private func store(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UnsafeRawPointer {
    let size = count + 4
    if size > freeCount {
      chunkSize = min(chunkSize * 2, 1 << 20)
      freeCount = max(chunkSize, size)
      free = .allocate(byteCount: freeCount, alignment: 16)
      chunks.append(free)
    }
    let entry = free
    entry.storeBytes(of: UInt32(count), as: UInt32.self)
    memcpy(entry + 4, bytes, count)
    free += size
    freeCount -= size
    return UnsafeRawPointer(entry)
  }
}
