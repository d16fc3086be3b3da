import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Big pieces of memory that were given back, kept for the next that asks: what the system hands
/// out anew it first has to clear, and that costs more than most operators do with it.
package enum BufferPool {
  /// Smaller pieces are left to `malloc`, which keeps them itself.
  static let smallest = 4 << 20
  /// Bytes that may lie idle.
  private static let limit = Atomic<Int>(1 << 30)

  /// For a process that holds itself to a bound on its memory.
  package static func keep(atMost bytes: Int) { limit.store(bytes, ordering: .relaxed) }

  private struct Idle: @unchecked Sendable {
    var pieces: [(base: UnsafeMutableRawPointer, size: Int)] = []
    var bytes = 0
  }
  private static let idle = Mutex(Idle())

  /// A piece of at least `size` bytes, and not more than twice as many.
  static func take(_ size: Int) -> (base: UnsafeMutableRawPointer, size: Int)? {
    let taken = idle.withLock { (idle: inout Idle) -> Taken? in
      var best: Int?
      for (index, piece) in idle.pieces.enumerated()
      where piece.size >= size && piece.size <= 2 * size {
        if let best, idle.pieces[best].size <= piece.size { continue }
        best = index
      }
      guard let best else { return nil }
      let piece = idle.pieces.remove(at: best)
      idle.bytes -= piece.size
      return Taken(piece: piece)
    }
    return taken?.piece
  }

  /// Keeps a piece, or frees it when enough lies idle.
  static func give(_ base: UnsafeMutableRawPointer, _ size: Int) {
    let piece = Taken(piece: (base, size))
    let isKept = idle.withLock { idle in
      guard idle.bytes + size <= limit.load(ordering: .relaxed) else { return false }
      idle.pieces.append(piece.piece)
      idle.bytes += size
      return true
    }
    if !isKept { free(base) }
  }

  /// On its way over a lock.
  private struct Taken: @unchecked Sendable {
    let piece: (base: UnsafeMutableRawPointer, size: Int)
  }
}
