import C360Diagnostics
import C360IO
import C360Lowering
import C360Semantics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A table that is kept in order beside its script.
public struct KeptTable: Sendable {
  public let name: String
  public let rows: Int
  /// Of the file that keeps it.
  public let byteCount: Int
  /// Whether it was written now; else its files have not changed since it was.
  public let isNew: Bool

  /// `orders: 5,000,000 rows, 180 MB, kept`.
  public var summary: String {
    "\(name): \(ValueText.grouped(rows)) rows, \(ValueText.bytes(byteCount)), "
      + (isNew ? "kept" : "up to date")
  }
}

extension Session {
  /// Keeps every table and exposure that has an entity and comes from files in the folder
  /// `.c360-cache` beside the script, in the order in which runs read them.
  ///
  /// - Throws: `DiagnosticError` for a script with errors; `RunFailure` for files with errors, and
  ///   where the folder cannot be written; `CancellationError`.
  public func cacheTables() throws -> [KeptTable] {
    let compiler = Compiler(self)
    let program = try compiler.program()
    guard let store = TableStore(self, creating: true),
      access(store.folder, W_OK) == 0
    else { throw Self.refusal("\(directory)/\(TableStore.folderName)", "be written") }
    let tables = HostTables(program, compiler.lower(program), self, compiler.files)
    do {
      return try Self.origins(of: program).compactMap { origin in
        try tables.keep(origin, in: store).map { table, isNew in
          KeptTable(
            name: origin.name, rows: table.rowCount, byteCount: table.byteCount, isNew: isNew)
        }
      }
    } catch {
      store.removeNewFolder()
      guard let refused = error as? DiagnosticError else { throw error }
      throw RunFailure(diagnostics: refused.diagnostics)
    }
  }

  /// Removes the folder `.c360-cache` beside the script, when there is one.
  ///
  /// - Throws: `RunFailure` when it cannot be removed.
  public func clearCache() throws {
    let folder = "\(directory)/\(TableStore.folderName)"
    guard let entries = opendir(folder) else { return }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      // Only what is ours goes.
      if name.hasSuffix(".c360table") { unlink("\(folder)/\(name)") }
    }
    closedir(entries)
    guard rmdir(folder) == 0 else { throw Self.refusal(folder, "be removed") }
  }

  private static func origins(of program: Program) -> [SourceOrigin] {
    let tables = program.tables.indices.map { RowSource.Origin.table(TableID($0)) }
    let exposures = program.exposures.indices.filter {
      if case .file = program.exposures[$0].origin { true } else { false }
    }.map { RowSource.Origin.exposure(ExposureID($0)) }
    return (tables + exposures).map { SourceOrigin($0, in: program) }
  }

  private static func refusal(_ folder: String, _ words: String) -> RunFailure {
    RunFailure(diagnostics: [
      HostDiagnostics.cacheFolder.diagnostic(
        "the folder `\(displayPath(folder))` cannot \(words): "
          + String(cString: strerror(errno)).lowercased(),
        data: DataPlace(path: displayPath(folder)))
    ])
  }
}
