#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where what ships beside the binary is: the standard library and the pages on diagnostics.
///
/// Looked for in this order: the folder that `C360_HOME` names; `share/c360` beside the folder of
/// the running binary (an installation); the folders above the binary, then above the working
/// directory (a checkout).
public enum Installation {
  /// The folder that holds `stdlib/` and `docs/diagnostics/`; nil when there is none.
  public static let home: String? = find()

  /// For files without a name that a run may need: `TMPDIR`, else `/var/tmp`, which unlike `/tmp` is
  /// on disk everywhere.
  static var temporaryFolder: String {
    if let path = getenv("TMPDIR").map({ String(cString: $0) }), !path.isEmpty { return path }
    return access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp"
  }

  /// The path of a module of the standard library such as `std.rfm`, when it exists.
  static func modulePath(_ name: String) -> String? {
    guard let home, name.hasPrefix("std.") else { return nil }
    let words = name.dropFirst(4).split(separator: ".", omittingEmptySubsequences: false)
    guard words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }) else { return nil }
    let path = "\(home)/stdlib/\(words.joined(separator: "/")).c360"
    return access(path, R_OK) == 0 ? path : nil
  }

  /// The page that explains a code such as `E0312`, in Markdown.
  public static func page(of code: String) -> String? {
    guard let home, !code.isEmpty, code.utf8.allSatisfy(isNameByte) else { return nil }
    return (try? FileReading.bytes("\(home)/docs/diagnostics/\(code).md")).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// The codes that have a page, sorted.
  public static func codes() -> [String] {
    guard let home, let directory = opendir("\(home)/docs/diagnostics") else { return [] }
    defer { closedir(directory) }
    var codes: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".md"), name != "README.md" { codes.append(String(name.dropLast(3))) }
    }
    return codes.sorted()
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A)
      || (byte >= 0x61 && byte <= 0x7A) || byte == 0x5F
  }

  private static func find() -> String? {
    if let path = getenv("C360_HOME").map({ String(cString: $0) }), isHome(path) { return path }
    var starts: [String] = []
    if let binary = realPath("/proc/self/exe") {
      let folder = parent(of: binary)
      let share = parent(of: folder) + "/share/c360"
      if isHome(share) { return share }
      starts.append(folder)
    }
    if let here = realPath(".") { starts.append(here) }
    for start in starts {
      var folder = start
      while folder != "/", !folder.isEmpty {
        if isHome(folder) { return folder }
        folder = parent(of: folder)
      }
    }
    return nil
  }

  private static func isHome(_ path: String) -> Bool {
    access("\(path)/stdlib/rfm.c360", R_OK) == 0
  }

  package static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
