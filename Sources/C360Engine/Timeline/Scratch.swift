import C360Columns
import Synchronization

/// Memory for one piece of work at a time: taken piece by piece, given back all at once. Belongs to
/// one thread at a time.
final class Scratch {
  private var blocks: [Buffer] = []
  private var block = 0
  private var used = 0

  private var counterBuffer = Buffer(byteCount: 0)
  private var counterCount = 0

  private static let blockSize = 1 << 20

  /// What has been taken so far.
  struct Mark {
    fileprivate let block: Int
    fileprivate let used: Int
  }

  var mark: Mark { Mark(block: block, used: used) }

  /// What was taken since is given back.
  func release(to mark: Mark) {
    block = mark.block
    used = mark.used
  }

  /// Everything taken before is given back.
  func reset() {
    block = 0
    used = 0
  }

  /// Uninitialised memory for `count` elements, valid until `reset`.
  @inline(__always)
  func take<T: BitwiseCopyable>(_ count: Int, of type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    let size = (max(count, 1) * MemoryLayout<T>.stride + 63) & ~63
    if block < blocks.count, used + size <= blocks[block].byteCount {
      let pointer = blocks[block].pointer + used
      used += size
      return pointer.assumingMemoryBound(to: type)
    }
    return takeFromNextBlock(size).assumingMemoryBound(to: type)
  }

  /// As `take`, all elements set to `value`.
  @inline(__always)
  func take<T: BitwiseCopyable>(_ count: Int, filledWith value: T) -> UnsafeMutablePointer<T> {
    let pointer = take(count, of: T.self)
    pointer.update(repeating: value, count: count)
    return pointer
  }

  /// Counters that are all 0, and must be left so: they outlive `reset`. One user at a time.
  func counters(_ count: Int) -> UnsafeMutablePointer<Int32> {
    if counterCount < count {
      counterCount = max(count, 2 * counterCount)
      counterBuffer = Buffer(byteCount: counterCount * 4)
      counterBuffer.elements(Int32.self).update(repeating: 0, count: counterCount)
    }
    return counterBuffer.elements()
  }

  private func takeFromNextBlock(_ size: Int) -> UnsafeMutableRawPointer {
    if block < blocks.count { block += 1 }
    while block < blocks.count, blocks[block].byteCount < size { block += 1 }
    if block == blocks.count { blocks.append(Buffer(byteCount: max(size, Self.blockSize))) }
    used = size
    return blocks[block].pointer
  }
}

/// Scratch memories that threads borrow for one piece of work.
final class ScratchPool: Sendable {
  private struct Idle: @unchecked Sendable { var scratches: [Scratch] = [] }
  private let idle = Mutex(Idle())

  func borrow() -> Scratch {
    let scratch = idle.withLock { idle in Handover(scratch: idle.scratches.popLast()) }.scratch
    return scratch ?? Scratch()
  }

  func giveBack(_ scratch: Scratch) {
    scratch.reset()
    let handover = Handover(scratch: scratch)
    idle.withLock { idle in
      if let scratch = handover.scratch { idle.scratches.append(scratch) }
    }
  }

  private struct Handover: @unchecked Sendable { let scratch: Scratch? }
}
