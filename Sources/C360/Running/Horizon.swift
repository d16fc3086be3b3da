import C360Columns

/// The world as it was known before an instant.
enum Horizon {
  /// Rows all of whose clocks are before `instant`; a null clock is unknown and stays. A consent may be
  /// taken back before it was given: such a row says so from its end on.
  static func rows(
    of batch: Batch, before instant: Int64, clocks: [SourceOrigin.Clock], end: Int?
  ) -> [Int32] {
    var rows: [Int32] = []
    rows.reserveCapacity(batch.rowCount)
    let limits = clocks.map {
      (vector: batch.columns[$0.column].vector, limit: $0.latest(before: instant))
    }
    let ends = end.map { batch.columns[$0].vector }
    for row in 0..<batch.rowCount
    where limits.allSatisfy({ $0.vector.isNull(row) || $0.vector.int64s[row] < $0.limit })
      || ends.map({ !$0.isNull(row) && $0.int64s[row] <= instant }) ?? false
    {
      rows.append(Int32(row))
    }
    return rows
  }
}

extension SourceOrigin.Clock {
  /// Below which the column must lie for the row to be known before `instant`.
  func latest(before instant: Int64) -> Int64 {
    let (limit, overflow) = instant.subtractingReportingOverflow(delay)
    return overflow ? .min : limit
  }
}

extension Batch {
  /// The rows of a range, sharing memory.
  func slice(_ range: Range<Int>) -> Batch {
    Batch(
      columns: columns.map {
        Column(name: $0.name, type: $0.type, vector: $0.vector.slice(range))
      }, rowCount: range.count)
  }

  /// Null where the column says a time after `instant`: what ends later had no end then.
  func withoutEnds(in column: Int, after instant: Int64) -> Batch {
    keepingTimes(in: column) { $0 <= instant }
  }

  /// Null where the column says a time at or after `limit`: what begins then is not known yet, though its
  /// row is for another reason.
  func withoutStarts(in column: Int, from limit: Int64) -> Batch {
    keepingTimes(in: column) { $0 < limit }
  }

  /// Null in place of other times.
  private func keepingTimes(in column: Int, where isKnown: (Int64) -> Bool) -> Batch {
    let times = columns[column].vector
    guard (0..<rowCount).contains(where: { !times.isNull($0) && !isKnown(times.int64s[$0]) }) else {
      return self
    }
    let values = Buffer(byteCount: rowCount * 8)
    let validity = Buffer(byteCount: rowCount)
    for row in 0..<rowCount {
      let isKept = !times.isNull(row) && isKnown(times.int64s[row])
      // Nobody reads what stands under a null; as a time it is after all others.
      values.elements(Int64.self)[row] = isKept ? times.int64s[row] : .max
      validity.elements(UInt8.self)[row] = isKept ? 1 : 0
    }
    var columns = columns
    columns[column] = Column(
      name: columns[column].name, type: columns[column].type,
      vector: Vector(type: .int64, count: rowCount, values: values, validity: validity))
    return Batch(columns: columns, rowCount: rowCount)
  }

  /// The rows of these numbers, in this order.
  func taking(_ rows: [Int32]) -> Batch {
    Batch(
      columns: columns.map {
        Column(name: $0.name, type: $0.type, vector: $0.vector.taking(rows))
      }, rowCount: rows.count)
  }
}

extension Vector {
  func taking(_ rows: [Int32]) -> Vector {
    let values = Buffer(byteCount: rows.count * type.stride)
    var validity: Buffer?
    switch type {
    case .bool: Self.gather(bools, rows, into: values.elements())
    case .int64: Self.gather(int64s, rows, into: values.elements())
    case .float64: Self.gather(float64s, rows, into: values.elements())
    case .text, .list: Self.gather(codes, rows, into: values.elements())
    case .vector(let width):
      for (index, row) in rows.enumerated() {
        (values.elements(Double.self) + index * width).update(
          from: float64s + Int(row) * width, count: width)
      }
    }
    if let valid {
      let buffer = Buffer(byteCount: rows.count)
      Self.gather(valid, rows, into: buffer.elements())
      validity = buffer
    }
    return Vector(type: type, count: rows.count, values: values, validity: validity)
  }

  private static func gather<Element: BitwiseCopyable>(
    _ source: UnsafeMutablePointer<Element>, _ rows: [Int32],
    into target: UnsafeMutablePointer<Element>
  ) {
    for (index, row) in rows.enumerated() { target[index] = source[Int(row)] }
  }
}
