import C360Columns
import C360Plan

/// For how much of a stretch of time a condition of consents holds for a row (semantics.md N2, C3): the
/// spells in which it does, with the sum of those before each, so that a row costs two searches.
struct PermittedTime: @unchecked Sendable {
  /// One test of a ledger.
  private struct Question {
    let ledger: ConsentLedger
    let key: ColumnID
    let keys: Vector
    let channel: Int32
  }
  /// The condition over questions and bools of the rows.
  private indirect enum Condition {
    case question(Int)
    case column(Vector)
    case all([Condition])
    case any([Condition])
  }
  /// The condition holds in [start, end), and for `before` µs of the time up to `start`.
  private struct Spell {
    let start: Int64
    /// `.max`: to the end of time.
    let end: Int64
    let before: Int128
  }
  private let condition: Condition
  private let questions: [Question]
  private let holders: Holders
  /// Holder `h` has spells `starts[h] ..< starts[h + 1]`, in order of time.
  private var starts: [Int] = [0]
  private var spells: [Spell] = []

  init(_ condition: ConsentCondition, _ state: inout ExecutionState, _ pool: TextPool) {
    var questions: [Question] = []
    for step in condition.consents {
      for test in step.tests {
        questions.append(
          Question(
            ledger: .of(step, purpose: test.purpose, &state, pool), key: step.frameKey,
            keys: state.vector(step.frameKey),
            channel: ConsentOperator.channel(test.channel, pool)))
      }
    }
    self.questions = questions
    var next = 0
    self.condition = Self.resolved(condition, &next, state)
    holders = Holders(
      of: questions.map { ($0.key, $0.keys) }, bools: condition.columns.map { state.vector($0) },
      rows: questions.first?.keys.count ?? 0)
    var times: [Int64] = []
    for row in holders.firstRows { addSpells(ofRow: row, &times) }
  }

  /// - Parameter next: the number of the first question that is not met yet.
  private static func resolved(
    _ condition: ConsentCondition, _ next: inout Int, _ state: ExecutionState
  ) -> Condition {
    switch condition {
    case .consent(let step):
      defer { next += step.tests.count }
      return .all((next..<next + step.tests.count).map { .question($0) })
    case .column(let column): return .column(state.vector(column))
    case .all(let parts): return .all(parts.map { resolved($0, &next, state) })
    case .any(let parts): return .any(parts.map { resolved($0, &next, state) })
    }
  }

  var isAlways: Bool { questions.isEmpty }

  func isHeld(_ row: Int, at time: Int64) -> Bool { isHeld(condition, row, at: time) }

  private func isHeld(_ condition: Condition, _ row: Int, at time: Int64) -> Bool {
    switch condition {
    case .question(let number):
      let question = questions[number]
      return question.ledger.isGranted(
        entries(of: row, question), at: time, channel: question.channel)
    case .column(let values): return !values.isNull(row) && values.bools[row] != 0
    case .all(let parts): return parts.allSatisfy { isHeld($0, row, at: time) }
    case .any(let parts): return parts.contains { isHeld($0, row, at: time) }
    }
  }

  /// Whether it holds at every instant of [start, end].
  func isHeld(_ row: Int, from start: Int64, through end: Int64) -> Bool {
    // No ledger knows whom nobody knows.
    guard let holder = holders.holder(ofRow: row) else { return isHeld(row, at: start) }
    let own = starts[holder]..<starts[holder + 1]
    guard let spell = lastSpell(own, startingThrough: start) else { return false }
    return spell.end == .max || spell.end > end
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
    guard let last = lastSpell(own, startingThrough: time) else { return 0 }
    return last.before + Int128(min(time, last.end)) - Int128(last.start)
  }

  private func lastSpell(_ own: Range<Int>, startingThrough time: Int64) -> Spell? {
    var (low, high) = (own.lowerBound, own.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if spells[middle].start <= time { low = middle + 1 } else { high = middle }
    }
    return low == own.lowerBound ? nil : spells[low - 1]
  }

  /// It changes at entries only.
  private mutating func addSpells(ofRow row: Int, _ times: inout [Int64]) {
    times.removeAll(keepingCapacity: true)
    times.append(.min)
    for question in questions {
      question.ledger.addChanges(
        entries(of: row, question), channel: question.channel, to: &times)
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

  private func entries(of row: Int, _ question: Question) -> Range<Int> {
    question.keys.isNull(row) ? 0..<0 : question.ledger.entries(of: question.keys.key(row))
  }
}

/// Rows that have the same keys and bools have the same spells.
private struct Holders {
  /// By row; −1 where a key is null: nobody holds anything.
  private var numbers: [Int32]
  /// By holder.
  private(set) var firstRows: [Int] = []

  init(of keys: [(column: ColumnID, values: Vector)], bools: [Vector], rows: Int) {
    numbers = Array(repeating: 0, count: rows)
    var seen: Set<ColumnID> = []
    for (column, values) in keys where seen.insert(column).inserted { split(by: values) }
    for values in bools { split(byBool: values) }
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

  /// Null is false.
  private mutating func split(byBool values: Vector) {
    var pairs: [Pair: Int32] = [:]
    firstRows.removeAll()
    for row in numbers.indices where numbers[row] >= 0 {
      let isTrue = !values.isNull(row) && values.bools[row] != 0
      let pair = Pair(before: numbers[row], key: isTrue ? 1 : 0)
      if pairs[pair] == nil {
        pairs[pair] = Int32(truncatingIfNeeded: pairs.count)
        firstRows.append(row)
      }
      numbers[row] = pairs[pair] ?? -1
    }
  }

  private struct Pair: Hashable {
    let before: Int32
    let key: Int32
  }

  func holder(ofRow row: Int) -> Int? { numbers[row] < 0 ? nil : Int(numbers[row]) }
}
