#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lines of a pipe or a file as they arrive, and whether more of them are on their way.
final class StandardInput {
  /// How long a writer may pause within a statement, in milliseconds.
  private static let pause: Int32 = 200

  private var bytes: [UInt8] = []
  /// What of `bytes` was handed out.
  private var start = 0
  private var hasEnded = false

  /// The next line without its end; nil: there are no more.
  func line() -> String? {
    var searched = start
    while true {
      if let end = bytes[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
      }
      searched = bytes.count
      guard !hasEnded else {
        defer { start = bytes.count }
        return start < bytes.count ? String(decoding: bytes[start...], as: UTF8.self) : nil
      }
      let before = start
      fill()
      searched -= before - start
    }
  }

  /// Whether nothing is there and nothing comes for a while. A file is never quiet, nor is the end.
  var isQuiet: Bool {
    guard start == bytes.count, !hasEnded else { return false }
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&input, 1, Self.pause) == 0
  }

  private func fill() {
    bytes.removeFirst(start)
    start = 0
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &block, block.count)
      if count < 0, errno == EINTR { continue }
      if count > 0 { bytes += block[..<count] } else { hasEnded = true }
      return
    }
  }
}
