/// How a file is laid out.
public enum FileFormat: Sendable, Hashable {
  case csv(CSVOptions)
  case parquet
  /// Arrow IPC, file or stream.
  case arrow
  case jsonLines

  /// The format of a name in `as csv(…)`: `csv`, `tsv`, `parquet`, `arrow`, `jsonl`.
  public init?(name: String) {
    switch name {
    case "csv": self = .csv(CSVOptions())
    case "tsv": self = .csv(CSVOptions(delimiter: UInt8(ascii: "\t")))
    case "parquet": self = .parquet
    case "arrow", "ipc", "feather": self = .arrow
    case "jsonl", "ndjson": self = .jsonLines
    default: return nil
    }
  }

  /// Whether types are known only by reading every value.
  var isText: Bool {
    switch self {
    case .csv, .jsonLines: true
    case .parquet, .arrow: false
    }
  }

  /// The format that a file's extension stands for; `.gz` behind it does not count.
  public init?(path: String) {
    switch Self.fileExtension(path) {
    case "csv": self = .csv(CSVOptions())
    case "tsv": self = .csv(CSVOptions(delimiter: UInt8(ascii: "\t")))
    case "parquet", "pq": self = .parquet
    case "arrow", "arrows", "feather", "ipc": self = .arrow
    case "jsonl", "ndjson": self = .jsonLines
    default: return nil
    }
  }

  /// The extension in lower case, without `.gz`.
  static func fileExtension(_ path: String) -> String {
    var name = Substring(path.lowercased())
    if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
    if name.hasSuffix(".gz") { name = name.dropLast(3) }
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return String(name[name.index(after: dot)...])
  }

  /// The word for it in messages.
  var name: String {
    switch self {
    case .csv: "CSV"
    case .parquet: "Parquet"
    case .arrow: "Arrow IPC"
    case .jsonLines: "JSON lines"
    }
  }
}

/// What a CSV file may do differently from RFC 4180.
public struct CSVOptions: Sendable, Hashable {
  public var delimiter: UInt8
  public var quote: UInt8
  /// Whether the first record names the columns; else they are taken by position.
  public var hasHeader: Bool
  /// Unquoted fields that stand for a missing value.
  public var nullWords: [String]

  public init(
    delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\""),
    hasHeader: Bool = true, nullWords: [String] = [""]
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.hasHeader = hasHeader
    self.nullWords = nullWords
  }
}
