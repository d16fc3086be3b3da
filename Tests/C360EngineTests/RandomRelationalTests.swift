import C360Columns
import C360Plan
import Testing

@testable import C360Engine

/// Sorting and grouping of random rows, held to the plainest way to do it.
@Suite struct RandomRelationalTests {
  typealias Random = RandomScalarTests.Random

  static func order(_ left: Scalar, _ right: Scalar) -> Int {
    func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
    switch (left, right) {
    case (.null, _), (_, .null): return sign(left == .null ? 1 : 0, right == .null ? 1 : 0)
    case (.bool(let a), .bool(let b)): return sign(a ? 1 : 0, b ? 1 : 0)
    case (.int(let a), .int(let b)): return sign(a, b)
    case (.text(let a), .text(let b)):
      return a.utf8.lexicographicallyPrecedes(b.utf8)
        ? -1 : b.utf8.lexicographicallyPrecedes(a.utf8) ? 1 : 0
    case (.float(let a), .float(let b)):
      return a.isNaN || b.isNaN ? sign(a.isNaN ? 1 : 0, b.isNaN ? 1 : 0) : sign(a, b)
    default: return 0
    }
  }

  static func isSpecial(_ value: Scalar) -> Bool {
    if case .float(let value) = value { return value.isNaN }
    return value == .null
  }

  static func key(_ value: Scalar) -> Scalar {
    guard case .float(let value) = value else { return value }
    return .float(value.isNaN ? .nan : value == 0 ? 0 : value)
  }

  static func column(
    _ type: LogicalType, _ rows: Int, _ table: Table, _ random: inout Random
  ) -> (id: ColumnID, values: [Scalar]) {
    let spread = [3, 50, 100_000].randomElement(using: &random) ?? 3
    let nulls = Bool.random(using: &random)
    let values = (0..<rows).map { _ -> Scalar in
      if nulls && Int.random(in: 0..<5, using: &random) == 0 { return .null }
      let number = Int.random(in: -spread...spread, using: &random)
      switch type {
      case .bool: return .bool(number > 0)
      case .int: return .int(Int64(number))
      case .text: return .text(String(number, radix: 36))
      default:
        if number == 1 { return .float(.nan) }
        if number == 0 { return .float(Bool.random(using: &random) ? 0 : -0.0) }
        return .float(Double(number) / 8)
      }
    }
    return (table.add(type, values), values)
  }

  @Test(arguments: 0..<60)
  func sorting(_ seed: Int) throws {
    var random = Random(state: UInt64(seed) &* 77_777 &+ 5)
    let table = Table()
    let rows = [0, 1, 30, 1500].randomElement(using: &random) ?? 0
    let keys = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let type = [LogicalType.int, .float, .text, .bool].randomElement(using: &random) ?? .int
      return (
        column: Self.column(type, rows, table, &random),
        isDescending: Bool.random(using: &random)
      )
    }
    let place = table.add(.int, (0..<rows).map { .int(Int64($0)) })
    let expected = (0..<rows).sorted { left, right in
      for key in keys {
        let (a, b) = (key.column.values[left], key.column.values[right])
        let order = Self.order(a, b)
        if order == 0 { continue }
        let isReversed = key.isDescending && !Self.isSpecial(a) && !Self.isSpecial(b)
        return (order < 0) != isReversed
      }
      return left < right
    }
    let sorted = try RelationalTests.sorted(
      table, keys.map { ($0.column.id, $0.isDescending) }, show: place)
    #expect(sorted == expected.map { .int(Int64($0)) })
  }

  @Test(arguments: 0..<60)
  func grouping(_ seed: Int) throws {
    var random = Random(state: UInt64(seed) &* 99_991 &+ 3)
    let table = Table()
    let rows = [0, 1, 40, 2000].randomElement(using: &random) ?? 0
    let keys = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      let type = [LogicalType.int, .float, .text, .bool].randomElement(using: &random) ?? .int
      return Self.column(type, rows, table, &random)
    }
    let n = Self.column(.int, rows, table, &random)
    let x = Self.column(.float, rows, table, &random)
    let t = Self.column(.text, rows, table, &random)
    let keep = Self.column(.bool, rows, table, &random)
    let result = try RelationalTests.grouped(
      table, keys: keys.map(\.id),
      [
        (.count, n.id, nil, keep.id, .int), (.sum, n.id, nil, keep.id, .int),
        (.sum, x.id, nil, nil, .float), (.min, t.id, nil, keep.id, .text),
        (.max, n.id, nil, nil, .int), (.last, t.id, nil, keep.id, .text),
        (.distinct, x.id, nil, nil, .int), (.mode, t.id, nil, nil, .text),
        (.share, nil, nil, keep.id, .float),
      ])
    var groups: [[Scalar]: [Int]] = keys.isEmpty ? [[]: []] : [:]
    for row in 0..<rows {
      groups[keys.map { Self.key($0.values[row]) }, default: []].append(row)
    }
    let ordered = groups.sorted { left, right in
      for (a, b) in zip(left.key, right.key) {
        let order = Self.order(a, b)
        if order != 0 { return order < 0 }
      }
      return false
    }
    for (index, group) in ordered.enumerated() {
      let kept = group.value.filter { keep.values[$0] == .bool(true) }
      let ints = kept.compactMap { row -> Int64? in
        if case .int(let value) = n.values[row] { value } else { nil }
      }
      let texts = kept.map { t.values[$0] }.filter { $0 != .null }
      let all = group.value.map { t.values[$0] }.filter { $0 != .null }
      let frequency = Dictionary(all.map { ($0, 1) }, uniquingKeysWith: +)
      let modes = frequency.filter { $0.value == frequency.values.max() }.keys
      let floats = group.value.map { Self.key(x.values[$0]) }.filter { $0 != .null }
      var sum = ExactSum()
      for case .float(let value) in floats { sum.add(value) }
      let greatest = group.value.map { n.values[$0] }.filter { $0 != .null }
        .max { Self.order($0, $1) < 0 }
      let share: Scalar =
        group.value.isEmpty ? .null : .float(Double(kept.count) / Double(group.value.count))
      let expected: [Scalar] =
        group.key + [
          .int(Int64(ints.count)), .int(ints.reduce(0, +)), Self.key(.float(sum.rounded)),
          texts.min { Self.order($0, $1) < 0 } ?? .null, greatest ?? .null, texts.last ?? .null,
          .int(Int64(Set(floats).count)), modes.min { Self.order($0, $1) < 0 } ?? .null, share,
        ]
      #expect(result.map { Self.key($0[index]) } == expected)
    }
    #expect(result.allSatisfy { $0.count == ordered.count })
  }
}
