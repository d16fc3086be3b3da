import C360Columns
import CZlib
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a text file, decompressed when it is gzip. Plain files are read range by range as
/// they are needed; compressed ones, pipes and devices are held in memory.
final class TextSource: @unchecked Sendable {
  /// Bytes of the text.
  let size: Int
  private let descriptor: Int32
  private let memory: Buffer?
  /// Buffers to read the next ranges into.
  private let spare = Mutex<[Buffer]>([])

  init(path: String) throws(ReadFailure) {
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw ReadFailure(.system(systemMessage(errno))) }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let code = errno
      close(opened)
      throw ReadFailure(.system(systemMessage(code)))
    }
    var magic: (UInt8, UInt8) = (0, 0)
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    let isGzip =
      isRegular && pread(opened, &magic, 2, 0) == 2 && magic.0 == 0x1F && magic.1 == 0x8B
    if isRegular, !isGzip {
      descriptor = opened
      memory = nil
      size = Int(status.st_size)
      return
    }
    defer { close(opened) }
    descriptor = -1
    let contents = isGzip ? try Inflation.wholeFile(opened) : try Self.slurp(opened)
    memory = contents
    size = contents.byteCount
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Hands over the bytes of a range. They may be changed; behind them stands a byte that may be
  /// read, and at the end of the text that byte is a newline.
  func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeMutablePointer<UInt8>) throws -> Result
  ) throws -> Result {
    if let memory { return try body(memory.elements() + range.lowerBound) }
    let buffer =
      spare.withLock { spare in
        spare.popLast().flatMap { $0.byteCount >= range.count ? $0 : nil }
      } ?? Buffer(byteCount: range.count)
    defer { spare.withLock { $0.append(buffer) } }
    let bytes = buffer.elements(UInt8.self)
    var done = 0
    while done < range.count {
      let count = pread(
        descriptor, bytes + done, range.count - done, off_t(range.lowerBound + done))
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw ReadFailure(.system(systemMessage(errno))) }
      if count == 0 { throw ReadFailure(.system("it became shorter while it was read")) }
      done += count
    }
    bytes[range.count] = 0x0A
    return try body(bytes)
  }

  private static func slurp(_ descriptor: Int32) throws(ReadFailure) -> Buffer {
    var sink = GrowingBytes()
    while true {
      sink.reserve(1 << 16)
      let count = read(descriptor, sink.free, sink.freeCount)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw ReadFailure(.system(systemMessage(errno))) }
      if count == 0 { return sink.finish() }
      sink.count += count
    }
  }
}

/// Memory that grows while a text of unknown length is read.
struct GrowingBytes: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 16
  var count = 0

  init() { base = .allocate(capacity: capacity) }

  deinit { base.deallocate() }

  var free: UnsafeMutablePointer<UInt8> { base + count }
  var freeCount: Int { capacity - count }

  /// Makes room for at least `size` more bytes.
  mutating func reserve(_ size: Int) {
    guard freeCount < size else { return }
    let larger = max(capacity * 2, count + size)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    fresh.update(from: base, count: count)
    base.deallocate()
    base = fresh
    capacity = larger
  }

  /// The bytes as a buffer with a newline behind them.
  consuming func finish() -> Buffer {
    let buffer = Buffer(byteCount: count)
    memcpy(buffer.pointer, base, count)
    buffer.elements(UInt8.self)[count] = 0x0A
    return buffer
  }
}

/// Gzip members, one after the other, as one text.
enum Inflation {
  static func wholeFile(_ descriptor: Int32) throws(ReadFailure) -> Buffer {
    var stream = z_stream()
    // 16 more than the window's 15 bits asks for the gzip header.
    let version = ZLIB_VERSION
    guard
      inflateInit2_(&stream, 31, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw ReadFailure(.system("out of memory")) }
    defer { inflateEnd(&stream) }
    var sink = GrowingBytes()
    let inputSize = 1 << 17
    let input = UnsafeMutablePointer<UInt8>.allocate(capacity: inputSize)
    defer { input.deallocate() }
    var isBetweenMembers = false
    while true {
      let count = read(descriptor, input, inputSize)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw ReadFailure(.system(systemMessage(errno))) }
      if count == 0 {
        guard isBetweenMembers else {
          throw ReadFailure(.damaged("the compressed data ends too early"))
        }
        return sink.finish()
      }
      stream.next_in = input
      stream.avail_in = UInt32(count)
      while stream.avail_in > 0 {
        if isBetweenMembers {
          guard inflateReset(&stream) == Z_OK else {
            throw ReadFailure(.damaged("a gzip member that cannot be read"))
          }
          isBetweenMembers = false
        }
        isBetweenMembers = try step(&stream, &sink)
      }
    }
  }

  /// Inflates until input or output room is used up; whether a member ended.
  private static func step(
    _ stream: inout z_stream, _ sink: inout GrowingBytes
  ) throws(ReadFailure) -> Bool {
    sink.reserve(1 << 18)
    let room = min(sink.freeCount, 1 << 30)
    stream.next_out = sink.free
    stream.avail_out = UInt32(room)
    let code = inflate(&stream, Z_NO_FLUSH)
    sink.count += room - Int(stream.avail_out)
    switch code {
    case Z_STREAM_END: return true
    case Z_OK, Z_BUF_ERROR: return false
    default:
      let message = stream.msg.map { String(cString: $0) } ?? "zlib code \(code)"
      throw ReadFailure(.damaged(message))
    }
  }
}
