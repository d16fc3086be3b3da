import C360Diagnostics
import C360IO
import Dispatch
import Synchronization

/// The files behind the tables of one run, which reads one state of each: they are looked at before
/// they are first opened, hashed on another thread while rows are read and computed, and looked at
/// again when all rows are.
///
/// Pipes and devices have no state to hold them to, and cannot be read twice: they have no hash.
final class TableFiles: Sendable {
  private struct State {
    /// By table. What comes into a folder later is not of this run.
    var paths: [String: [String]] = [:]
    /// By path, from before it was opened; none for pipes and devices.
    var stamps: [String: SourceStamp] = [:]
    /// Of tables, in any order.
    var hashed: [FileRecord] = []
  }
  private let hashes: Bool
  private let state = Mutex(State())
  private let hashing = DispatchGroup()

  /// - Parameter hashes: whether anybody will ask for hashes.
  init(hashes: Bool) { self.hashes = hashes }

  /// The files of a table, the same whenever they are asked for. To be asked before they are opened.
  ///
  /// - Throws: `DiagnosticError` as `resolve`.
  func paths(of contract: TableContract) throws -> [String] {
    if let known = state.withLock({ $0.paths[contract.table] }) { return known }
    let found = try resolve(sources: contract.sources, declaration: contract.declaration)
    let (paths, isFirst) = state.withLock { state in
      if let known = state.paths[contract.table] { return (known, false) }
      state.paths[contract.table] = found
      for path in found where state.stamps[path] == nil {
        state.stamps[path] = SourceStamp(path: path)
      }
      return (found, true)
    }
    if isFirst, hashes { hash(paths, of: contract.table) }
    return paths
  }

  private func hash(_ paths: [String], of table: String) {
    let stamps = state.withLock { state in paths.compactMap { state.stamps[$0] } }
    DispatchQueue.global(qos: .utility).async(group: hashing) { [self] in
      for stamp in stamps {
        guard let hash = fileHash(stamp) else { continue }
        let record = FileRecord(
          role: .table, table: table, path: stamp.path, byteCount: stamp.byteCount, sha256: hash)
        state.withLock { $0.hashed.append(record) }
      }
    }
  }

  /// The hashes of the files that were read, where any are computed.
  ///
  /// - Throws: `RunFailure` when a file is not what it was before it was opened, or was not when it
  ///   was hashed.
  func confirmed() throws(RunFailure) -> [FileRecord] {
    hashing.wait()
    let state = state.withLock { $0 }
    var changed: Set<String> = []
    for (table, paths) in state.paths {
      let hashed = Set(state.hashed.lazy.filter { $0.table == table }.map(\.path))
      for path in paths {
        let stamp = state.stamps[path]
        if !Self.isUnchanged(path, since: stamp) || hashes && stamp != nil && !hashed.contains(path)
        {
          changed.insert(path)
        }
      }
    }
    guard changed.isEmpty else {
      throw RunFailure(diagnostics: changed.sorted().map(Self.complaint))
    }
    return state.hashed
  }

  private static func isUnchanged(_ path: String, since stamp: SourceStamp?) -> Bool {
    let now = SourceStamp(path: path)
    guard let now, let stamp else { return now == nil && stamp == nil }
    return now.isUntouched(since: stamp)
  }

  private static func complaint(of path: String) -> Diagnostic {
    Diagnostic(
      IODiagnostics.changedFile.code, .error,
      "the file `\(displayPath(path))` changed while the run read it",
      data: DataPlace(path: displayPath(path)),
      notes: ["what was read may be of several states of it; nothing was written"],
      help: ["run again when whatever writes the file has ended"])
  }
}
