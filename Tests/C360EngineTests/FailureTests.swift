import C360Columns
import C360Plan
import Testing

@testable import C360Engine

/// A failure is a value of its own, which `and`, `or`, `select` and `coalesce` may decide away.
@Suite struct FailureTests {
  /// A table of one row in which `failing` is a bool that fails.
  struct One {
    let table = Table()
    let failing: ScalarID
    let no: ScalarID
    let yes: ScalarID
    let unknown: ScalarID

    init() {
      let zero = table.ints(0)
      let one = table.ints(1)
      let remainder = table.apply(.moduloInt, one, zero, type: .int64, origin: 7)
      failing = table.apply(.equal, remainder, zero, type: .bool)
      no = table.bools(false)
      yes = table.bools(true)
      unknown = table.bools(nil)
    }
  }

  @Test func decidedInEitherOrder() throws {
    let one = One()
    for (decider, operation, expected) in [
      (one.no, ScalarOperation.and, false), (one.yes, .or, true),
    ] {
      let left = one.table.apply(operation, decider, one.failing, type: .bool)
      let right = one.table.apply(operation, one.failing, decider, type: .bool)
      #expect(try one.table.run(left) == [.bool(expected)])
      #expect(try one.table.run(right) == [.bool(expected)])
    }
  }

  @Test func notDecided() throws {
    let one = One()
    for (other, operation) in [
      (one.yes, ScalarOperation.and), (one.unknown, .and), (one.no, .or), (one.unknown, .or),
    ] {
      let left = one.table.apply(operation, other, one.failing, type: .bool)
      let right = one.table.apply(operation, one.failing, other, type: .bool)
      #expect(throws: EngineError.self) { try one.table.run(left) }
      #expect(throws: EngineError.self) { try one.table.run(right) }
    }
  }

  @Test func onlyTheChosenBranchFails() throws {
    let one = One()
    let first = one.table.apply(.select, one.yes, one.no, one.failing, type: .bool)
    #expect(try one.table.run(first) == [false])
    let second = one.table.apply(.select, one.unknown, one.failing, one.yes, type: .bool)
    #expect(try one.table.run(second) == [true])
    let chosen = one.table.apply(.select, one.no, one.yes, one.failing, type: .bool)
    #expect(throws: EngineError.self) { try one.table.run(chosen) }
    let test = one.table.apply(.select, one.failing, one.yes, one.no, type: .bool)
    #expect(throws: EngineError.self) { try one.table.run(test) }
  }

  @Test func coalesceTakesTheFirstThatHasAValue() throws {
    let one = One()
    let decided = one.table.apply(.coalesce, one.yes, one.failing, type: .bool)
    #expect(try one.table.run(decided) == [true])
    let failed = one.table.apply(.coalesce, one.failing, one.yes, type: .bool)
    #expect(throws: EngineError.self) { try one.table.run(failed) }
    let needed = one.table.apply(.coalesce, one.unknown, one.failing, type: .bool)
    #expect(throws: EngineError.self) { try one.table.run(needed) }
    let isNull = one.table.apply(.isNull, one.failing, type: .bool)
    #expect(throws: EngineError.self) { try one.table.run(isNull) }
  }

  static func failure(_ table: Table, _ scalar: ScalarID) -> (Int32, Int, String)? {
    do {
      _ = try table.run(scalar)
      return nil
    } catch EngineError.row(let origin, _, let row, let detail) {
      return (origin, row, detail)
    } catch {
      return nil
    }
  }

  @Test func theLowestRowAndTheFirstOperationAreReported() throws {
    let table = Table()
    let n = table.read(
      table.add(.int, (0..<5000).map { .int($0 == 4321 || $0 == 4990 ? .max : $0) }))
    let one = table.constant(1)
    let sum = table.apply(.addInt, n, one, type: .int64, origin: 3)
    let product = table.apply(.multiplyInt, n, n, type: .int64, origin: 4)
    let both = table.apply(.addInt, product, sum, type: .int64, origin: 5)
    let found = try #require(Self.failure(table, both))
    #expect(found == (3, 4321, "9223372036854775807 + 1 does not fit 64 bits"))
  }

  @Test func nullsDoNotFail() throws {
    let table = Table()
    let a = table.ints(.max, nil, 5)
    let b = table.ints(nil, 0, nil)
    #expect(try table.run(table.apply(.moduloInt, a, b, type: .int64)) == [nil, nil, nil])
    let sum = table.apply(.addInt, a, a, type: .int64)
    let coalesced = table.apply(.coalesce, b, sum, type: .int64)
    let found = try #require(Self.failure(table, coalesced))
    #expect(found.1 == 0)
  }

  @Test(arguments: [
    (ScalarOperation.negateInt, Int64.min, "-(-9223372036854775808) does not fit 64 bits"),
    (.absInt, .min, "abs(-9223372036854775808) does not fit 64 bits"),
  ])
  func words(_ operation: ScalarOperation, _ value: Int64, _ words: String) throws {
    let table = Table()
    let column = table.ints(value)
    let found = try #require(Self.failure(table, table.apply(operation, column, type: .int64)))
    #expect(found.2 == words)
  }

  @Test func wordsOfConversions() throws {
    let table = Table()
    let text = table.texts("12a")
    let float = table.floats(.nan)
    let texts = try #require(Self.failure(table, table.apply(.textToInt, text, type: .int64)))
    #expect(texts.2 == "\"12a\" is not an integer")
    let floats = try #require(Self.failure(table, table.apply(.floatToInt, float, type: .int64)))
    #expect(floats.2 == "NaN is no integer")
  }

  @Test func failedConstantsFailOnlyWhereTheyAreReached() throws {
    let table = Table()
    let test = table.bools(true, true)
    let one = table.constant(1)
    let broken = table.apply(.moduloInt, one, table.constant(0), type: .int64, origin: 9)
    #expect(try table.run(table.apply(.select, test, one, broken, type: .int64)) == [1, 1])
    let found = try #require(
      Self.failure(table, table.apply(.select, test, broken, one, type: .int64)))
    #expect(found == (9, 0, "mod(1, 0): the divisor is 0"))
  }
}
