import C360Columns
import C360IO
import Synchronization

/// Columns of files that were read before, in memory, for several runs over the same files.
///
/// A column is kept as it was read, under the files it was read from and all of the contract that
/// decides its values. It serves while the system says that nobody has touched the files: their size,
/// times and inode are looked at each time. What was used longest ago goes first when the bound is
/// reached; a table that would not fit under it is not kept, and its rows may then be left out by row
/// groups as they are without a cache.
///
/// Codes of texts and lists are of one pool, so a cache serves sessions that share it. The texts
/// themselves stay in the pool, and do not count.
package final class TableCache: Sendable {
  private struct Kept {
    var stamps: [SourceStamp]
    var rowCount: Int
    /// By what of the contract decides the values.
    var columns: [String: Batch.Column] = [:]
    /// What of contracts the files were held to, kept or not.
    var checked: Set<String> = []
    var lastUse: Int
    var byteCount: Int {
      columns.values.reduce(0) { $0 + TableCache.bytes(of: $1.vector) }
    }
  }
  private struct State {
    /// By the paths of the files.
    var tables: [[String]: Kept] = [:]
    var uses = 0
    var bound: Int
  }
  private let state: Mutex<State>

  /// - Parameter bound: bytes of columns, at most.
  package init(bound: Int) { state = Mutex(State(bound: bound)) }

  package var bound: Int {
    get { state.withLock { $0.bound } }
    set {
      state.withLock {
        $0.bound = newValue
        Self.evict(&$0, for: 0)
      }
    }
  }

  /// Bytes of the columns that are kept.
  package var byteCount: Int {
    state.withLock { $0.tables.values.reduce(0) { $0 + $1.byteCount } }
  }

  /// Of the files whose columns are kept.
  package var tableNames: [String] {
    state.withLock { state in
      state.tables.keys.flatMap { $0.map { String($0.split(separator: "/").last ?? "") } }
    }
  }

  package func removeAll() { state.withLock { $0.tables = [:] } }

  /// The columns of a contract, read now as far as they are not kept; all rows of the files.
  ///
  /// - Parameter bytes: what the columns will take, about; nil: not known.
  /// - Returns: nil where they are too much for the cache.
  /// - Throws: `DiagnosticError` for files that break the contract; `CancellationError`.
  func rows(
    of contract: TableContract, _ paths: [String], _ session: Session,
    bytes: @autoclosure () -> Int?,
    progress: (@Sendable (ReadProgress) -> Void)?
  ) throws -> Batch? {
    let stamps = paths.compactMap { SourceStamp(path: $0) }
    guard stamps.count == paths.count, !paths.isEmpty else { return nil }
    let names = contract.columns.map { Self.identity(of: $0, in: contract) }
    var (columns, checked, rowCount) = kept(names, paths, stamps)
    let asked = contract.asked ?? names.count
    let missing = names.indices.filter {
      $0 < asked ? columns[names[$0]] == nil : !checked.contains(names[$0])
    }
    if !missing.isEmpty {
      guard let bytes = bytes(), bytes <= bound else { return nil }
      var rest = contract
      rest.requirements = []
      rest.columns = missing.map { contract.columns[$0] }
      rest.asked = missing.count { $0 < asked }
      let read = try readTable(
        rest, pool: session.texts, threads: session.threadCount,
        cancellation: session.options.cancellation, progress: progress)
      guard columns.isEmpty || read.rowCount == rowCount else { return nil }
      rowCount = read.rowCount
      var added: [String: Batch.Column] = [:]
      for (place, column) in zip(missing, read.columns) { added[names[place]] = column }
      columns.merge(added) { $1 }
      checked.formUnion(names)
      // What changed while it was read is not worth keeping.
      let now = paths.compactMap { SourceStamp(path: $0) }
      if now.count == stamps.count, zip(now, stamps).allSatisfy({ $0.isUntouched(since: $1) }) {
        keep(added, checked, rowCount, paths, stamps)
      }
    }
    return Batch(
      columns: zip(contract.columns, names).compactMap { column, name in
        columns[name].map {
          Batch.Column(
            name: column.name, type: $0.type, vector: $0.vector, lostDigits: $0.lostDigits)
        }
      }, rowCount: rowCount)
  }

  private func kept(
    _ names: [String], _ paths: [String], _ stamps: [SourceStamp]
  ) -> (columns: [String: Batch.Column], checked: Set<String>, rowCount: Int) {
    state.withLock { state in
      guard var table = state.tables[paths] else { return ([:], [], 0) }
      guard zip(stamps, table.stamps).allSatisfy({ $0.isUntouched(since: $1) }) else {
        state.tables[paths] = nil
        return ([:], [], 0)
      }
      state.uses += 1
      table.lastUse = state.uses
      state.tables[paths] = table
      return (table.columns.filter { names.contains($0.key) }, table.checked, table.rowCount)
    }
  }

  private func keep(
    _ columns: [String: Batch.Column], _ checked: Set<String>, _ rowCount: Int, _ paths: [String],
    _ stamps: [SourceStamp]
  ) {
    state.withLock { state in
      let size = columns.values.reduce(0) { $0 + Self.bytes(of: $1.vector) }
      guard size <= state.bound else { return }
      state.uses += 1
      var table =
        state.tables[paths] ?? Kept(stamps: stamps, rowCount: rowCount, lastUse: state.uses)
      table.lastUse = state.uses
      state.tables[paths] = table
      Self.evict(&state, for: size)
      // The table itself may have had to go.
      table = state.tables[paths] ?? Kept(stamps: stamps, rowCount: rowCount, lastUse: state.uses)
      table.columns.merge(columns) { $1 }
      table.checked.formUnion(checked)
      state.tables[paths] = table
    }
  }

  private static func evict(_ state: inout State, for more: Int) {
    var size = state.tables.values.reduce(0) { $0 + $1.byteCount } + more
    while size > state.bound,
      let oldest = state.tables.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      size -= oldest.value.byteCount
      state.tables[oldest.key] = nil
    }
  }

  private static func bytes(of vector: Vector) -> Int {
    vector.count * (vector.type.stride + (vector.validity == nil ? 0 : 1))
  }

  /// All that decides what values are made of the bytes of the files.
  private static func identity(of column: ColumnContract, in contract: TableContract) -> String {
    "\(contract.format.map { "\($0)" } ?? "by name") \(column.name): \(column.type)"
      + " nullable \(column.isNullable) default \(column.defaultValue.map { "\($0)" } ?? "none")"
      + " nan \(column.nan) date \(column.bareDate) zone \(column.timeZone)"
      + " indispensable \(column.isIndispensable)"
  }
}
