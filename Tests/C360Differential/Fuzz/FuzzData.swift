import C360Semantics

/// Draws cells and rows. Instants lie on a coarse grid, so that times tie with each other and with
/// decision times, on both sides of 1970 and of the switches of summer time.
struct DataMaker {
  var random: SplitMix
  let start: Int64
  let step: Int64
  let ticks: Int
  let textKeys: Bool
  let entities: [Value]
  /// Integers near the ends of their range, zero divisors: runs may fail.
  let mayFail: Bool
  /// Which columns of integers reach beyond 2^53.
  private let salt: UInt64

  static let hour: Int64 = 3_600_000_000
  static let categories = ["a", "b", "c", "ä, \"q\"", "B"]

  /// - Parameter edge: where all instants lie; nil: at one of some dates, moved by `shift`.
  init(random: SplitMix, shift: Int64, edge: TimeEdge? = nil) {
    var random = random
    salt = random.state
    // 1969-12-20, 2026-03-20, 2024-02-20, 2018-10-25 and 2011-12-20.
    let usual = random.pick([-12, 20_532, 19_773, 17_829, 15_328]) * 24 * Self.hour + shift
    step = random.pick([Self.hour, 6 * Self.hour, 24 * Self.hour])
    ticks = random.pick([8, 40, 120])
    start = edge?.start(ofLength: Int64(ticks) * step) ?? usual
    textKeys = random.chance(0.3)
    mayFail = random.chance(0.05)
    let count = random.pick([0, 1, 3, 3, 6])
    let isText = textKeys
    entities = (0..<count).map { index in
      isText ? .text(["x", "y", "", "Z", "é", "xx"][index] + "1") : .int(Int64(index * 7 - 9))
    }
    self.random = random
  }

  mutating func instant() -> Int64 {
    let time = start + Int64(random.number(0...ticks)) * step
    return TimeEdge.held(random.chance(0.05) ? time + Int64(random.number(-1...1)) : time)
  }

  mutating func entity() -> Value { random.pick(entities) }

  mutating func cell(_ column: FuzzColumn) -> Value {
    if column.isOptional, random.chance(0.2) { return .null }
    switch column.kind {
    case .bool: return .bool(random.chance(0.5))
    case .int:
      let huge: [Int64] = [1 << 62, -(1 << 62), 1 << 40, .max]
      if mayFail, random.chance(0.1) { return .int(random.pick(huge)) }
      let number = Int64(random.number(-3...9))
      return .int(isWide(column) ? Self.widened(number) : number)
    case .float:
      if column.suffix.contains("nan"), random.chance(0.1) { return .float(.nan) }
      let extreme: [Double] = [
        1e308, -1e308, .leastNonzeroMagnitude, -0.0, 1 / 3, 4_503_599_627_370_497.5,
      ]
      if column.name == "amount", random.chance(0.1) { return .float(random.pick(extreme)) }
      if column.name == "weight" { return .float(random.pick([0.25, 1, 2.5, 0.1])) }
      return .float(
        random.pick([0, 1, -1, 0.1, 0.2, -0.3, 2.5, 1e16, -1e16, 1e-9, 12345.678]))
    case .text: return .text(random.pick(Self.categories))
    case .time: return .time(instant())
    case .vector:
      let choices: [Double] =
        column.name == "glow"
        ? [0, 0.25, 1, 2.5, 0.1] : [0, 1, -1, 0.1, -0.3, 2.5, 1e16, -1e16, 1e-9, -0.0]
      if random.chance(0.1) { return .vector(Array(repeating: 0, count: Kind.width)) }
      return .vector((0..<Kind.width).map { _ in random.pick(choices) })
    case .list:
      return .list((0..<random.number(0...3)).map { _ in .text(random.pick(Self.categories)) })
    case .duration: return .duration(Int64(random.number(-5...5)) * step)
    }
  }

  /// Few columns are, without a role; of their own draws, so that nothing else changes with them.
  func isWide(_ column: FuzzColumn) -> Bool {
    guard column.kind == .int, !column.suffix.contains("@") else { return false }
    let name = column.name.utf8.reduce(salt) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    var own = SplitMix(state: name)
    return own.chance(0.08)
  }

  /// Mostly integers between two doubles, or at one; seldom such as few of which have a sum.
  private static func widened(_ number: Int64) -> Int64 {
    switch number {
    case 0: 0
    case 9: number + 1 << 60
    case ...0: number - 1 << 53
    default: number + 1 << 53
    }
  }

  /// Rows of an entity's table; `fix` sets the cells that depend on others.
  mutating func rows(
    _ columns: [FuzzColumn], upTo limit: Int, fix: (inout [Value], inout DataMaker) -> Void
  ) -> [[Value]] {
    if entities.isEmpty || random.chance(0.07) { return [] }
    var result: [[Value]] = []
    let hasGiant = random.chance(0.1)
    let giant = limit > 12 && random.chance(0.1) ? 2000...4000 : 150...250
    for entity in entities {
      let isGiant = hasGiant && entity == entities[0]
      for _ in 0..<random.number(isGiant ? giant : 0...limit) {
        if let last = result.last, last[0] == entity, random.chance(0.1) {
          result.append(last)
          continue
        }
        var row = columns.map { cell($0) }
        row[0] = entity
        fix(&row, &self)
        result.append(row)
      }
    }
    return result.shuffled(using: &random)
  }

  /// One that few or many rows share.
  mutating func eventNumber() -> Value {
    .int(Int64(random.number(0...random.pick([3, 20, 500]))))
  }

  /// When the platform learned of what happened at `time`.
  mutating func arrival(_ time: Value, isOptional: Bool) -> Value {
    guard case .time(let time) = time, !(isOptional && random.chance(0.1)) else { return .null }
    return .time(TimeEdge.held(time + random.pick([0, 0, 0, 1, 5, 50]) * step))
  }
}
