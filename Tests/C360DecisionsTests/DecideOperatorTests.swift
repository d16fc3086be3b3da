import C360Columns
import C360Engine
import C360Plan
import Testing

@testable import C360Decisions

@Suite struct DecideOperatorTests {
  /// Values x + cost; `poor` forbids where x < cost; `even` forbids where the bonus is 2.
  private func offers(x: [Int64], noOp: String? = "none", fallback: String = "none") -> Case {
    var offers = Case(
      actions: .text(["wine", "tea", "rum"]), cost: [3, 1, nil], bonus: [0, 2, 0], x: x)
    let x = offers.call(.intToFloat, offers.column(offers.x, .int64), type: .float64)
    let cost = offers.column(offers.cost, .float64)
    let known = offers.call(.coalesce, cost, offers.float(0), type: .float64)
    offers.rule("poor", offers.call(.less, x, known, type: .bool))
    let bonus = offers.column(offers.bonus, .int64)
    offers.rule("even", offers.call(.equal, bonus, offers.int(2), type: .bool))
    offers.term("worth", offers.xPlusCost(), weight: 2)
    offers.noOp = noOp
    offers.fallback = fallback
    return offers
  }

  @Test func wholeLog() throws {
    let result = try offers(x: [5, 2]).run()
    #expect(result.column(.action) == ["wine", "none"])
    #expect(result.column(.value) == ["16.0", "0.0"])
    #expect(result.column(.term(0)) == ["16.0", "0.0"])
    #expect(result.column(.expectedValue) == ["16.0", "0.0"])
    #expect(result.column(.propensity) == ["1.0", "1.0"])
    #expect(result.column(.rank) == ["1", "1"])
    #expect(result.column(.eligible) == ["2", "1"])
    #expect(result.column(.isFallback) == ["false", "true"])
    #expect(
      result.column(.reasons) == [
        "even: tea; null_value: rum", "poor: wine; even: tea; null_value: rum",
      ])
  }

  @Test func counts() throws {
    let counts = try offers(x: [5, 2, 9]).run().counts
    #expect(counts.rows == 3)
    #expect(counts.fallbacks == 1)
    #expect(counts.actions == ["wine": 2, "none": 1])
    #expect(counts.forbidden == ["poor": 1, "even": 3, "null_value": 3])
    #expect(counts.terms == ["worth": 40])
  }

  @Test func termTotalsAreExact() throws {
    var problem = Case(actions: .text(["a"]), cost: [0], x: [1, 0, -1])
    let x = problem.call(.intToFloat, problem.column(problem.x, .int64), type: .float64)
    let huge = problem.call(.multiplyFloat, x, problem.float(1e16), type: .float64)
    problem.term("worth", problem.call(.addFloat, huge, problem.float(1), type: .float64))
    problem.fallback = "a"
    // The contributions are 1e16, 1 and −1e16; adding one after the other would lose the 1.
    #expect(try problem.run().counts.terms == ["worth": 1])
  }

  @Test func integerKeysStayIntegersWithoutANoOp() throws {
    var problem = Case(actions: .integers([70, -8]), cost: [1, 2], x: [0])
    problem.term("worth", problem.xPlusCost())
    problem.fallback = "70"
    #expect(try problem.run().state.vector(problem.outputs[0].1).type == .int64)
    #expect(try problem.run().column(.action) == ["-8"])
    problem.noOp = "none"
    #expect(try problem.run().state.vector(problem.outputs[0].1).type == .text)
    #expect(try problem.run().column(.action) == ["-8"])
  }

  @Test func aFallbackWithoutValueLeavesNulls() throws {
    let result = try offers(x: [0], noOp: nil, fallback: "wine").run()
    // rum has no value, wine and tea are forbidden.
    #expect(result.column(.action) == ["wine"])
    for output in [DecideStep.Output.rank, .value, .expectedValue, .term(0)] {
      #expect(result.column(output) == ["-"])
    }
    #expect(result.column(.propensity) == ["1.0"])
    #expect(result.column(.eligible) == ["0"])
    #expect(result.counts.terms == ["worth": 0])
  }

  @Test func thresholdReadsItsCondition() throws {
    var problem = Case(
      actions: .text(["a", "b", "c"]), cost: [1, 2, 3], bonus: [1, 1, 0], x: [0])
    problem.term("worth", problem.xPlusCost())
    let bonus = problem.column(problem.bonus, .int64)
    problem.choice = .threshold(problem.call(.equal, bonus, problem.int(1), type: .bool))
    problem.fallback = "a"
    #expect(try problem.run().column(.action) == ["b"])
  }

  @Test func nothingDependsOnThreadsOrTiles() throws {
    var problem = Case(
      actions: .text((0..<9).map { "a\($0)" }), cost: [1, 2, nil, 4, 5, 2, 1, 0, 3],
      bonus: [0, 1, 2, 3, 4, 5, 6, 7, 8], x: (0..<1000).map { Int64($0 % 37) - 18 })
    let x = problem.column(problem.x, .int64)
    let bonus = problem.column(problem.bonus, .int64)
    let sum = problem.call(.addInt, x, bonus, type: .int64)
    problem.rule("low", problem.call(.less, sum, problem.int(-4), type: .bool))
    problem.rule("far", problem.call(.less, problem.int(15), sum, type: .bool))
    problem.term("worth", problem.xPlusCost(), weight: 0.1)
    problem.choice = .softmax(temperature: 0.0001)
    problem.explore = 0.05
    problem.noOp = "none"
    problem.fallback = "a3"
    let whole = try problem.run()
    #expect(Set(whole.column(.action)).count > 5)
    for (threads, batchSize) in [(1, 7), (2, 64), (3, 512), (2, 100_000)] {
      let other = try problem.run(threads: threads, batchSize: batchSize)
      let isSame = other.table == whole.table
      #expect(isSame, "threads \(threads), batches of \(batchSize)")
      #expect(other.counts.terms == whole.counts.terms)
      #expect(other.counts.forbidden == whole.counts.forbidden)
      #expect(other.counts.actions == whole.counts.actions)
    }
  }

  @Test func rowOrderDoesNotEnterTheDraw() throws {
    var problem = Case(
      actions: .text(["a", "b"]), cost: [0, 0], x: Array(repeating: 0, count: 50))
    problem.term("worth", problem.xPlusCost())
    problem.choice = .softmax(temperature: 1)
    problem.fallback = "a"
    let forward = try problem.run().column(.action)
    problem.state.set(problem.key, .integers((0..<50).reversed().map { Int64($0) }))
    #expect(try problem.run().column(.action) == forward.reversed())
  }

  @Test func manyActions() throws {
    let count = 3000
    var problem = Case(
      actions: .integers((0..<Int64(count)).map { $0 }),
      cost: (0..<count).map { Double($0 % 2999) },
      x: [1, 2, 3])
    problem.term("worth", problem.xPlusCost())
    problem.fallback = "0"
    #expect(try problem.run().column(.action) == ["2998", "2998", "2998"])
    problem.choice = .softmax(temperature: 1e9)
    #expect(try problem.run(threads: 2).column(.eligible) == ["3000", "3000", "3000"])
  }
}

@Suite struct EmptyDecisionTests {
  @Test func noRows() throws {
    var problem = Case(actions: .text(["a"]), cost: [1], x: [])
    problem.term("worth", problem.xPlusCost())
    problem.fallback = "a"
    #expect(try problem.run().table.allSatisfy { $0.isEmpty })
    #expect(try problem.run().counts.rows == 0)
  }

  @Test func noActionsButTheNoOp() throws {
    var problem = Case(actions: .text([]), cost: [], x: [4, 5])
    problem.term("worth", problem.xPlusCost())
    problem.choice = .softmax(temperature: 1)
    problem.explore = 0.1
    problem.noOp = "none"
    problem.fallback = "none"
    let result = try problem.run()
    #expect(result.column(.action) == ["none", "none"])
    #expect(result.column(.propensity) == ["1.0", "1.0"])
    #expect(result.column(.reasons) == ["", ""])
    #expect(result.column(.isFallback) == ["true", "true"])
  }

  @Test func oneAction() throws {
    var problem = Case(actions: .text(["a"]), cost: [-3], x: [0])
    problem.term("worth", problem.xPlusCost())
    problem.choice = .softmax(temperature: 0.01)
    problem.fallback = "a"
    #expect(try problem.run().column(.propensity) == ["1.0"])
  }
}
