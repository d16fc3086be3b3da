import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Zone {
  private static let known = Mutex<[String: Zone]>(["UTC": .utc, "Etc/UTC": .utc])

  /// The zone of an identifier such as `Europe/London`, or `nil` when the system does not know it.
  /// Zones are read once per process.
  public static func named(_ name: String) -> Zone? {
    if let zone = known.withLock({ $0[name] }) { return zone }
    guard let zone = load(name) else { return nil }
    return known.withLock { known in
      if let earlier = known[name] { return earlier }
      known[name] = zone
      return zone
    }
  }

  private static let folders = [
    "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
  ]

  private static func load(_ name: String) -> Zone? {
    let letters = name.utf8
    let isPlain = letters.allSatisfy { byte in
      (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
        || (byte >= 0x30 && byte <= 0x39) || byte == 0x2F || byte == 0x5F || byte == 0x2B
        || byte == 0x2D
    }
    guard isPlain, let first = letters.first, first != 0x2F else { return nil }
    for folder in folders {
      if let bytes = readFile("\(folder)/\(name)"), let zone = TZifFile(bytes)?.zone(named: name) {
        return zone
      }
    }
    return nil
  }

  private static func readFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = read(descriptor, &block, block.count)
      if count < 0 { return nil }
      if count == 0 { return bytes }
      bytes.append(contentsOf: block[..<count])
      if bytes.count > 1 << 20 { return nil }
    }
  }
}
