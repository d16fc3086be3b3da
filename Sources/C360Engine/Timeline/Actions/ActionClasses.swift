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
    _ matches: [WindowedAggregate.Match], actionCount: Int, eventCount: Int, _ state: ExecutionState
  ) {
    var actionKeys = [Int64](repeating: 0, count: actionCount)
    var eventKeys = [Int64](repeating: 0, count: eventCount)
    for match in matches {
      Self.combine(
        state.vector(match.action), state.vector(match.event), &actionKeys, &eventKeys)
    }
    let table = KeyTable(
      least: actionKeys.filter { $0 >= 0 }.min() ?? 0, greatest: actionKeys.max() ?? -1,
      expected: actionCount)
    var members: [[Int]] = []
    for (action, key) in actionKeys.enumerated() where key >= 0 {
      let number = table.add(key)
      if number == members.count { members.append([]) }
      members[number].append(action)
    }
    var starts = [0]
    for list in members { starts.append(starts[starts.count - 1] + list.count) }
    count = members.count
    self.starts = starts
    actions = members.flatMap { $0 }
    events = Buffer(byteCount: eventCount * 4)
    let classes = events.elements(Int32.self)
    for row in 0..<eventCount {
      classes[row] =
        eventKeys[row] < 0 ? -1 : Int32(truncatingIfNeeded: table.number(of: eventKeys[row]))
    }
  }

  /// Numbers the tuples of one more column; −1 where a value equals nothing or no action has it.
  private static func combine(
    _ action: Vector, _ event: Vector, _ actionKeys: inout [Int64], _ eventKeys: inout [Int64]
  ) {
    var least = Int64.max
    var greatest = Int64.min
    for row in 0..<action.count {
      guard let value = key(action, row) else { continue }
      least = min(least, value)
      greatest = max(greatest, value)
    }
    let values = KeyTable(least: least, greatest: greatest, expected: action.count)
    let pairs = KeyTable(least: 0, greatest: .max - 1, expected: action.count)
    let width = Int64(action.count + 1)
    for row in actionKeys.indices {
      guard actionKeys[row] >= 0, let value = key(action, row) else {
        actionKeys[row] = -1
        continue
      }
      actionKeys[row] = Int64(pairs.add(actionKeys[row] * width + Int64(values.add(value))))
    }
    for row in eventKeys.indices {
      guard eventKeys[row] >= 0, let value = key(event, row) else {
        eventKeys[row] = -1
        continue
      }
      let number = values.number(of: value)
      eventKeys[row] =
        number < 0 ? -1 : Int64(pairs.number(of: eventKeys[row] * width + Int64(number)))
    }
  }

  private static func key(_ column: Vector, _ row: Int) -> Int64? {
    if column.isNull(row) { return nil }
    switch column.type {
    case .bool: return Int64(column.bools[row])
    case .int64: return column.int64s[row]
    case .text: return Int64(column.codes[row])
    case .float64:
      let value = column.float64s[row]
      return value.isNaN ? nil : orderedKey(value == 0 ? 0 : value)
    }
  }
}
