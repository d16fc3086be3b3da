import C360Columns
import C360Diagnostics

#if C360_ARROW
  import C360Arrow
#endif

/// A column that a file has.
public struct FileColumn: Sendable, Hashable {
  public var name: String
  /// The language type it can be read as; `nil` when there is none.
  public var type: LogicalType?
  /// The file's own name for its type.
  public var found: String
  /// Whether nulls were found, or cannot be ruled out.
  public var isNullable: Bool
}

/// The columns of a file, or of the first file of a folder or a glob, in file order.
///
/// Parquet and Arrow say what they hold; for CSV and JSON lines the first 4 MB are looked at, and
/// later values may still differ.
///
/// - Throws: `DiagnosticError`.
public func schema(of path: String, format: FileFormat? = nil) throws -> [FileColumn] {
  let paths = try resolve(sources: [path])
  guard let first = paths.first else { return [] }
  guard let format = format ?? FileFormat(path: first) else {
    throw DiagnosticError([unknownFormat(first, nil)])
  }
  let contract = TableContract(table: first, sources: [first], columns: [])
  do {
    switch format {
    case .csv(let options): return try TextSchema.csv(first, options)
    case .jsonLines: return try TextSchema.jsonLines(first)
    case .parquet, .arrow:
      #if C360_ARROW
        return try arrowSchema(of: first, format)
      #else
        throw DiagnosticError([formatNotBuilt(first, format, nil)])
      #endif
    }
  } catch let failure as ReadFailure {
    throw DiagnosticError([contract.diagnostic(failure, path: first, rowsBefore: 0)])
  }
}

/// The number of rows that the files of a table say they have, without reading rows; `nil` when one
/// does not say, or cannot be opened.
public func storedRowCount(_ contract: TableContract) -> Int? {
  #if C360_ARROW
    guard let paths = try? resolve(sources: contract.sources) else { return nil }
    var rows = 0
    for path in paths {
      guard contract.format ?? FileFormat(path: path) == .parquet,
        let file = try? ParquetFile(path: path)
      else { return nil }
      rows += file.rowGroups.reduce(0, +)
    }
    return rows
  #else
    return nil
  #endif
}

#if C360_ARROW
  private func arrowSchema(of path: String, _ format: FileFormat) throws -> [FileColumn] {
    do throws(ArrowFailure) {
      if format == .parquet {
        let file = try ParquetFile(path: path)
        return file.fields.enumerated().map { index, field in
          FileColumn(field, isNullable: field.isNullable && file.mayHaveNulls(field: index))
        }
      }
      return try IPCFile.fields(path: path).map { FileColumn($0, isNullable: $0.isNullable) }
    } catch {
      throw ReadFailure(error)
    }
  }

  extension FileColumn {
    fileprivate init(_ field: ArrowField, isNullable: Bool) {
      self.init(
        name: field.name, type: field.type.logicalType, found: "\(field.type)",
        isNullable: isNullable)
    }
  }
#endif

/// Guesses the types of text files from their first rows.
enum TextSchema {
  private static let sampleSize = 4 << 20

  /// What the values of a column seen so far could all be.
  struct Guess {
    var candidates: [LogicalType] = [.int, .float, .date, .time, .bool, .duration]
    var hasNulls = false
    var hasValues = false

    mutating func see(_ bytes: UnsafeBufferPointer<UInt8>) {
      hasValues = true
      candidates.removeAll { !Self.reads(bytes, as: $0) }
    }

    var type: LogicalType { hasValues ? candidates.first ?? .text : .text }

    private static func reads(_ bytes: UnsafeBufferPointer<UInt8>, as type: LogicalType) -> Bool {
      switch type {
      case .int: if case .value = ValueText.int(bytes) { return !bytes.contains(0x2E) }
      case .float: if case .value = ValueText.float(bytes) { return true }
      case .bool: if case .value = ValueText.bool(bytes) { return bytes.count > 1 }
      case .duration: if case .value = ValueText.duration(bytes) { return true }
      case .date: return WrittenTime(bytes)?.timeOfDay == nil && WrittenTime(bytes) != nil
      case .time: return WrittenTime(bytes) != nil
      default: return true
      }
      return false
    }
  }

  static func csv(_ path: String, _ options: CSVOptions) throws -> [FileColumn] {
    let source = try TextSource(path: path)
    guard let header = try CSVHeader(source: source, options: options) else { return [] }
    var guesses = [Guess](repeating: Guess(), count: header.names.count)
    let nullWords = options.nullWords.map { Array($0.utf8) }
    try sample(source, from: header.body) { start, end in
      var place = start
      while place < end {
        // As where rows are read: of a single field an empty line is a record.
        if guesses.count > 1, place.pointee == 0x0A || place.pointee == 0x0D {
          place += 1
          continue
        }
        for index in guesses.indices {
          let field = try CSVField(
            at: place, end: end, delimiter: options.delimiter, quote: options.quote)
          if !field.isQuoted, nullWords.contains(where: { $0.elementsEqual(field.trimmed) }) {
            guesses[index].hasNulls = true
          } else {
            guesses[index].see(field.trimmed)
          }
          place = field.next
          guard place < end, place.pointee == options.delimiter else { break }
          place += 1
        }
        while place < end, place.pointee != 0x0A { place += 1 }
        place += 1
      }
    }
    return zip(header.names, guesses).map { name, guess in
      FileColumn(name: name, type: guess.type, found: "text", isNullable: guess.hasNulls)
    }
  }

  static func jsonLines(_ path: String) throws -> [FileColumn] {
    let source = try TextSource(path: path)
    var names: [String] = []
    var guesses: [String: (guess: Guess, rows: Int, found: String)] = [:]
    var rows = 0
    try sample(source, from: 0) { start, end in
      var line = start
      while line < end {
        var lineEnd = line
        while lineEnd < end, lineEnd.pointee != 0x0A { lineEnd += 1 }
        var reader = JSONReader(place: line, end: lineEnd)
        reader.skipBlanks()
        if !reader.isAtEnd {
          rows += 1
          try reader.members { name, token in
            let name = String(decoding: name, as: UTF8.self)
            if guesses[name] == nil { names.append(name) }
            see(token, &guesses[name, default: (Guess(), 0, "null")])
          }
        }
        line = lineEnd + 1
      }
    }
    return names.compactMap { name in
      guard let seen = guesses[name] else { return nil }
      return FileColumn(
        name: name, type: seen.found == "nested" ? nil : seen.guess.type, found: seen.found,
        isNullable: seen.guess.hasNulls || seen.rows < rows)
    }
  }

  private static func see(
    _ token: JSONReader.Token, _ seen: inout (guess: Guess, rows: Int, found: String)
  ) {
    seen.rows += 1
    switch token {
    case .null: seen.guess.hasNulls = true
    case .other: seen.found = "nested"
    case .number(let bytes):
      seen.found = "number"
      seen.guess.candidates.removeAll { $0 != .int && $0 != .float }
      seen.guess.see(bytes)
    case .bool(let bytes):
      seen.found = "boolean"
      seen.guess.candidates.removeAll { $0 != .bool }
      seen.guess.see(bytes)
    case .string(let bytes):
      seen.found = "string"
      seen.guess.candidates.removeAll { $0 == .int || $0 == .float || $0 == .bool }
      seen.guess.see(bytes)
    }
  }

  /// Hands over the first whole lines.
  private static func sample(
    _ source: TextSource, from start: Int,
    _ body: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>) throws -> Void
  ) throws {
    let size = min(sampleSize, source.size - start)
    guard size > 0 else { return }
    try source.withBytes(start..<(start + size)) { bytes in
      var count = size
      if start + size < source.size {
        while count > 0, bytes[count - 1] != 0x0A { count -= 1 }
      }
      // A newline within quotes may be cut here: such a last record is left out.
      do {
        try body(bytes, bytes + count)
      } catch let failure as ReadFailure {
        if case .unterminatedQuote = failure.kind, start + size < source.size { return }
        throw failure
      }
    }
  }
}
