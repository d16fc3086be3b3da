import C360Columns
import C360Plan

/// For how much of a stretch of time a row's entity holds all of some consents (semantics.md N2): the
/// spells in which it does, with the sum of those before each, so that a row costs two searches.
struct PermittedTime: @unchecked Sendable {
  private struct Condition {
    let ledger: ConsentLedger
    let key: ColumnID
    let keys: Vector
    let channel: Int32
  }
  /// All consents are held in [start, end), and for `before` µs of the time up to `start`.
  private struct Spell {
    let start: Int64
    /// `.max`: to the end of time.
    let end: Int64
    let before: Int128
  }
  private let conditions: [Condition]
  private let holders: Holders
  /// Holder `h` has spells `starts[h] ..< starts[h + 1]`, in order of time.
  private var starts: [Int] = [0]
  private var spells: [Spell] = []

  init(_ steps: [ConsentStep], _ state: inout ExecutionState, _ pool: TextPool) {
    var conditions: [Condition] = []
    for step in steps {
      for test in step.tests {
        conditions.append(
          Condition(
            ledger: .of(step, purpose: test.purpose, &state, pool), key: step.frameKey,
            keys: state.vector(step.frameKey),
            channel: ConsentOperator.channel(test.channel, pool)))
      }
    }
    self.conditions = conditions
    holders = Holders(
      of: conditions.map { ($0.key, $0.keys) }, rows: conditions.first?.keys.count ?? 0)
    var times: [Int64] = []
    for row in holders.firstRows { addSpells(ofRow: row, &times) }
  }

  var isAlways: Bool { conditions.isEmpty }

  func isHeld(_ row: Int, at time: Int64) -> Bool {
    conditions.allSatisfy {
      $0.ledger.isGranted(entries(of: row, $0), at: time, channel: $0.channel)
    }
  }

  /// µs of [start, end).
  func held(_ row: Int, from start: Int64, to end: Int64) -> Int128 {
    guard start < end else { return 0 }
    if isAlways { return Int128(end) - Int128(start) }
    guard let holder = holders.holder(ofRow: row) else { return 0 }
    let own = starts[holder]..<starts[holder + 1]
    return held(own, before: end) - held(own, before: start)
  }

  private func held(_ own: Range<Int>, before time: Int64) -> Int128 {
    var (low, high) = (own.lowerBound, own.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if spells[middle].start < time { low = middle + 1 } else { high = middle }
    }
    if low == own.lowerBound { return 0 }
    let last = spells[low - 1]
    return last.before + Int128(min(time, last.end)) - Int128(last.start)
  }

  /// Consents change at entries only, and nobody holds one before the first.
  private mutating func addSpells(ofRow row: Int, _ times: inout [Int64]) {
    times.removeAll(keepingCapacity: true)
    for condition in conditions {
      condition.ledger.addChanges(
        entries(of: row, condition), channel: condition.channel, to: &times)
    }
    times.sort()
    var sum: Int128 = 0
    var start: Int64?
    func end(at time: Int64) {
      guard let begun = start else { return }
      spells.append(Spell(start: begun, end: time, before: sum))
      sum += Int128(time) - Int128(begun)
      start = nil
    }
    for (index, time) in times.enumerated() where index == 0 || times[index - 1] != time {
      if isHeld(row, at: time) { start = start ?? time } else { end(at: time) }
    }
    end(at: .max)
    starts.append(spells.count)
  }

  private func entries(of row: Int, _ condition: Condition) -> Range<Int> {
    condition.keys.isNull(row) ? 0..<0 : condition.ledger.entries(of: condition.keys.key(row))
  }
}

/// Rows that have the same keys have the same consents.
private struct Holders {
  /// By row; −1 where a key is null: nobody holds anything.
  private var numbers: [Int32]
  /// By holder.
  private(set) var firstRows: [Int] = []

  init(of keys: [(column: ColumnID, values: Vector)], rows: Int) {
    numbers = Array(repeating: 0, count: rows)
    var seen: Set<ColumnID> = []
    for (column, values) in keys where seen.insert(column).inserted { split(by: values) }
  }

  /// Tells apart what has different keys.
  private mutating func split(by keys: Vector) {
    let (least, greatest) = keys.keyBounds()
    let table = KeyTable(least: least, greatest: greatest, expected: keys.count)
    var pairs: [Pair: Int32] = [:]
    let isFirst = firstRows.isEmpty
    firstRows.removeAll()
    for row in numbers.indices where numbers[row] >= 0 {
      if keys.isNull(row) {
        numbers[row] = -1
        continue
      }
      var number = Int32(truncatingIfNeeded: table.add(keys.key(row)))
      if !isFirst {
        let next = Int32(truncatingIfNeeded: pairs.count)
        let pair = Pair(before: numbers[row], key: number)
        number = pairs[pair] ?? next
        if number == next { pairs[pair] = next }
      }
      if Int(number) == firstRows.count { firstRows.append(row) }
      numbers[row] = number
    }
  }

  private struct Pair: Hashable {
    let before: Int32
    let key: Int32
  }

  func holder(ofRow row: Int) -> Int? { numbers[row] < 0 ? nil : Int(numbers[row]) }
}
