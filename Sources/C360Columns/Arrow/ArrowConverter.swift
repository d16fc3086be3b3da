import CArrowABI

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes Arrow arrays into columns being built. One per thread.
public struct ArrowConverter: ~Copyable {
  let pool: TextPool

  public init(pool: TextPool) {
    self.pool = pool
  }

  /// Converts a whole array into the rows of `builder` from `row` on. The array's type must be
  /// readable as the column's (`ArrowType.isReadable`).
  public func convert(
    _ array: ArrowArray, type: ArrowType, into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    let chunk = ArrowChunk(array, type: type)
    if chunk.count == 0 { return }
    try convertValues(chunk, into: builder, at: row)
    try checkTimes(chunk, builder, at: row)
    try placeNulls(chunk, into: builder, at: row)
    if builder.physical == .float64, builder.rules.nan != .keep {
      try placeNaN(chunk, into: builder, at: row)
    }
  }

  /// Values alone; what stands under a null is unspecified afterwards.
  private func convertValues(
    _ chunk: ArrowChunk, into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    switch chunk.type {
    case .null: return
    case .bool: try convertBools(chunk, into: builder.bools + row)
    case .int(let bits, let isSigned):
      if builder.physical == .int64 {
        try convertInts(chunk, bits, isSigned, into: builder.int64s + row)
      } else {
        try convertIntsToFloats(chunk, bits, isSigned, into: builder.float64s + row)
        builder.note(lostDigits(of: chunk, bits, isSigned)?.moved(by: row))
      }
    case .float(let bits): try convertFloats(chunk, bits, into: builder.float64s + row)
    case .text, .binary: try convertTexts(chunk, into: builder.codes + row)
    case .decimal(let precision, let scale, let bits):
      if builder.physical == .int64 {
        try convertDecimals(chunk, scale, bits, intoInts: builder.int64s + row)
      } else {
        let floats = builder.float64s + row
        try convertDecimals(chunk, scale, bits, intoFloats: floats)
        if precision > 15 {
          builder.note(lostDigits(of: chunk, scale, bits, as: floats)?.moved(by: row))
        }
      }
    case .date(let bits): try convertDates(chunk, bits, into: builder, at: row)
    case .timestamp(let unit, let zone):
      try convertTicks(chunk, unit, into: builder.int64s + row)
      if zone.isEmpty, !builder.rules.zone.isUTC {
        let zone = builder.rules.zone
        for index in row..<(row + chunk.count) {
          builder.int64s[index] = zone.instant(ofLocal: builder.int64s[index])
        }
      }
    case .duration(let unit): try convertTicks(chunk, unit, into: builder.int64s + row)
    case .dictionary(let bits, let isSigned, let values):
      try convertDictionary(chunk, bits, isSigned, values, into: builder, at: row)
    case .list(_, let element), .fixedSizeList(_, let element):
      try convertLists(chunk, of: element, into: builder, at: row)
    case .unsupported(let format):
      throw ColumnError(row: 0, problem: .damaged("type `\(format)`"))
    }
  }

  private func placeNulls(
    _ chunk: ArrowChunk, into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    if chunk.type == .null {
      for index in 0..<chunk.count {
        guard builder.setAbsent(row + index) else { throw ColumnError(row: index, problem: .null) }
      }
      return
    }
    guard chunk.mayHaveNulls else { return }
    let validity = builder.rules.isNullable && !builder.hasDefault ? builder.validity() : nil
    for index in stride(from: 0, to: chunk.count, by: 8) {
      let size = min(8, chunk.count - index)
      var missing = ~chunk.validBits(index) & UInt8(truncatingIfNeeded: (1 << size) - 1)
      while missing != 0 {
        let place = index + missing.trailingZeroBitCount
        missing &= missing &- 1
        if let validity {
          builder.setNull(row + place, in: validity)
        } else if !builder.setAbsent(row + place) {
          throw ColumnError(row: place, problem: .null)
        }
      }
    }
  }

  private func placeNaN(
    _ chunk: ArrowChunk, into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    let floats = builder.float64s + row
    var found: UInt8 = 0
    for index in 0..<chunk.count {
      found |= unsafeBitCast(floats[index] != floats[index], to: UInt8.self)
    }
    if found == 0 { return }
    for index in 0..<chunk.count where floats[index].isNaN && chunk.isValid(index) {
      if builder.rules.nan == .reject { throw ColumnError(row: index, problem: .nan) }
      guard builder.setAbsent(row + index) else { throw ColumnError(row: index, problem: .nan) }
    }
  }

  // MARK: Dictionaries

  private func convertDictionary(
    _ chunk: ArrowChunk, _ bits: Int, _ isSigned: Bool, _ type: ArrowType,
    into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    guard let dictionary = chunk.array.dictionary?.pointee else {
      throw ColumnError(row: 0, problem: .damaged("a dictionary array without its dictionary"))
    }
    var rules = builder.rules
    rules.isNullable = true
    rules.defaultValue = nil
    rules.nan = .keep
    let size = Int(dictionary.length)
    let values = ColumnBuilder(rules: rules, capacity: size, pool: pool)
    let indices = UnsafeMutablePointer<Int64>.allocate(capacity: chunk.count)
    defer { indices.deallocate() }
    try convertInts(chunk, bits, isSigned, into: indices)
    do {
      try convert(dictionary, type: type, into: values, at: 0)
    } catch {
      let user = (0..<chunk.count).first { chunk.isValid($0) && indices[$0] == Int64(error.row) }
      throw ColumnError(row: user ?? 0, problem: error.problem)
    }
    for index in 0..<chunk.count where !(0..<Int64(size)).contains(indices[index]) {
      if chunk.isValid(index) {
        throw ColumnError(row: index, problem: .damaged("an index beyond its dictionary"))
      }
      indices[index] = 0
    }
    if size == 0 { return }
    noteLostDigits(of: dictionary, type, indices, chunk, values, into: builder, at: row)
    let column = values.vector(count: size)
    switch builder.physical {
    case .int64: gather(column.int64s, indices, chunk.count, builder.int64s + row)
    case .float64: gather(column.float64s, indices, chunk.count, builder.float64s + row)
    case .bool: gather(column.bools, indices, chunk.count, builder.bools + row)
    case .text, .list: gather(column.codes, indices, chunk.count, builder.codes + row)
    case .vector(let width):
      for index in 0..<chunk.count {
        (builder.float64s + (row + index) * width).update(
          from: column.float64s + Int(indices[index]) * width, count: width)
      }
    }
    guard let valid = column.valid else { return }
    for index in 0..<chunk.count where valid[Int(indices[index])] == 0 && chunk.isValid(index) {
      guard builder.setAbsent(row + index) else { throw ColumnError(row: index, problem: .null) }
    }
  }

  /// Each row that has such a value counts.
  private func noteLostDigits(
    of dictionary: ArrowArray, _ type: ArrowType, _ indices: UnsafeMutablePointer<Int64>,
    _ chunk: ArrowChunk, _ values: ColumnBuilder, into builder: ColumnBuilder, at row: Int
  ) {
    guard values.lostDigits != nil else { return }
    // Value by value: few dictionaries hold such numbers.
    var numbers: [Int64: String] = [:]
    for place in 0..<dictionary.length {
      var one = dictionary
      one.offset += place
      one.length = 1
      let alone = ColumnBuilder(rules: values.rules, capacity: 1, pool: pool)
      try? convert(one, type: type, into: alone, at: 0)
      numbers[place] = alone.lostDigits?.number
    }
    var lost: LostDigits?
    for index in 0..<chunk.count where chunk.isValid(index) {
      guard let number = numbers[indices[index]] else { continue }
      LostDigits.note(&lost, row: row + index, number)
    }
    builder.note(lost)
  }

  private func gather<T>(
    _ values: UnsafeMutablePointer<T>, _ indices: UnsafeMutablePointer<Int64>, _ count: Int,
    _ target: UnsafeMutablePointer<T>
  ) {
    for index in 0..<count { target[index] = values[Int(indices[index])] }
  }
}
