import CArrowABI

/// The type of an Arrow array, read from the format string of its schema.
public enum ArrowType: Hashable, Sendable {
  public enum Unit: Hashable, Sendable {
    case second, millisecond, microsecond, nanosecond
  }
  public enum TextLayout: Hashable, Sendable {
    /// Offsets of 32 bits.
    case offsets
    /// Offsets of 64 bits.
    case largeOffsets
    /// Views of 16 bytes.
    case views
  }
  case null
  case bool
  case int(bits: Int, isSigned: Bool)
  case float(bits: Int)
  case text(TextLayout)
  /// Bytes without a declared encoding; read as text when they are UTF-8.
  case binary(TextLayout)
  case decimal(precision: Int, scale: Int, bits: Int)
  /// Days (32 bits) or milliseconds (64 bits).
  case date(bits: Int)
  /// `zone` is empty for local times.
  case timestamp(Unit, zone: String)
  case duration(Unit)
  indirect case dictionary(indexBits: Int, isSigned: Bool, values: ArrowType)
  /// Offsets of 32 or, where large, 64 bits.
  indirect case list(isLarge: Bool, element: ArrowType)
  indirect case fixedSizeList(Int, element: ArrowType)
  /// Structs and what else has no place in a column; the format string.
  case unsupported(String)

  public init(_ schema: ArrowSchema) {
    let format = schema.format.map { String(cString: $0) } ?? ""
    if let dictionary = schema.dictionary {
      if case .int(let bits, let isSigned) = ArrowType(format: format) {
        self = .dictionary(
          indexBits: bits, isSigned: isSigned, values: ArrowType(dictionary.pointee))
      } else {
        self = .unsupported("dictionary")
      }
      return
    }
    if format.hasPrefix("+l") || format.hasPrefix("+L") || format.hasPrefix("+w:"),
      schema.n_children == 1, let child = schema.children?[0]?.pointee
    {
      let element = ArrowType(child)
      if let size = Int(format.dropFirst(3)) {
        self = .fixedSizeList(size, element: element)
      } else {
        self = .list(isLarge: format.hasPrefix("+L"), element: element)
      }
      return
    }
    self.init(format: format)
  }

  init(format: String) {
    if let simple = Self.simple[format] {
      self = simple
    } else if format.hasPrefix("ts"), let unit = Self.unit(format.dropFirst(2).first) {
      self = .timestamp(unit, zone: String(format.dropFirst(4)))
    } else if format.hasPrefix("tD"), let unit = Self.unit(format.dropFirst(2).first) {
      self = .duration(unit)
    } else if format.hasPrefix("d:") {
      let numbers = format.dropFirst(2).split(separator: ",").compactMap { Int($0) }
      if numbers.count >= 2 {
        self = .decimal(
          precision: numbers[0], scale: numbers[1], bits: numbers.count > 2 ? numbers[2] : 128)
      } else {
        self = .unsupported(format)
      }
    } else {
      self = .unsupported(format)
    }
  }

  private static let simple: [String: ArrowType] = [
    "n": .null, "b": .bool,
    "c": .int(bits: 8, isSigned: true), "C": .int(bits: 8, isSigned: false),
    "s": .int(bits: 16, isSigned: true), "S": .int(bits: 16, isSigned: false),
    "i": .int(bits: 32, isSigned: true), "I": .int(bits: 32, isSigned: false),
    "l": .int(bits: 64, isSigned: true), "L": .int(bits: 64, isSigned: false),
    "e": .float(bits: 16), "f": .float(bits: 32), "g": .float(bits: 64),
    "u": .text(.offsets), "U": .text(.largeOffsets), "vu": .text(.views),
    "z": .binary(.offsets), "Z": .binary(.largeOffsets), "vz": .binary(.views),
    "tdD": .date(bits: 32), "tdm": .date(bits: 64),
  ]

  private static func unit(_ letter: Character?) -> Unit? {
    switch letter {
    case "s": .second
    case "m": .millisecond
    case "u": .microsecond
    case "n": .nanosecond
    default: nil
    }
  }

  /// The language type such a column has by itself; `nil` when there is none.
  public var logicalType: LogicalType? {
    switch self {
    case .null, .unsupported: nil
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .text, .binary: .text
    case .decimal(_, let scale, _): scale > 0 ? .float : .int
    case .date: .date
    case .timestamp: .time
    case .duration: .duration
    case .dictionary(_, _, let values): values.logicalType
    case .fixedSizeList(let size, .float) where Self.widths.contains(size): .vector(size)
    case .list(_, let element), .fixedSizeList(_, let element):
      element.logicalType.flatMap { $0.canBeElement ? .list($0) : nil }
    }
  }

  /// Elements that a vector may have.
  public static let widths = 1...65536

  /// Whether a column of this type can be read as `type`. Values may still fail one by one.
  public func isReadable(as type: LogicalType) -> Bool {
    switch (self, type) {
    case (.null, _), (.bool, .bool), (.text, .text), (.binary, .text), (.int, .int), (.int, .float),
      (.int, .money), (.float, .float), (.float, .money), (.decimal, .int), (.decimal, .float),
      (.decimal, .money), (.date, .date), (.date, .time), (.timestamp, .time),
      (.duration, .duration):
      true
    case (.dictionary(_, _, let values), _): values.isReadable(as: type)
    case (.list(_, let element), .vector): element.isReadable(as: .float)
    case (.fixedSizeList(let size, let element), .vector(let width)):
      size == width && element.isReadable(as: .float)
    case (.list(_, let element), .list(let wanted)),
      (.fixedSizeList(_, let element), .list(let wanted)):
      element.isReadable(as: wanted)
    default: false
    }
  }
}

extension ArrowType: CustomStringConvertible {
  /// The name that Arrow's own tools print.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int(let bits, let isSigned): (isSigned ? "int" : "uint") + "\(bits)"
    case .float(let bits): bits == 64 ? "double" : bits == 32 ? "float" : "halffloat"
    case .text(let layout): layout == .largeOffsets ? "large_string" : "string"
    case .binary(let layout): layout == .largeOffsets ? "large_binary" : "binary"
    case .decimal(let precision, let scale, let bits): "decimal\(bits)(\(precision), \(scale))"
    case .date(let bits): "date\(bits)"
    case .timestamp(let unit, let zone):
      zone.isEmpty ? "timestamp[\(unit.symbol)]" : "timestamp[\(unit.symbol), tz=\(zone)]"
    case .duration(let unit): "duration[\(unit.symbol)]"
    case .dictionary(_, _, let values): "dictionary of \(values)"
    case .list(let isLarge, let element): (isLarge ? "large_list" : "list") + "<\(element)>"
    case .fixedSizeList(let size, let element): "fixed_size_list<\(element)>[\(size)]"
    case .unsupported(let format): Self.nestedNames[String(format.prefix(2))] ?? "`\(format)`"
    }
  }

  private static let nestedNames = [
    "+l": "list", "+L": "large_list", "+w": "fixed_size_list", "+s": "struct", "+m": "map",
    "+u": "union", "+r": "run_end_encoded", "+v": "list_view", "w:": "fixed_size_binary",
    "tt": "time of day", "ti": "interval",
  ]
}

extension ArrowType.Unit {
  var symbol: String {
    switch self {
    case .second: "s"
    case .millisecond: "ms"
    case .microsecond: "us"
    case .nanosecond: "ns"
    }
  }
}
