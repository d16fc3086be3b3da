#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whole small files: scripts, modules, models.
enum FileReading {
  /// A failed system call, in the system's words.
  struct Failure: Error {
    let code: Int32
    var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    var words: String {
      let message = String(cString: strerror(code))
      return message.prefix(1).lowercased() + message.dropFirst()
    }
  }

  static func bytes(_ path: String) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPiece(path) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Calls `body` with the file's bytes, piece by piece.
  static func forEachPiece(
    _ path: String, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(Failure) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(code: errno) }
    defer { close(file) }
    try forEachPiece(of: file, body)
  }

  /// Calls `body` with the bytes of an open file, from where it stands.
  static func forEachPiece(
    of file: Int32, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(Failure) {
    // Small enough to be in the cache still when `body` looks at it.
    let size = 1 << 18
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = read(file, piece.baseAddress, size)
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(code: errno)
      }
      body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }
}
