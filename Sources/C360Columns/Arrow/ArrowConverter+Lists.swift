import CArrowABI

/// Arrays of lists, as columns of vectors and of lists. What stands under a null list is not looked at.
extension ArrowConverter {
  func convertLists(
    _ chunk: ArrowChunk, of element: ArrowType, into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    guard var child = chunk.array.children?[0]?.pointee else {
      throw ColumnError(row: 0, problem: .damaged("an array of lists without elements"))
    }
    let places = try places(chunk, childLength: Int(child.length))
    let first = places.starts[0]
    child.offset += Int64(first)
    child.length = Int64(places.ends[chunk.count - 1] - first)
    let elements: Vector
    do {
      elements = try self.elements(child, element, builder.rules.type)
    } catch {
      let position = first + error.row
      let row = (0..<chunk.count).first {
        (places.starts[$0]..<places.ends[$0]).contains(position)
      }
      throw ColumnError(row: row ?? 0, problem: error.problem)
    }
    for index in 0..<chunk.count where chunk.isValid(index) {
      let range = (places.starts[index] - first)..<(places.ends[index] - first)
      for (place, position) in range.enumerated() where elements.isNull(position) {
        throw ColumnError(row: index, problem: .nullElement(place + 1))
      }
      if case .vector(let width) = builder.physical {
        try place(elements, range, width, index, into: builder, at: row)
      } else {
        builder.codes[row + index] = pool.lists.intern(range.map { elements.word($0) })
      }
    }
  }

  private func place(
    _ elements: Vector, _ range: Range<Int>, _ width: Int, _ index: Int,
    into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    guard range.count == width else {
      throw ColumnError(row: index, problem: .length(range.count))
    }
    let values = elements.float64s + range.lowerBound
    (builder.float64s + (row + index) * width).update(from: values, count: width)
    if builder.rules.nan == .keep { return }
    for place in 0..<width where values[place].isNaN {
      guard builder.rules.nan == .null, builder.setAbsent(row + index) else {
        throw ColumnError(row: index, problem: .nanElement(place + 1))
      }
      return
    }
  }

  /// Where the elements of each list lie in the child array.
  private func places(
    _ chunk: ArrowChunk, childLength: Int
  ) throws(ColumnError) -> (starts: [Int], ends: [Int]) {
    var bounds: [Int] = []
    bounds.reserveCapacity(chunk.count + 1)
    switch chunk.type {
    case .fixedSizeList(let size, _):
      for index in 0...chunk.count { bounds.append((chunk.offset + index) * size) }
    case .list(let isLarge, _):
      if isLarge {
        guard let offsets = chunk.elements(1, of: Int64.self) else { throw missing }
        for index in 0...chunk.count { bounds.append(Int(offsets[index])) }
      } else {
        guard let offsets = chunk.elements(1, of: Int32.self) else { throw missing }
        for index in 0...chunk.count { bounds.append(Int(offsets[index])) }
      }
    default: throw missing
    }
    for index in 0..<chunk.count
    where bounds[index] < 0 || bounds[index] > bounds[index + 1] || bounds[index + 1] > childLength
    {
      throw ColumnError(row: index, problem: .damaged("a list beyond its elements"))
    }
    return (Array(bounds.dropLast()), Array(bounds.dropFirst()))
  }

  /// The elements as a column of their own: nulls stay nulls, NaN stays NaN.
  private func elements(
    _ child: ArrowArray, _ type: ArrowType, _ column: LogicalType
  ) throws(ColumnError) -> Vector {
    let element: LogicalType = if case .list(let element) = column { element } else { .float }
    let rules = ColumnRules(type: element, isNullable: true, nan: .keep)
    let count = Int(child.length)
    let builder = ColumnBuilder(rules: rules, capacity: count, pool: pool)
    try convert(child, type: type, into: builder, at: 0)
    return builder.vector(count: count)
  }
}

extension Vector {
  /// A value as an element of a list.
  @inline(__always)
  public func word(_ row: Int) -> UInt64 {
    switch type {
    case .bool: UInt64(bools[row])
    case .int64: UInt64(bitPattern: int64s[row])
    case .float64: float64s[row].bitPattern
    case .text, .list: UInt64(UInt32(bitPattern: codes[row]))
    case .vector: 0
    }
  }
}

extension Vector {
  /// The elements of a list as a column.
  public init(words: [UInt64], of type: PhysicalType) {
    let values = Buffer(byteCount: words.count * type.stride)
    for (place, word) in words.enumerated() {
      switch type {
      case .bool: values.elements(UInt8.self)[place] = UInt8(truncatingIfNeeded: word)
      case .text, .list: values.elements(UInt32.self)[place] = UInt32(truncatingIfNeeded: word)
      case .int64, .float64, .vector: values.elements(UInt64.self)[place] = word
      }
    }
    self.init(type: type, count: words.count, values: values)
  }
}
