import C360Diagnostics

/// A small text beside the outputs of a run, such as its manifest: it appears with `commit`, whole.
public final class TextFile {
  private let file: AtomicFile

  /// Writes the text beside its place.
  ///
  /// - Throws: `DiagnosticError`.
  public init(path: String, text: String) throws {
    file = try AtomicFile(path: path, declaration: nil)
    var text = text
    do {
      try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
      try file.finish()
    } catch {
      file.abort()
      throw error
    }
  }

  /// Writes the text in one step: readers see what was there or the new text, also after a crash.
  ///
  /// - Returns: the folder that was made for it, the outermost one; nil: it was there.
  /// - Throws: `DiagnosticError`.
  @discardableResult
  public static func replace(_ path: String, with text: String) throws -> String? {
    let file = try TextFile(path: path, text: text)
    try file.commit()
    return file.file.madeFolders.first
  }

  /// Puts the file in its place.
  public func commit() throws { try file.commit() }

  /// Gives it up. Nothing after `commit`.
  public func abort() { file.abort() }
}
