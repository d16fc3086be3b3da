import C360Columns

/// Puts rows into words, as CSV or as JSON.
struct RowWriter: Sendable {
  let columns: [OutputColumn]
  let pool: TextPool
  let format: TextOutput.Format
  /// `"name":` for each column, escaped.
  private let memberNames: [[UInt8]]

  init(columns: [OutputColumn], pool: TextPool, format: TextOutput.Format) {
    self.columns = columns
    self.pool = pool
    self.format = format
    memberNames = columns.map { column in
      var name = column.name
      var text = OutputBytes(capacity: 64)
      name.withUTF8 { Self.appendJSON($0, to: &text) }
      text.append(0x3A)
      return Array(text.bytes)
    }
  }

  func writeHeader(into text: inout OutputBytes) {
    guard case .csv(let delimiter) = format else { return }
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(delimiter) }
      var name = column.name
      name.withUTF8 { Self.appendCSV($0, delimiter, to: &text) }
    }
    text.append(0x0A)
  }

  func write(_ batch: Batch, _ rows: Range<Int>, into text: inout OutputBytes) {
    let vectors = batch.columns.map { $0.vector }
    switch format {
    case .csv(let delimiter):
      for row in rows {
        for index in vectors.indices {
          if index > 0 { text.append(delimiter) }
          if vectors[index].isNull(row) { continue }
          writeCSV(vectors[index], columns[index].type, row, delimiter, into: &text)
        }
        text.append(0x0A)
      }
    case .jsonLines:
      for row in rows {
        text.append(0x7B)
        for index in vectors.indices {
          if index > 0 { text.append(0x2C) }
          memberNames[index].withUnsafeBufferPointer { text.append($0) }
          if vectors[index].isNull(row) {
            text.append("null")
          } else {
            writeJSON(vectors[index], columns[index].type, row, into: &text)
          }
        }
        text.append("}\n")
      }
    }
  }

  @inline(__always)
  private func writeCSV(
    _ vector: Vector, _ type: LogicalType, _ row: Int, _ delimiter: UInt8,
    into text: inout OutputBytes
  ) {
    switch type {
    case .text: Self.appendCSV(pool.bytes(of: vector.codes[row]), delimiter, to: &text)
    case .vector, .list:
      var array = OutputBytes(capacity: 256)
      writeJSON(vector, type, row, into: &array)
      Self.appendCSV(array.bytes.bindMemory(to: UInt8.self), delimiter, to: &text)
    default: writePlain(vector, type, row, into: &text)
    }
  }

  @inline(__always)
  private func writeJSON(
    _ vector: Vector, _ type: LogicalType, _ row: Int, into text: inout OutputBytes
  ) {
    switch type {
    case .text: Self.appendJSON(pool.bytes(of: vector.codes[row]), to: &text)
    case .time, .date, .duration:
      text.append(0x22)
      writePlain(vector, type, row, into: &text)
      text.append(0x22)
    case .float, .money:
      if vector.float64s[row].isFinite {
        text.append(float: vector.float64s[row])
      } else {
        text.append("null")
      }
    case .vector(let width):
      let elements = vector.float64s + row * width
      writeArray(0..<width, into: &text) { place, text in
        let isNumber = elements[place].isFinite
        if isNumber { text.append(float: elements[place]) } else { text.append("null") }
      }
    case .list(let element):
      let words = pool.lists.words(of: vector.codes[row])
      let column = Vector(words: words, of: element.physical)
      writeArray(words.indices, into: &text) { place, text in
        writeJSON(column, element, place, into: &text)
      }
    default: writePlain(vector, type, row, into: &text)
    }
  }

  private func writeArray(
    _ places: Range<Int>, into text: inout OutputBytes,
    _ element: (Int, inout OutputBytes) -> Void
  ) {
    text.append(0x5B)
    for place in places {
      if place > places.lowerBound { text.append(0x2C) }
      element(place, &text)
    }
    text.append(0x5D)
  }

  @inline(__always)
  private func writePlain(
    _ vector: Vector, _ type: LogicalType, _ row: Int, into text: inout OutputBytes
  ) {
    switch type {
    case .bool: text.append(vector.bools[row] != 0 ? "true" : "false")
    case .int: text.append(int: vector.int64s[row])
    case .float, .money: text.append(float: vector.float64s[row])
    case .time: text.append(time: vector.int64s[row])
    case .date: text.append(date: vector.int64s[row])
    case .duration: text.append(duration: vector.int64s[row])
    case .text: text.append(pool.bytes(of: vector.codes[row]))
    case .vector, .list: writeJSON(vector, type, row, into: &text)
    }
  }

  /// Quoted where a reader could take it for something else; an empty text always, since nothing at
  /// all is a null.
  private static func appendCSV(
    _ bytes: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8, to text: inout OutputBytes
  ) {
    var needsQuotes = bytes.isEmpty
    for byte in bytes
    where byte == delimiter || byte == 0x22 || byte == 0x0A || byte == 0x0D {
      needsQuotes = true
    }
    guard needsQuotes else { return text.append(bytes) }
    text.append(0x22)
    for byte in bytes {
      if byte == 0x22 { text.append(0x22) }
      text.append(byte)
    }
    text.append(0x22)
  }

  private static func appendJSON(
    _ bytes: UnsafeBufferPointer<UInt8>, to text: inout OutputBytes
  ) {
    text.append(0x22)
    for byte in bytes {
      switch byte {
      case 0x22: text.append("\\\"")
      case 0x5C: text.append("\\\\")
      case 0x0A: text.append("\\n")
      case 0x0D: text.append("\\r")
      case 0x09: text.append("\\t")
      case 0..<0x20:
        text.append("\\u00")
        text.append(byte >> 4 + 0x30)
        text.append(byte & 15 < 10 ? byte & 15 + 0x30 : byte & 15 + 0x57)
      default: text.append(byte)
      }
    }
    text.append(0x22)
  }
}
