#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

#if canImport(Glibc)
  /// `MADV_HUGEPAGE` of Linux, which the module map leaves out.
  private let adviceHugePages: Int32 = 14
#endif

/// A run of bytes, 64-byte aligned, with 64 bytes of slack behind its end so that kernels may
/// read whole vector registers. Written once by whoever made it, then shared read-only.
public final class Buffer: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutableRawPointer
  /// Bytes that hold data; the slack is not counted.
  public let byteCount: Int
  private let release: (@Sendable () -> Void)?
  /// Bytes that were asked of the system; 0 for memory of somebody else.
  private let size: Int

  /// Uninitialised memory of `byteCount` bytes.
  public init(byteCount: Int) {
    precondition(byteCount >= 0)
    var pointer: UnsafeMutableRawPointer?
    let size = (byteCount + 127) & ~63
    self.byteCount = byteCount
    release = nil
    if size >= BufferPool.smallest, let idle = BufferPool.take(size) {
      base = idle.base
      self.size = idle.size
      return
    }
    // 2 MiB alignment lets the kernel back big buffers with huge pages (first touch 6× cheaper).
    let alignment = size >= BufferPool.smallest ? 2 << 20 : 64
    guard posix_memalign(&pointer, alignment, size) == 0, let pointer else { abort() }
    #if canImport(Glibc)
      if alignment > 64 { madvise(pointer, size, adviceHugePages) }
    #endif
    base = pointer
    self.size = size
  }

  /// Memory owned by somebody else, kept alive until `release` is called.
  public init(
    foreign base: UnsafeMutableRawPointer, byteCount: Int, release: @escaping @Sendable () -> Void
  ) {
    self.base = base
    self.byteCount = byteCount
    self.release = release
    size = 0
  }

  deinit {
    if let release {
      release()
    } else if size >= BufferPool.smallest {
      BufferPool.give(base, size)
    } else {
      free(base)
    }
  }

  /// Whether the memory is owned by somebody else.
  public var isForeign: Bool { release != nil }

  @inlinable public var pointer: UnsafeMutableRawPointer { base }

  /// The bytes as elements of a trivial type.
  @inlinable public func elements<T: BitwiseCopyable>(_: T.Type = T.self) -> UnsafeMutablePointer<T>
  {
    base.assumingMemoryBound(to: T.self)
  }
}
