import CArrowABI

/// Why a stream of Arrow arrays could not be read.
public struct ArrowImportError: Error {
  public enum Kind: Sendable {
    /// The stream failed, with its own message, or is no stream of record batches.
    case stream(String)
    /// No column of the name; the names there are.
    case missing([String])
    case wrongType(ArrowType)
    /// A value, and its row in the whole stream, from 0.
    case value(ColumnError)
  }
  /// Position among the columns asked for; `nil` when the stream itself is at fault.
  public var column: Int?
  public var kind: Kind
}

/// Reads the columns of a stream of record batches into one batch, in the order asked for, and
/// releases the stream. Columns that are not asked for are left out.
public func importArrow(
  _ stream: UnsafeMutablePointer<ArrowArrayStream>, columns: [(name: String, rules: ColumnRules)],
  pool: TextPool
) throws(ArrowImportError) -> Batch {
  defer { if let release = stream.pointee.release { release(stream) } }
  let fields = try streamFields(stream)
  var positions: [Int] = []
  for (index, column) in columns.enumerated() {
    guard let position = fields.firstIndex(where: { $0.name == column.name }) else {
      throw ArrowImportError(column: index, kind: .missing(fields.map { $0.name }))
    }
    guard fields[position].type.isReadable(as: column.rules.type) else {
      throw ArrowImportError(column: index, kind: .wrongType(fields[position].type))
    }
    positions.append(position)
  }
  let arrays = ImportedArrays()
  try arrays.readAll(stream, fieldCount: fields.count)
  let builders = columns.map {
    ColumnBuilder(rules: $0.rules, capacity: arrays.rowCount, pool: pool)
  }
  let converter = ArrowConverter(pool: pool)
  var row = 0
  for array in arrays.arrays {
    for (index, position) in positions.enumerated() {
      guard var child = array.children[position]?.pointee else { continue }
      // A slice of a struct is stated on the struct alone.
      child.offset += array.offset
      child.length = array.length
      do throws(ColumnError) {
        try converter.convert(child, type: fields[position].type, into: builders[index], at: row)
      } catch {
        let failed = ColumnError(row: row + error.row, problem: error.problem)
        throw ArrowImportError(column: index, kind: .value(failed))
      }
    }
    row += Int(array.length)
  }
  return Batch(
    columns: zip(columns, builders).map { column, builder in
      Batch.Column(
        name: column.name, type: column.rules.type, vector: builder.vector(count: row),
        lostDigits: builder.lostDigits)
    }, rowCount: row)
}

private func streamFields(
  _ stream: UnsafeMutablePointer<ArrowArrayStream>
) throws(ArrowImportError) -> [(name: String, type: ArrowType)] {
  var schema = ArrowSchema()
  guard let getSchema = stream.pointee.get_schema, getSchema(stream, &schema) == 0 else {
    throw ArrowImportError(column: nil, kind: .stream(lastError(stream)))
  }
  defer { if let release = schema.release { release(&schema) } }
  guard schema.format.map({ String(cString: $0) }) == "+s" else {
    throw ArrowImportError(column: nil, kind: .stream("its items are no record batches"))
  }
  return (0..<Int(schema.n_children)).compactMap { index in
    guard let child = schema.children[index]?.pointee else { return nil }
    return (child.name.map { String(cString: $0) } ?? "", ArrowType(child))
  }
}

private func lastError(_ stream: UnsafeMutablePointer<ArrowArrayStream>) -> String {
  guard let message = stream.pointee.get_last_error, let text = message(stream) else {
    return "the stream failed without a message"
  }
  return String(cString: text)
}

/// The arrays of a stream, released together.
private final class ImportedArrays {
  var arrays: [ArrowArray] = []
  var rowCount = 0

  func readAll(
    _ stream: UnsafeMutablePointer<ArrowArrayStream>, fieldCount: Int
  ) throws(ArrowImportError) {
    while true {
      var array = ArrowArray()
      guard let next = stream.pointee.get_next, next(stream, &array) == 0 else {
        throw ArrowImportError(column: nil, kind: .stream(lastError(stream)))
      }
      if array.release == nil { return }
      arrays.append(array)
      rowCount += Int(array.length)
      guard Int(array.n_children) == fieldCount else {
        throw ArrowImportError(
          column: nil, kind: .stream("a record batch with other columns than the schema"))
      }
    }
  }

  deinit {
    for index in arrays.indices {
      if let release = arrays[index].release { release(&arrays[index]) }
    }
  }
}
