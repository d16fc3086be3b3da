import C360Columns

extension Vector {
  /// The values of some rows, in the order given; a row of −1 gives null.
  package func gathered(
    _ rows: UnsafePointer<Int32>, count: Int, hasMissing: Bool, threads: Int
  ) throws(EngineError) -> Vector {
    let result = Buffer(byteCount: count * type.stride)
    let validity =
      hasMissing || self.validity != nil ? Buffer(byteCount: count) : nil
    let pieces = Parallel.pieces(count, threads: threads)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      let range = pieces[piece]
      switch type {
      case .bool: Self.gather(bools, rows, range, result.elements(), hasMissing)
      case .int64: Self.gather(int64s, rows, range, result.elements(), hasMissing)
      case .float64: Self.gather(float64s, rows, range, result.elements(), hasMissing)
      case .text, .list: Self.gather(codes, rows, range, result.elements(), hasMissing)
      case .vector(let width):
        let target = result.elements(Double.self)
        for index in range {
          if rows[index] < 0 {
            (target + index * width).update(repeating: 0, count: width)
          } else {
            (target + index * width).update(from: float64s + Int(rows[index]) * width, count: width)
          }
        }
      }
      guard let target = validity?.elements(UInt8.self) else { return }
      let valid = valid
      for index in range {
        let row = Int(rows[index])
        target[index] = row < 0 ? 0 : valid.map { $0[row] } ?? 1
      }
    }
    return Vector(type: type, count: count, values: result, validity: validity)
  }

  @inline(__always)
  private static func gather<T: BitwiseCopyable>(
    _ source: UnsafePointer<T>, _ rows: UnsafePointer<Int32>, _ range: Range<Int>,
    _ target: UnsafeMutablePointer<T>, _ hasMissing: Bool
  ) where T: Numeric {
    if hasMissing {
      for index in range { target[index] = rows[index] < 0 ? 0 : source[Int(rows[index])] }
    } else {
      for index in range { target[index] = source[Int(rows[index])] }
    }
  }
}
