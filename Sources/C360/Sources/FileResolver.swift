import C360Diagnostics
import C360Semantics

/// Reads what scripts name from the file system: modules, standard library, models. Remembers what
/// it read, for the manifest.
struct FileResolver: ProgramResolver {
  private let log: ReadLog

  init(log: ReadLog) { self.log = log }

  func standardModule(_ name: String) -> SourceFile? {
    guard let path = Installation.modulePath(name), let bytes = try? FileReading.bytes(path) else {
      return nil
    }
    return SourceFile(name: name, bytes: bytes)
  }

  func file(_ path: String, from directory: String) throws(Diagnostic) -> SourceFile {
    let place = absolutePath(path, from: directory)
    let bytes = try read(place, as: "module", HostDiagnostics.unreadableModule)
    log.add(.module, path: place, bytes: bytes)
    return SourceFile(name: displayPath(place), bytes: bytes)
  }

  func model(_ path: String, from directory: String) throws(Diagnostic) -> [UInt8] {
    let place = absolutePath(path, from: directory)
    let bytes = try read(place, as: "model", HostDiagnostics.unreadableModel)
    log.add(.model, path: place, bytes: bytes)
    return bytes
  }

  func digest(of bytes: [UInt8]) -> String { sha256(bytes) }

  private func read(
    _ path: String, as what: String, _ code: HostDiagnostics
  ) throws(Diagnostic) -> [UInt8] {
    do {
      return try FileReading.bytes(path)
    } catch {
      throw code.diagnostic(
        error.isMissing
          ? "the \(what) `\(displayPath(path))` does not exist"
          : "the \(what) `\(displayPath(path))` cannot be read: \(error.words)",
        data: DataPlace(path: displayPath(path)))
    }
  }
}

/// The path from the root; `path` may be absolute, or relative to `directory`.
package func absolutePath(_ path: String, from directory: String) -> String {
  let joined: String
  if path.hasPrefix("/") {
    joined = path
  } else if directory.hasPrefix("/") {
    joined = "\(directory)/\(path)"
  } else {
    joined = "\(Installation.realPath(".") ?? "")/\(directory)/\(path)"
  }
  var parts: [Substring] = []
  for part in joined.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return "/" + parts.joined(separator: "/")
}

/// The path as people read it: relative to the working directory where it lies below.
func displayPath(_ path: String) -> String {
  guard let here = Installation.realPath("."), path.hasPrefix(here + "/") else { return path }
  return String(path.dropFirst(here.utf8.count + 1))
}
