import C360Columns
import C360Engine

/// The values of a column in the order of values, a null first.
struct GroupKeys: Sendable {
  /// By row, into `values`.
  let ranks: [Int]
  let values: [GroupValue]
  var labels: [String] { values.map(\.label) }

  init(ranks: [Int], labels: [String]) {
    self.ranks = ranks
    values = labels.map { .text(TextBytes($0.utf8)) }
  }

  init(_ column: Vector, rowCount: Int, pool: TextPool) {
    var known: [GroupValue: Int] = [:]
    var assigned = [Int](repeating: 0, count: rowCount)
    for row in 0..<rowCount {
      let cell = GroupValue(column, row, pool)
      assigned[row] = known[cell] ?? known.count
      known[cell] = assigned[row]
    }
    let sorted = known.sorted { $0.key < $1.key }
    var places = [Int](repeating: 0, count: sorted.count)
    for (place, entry) in sorted.enumerated() { places[entry.value] = place }
    ranks = assigned.map { places[$0] }
    values = sorted.map(\.key)
  }
}

/// A value as what it is equal and ordered by.
enum GroupValue: Hashable, Comparable {
  case null
  case bool(UInt8)
  case integer(Int64)
  case float(Double)
  case text(TextBytes)

  init(_ column: Vector, _ row: Int, _ pool: TextPool) {
    if column.isNull(row) {
      self = .null
      return
    }
    switch column.type {
    case .bool: self = .bool(column.bools[row])
    case .int64: self = .integer(column.int64s[row])
    case .float64:
      // Zeros of both signs are one group, and so are all NaN.
      let value = column.float64s[row]
      self = value.isNaN ? .text(TextBytes("NaN".utf8)) : .float(value == 0 ? 0 : value)
    case .text: self = .text(TextBytes(pool.bytes(of: column.codes[row])))
    case .vector, .list: self = .null
    }
  }

  var label: String {
    switch self {
    case .null: "null"
    case .bool(let value): value == 0 ? "false" : "true"
    case .integer(let value): String(value)
    case .float(let value): "\(value)"
    case .text(let value): value.text
    }
  }
}

/// A text equal to another when their bytes are, and before it when its bytes are: composed and
/// decomposed letters are two texts.
struct TextBytes: Hashable, Comparable {
  private let bytes: [UInt8]

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  static func < (left: TextBytes, right: TextBytes) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
