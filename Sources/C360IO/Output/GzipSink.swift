import C360Diagnostics
import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compresses a text on its way into a file. The header holds neither name nor time.
final class GzipSink {
  /// The compressor is fed pieces of this size whatever the writes are, so that its output depends
  /// on the text alone.
  private static let pieceSize = 1 << 18

  private let file: AtomicFile
  private let stream: UnsafeMutablePointer<z_stream>
  private let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: pieceSize)
  private let output = UnsafeMutablePointer<UInt8>.allocate(capacity: pieceSize)
  private var pieceCount = 0
  private let isReady: Bool

  init(_ file: AtomicFile) {
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 more than the window's 15 bits asks for a gzip header.
    isReady =
      deflateInit2_(
        stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    piece.deallocate()
    output.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let size = min(Self.pieceSize - pieceCount, bytes.count - done)
      memcpy(piece + pieceCount, start + done, size)
      pieceCount += size
      done += size
      if pieceCount == Self.pieceSize { try compress(Z_NO_FLUSH) }
    }
  }

  func finish() throws { try compress(Z_FINISH) }

  private func compress(_ flush: Int32) throws {
    guard isReady else { throw file.failure("out of memory") }
    stream.pointee.next_in = piece
    stream.pointee.avail_in = UInt32(pieceCount)
    pieceCount = 0
    repeat {
      stream.pointee.next_out = output
      stream.pointee.avail_out = UInt32(Self.pieceSize)
      let code = deflate(stream, flush)
      guard code != Z_STREAM_ERROR else { throw file.failure("the compressor failed") }
      let size = Self.pieceSize - Int(stream.pointee.avail_out)
      try file.write(UnsafeRawBufferPointer(start: output, count: size))
    } while stream.pointee.avail_out == 0
  }
}
