import C360Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files that a table's sources stand for, in the order in which they are read: sources as
/// listed, the files of a folder or a glob by the bytes of their paths.
///
/// - Throws: `DiagnosticError` for a file that is not there and for a folder or glob without files.
public func resolve(sources: [String], declaration: Span? = nil) throws -> [String] {
  try sources.flatMap { try resolve(source: $0, declaration) }
}

private func resolve(source: String, _ declaration: Span?) throws -> [String] {
  var status = stat()
  if stat(source, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFDIR else { return [source] }
    let files = filesBelow(source).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if files.isEmpty {
      throw DiagnosticError([
        IODiagnostics.noFiles.diagnostic(
          "no data files in the folder `\(source)`", at: declaration,
          data: DataPlace(path: source),
          help: ["files of a folder count when they end in \(knownExtensions)"])
      ])
    }
    return files
  }
  let code = errno
  if source.contains("://"), !source.contains("/./") {
    let scheme = source.prefix { $0 != ":" }
    if scheme.split(separator: "/").count == 1, !scheme.hasPrefix("/") {
      throw DiagnosticError([
        IODiagnostics.database.diagnostic(
          "`\(scheme)` sources cannot be read in this version", at: declaration,
          data: DataPlace(path: source), help: ["export the rows to Parquet or CSV"])
      ])
    }
  }
  if code == ENOENT, source.utf8.contains(where: { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }) {
    let files = filesMatching(source)
    if files.isEmpty {
      throw DiagnosticError([
        IODiagnostics.noFiles.diagnostic(
          "no file matches `\(source)`", at: declaration, data: DataPlace(path: source))
      ])
    }
    return files
  }
  throw DiagnosticError([cannotOpen(source, code, declaration)])
}

/// The complaint about a file that the system refuses to open.
func cannotOpen(_ path: String, _ code: Int32, _ declaration: Span?) -> Diagnostic {
  if code == ENOENT || code == ENOTDIR {
    let (folder, name) = split(path)
    let neighbours = names(in: folder)
    var help: [String] = []
    if let near = nearest(to: name, among: neighbours) {
      help = ["there is a file `\(near)` in that folder"]
    }
    return IODiagnostics.missingFile.diagnostic(
      "the file `\(path)` does not exist", at: declaration, data: DataPlace(path: path), help: help)
  }
  return IODiagnostics.unreadableFile.diagnostic(
    "the file `\(path)` cannot be read: \(systemMessage(code))", at: declaration,
    data: DataPlace(path: path))
}

/// The system's words for an errno, as part of a sentence.
func systemMessage(_ code: Int32) -> String { withoutCapital(String(cString: strerror(code))) }

func withoutCapital(_ message: String) -> String {
  message.prefix(1).lowercased() + message.dropFirst()
}

private let knownExtensions = ".csv, .tsv, .parquet, .arrow, .feather, .ipc or .jsonl"

func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = slash == path.startIndex ? "/" : String(path[..<slash])
  return (folder, String(path[path.index(after: slash)...]))
}

private func names(in folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}

/// Data files at any depth; names that start with `.` or `_` are leavings of other tools.
private func filesBelow(_ folder: String) -> [String] {
  names(in: folder).flatMap { name -> [String] in
    guard !name.hasPrefix("."), !name.hasPrefix("_") else { return [] }
    let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    var status = stat()
    guard stat(path, &status) == 0 else { return [] }
    if status.st_mode & S_IFMT == S_IFDIR { return filesBelow(path) }
    return FileFormat(path: path) == nil ? [] : [path]
  }
}

private func filesMatching(_ pattern: String) -> [String] {
  var result = glob_t()
  defer { globfree(&result) }
  guard glob(pattern, 0, nil, &result) == 0 else { return [] }
  return (0..<Int(result.gl_pathc)).compactMap { index in
    result.gl_pathv[index].map { String(cString: $0) }
  }.filter { path in
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
  }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
