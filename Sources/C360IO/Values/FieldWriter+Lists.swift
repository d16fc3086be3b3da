import C360Columns

/// Vectors and lists as text: JSON arrays, in JSON lines as they stand, in CSV as the text of a field.
extension FieldWriter {
  func writeVector(
    _ bytes: UnsafeBufferPointer<UInt8>, _ width: Int, _ row: Int
  ) throws(ColumnError) {
    let target = builder.float64s + row * width
    var count = 0
    var nan: Int?
    try forEachElement(bytes, row) { token throws(ColumnError) in
      count += 1
      guard case .number(let digits) = token, case .value(let value) = ValueText.float(digits)
      else {
        if case .null = token { throw ColumnError(row: row, problem: .nullElement(count)) }
        throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
      }
      if value.isNaN, nan == nil { nan = count }
      if count <= width { target[count - 1] = value }
    }
    guard count == width else { throw ColumnError(row: row, problem: .length(count)) }
    if let nan, rules.nan != .keep {
      if rules.nan == .reject { throw ColumnError(row: row, problem: .nanElement(nan)) }
      try writeAbsent(row, bytes, because: .nanElement(nan))
    }
  }

  func writeList(
    _ bytes: UnsafeBufferPointer<UInt8>, of element: LogicalType, _ row: Int
  ) throws(ColumnError) {
    // One element at a time goes through a column of its own: the rules of its type hold.
    let cell = ColumnBuilder(
      rules: ColumnRules(type: element, nan: .keep, bareDate: rules.bareDate, zone: rules.zone),
      capacity: 1, pool: pool)
    let writer = FieldWriter(cell, firstRow: 0, pool: pool, nullWords: [], checksUTF8: true)
    var words: [UInt64] = []
    try forEachElement(bytes, row) { token throws(ColumnError) in
      let written: UnsafeBufferPointer<UInt8>
      switch (token, element) {
      case (.null, _): throw ColumnError(row: row, problem: .nullElement(words.count + 1))
      case (.string(let text), .text):
        guard text.baseAddress.map({ isUTF8($0, text.count) }) ?? true else {
          throw ColumnError(row: row, problem: .notUTF8)
        }
        words.append(UInt64(UInt32(bitPattern: pool.intern(text))))
        return
      case (.string(let text), .time), (.string(let text), .date), (.string(let text), .duration):
        written = text
      case (.number(let digits), .int), (.number(let digits), .float): written = digits
      case (.bool(let word), .bool): written = word
      default: throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
      }
      do throws(ColumnError) {
        try writer.write(written, 0)
      } catch {
        throw ColumnError(row: row, problem: error.problem)
      }
      words.append(cell.vector(count: 1).word(0))
    }
    builder.codes[row] = pool.lists.intern(words)
  }

  private func forEachElement(
    _ bytes: UnsafeBufferPointer<UInt8>, _ row: Int,
    _ body: (JSONReader.Token) throws(ColumnError) -> Void
  ) throws(ColumnError) {
    guard let start = bytes.baseAddress else {
      throw ColumnError(row: row, problem: .unreadable(""))
    }
    // The reader undoes escapes in place; the bytes of a field are its reader's own.
    let place = UnsafeMutablePointer(mutating: start)
    var reader = JSONReader(place: place, end: place + bytes.count)
    let unreadable = ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
    guard reader.take(0x5B) else { throw unreadable }
    reader.skipBlanks()
    if !reader.take(0x5D) {
      while true {
        reader.skipBlanks()
        guard let token = try? reader.token() else { throw unreadable }
        try body(token)
        reader.skipBlanks()
        if reader.take(0x2C) { continue }
        guard reader.take(0x5D) else { throw unreadable }
        break
      }
    }
    reader.skipBlanks()
    guard reader.isAtEnd else { throw unreadable }
  }
}
