import C360Columns
import C360Engine
import C360Plan
import Testing

@testable import C360Decisions

@Suite struct UnusableActionsTests {
  private func complaint(
    _ keys: Case.Keys, noOp: String? = nil, fallback: String = "a"
  ) throws -> String? {
    let count =
      switch keys {
      case .text(let names): names.count
      case .integers(let keys): keys.count
      }
    var problem = Case(actions: keys, cost: Array(repeating: 1, count: count), x: [])
    problem.term("worth", problem.xPlusCost())
    problem.noOp = noOp
    problem.fallback = fallback
    do {
      _ = try problem.run()
      return nil
    } catch EngineError.unusable(let relation, let detail) {
      #expect(relation == problem.actions)
      return detail
    }
  }

  @Test func keysMustBeThereAndDiffer() throws {
    #expect(try complaint(.text(["a", "b"])) == nil)
    #expect(try complaint(.text(["a", nil])) == "row 2 has no key")
    #expect(
      try complaint(.text(["a", "b", "c", "b"])) == "rows 2 and 4 have the same key `b`")
    #expect(
      try complaint(.integers([1, 5, 5]), fallback: "1") == "rows 2 and 3 have the same key `5`")
  }

  @Test func equalKeysAreEqualBytes() throws {
    #expect(try complaint(.text(["a", "caf\u{E9}", "cafe\u{301}"])) == nil)
  }

  @Test func noKeyReadsLikeTheNoOp() throws {
    #expect(
      try complaint(.text(["a", "none"]), noOp: "none")
        == "row 2 has the key `none`, which is the name of the no-op")
    #expect(
      try complaint(.integers([7]), noOp: "7", fallback: "7")
        == "row 1 has the key `7`, which is the name of the no-op")
  }

  @Test func theFallbackIsACandidate() throws {
    #expect(
      try complaint(.text(["b"])) == "the fallback `a` of `winback` is not among the actions")
    #expect(
      try complaint(.text([])) == "the fallback `a` of `winback` is not among the actions")
    #expect(try complaint(.integers([12]), fallback: "12") == nil)
  }
}

@Suite struct FailingRowsTests {
  /// Int64.max + bonus fails where the bonus is positive.
  private func failing(_ place: String, x: [Int64], bonus: [Int64]) throws -> (Int, String)? {
    var problem = Case(
      actions: .text(["a", "b"]), cost: [1, 1], bonus: bonus, x: x)
    let bonus = problem.column(problem.bonus, .int64)
    let sum = problem.call(
      .addInt,
      problem.call(
        .subtractInt, problem.int(.max), problem.column(problem.x, .int64),
        type: .int64), bonus, type: .int64)
    let isLarge = problem.call(.less, problem.int(0), sum, type: .bool)
    switch place {
    case "rule": problem.rule("large", isLarge)
    case "term":
      problem.rule("two", problem.call(.equal, bonus, problem.int(2), type: .bool))
      problem.term("sum", problem.call(.intToFloat, sum, type: .float64))
    default: problem.choice = .threshold(isLarge)
    }
    if problem.terms.isEmpty { problem.term("worth", problem.xPlusCost()) }
    problem.noOp = "none"
    problem.fallback = "none"
    do {
      _ = try problem.run(threads: 2, batchSize: 2)
      return nil
    } catch EngineError.row(let origin, let relation, let row, let detail) {
      #expect(origin == 77)
      #expect(relation == problem.frame)
      return (row, detail)
    }
  }

  @Test(arguments: ["rule", "term", "threshold"])
  func theLowestRowIsReported(_ place: String) throws {
    let failure = try failing(place, x: [9, 9, 0, 9, 0], bonus: [0, 1])
    #expect(failure?.0 == 2)
    #expect(failure?.1 == "9223372036854775807 + 1 does not fit 64 bits")
    #expect(try failing(place, x: [9, 9, 1], bonus: [0, 1]) == nil)
  }

  @Test func theValueOfAForbiddenActionIsNotAskedFor() throws {
    #expect(try failing("term", x: [0, 0], bonus: [0, 2]) == nil)
  }

  @Test func cancellation() throws {
    var problem = Case(actions: .text(["a"]), cost: [1], x: [1, 2])
    problem.term("worth", problem.xPlusCost())
    problem.fallback = "a"
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect {
      try problem.run(cancellation: cancellation)
    } throws: {
      if case EngineError.cancelled = $0 { true } else { false }
    }
  }
}
