#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Interns for one thread: remembers the texts it met lately, so that columns of few distinct
/// values take no lock of the pool. Not to be shared between threads.
public struct TextInterner: ~Copyable {
  private struct Recent {
    var hash: UInt64
    var code: Int32
  }

  private static let slotCount = 4096
  private static let blockSize = 4096

  public let pool: TextPool
  private let recent: UnsafeMutablePointer<Recent>
  private let missed: UnsafeMutablePointer<TextPool.Bytes>
  private let missedRows: UnsafeMutablePointer<Int32>
  private let missedCodes: UnsafeMutablePointer<Int32>

  public init(_ pool: TextPool) {
    self.pool = pool
    recent = .allocate(capacity: Self.slotCount)
    recent.initialize(repeating: Recent(hash: 0, code: -1), count: Self.slotCount)
    missed = .allocate(capacity: Self.blockSize)
    missedRows = .allocate(capacity: Self.blockSize)
    missedCodes = .allocate(capacity: Self.blockSize)
  }

  deinit {
    recent.deallocate()
    missed.deallocate()
    missedRows.deallocate()
    missedCodes.deallocate()
  }

  /// Codes of many texts; `codes` has room for `texts.count`.
  public func intern(
    _ texts: UnsafeBufferPointer<TextPool.Bytes>, into codes: UnsafeMutablePointer<Int32>
  ) {
    var done = 0
    while done < texts.count {
      let end = min(done + Self.blockSize, texts.count)
      var misses = 0
      for row in done..<end {
        let text = texts[row]
        let hash = textHash(text.start, text.count)
        let slot = recent[Int(hash >> 52)]
        if slot.hash == hash, slot.code >= 0, isEqual(slot.code, text) {
          codes[row] = slot.code
        } else {
          missed[misses] = text
          missedRows[misses] = Int32(row - done)
          misses += 1
        }
      }
      if misses > 0 {
        pool.intern(UnsafeBufferPointer(start: missed, count: misses), into: missedCodes)
        for index in 0..<misses {
          codes[done + Int(missedRows[index])] = missedCodes[index]
          let hash = textHash(missed[index].start, missed[index].count)
          recent[Int(hash >> 52)] = Recent(hash: hash, code: missedCodes[index])
        }
      }
      done = end
    }
  }

  private func isEqual(_ code: Int32, _ text: TextPool.Bytes) -> Bool {
    let bytes = pool.bytes(of: code)
    guard bytes.count == text.count, let start = bytes.baseAddress else { return false }
    return memcmp(start, text.start, text.count) == 0
  }
}
