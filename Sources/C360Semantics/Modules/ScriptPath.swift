/// Paths as written in scripts: `/` between parts, relative to the directory of the script.
enum ScriptPath {
  /// `directory` of the file at `path` seen from `base`, without `.` and inner `..`.
  static func directory(ofFile path: String, from base: String) -> String {
    normalized(joined(path, to: base) + "/..")
  }

  static func joined(_ path: String, to base: String) -> String {
    path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
  }

  static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }
}
