import C360Columns
import C360Plan

/// Actions that agree in the columns of some matches, as classes numbered from 0, and the class of
/// every event. Null and NaN equal nothing.
struct ActionClasses: @unchecked Sendable {
  let count: Int
  /// Actions of each class, in order: `actions[starts[c] ..< starts[c + 1]]`.
  let starts: [Int]
  let actions: [Int]
  /// `Int32` by row of the event table; −1 for none.
  let events: Buffer

  init(
    _ matches: [WindowedAggregate.Match], actionCount: Int, eventCount: Int,
    _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    var actionNumbers = [Int32](repeating: 0, count: actionCount)
    let events = Buffer(byteCount: eventCount * 4)
    let numbers = events.elements(Int32.self)
    numbers.update(repeating: 0, count: eventCount)
    let pieces = context.pieces(eventCount)
    var count = 1
    for match in matches {
      let column = MatchColumn(state.vector(match.action), numbers: &actionNumbers, count: count)
      let event = state.vector(match.event)
      try Parallel.forEach(pieces.count, threads: context.threads) {
        (piece: Int) throws(EngineError) in
        column.number(event, pieces[piece], numbers)
      }
      count = column.count
    }
    var members = [[Int]](repeating: [], count: count)
    for (action, number) in actionNumbers.enumerated() where number >= 0 {
      members[Int(number)].append(action)
    }
    var starts = [0]
    for list in members { starts.append(starts[starts.count - 1] + list.count) }
    self.count = count
    self.starts = starts
    actions = members.flatMap { $0 }
    self.events = events
  }
}

/// One more column by which actions differ: refines the numbers that they have so far.
private struct MatchColumn: @unchecked Sendable {
  /// Numbers handed out.
  let count: Int
  private let values: KeyTable
  private let valueCount: Int
  /// Number so far · `valueCount` + number of the value → new number.
  private let pairs: KeyTable

  /// - Parameter numbers: of the actions; −1 for those that match no event.
  init(_ action: Vector, numbers: inout [Int32], count: Int) {
    var least = Int64.max
    var greatest = Int64.min
    for row in 0..<action.count {
      guard let value = Self.key(action, row) else { continue }
      least = min(least, value)
      greatest = max(greatest, value)
    }
    values = KeyTable(least: least, greatest: greatest, expected: max(action.count, 1 << 17))
    for row in numbers.indices {
      guard let value = Self.key(action, row) else { continue }
      _ = values.add(value)
    }
    valueCount = values.count
    pairs = KeyTable(
      least: 0, greatest: Int64(max(1, count * valueCount)) - 1, expected: action.count)
    for row in numbers.indices {
      guard numbers[row] >= 0, let value = Self.key(action, row) else {
        numbers[row] = -1
        continue
      }
      let pair = Int(numbers[row]) * valueCount + values.number(of: value)
      numbers[row] = Int32(truncatingIfNeeded: pairs.add(Int64(pair)))
    }
    self.count = pairs.count
  }

  /// Refines the numbers of some events.
  func number(_ event: Vector, _ rows: Range<Int>, _ numbers: UnsafeMutablePointer<Int32>) {
    switch event.type {
    case .text:
      let codes = event.codes
      number(event, rows, numbers) { Int64(codes[$0]) }
    case .int64:
      let integers = event.int64s
      number(event, rows, numbers) { integers[$0] }
    default: number(event, rows, numbers) { Self.key(event, $0) }
    }
  }

  @inline(__always)
  private func number(
    _ event: Vector, _ rows: Range<Int>, _ numbers: UnsafeMutablePointer<Int32>,
    _ key: (Int) -> Int64?
  ) {
    let valid = event.valid
    for row in rows {
      guard numbers[row] >= 0, valid.map({ $0[row] != 0 }) ?? true, let key = key(row) else {
        numbers[row] = -1
        continue
      }
      let value = values.number(of: key)
      numbers[row] =
        value < 0
        ? -1
        : Int32(
          truncatingIfNeeded: pairs.number(of: Int64(Int(numbers[row]) &* valueCount &+ value)))
    }
  }

  /// nil: equals nothing.
  private static func key(_ column: Vector, _ row: Int) -> Int64? {
    if column.isNull(row) { return nil }
    switch column.type {
    case .bool: return Int64(column.bools[row])
    case .int64: return column.int64s[row]
    case .text, .list: return Int64(column.codes[row])
    case .vector: return nil
    case .float64:
      let value = column.float64s[row]
      return value.isNaN ? nil : orderedKey(value == 0 ? 0 : value)
    }
  }
}
