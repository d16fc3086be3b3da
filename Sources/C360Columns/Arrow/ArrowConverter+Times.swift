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
        let unit = factor == 1000 ? "ms" : "s"
        throw ColumnError(row: index, problem: .outOfRange("\(source[index]) \(unit)"))
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
        throw ColumnError(row: index, problem: .dayOutOfRange(target[index]))
      }
      target[index] = instant
    }
  }

  /// That there are such times and dates. What was converted from days or from a dictionary is known to be.
  func checkTimes(
    _ chunk: ArrowChunk, _ builder: ColumnBuilder, at row: Int
  ) throws(ColumnError) {
    guard let range = builder.rules.type.timeRange else { return }
    switch chunk.type {
    // Nanoseconds reach from 1677 to 2262.
    case .null, .dictionary, .timestamp(.nanosecond, _): return
    case .date where builder.rules.type == .time: return
    default: break
    }
    let values = builder.int64s + row
    let outside = range.firstOutside(values, chunk.count) { chunk.isValid($0) }
    guard let outside else { return }
    let value = values[outside]
    throw ColumnError(
      row: outside,
      problem: builder.rules.type == .time ? .instantOutOfRange(value) : .dayOutOfRange(value))
  }
}
