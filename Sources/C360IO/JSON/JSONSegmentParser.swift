import C360Columns

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Parses lines of JSON objects into columns. Members that the contract does not name are skipped.
struct JSONSegmentParser {
  typealias Place = UnsafeMutablePointer<UInt8>

  private let start: Place
  private let end: Place
  private let names: [[UInt8]]
  private let columns: [ColumnBuilder]
  private let writers: [FieldWriter]
  private let firstRow: Int
  /// The members of the last object in order: most objects of a file look alike.
  private var lastMembers: [(name: [UInt8], column: Int)] = []
  /// For each column the row that last had it.
  private var lastRow: [Int]

  init(
    _ bytes: Place, _ count: Int, names: [[UInt8]], columns: [ColumnBuilder], firstRow: Int,
    pool: TextPool
  ) {
    start = bytes
    end = bytes + count
    self.names = names
    self.columns = columns
    self.firstRow = firstRow
    let checksUTF8 = !isASCII(bytes, count)
    writers = columns.map {
      FieldWriter($0, firstRow: firstRow, pool: pool, nullWords: [], checksUTF8: checksUTF8)
    }
    lastRow = [Int](repeating: -1, count: columns.count)
  }

  /// Columns that some row had a member for.
  var columnsSeen: [Int] { lastRow.indices.filter { lastRow[$0] >= 0 } }

  /// - Returns: the number of objects.
  mutating func run() throws(ReadFailure) -> Int {
    var line = start
    var row = firstRow
    while line < end {
      let newline = memchr(line, 0x0A, end - line)?.assumingMemoryBound(to: UInt8.self)
      let lineEnd = newline ?? end
      var reader = JSONReader(place: line, end: lineEnd)
      reader.skipBlanks()
      if !reader.isAtEnd {
        do throws(ReadFailure) {
          try object(&reader, row)
        } catch {
          throw ReadFailure(error.kind, row: row - firstRow, column: error.column)
        }
        row += 1
      }
      line = lineEnd + 1
    }
    for writer in writers { writer.flush() }
    return row - firstRow
  }

  private mutating func object(_ reader: inout JSONReader, _ row: Int) throws(ReadFailure) {
    var member = 0
    try reader.members { name, token throws(ReadFailure) in
      let column = column(named: name, member)
      member += 1
      guard column >= 0 else { return }
      guard lastRow[column] != row else {
        throw ReadFailure(.badJSON("`\(excerpt(name))` stands in it twice"))
      }
      lastRow[column] = row
      try value(token, column, row)
    }
    for column in writers.indices where lastRow[column] != row {
      try write(column) { writer throws(ColumnError) in
        try writer.writeAbsent(row, UnsafeBufferPointer(start: nil, count: 0))
      }
    }
  }

  private mutating func column(
    named name: UnsafeBufferPointer<UInt8>, _ member: Int
  ) -> Int {
    if member < lastMembers.count, lastMembers[member].name.elementsEqual(name) {
      return lastMembers[member].column
    }
    let column = names.firstIndex { $0.elementsEqual(name) } ?? -1
    let known = (name: Array(name), column: column)
    if member < lastMembers.count {
      lastMembers[member] = known
    } else {
      lastMembers.append(known)
    }
    return column
  }

  private func value(
    _ token: JSONReader.Token, _ column: Int, _ row: Int
  ) throws(ReadFailure) {
    let physical = columns[column].rules.type
    try write(column) { writer throws(ColumnError) in
      switch token {
      case .null: try writer.writeAbsent(row, UnsafeBufferPointer(start: nil, count: 0))
      case .string(let bytes):
        switch physical {
        case .text, .time, .date, .duration: try writer.write(bytes, row)
        case .bool, .int, .float, .money, .vector, .list:
          throw ColumnError(row: row, problem: .unreadable("\"\(excerpt(bytes))\""))
        }
      case .number(let bytes):
        switch physical {
        case .int, .float, .money: try writer.write(bytes, row)
        default: throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
        }
      case .bool(let bytes):
        guard physical == .bool else {
          throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
        }
        try writer.write(bytes, row)
      case .other(let bytes):
        if columns[column].physical.isCollection { return try writer.write(bytes, row) }
        throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
      }
    }
  }

  @inline(__always)
  private func write(
    _ column: Int, _ body: (FieldWriter) throws(ColumnError) -> Void
  ) throws(ReadFailure) {
    do throws(ColumnError) {
      try body(writers[column])
    } catch {
      throw ReadFailure(.value(error.problem), column: column)
    }
  }
}
