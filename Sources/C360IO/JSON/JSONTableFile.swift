import C360Columns
import C360Diagnostics
import Synchronization

/// A file with one JSON object a line, cut into segments that threads parse into whole columns.
struct JSONTableFile: TableFile {
  let path: String
  private let source: TextSource
  private let layout: RecordLayout
  private let names: [[UInt8]]
  private let seen = SeenColumns()

  /// Which columns any row had a member for.
  private final class SeenColumns: Sendable {
    let state = Mutex<(columns: Set<Int>, rows: Int)>(([], 0))
  }

  init(path: String, contract: TableContract, threads: Int, tuning: ReadTuning) throws {
    self.path = path
    names = contract.columns.map { Array($0.name.utf8) }
    let source = try TextSource(path: path)
    self.source = source
    let headSize = min(3, source.size)
    let head = try source.withBytes(0..<headSize) { bytes in (0..<headSize).map { bytes[$0] } }
    layout = try RecordLayout(
      source: source, body: head == [0xEF, 0xBB, 0xBF] ? 3 : 0, quoting: nil, threads: threads,
      chunkSize: tuning.chunkSize)
  }

  var segmentCapacities: [Int] { layout.segments.map { $0.capacity } }

  /// A column that no object has a member for is more likely misspelt than always missing.
  var columnsNeverSeen: [Int] {
    seen.state.withLock { state in
      state.rows == 0 ? [] : names.indices.filter { !state.columns.contains($0) }
    }
  }

  func read(
    segment: Int, column: Int?, into columns: [ColumnBuilder], at row: Int, pool: TextPool
  ) throws -> Int {
    let segment = layout.segments[segment]
    return try source.withBytes(segment.range) { bytes in
      var parser = JSONSegmentParser(
        bytes, segment.range.count, names: names, columns: columns, firstRow: row, pool: pool)
      let rows = try parser.run()
      let found = parser.columnsSeen
      seen.state.withLock { state in
        state.columns.formUnion(found)
        state.rows += rows
      }
      return rows
    }
  }
}
