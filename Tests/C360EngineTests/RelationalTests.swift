import C360Columns
import C360Plan
import Testing

@testable import C360Engine

@Suite struct RelationalTests {
  /// The columns of a relation after a step, the same in every configuration.
  static func run(
    _ table: Table, _ columns: [ColumnID], _ location: SourceLocation = #_sourceLocation,
    _ step: (inout ExecutionState, ExecutionContext) throws -> Void
  ) throws -> [[Scalar]] {
    var results: [[[Scalar]]] = []
    for context in table.contexts() {
      var state = table.state()
      try step(&state, context)
      results.append(columns.map { table.scalars(state.vector($0)) })
    }
    for result in results { #expect(result == results[0], sourceLocation: location) }
    return results[0]
  }

  @Test func filterDropsNullsAndCountsThem() throws {
    let table = Table()
    let condition = table.bools(true, nil, false, true)
    let value = table.add(.text, ["a", "b", "c", nil])
    let output = table.plan.addRelation("kept")
    let kept = table.plan.addColumn("kept", .text, in: output, nullable: true)
    let step = FilterStep(
      input: table.relation, condition: condition, output: output, columns: [(value, kept)])
    let result = try Self.run(table, [kept]) { state, context in
      try FilterOperator.run(step, &state, context)
      #expect(state.counts.nullConditions == ["kept": 1])
    }
    #expect(result == [["a", nil]])
  }

  static func sorted(
    _ table: Table, _ keys: [(ColumnID, Bool)], tieBreakers: Int = 0, show: ColumnID
  ) throws -> [Scalar] {
    let output = table.plan.addRelation("sorted")
    let target = table.plan.addColumn("out", table.plan[show].type, in: output, nullable: true)
    let step = SortStep(
      input: table.relation, output: output,
      keys: keys.map { (column: $0.0, isDescending: $0.1) }, tieBreakers: tieBreakers,
      columns: [(show, target)])
    return try run(table, [target]) { state, context in
      try SortOperator.run(step, &state, context)
    }[0]
  }

  @Test func sortPutsNaNAndNullLastInBothDirections() throws {
    let table = Table()
    let x = table.add(.float, [2.0, nil, .float(.nan), -1.0, .float(.infinity), -0.0, 0.0])
    let name = table.add(.text, ["two", "null", "nan", "minus", "inf", "-0", "0"])
    #expect(
      try Self.sorted(table, [(x, false)], show: name)
        == ["minus", "-0", "0", "two", "inf", "nan", "null"])
    #expect(
      try Self.sorted(table, [(x, true)], show: name)
        == ["inf", "two", "-0", "0", "minus", "nan", "null"])
  }

  @Test func tieBreakersTellMinusZeroFromZero() throws {
    let table = Table()
    let x = table.add(.float, [0.0, -0.0, 0.0, -0.0])
    let y = table.add(.int, [1, 1, 0, 0])
    #expect(
      try Self.sorted(table, [(x, false), (y, false)], show: x) == [0.0, -0.0, 0.0, -0.0])
    #expect(
      try Self.sorted(table, [(y, false), (x, false)], tieBreakers: 1, show: x)
        == [-0.0, 0.0, -0.0, 0.0])
  }

  @Test func sortIsStableOverSeveralKeys() throws {
    let table = Table()
    let a = table.add(.text, ["b", "a", "b", "a", nil, "b"])
    let b = table.add(.int, [1, 2, 3, 1, 0, 3])
    let place = table.add(.int, [0, 1, 2, 3, 4, 5])
    #expect(
      try Self.sorted(table, [(a, false), (b, true)], show: place) == [1, 3, 2, 5, 0, 4])
  }

  @Test func sortOfManyRowsAndWholeRangeOfIntegers() throws {
    let table = Table()
    var values: [Scalar] = [.int(.min), .int(.max), .null]
    for row in 0..<3000 {
      let size = Int64(row * 7919 % 3001)
      values.append(row % 7 == 0 ? .null : .int(row % 2 == 0 ? size : -size))
    }
    let x = table.add(.int, values)
    let result = try Self.sorted(table, [(x, true)], show: x)
    let numbers = result.compactMap { value -> Int64? in
      if case .int(let value) = value { value } else { nil }
    }
    #expect(numbers == numbers.sorted(by: >))
    let isNull = result.map { $0 == Scalar.null }
    #expect(isNull.firstIndex(of: true) == numbers.count)
    #expect(isNull.lastIndex(of: false) == numbers.count - 1)
  }

  static func grouped(
    _ table: Table, keys: [ColumnID],
    _ aggregates: [(AggregateFunction, ColumnID?, ColumnID?, ColumnID?, LogicalType)]
  ) throws -> [[Scalar]] {
    let output = table.plan.addRelation("groups")
    let targets = keys.map { key in
      table.plan.addColumn("key", table.plan[key].type, in: output, nullable: true)
    }
    let columns = aggregates.map {
      table.plan.addColumn($0.0.rawValue, $0.4, in: output, nullable: true)
    }
    let step = GroupStep(
      input: table.relation, output: output, keys: zip(keys, targets).map { ($0, $1) },
      aggregates: zip(aggregates, columns).map { aggregate, column in
        GroupStep.Aggregate(
          function: aggregate.0, argument: aggregate.1, second: aggregate.2, filter: aggregate.3,
          column: column, origin: 5)
      })
    return try run(table, targets + columns) { state, context in
      try GroupOperator.run(step, &state, context)
    }
  }

  @Test func groupsAreSortedByTheirKeys() throws {
    let table = Table()
    let text = table.add(.text, ["b", "a", nil, "b", "ab", "a"])
    let flag = table.add(.bool, [true, true, false, true, nil, false])
    let n = table.add(.int, [1, 2, 3, 4, 5, 6])
    let sums: [[Scalar]] = [["a", "ab", "b", nil], [8, 5, 5, 3]]
    #expect(try Self.grouped(table, keys: [text], [(.sum, n, nil, nil, .int)]) == sums)
    let counts: [[Scalar]] = [
      ["a", "a", "ab", "b", nil], [false, true, nil, true, false], [1, 1, 1, 2, 1],
    ]
    let both = try Self.grouped(table, keys: [text, flag], [(.count, nil, nil, nil, .int)])
    #expect(both == counts)
  }

  @Test func keysThatAreEqualAsNumbersAreOneGroup() throws {
    let table = Table()
    let x = table.add(.float, [-0.0, .float(.nan), 0.0, nil, .float(-.nan), 1.0])
    let result = try Self.grouped(table, keys: [x], [(.count, nil, nil, nil, .int)])
    #expect(result[0] == [0.0, 1.0, .float(.nan), nil])
    #expect(result[1] == [2, 1, 2, 1])
  }

  @Test func noKeysMakeOneRowOfNothing() throws {
    let table = Table()
    let x = table.add(.float, [])
    let n = table.add(.int, [])
    let b = table.add(.bool, [])
    let result = try Self.grouped(
      table, keys: [],
      [
        (.count, nil, nil, nil, .int), (.sum, x, nil, nil, .float), (.sum, n, nil, nil, .int),
        (.mean, x, nil, nil, .float), (.any, b, nil, nil, .bool), (.all, b, nil, nil, .bool),
        (.min, x, nil, nil, .float), (.share, nil, nil, b, .float), (.distinct, n, nil, nil, .int),
        (.mode, n, nil, nil, .int), (.first, n, nil, nil, .int), (.variance, x, nil, nil, .float),
      ])
    let expected: [[Scalar]] = [
      [0], [0.0], [0], [nil], [false], [true], [nil], [nil], [0], [nil], [nil], [nil],
    ]
    #expect(result == expected)
    #expect(try Self.grouped(table, keys: [n], [(.count, nil, nil, nil, .int)]) == [[], []])
  }

  @Test func aggregatesSkipNullsAndFilteredRows() throws {
    let table = Table()
    let key = table.add(.int, [1, 1, 1, 1, 2, 2])
    let n = table.add(.int, [5, nil, 7, 100, nil, 3])
    let x = table.add(.float, [1.0, 2.0, nil, 100.0, 4.0, nil])
    let keep = table.add(.bool, [true, true, true, false, true, nil])
    let result = try Self.grouped(
      table, keys: [key],
      [
        (.count, n, nil, keep, .int), (.sum, n, nil, keep, .int), (.mean, x, nil, keep, .float),
        (.max, n, nil, keep, .int), (.share, nil, nil, keep, .float),
        (.ratio, n, x, keep, .float), (.last, n, nil, keep, .int),
      ])
    let expected: [[Scalar]] = [
      [2, 0], [12, 0], [1.5, 4.0], [7, nil], [0.75, 0.5], [5.0, nil], [7, nil],
    ]
    #expect(Array(result[1...]) == expected)
  }

  @Test func extremesAndModes() throws {
    let table = Table()
    let x = table.add(.float, [0.0, -0.0, .float(.nan), 3.0])
    let t = table.add(.text, ["b", "a", "ab", "b"])
    let b = table.add(.bool, [true, false, true, false])
    let result = try Self.grouped(
      table, keys: [],
      [
        (.min, x, nil, nil, .float), (.max, x, nil, nil, .float), (.min, t, nil, nil, .text),
        (.max, t, nil, nil, .text), (.mode, t, nil, nil, .text), (.mode, b, nil, nil, .bool),
        (.mode, x, nil, nil, .float), (.distinct, x, nil, nil, .int),
        (.first, t, nil, nil, .text), (.min, b, nil, nil, .bool),
      ])
    let expected: [[Scalar]] = [
      [-0.0], [.float(.nan)], ["a"], ["b"], ["b"], [false], [0.0], [3], ["b"], [false],
    ]
    #expect(result == expected)
  }

  @Test func sumsAreExactAndVariancesRoundedOnce() throws {
    let table = Table()
    let x = table.add(.float, [1e16, 1.0, -1e16, 1.0])
    let wide = table.add(.float, [1e300, 1e-300, -1e300, 0.0])
    let infinite = table.add(.float, [.float(.infinity), 1.0, 2.0, 3.0])
    let n = table.add(.int, [1, 2, 3, 4])
    let duration = table.add(.duration, [1, 2, 3, 4])
    let result = try Self.grouped(
      table, keys: [],
      [
        (.sum, x, nil, nil, .float), (.mean, x, nil, nil, .float), (.sum, wide, nil, nil, .float),
        (.sum, infinite, nil, nil, .float), (.variance, n, nil, nil, .float),
        (.populationVariance, n, nil, nil, .float),
        (.populationStandardDeviation, n, nil, nil, .float),
        (.mean, n, nil, nil, .float), (.mean, duration, nil, nil, .duration),
        (.ratio, wide, n, nil, .float),
      ])
    let expected: [[Scalar]] = [
      [2.0], [0.5], [1e-300], [.float(.infinity)], [.float(5.0 / 3)], [1.25],
      [.float(1.25.squareRoot())], [2.5], [2], [.float(1e-300 / 10)],
    ]
    #expect(result == expected)
  }

  @Test func sumsOfIntegersThatDoNotFitFail() throws {
    let table = Table()
    let key = table.add(.int, [2, 1, 1, 2])
    let n = table.add(.int, [.int(.max), 1, 2, 1])
    do {
      _ = try Self.grouped(table, keys: [key], [(.sum, n, nil, nil, .int)])
      Issue.record("the sum fits")
    } catch EngineError.row(let origin, _, let row, let detail) {
      #expect(origin == 5 && row == 1)
      #expect(detail == "the sum 9223372036854775808 does not fit 64 bits")
    }
  }

  @Test func manyGroupsAgreeWithADictionary() throws {
    let table = Table()
    let rows = 40_000
    let keys = (0..<rows).map { Int64($0 * 7919 % 1013) }
    let key = table.add(.int, keys.map(Scalar.int))
    let n = table.add(.int, (0..<rows).map { .int(Int64($0)) })
    let result = try Self.grouped(
      table, keys: [key],
      [(.sum, n, nil, nil, .int), (.count, nil, nil, nil, .int), (.first, n, nil, nil, .int)])
    var sums: [Int64: (sum: Int64, count: Int64, first: Int64)] = [:]
    for (row, key) in keys.enumerated() {
      let held = sums[key] ?? (0, 0, Int64(row))
      sums[key] = (held.sum + Int64(row), held.count + 1, held.first)
    }
    let ordered = sums.sorted { $0.key < $1.key }
    #expect(result[0] == ordered.map { .int($0.key) })
    #expect(result[1] == ordered.map { .int($0.value.sum) })
    #expect(result[2] == ordered.map { .int($0.value.count) })
    #expect(result[3] == ordered.map { .int($0.value.first) })
  }

  @Test func limitsAreSlices() throws {
    let table = Table()
    let n = table.add(.int, [1, 2, nil, 4])
    for (skip, take, expected) in [
      (1, 2, [2, nil]), (3, 9, [4]), (9, nil, []), (0, 0, []), (1, nil, [2, nil, 4]),
    ] as [(Int, Int?, [Scalar])] {
      let output = table.plan.addRelation("some")
      let column = table.plan.addColumn("n", .int, in: output, nullable: true)
      let step = LimitStep(
        input: table.relation, output: output, skip: skip, take: take, columns: [(n, column)])
      let result = try Self.run(table, [column]) { state, _ in LimitOperator.run(step, &state) }
      #expect(result == [expected])
    }
  }

  @Test func expectationsCountNullsAsBroken() throws {
    let table = Table()
    let condition = table.bools(true, nil, false, true)
    let step = ExpectStep(relation: table.relation, condition: condition, origin: 4)
    for context in table.contexts() {
      let error = #expect(throws: EngineError.self) {
        try ExpectOperator.run(step, table.state(), context)
      }
      guard case .expectation(let origin, _, let first, let count) = error else {
        Issue.record("another error")
        return
      }
      #expect(origin == 4 && first == 1 && count == 2)
    }
  }
}
