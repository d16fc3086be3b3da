#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension REPL {
  /// Files whose path begins like this, relative to where the session reads its paths, folders with a
  /// slash.
  ///
  /// - Parameter ending: how names of files end; nil: anyhow.
  func files(
    _ path: String, _ range: Range<Int>, closing: String = " ", ending: String? = nil
  ) -> Completion {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let place =
      folder.hasPrefix("/") ? folder : (closing == " " ? "." : state.directory) + "/" + folder
    guard let directory = opendir(place) else { return .none }
    defer { closedir(directory) }
    var found: [Candidate] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name != ".", name != "..", !name.hasPrefix(".") || path.hasSuffix(".") else { continue }
      var status = stat()
      let isFolder =
        stat("\(place)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      guard isFolder || ending.map(name.hasSuffix) ?? true else { continue }
      found.append(
        Candidate(
          folder + name + (isFolder ? "/" : ""), .file, shown: name + (isFolder ? "/" : ""),
          suffix: isFolder ? "" : closing))
    }
    return Completion(range: range, prefix: path, among: found.sorted { $0.text < $1.text })
  }
}
