import C360Diagnostics
import C360Syntax

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The canonical form of scripts.
public enum ScriptFormat {
  /// The text of a file and its canonical form.
  ///
  /// - Throws: `DiagnosticError` when the file cannot be read or is no script.
  public static func forms(of path: String) throws -> (written: String, canonical: String) {
    let place = absolutePath(path, from: ".")
    let bytes: [UInt8]
    do {
      bytes = try FileReading.bytes(place)
    } catch {
      throw DiagnosticError([
        HostDiagnostics.unreadableScript.diagnostic(
          error.isMissing
            ? "the script `\(path)` does not exist"
            : "the script `\(path)` cannot be read: \(error.words)",
          data: DataPlace(path: path))
      ])
    }
    let source = SourceFile(name: displayPath(place), bytes: bytes)
    return (String(decoding: bytes, as: UTF8.self), try format(parse(source)))
  }

  /// Replaces a script in one step: readers see the old text or the new one, also after a crash.
  ///
  /// - Throws: `DiagnosticError`.
  public static func replace(_ path: String, with text: String) throws {
    // A link keeps pointing at its file.
    let place = Installation.realPath(path) ?? path
    let temporary = "\(place).c360-\(getpid())"
    var text = text
    var status = stat()
    let mode = stat(place, &status) == 0 ? status.st_mode & 0o777 : 0o644
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure(path) }
    let isWritten = text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = write(file, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return fsync(file) == 0
    }
    close(file)
    guard isWritten, rename(temporary, place) == 0 else {
      let error = failure(path)
      unlink(temporary)
      throw error
    }
  }

  private static func failure(_ path: String) -> DiagnosticError {
    let words = FileReading.Failure(code: errno).words
    return DiagnosticError([
      HostDiagnostics.unreadableScript.diagnostic(
        "the script `\(path)` cannot be written: \(words)", data: DataPlace(path: path))
    ])
  }
}
