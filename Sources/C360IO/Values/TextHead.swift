#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The size of a text file and its first bytes. Pipes have none: what is read of them is gone.
struct TextHead {
  let size: Int
  let bytes: [UInt8]
  let isCompressed: Bool

  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    size = Int(status.st_size)
    bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    isCompressed = bytes.starts(with: [0x1F, 0x8B])
  }
}
