import C360Columns
import C360Display

/// A table written down in a test.
struct Sample {
  let texts = TextPool()
  private(set) var columns: [Batch.Column] = []
  private var rowCount = 0

  init(_ columns: (String, LogicalType, [Scalar])...) { self.init(columns) }

  init(_ columns: [(String, LogicalType, [Scalar])]) {
    for (name, type, values) in columns { add(name, type, values) }
  }

  private mutating func add(_ name: String, _ type: LogicalType, _ values: [Scalar]) {
    rowCount = values.count
    let rules = ColumnRules(type: type, isNullable: true)
    let builder = ColumnBuilder(rules: rules, capacity: values.count, pool: texts)
    for (row, value) in values.enumerated() {
      switch value {
      case .null: _ = builder.setAbsent(row)
      case .bool(let value): builder.bools[row] = value ? 1 : 0
      case .int(let value): builder.int64s[row] = value
      case .float(let value): builder.float64s[row] = value
      case .text(let value): builder.codes[row] = texts.intern(value)
      case .vector(let elements):
        for (place, element) in elements.enumerated() {
          builder.float64s[row * elements.count + place] = element
        }
      case .list: builder.codes[row] = texts.lists.intern(value.elements, texts: texts)
      }
    }
    columns.append(
      Batch.Column(name: name, type: type, vector: builder.vector(count: values.count)))
  }

  var batch: Batch { Batch(columns: columns, rowCount: rowCount) }

  func text(
    _ mode: TableMode, width: Int? = nil, rows: Int? = nil, isStyled: Bool = false
  ) -> String {
    TableText(batch, texts: texts).rendered(
      TableOptions(mode: mode, width: width, maximumRows: rows, isStyled: isStyled))
  }
}

extension Scalar {
  var elements: [Scalar] { if case .list(let elements) = self { elements } else { [] } }
}

extension Array where Element == Scalar {
  static func texts(_ values: String?...) -> [Scalar] {
    values.map { $0.map { .text($0) } ?? .null }
  }
  static func ints(_ values: Int64?...) -> [Scalar] { values.map { $0.map { .int($0) } ?? .null } }
  static func floats(_ values: Double?...) -> [Scalar] {
    values.map { $0.map { .float($0) } ?? .null }
  }
}
