import C360Columns

/// The world as it was known before an instant.
enum Horizon {
  /// Rows all of whose clocks are before `instant`; a null clock is unknown and stays.
  static func rows(of batch: Batch, before instant: Int64, clocks: [Int]) -> [Int32] {
    var rows: [Int32] = []
    rows.reserveCapacity(batch.rowCount)
    let vectors = clocks.map { batch.columns[$0].vector }
    for row in 0..<batch.rowCount
    where vectors.allSatisfy({ $0.isNull(row) || $0.int64s[row] < instant }) {
      rows.append(Int32(row))
    }
    return rows
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
