import C360Diagnostics
import C360Syntax

/// The canonical form of scripts.
public enum ScriptFormat {
  /// The text of a file and its canonical form.
  ///
  /// - Throws: `DiagnosticError` when the file cannot be read or is no script.
  public static func forms(of path: String) throws -> (written: String, canonical: String) {
    let source = try Session(path: path).script
    return (String(decoding: source.bytes, as: UTF8.self), try format(parse(source)))
  }
}
