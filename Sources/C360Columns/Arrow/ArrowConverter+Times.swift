extension ArrowConverter {
  /// Timestamps and durations of any unit in microseconds; finer parts are cut off downwards.
  func convertTicks(
    _ chunk: ArrowChunk, _ unit: ArrowType.Unit, into target: UnsafeMutablePointer<Int64>
  ) throws(ColumnError) {
    guard let source = chunk.elements(1, of: Int64.self) else { throw missing }
    switch unit {
    case .microsecond: target.update(from: source, count: chunk.count)
    case .millisecond: try multiply(chunk, source, by: 1000, into: target)
    case .second: try multiply(chunk, source, by: 1_000_000, into: target)
    case .nanosecond:
      for index in 0..<chunk.count {
        let value = source[index]
        target[index] = value / 1000 - (value % 1000 < 0 ? 1 : 0)
      }
    }
  }

  private func multiply(
    _ chunk: ArrowChunk, _ source: UnsafePointer<Int64>, by factor: Int64,
    into target: UnsafeMutablePointer<Int64>
  ) throws(ColumnError) {
    for index in 0..<chunk.count {
      let (product, overflow) = source[index].multipliedReportingOverflow(by: factor)
      if overflow, chunk.isValid(index) {
        throw ColumnError(row: index, problem: .outOfRange("\(source[index])"))
      }
      target[index] = product
    }
  }

  func convertDates(
    _ chunk: ArrowChunk, _ bits: Int, into builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    let target = builder.int64s + row
    if bits == 32 {
      guard let source = chunk.elements(1, of: Int32.self) else { throw missing }
      for index in 0..<chunk.count { target[index] = Int64(source[index]) }
    } else {
      guard let source = chunk.elements(1, of: Int64.self) else { throw missing }
      let day: Int64 = 86_400_000
      for index in 0..<chunk.count {
        target[index] = source[index] / day - (source[index] % day < 0 ? 1 : 0)
      }
    }
    guard builder.rules.type == .time else { return }
    for index in 0..<chunk.count where chunk.isValid(index) {
      guard let instant = builder.rules.instant(ofDate: target[index]) else {
        throw ColumnError(row: index, problem: .outOfRange("day \(target[index]) since 1970"))
      }
      target[index] = instant
    }
  }
}
