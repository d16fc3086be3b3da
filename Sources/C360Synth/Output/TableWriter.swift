import C360Columns
import C360IO

/// How the values of a column come from the rows of a table.
enum FieldValue<Row>: Sendable {
  case int(@Sendable (Row) -> Int64)
  case optionalInt(@Sendable (Row) -> Int64?)
  case float(@Sendable (Row) -> Double)
  case bool(@Sendable (Row) -> Bool)
  /// A code of the pool.
  case text(@Sendable (Row) -> Int32)
  case optionalText(@Sendable (Row) -> Int32?)
  /// A place in `Catalogue.embeddings`, counted in vectors.
  case embedding(@Sendable (Row) -> Int)
}

struct Field<Row>: Sendable {
  let name: String
  let type: LogicalType
  let value: FieldValue<Row>

  init(_ name: String, _ type: LogicalType, _ value: FieldValue<Row>) {
    self.name = name
    self.type = type
    self.value = value
  }

  func vector(_ rows: [Row]) -> Vector {
    let values = Buffer(byteCount: rows.count * type.physical.stride)
    var validity: Buffer?
    func fill<Value: BitwiseCopyable>(_ value: (Row) -> Value) {
      let target = values.elements(Value.self)
      for (index, row) in rows.enumerated() { target[index] = value(row) }
    }
    func fillOptional<Value: BitwiseCopyable & FixedWidthInteger>(_ value: (Row) -> Value?) {
      let valid = Buffer(byteCount: rows.count)
      let flags = valid.elements(UInt8.self)
      let target = values.elements(Value.self)
      for (index, row) in rows.enumerated() {
        let found = value(row)
        target[index] = found ?? 0
        flags[index] = found == nil ? 0 : 1
      }
      validity = valid
    }
    switch value {
    case .int(let value): fill(value)
    case .optionalInt(let value): fillOptional(value)
    case .float(let value): fill(value)
    case .bool(let value): fill { value($0) ? UInt8(1) : 0 }
    case .text(let value): fill(value)
    case .optionalText(let value): fillOptional(value)
    case .embedding(let place):
      let width = Catalogue.dimensions
      let target = values.elements(Double.self)
      Catalogue.embeddings.withUnsafeBufferPointer { source in
        for (index, row) in rows.enumerated() {
          for element in 0..<width {
            target[index * width + element] = source[place(row) * width + element]
          }
        }
      }
    }
    return Vector(type: type.physical, count: rows.count, values: values, validity: validity)
  }
}

/// A table of the population: its file and its columns.
struct SynthTable<Row>: Sendable {
  let path: String
  let fields: [Field<Row>]

  func batch(_ rows: [Row]) -> Batch {
    Batch(
      columns: fields.map {
        Batch.Column(name: $0.name, type: $0.type, vector: $0.vector(rows))
      }, rowCount: rows.count)
  }

  var columns: [OutputColumn] { fields.map { OutputColumn(name: $0.name, type: $0.type) } }
}
