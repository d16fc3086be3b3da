import C360Semantics
import Foundation
import Testing

@testable import C360Reference

@Suite struct DecisionTests {
  let margin = make(.actionColumn(Fixture.offers, 1), .float.optional)
  let key = make(.actionColumn(Fixture.offers, 0), .text)

  func isOffer(_ name: String) -> Expression {
    call(.equal, key, make(.literal(.text(name)), .text), type: .bool)
  }

  /// The first decision of a policy whose only term is the margin.
  func decide(
    _ fixture: Fixture, _ choice: Policy.Choice = .greedy, explore: Double = 0,
    fallback: String = "nothing", forbid: [(String, Expression)] = []
  ) throws -> ReferenceDecision {
    var fixture = fixture
    fixture.send(at: 10)
    let rules = forbid.map { Mask.Rule(name: $0, condition: $1, because: nil, span: here) }
    fixture.program.masks = [
      Mask(name: "m", actions: Fixture.offers, rules: rules, hides: [], span: here)
    ]
    fixture.program.policies = [
      Policy(
        name: "p", actions: Fixture.offers, exposure: Fixture.sends, mask: MaskID(0),
        terms: [Policy.Term(name: "margin", value: margin, weight: 1, span: here)],
        choice: choice, explore: explore, fallback: .text(fallback), permits: [:], owner: nil,
        approval: nil, ticket: nil, canonicalText: "", span: here)
    ]
    let decisions = try fixture.interpreter.decisions(PolicyID(0), at: Fixture.sends)
    return try #require(decisions.first)
  }

  var threeOffers: Fixture {
    var fixture = Fixture()
    fixture.offer("tea", 2)
    fixture.offer("wine", 3)
    fixture.offer("nuts", 3)
    return fixture
  }

  @Test func `greedy takes the greatest value, ties go to the earlier action`() throws {
    let decision = try decide(threeOffers)
    #expect(decision.action == .text("wine"))
    #expect(decision.propensity == 1)
    #expect(decision.rank == .int(1))
    #expect(decision.eligible == 4)
    #expect(decision.value == .float(3))
    #expect(decision.expectedValue == .float(3))
  }

  @Test func `rules are reasons; a null value is one after them, not beside them`() throws {
    var fixture = threeOffers
    fixture.offer("gin", nil)
    let decision = try decide(
      fixture,
      forbid: [
        ("late", isOffer("wine")),
        ("strong", call(.notEqual, key, make(.literal(.text("tea")), .text), type: .bool)),
      ])
    #expect(decision.reasons == "late: wine; strong: wine, nuts, gin")
    #expect(decision.action == .text("tea"))
    let unknown = try decide(fixture, forbid: [("late", isOffer("wine"))])
    #expect(unknown.reasons == "late: wine; null_value: gin")
  }

  @Test func `softmax and exploration range over what is eligible, the no-op included`() throws {
    let decision = try decide(
      threeOffers, .softmax(temperature: 1), explore: 0.25, forbid: [("r", isOffer("wine"))])
    // Values 2, forbidden, 3, and 0 for the no-op.
    let weights = [exp(-1.0), 0, 1, exp(-3.0)]
    let total = exp(-1.0) + 1 + exp(-3.0)
    for (candidate, weight) in zip(decision.distribution, weights) {
      let expected = weight == 0 ? 0 : 0.75 * weight / total + 0.25 / 3
      #expect(abs(candidate.propensity - expected) < 1e-15)
    }
    #expect(decision.distribution.map(\.action).last == .text("nothing"))
  }

  @Test func `threshold takes the best that passes, else the no-op`() throws {
    #expect(try decide(threeOffers, .threshold(isOffer("tea"))).action == .text("tea"))
    let none = try decide(threeOffers, .threshold(null))
    #expect(none.action == .text("nothing"))
    #expect(!none.isFallback)
    #expect(none.rank == .int(4))
  }

  @Test func `the fallback acts where no action is left and gives way to the no-op if forbidden`()
    throws
  {
    var fixture = Fixture()
    fixture.offer("tea", nil)
    let unknown = try decide(fixture, fallback: "tea")
    #expect(unknown.action == .text("tea"))
    #expect(unknown.isFallback)
    #expect(unknown.value == .null)
    #expect(unknown.rank == .null)
    let forbidden = try decide(fixture, fallback: "tea", forbid: [("r", yes)])
    #expect(forbidden.action == .text("nothing"))
    #expect(forbidden.isFallback)
    #expect(forbidden.value == .float(0))
  }

  @Test func `without a no-op the fallback acts all the same`() throws {
    var fixture = Fixture(none: nil)
    fixture.offer("tea", 1)
    let forbidden = try decide(fixture, fallback: "tea", forbid: [("r", yes)])
    #expect(forbidden.action == .text("tea"))
    #expect(forbidden.reasons == "r: tea")
    #expect(forbidden.propensity == 1)
    let below = try decide(fixture, .threshold(no), explore: 0.5, fallback: "tea")
    #expect(below.propensity == 1)
    #expect(below.isFallback)
  }

  @Test func `actions that cannot be told apart are an error`() throws {
    var fixture = threeOffers
    fixture.offer("tea", 1)
    #expect(throws: ReferenceError.self) { try decide(fixture) }
    #expect(throws: ReferenceError.self) { try decide(threeOffers, fallback: "beer") }
  }
}

@Suite struct ExposureTests {
  /// Entity, time in hours, number and kept flag of each row.
  func rows(_ fixture: Fixture) -> [String] {
    fixture.interpreter.exposures[0].map { row in
      "\(text(of: row.entity)) \(row.time / hours) \(row.number) \(row.isKept ? "kept" : "-")"
    }
  }

  func kept(_ rule: Exposure.KeepRule, _ times: [Double]) -> [Int] {
    var fixture = Fixture(keep: rule)
    for time in times.reversed() { fixture.send(at: time) }
    return fixture.interpreter.exposures[0].filter(\.isKept).map { Int($0.time / hours) }
  }

  @Test func `keep rules`() {
    let times = [0.0, 1, 3, 3, 4, 9]
    #expect(kept(.all, times) == [0, 1, 3, 3, 4, 9])
    #expect(kept(.first, times) == [0])
    #expect(kept(.firstPer(.exact(4 * hours)), times) == [0, 4, 9])
    #expect(kept(.nonOverlapping(.exact(3 * hours)), times) == [0, 3, 9])
    #expect(kept(.washout(.exact(2 * hours)), times) == [0, 9])
    #expect(kept(.firstPer(.calendar(CalendarSpan(1, .day))), [-1, 0, 23, 24]) == [-1, 0, 24])
  }

  @Test func `equal exposures are numbered`() {
    var fixture = Fixture()
    fixture.send(at: 1, customer: 2)
    for _ in 0..<2 { fixture.send(at: 1) }
    #expect(rows(fixture) == ["1 1 0 kept", "1 1 1 kept", "2 1 0 kept"])
  }

  @Test func `steps count from the start, for those who are known before each time`() {
    let every = Exposure.Origin.every(
      step: .exact(2 * hours), start: 0, through: 4 * hours, population: Fixture.accounts)
    var fixture = Fixture(origin: every)
    fixture.account(from: -5, until: 4, "x", customer: 1)
    fixture.account(from: 2, "x", customer: 2)
    fixture.order(at: -9, customer: 3)
    #expect(rows(fixture) == ["1 0 0 kept", "1 2 0 kept", "2 4 0 kept"])
    let all = Exposure.Origin.every(
      step: .exact(4 * hours), start: 0, through: 5 * hours, population: nil)
    var anyone = Fixture(origin: all)
    anyone.data = fixture.data
    anyone.order(at: -9, known: 0, customer: 4)
    #expect(
      rows(anyone)
        == ["1 0 0 kept", "1 4 0 kept", "2 4 0 kept", "3 0 0 kept", "3 4 0 kept", "4 4 0 kept"])
  }

  @Test func `month ends do not drift`() {
    let every = Exposure.Origin.every(
      step: .calendar(CalendarSpan(1, .month)), start: 30 * days, through: 100 * days,
      population: nil)
    var fixture = Fixture(origin: every)
    fixture.order(at: -1)
    // 31 January, 28 February, 31 March 1970.
    #expect(fixture.interpreter.exposures[0].map { $0.time / days } == [30, 58, 89])
  }
}

@Suite struct QueryTests {
  func run(_ fixture: Fixture, _ stages: [Query.Stage], initial: [Expression] = [amount, category])
    throws -> String
  {
    let query = Query(
      source: .table(Fixture.orders), mask: nil, unmaskedBecause: nil,
      initial: initial.map { Query.Projection(name: "", expression: $0) }, stages: stages,
      columns: [], span: here)
    return try fixture.interpreter.run(query).description
  }

  func column(_ index: Int, _ type: Type = .float) -> Expression { make(.queryColumn(index), type) }

  var fixture: Fixture {
    var fixture = Fixture()
    fixture.order(at: 3, 1, "b")
    fixture.order(at: 1, nil, "a")
    fixture.order(at: 2, .nan, "a")
    fixture.order(at: 2, 2, nil)
    return fixture
  }

  @Test func `rows come in canonical order`() throws {
    #expect(try run(fixture, []) == "· | a\n2.0 | ·\nnan | a\n1.0 | b")
  }

  @Test func `sorting puts NaN after numbers and null last, both ways`() throws {
    func sorted(_ isDescending: Bool) throws -> String {
      let key = Query.SortKey(expression: column(0), isDescending: isDescending)
      return try run(fixture, [.sort([key])], initial: [amount])
    }
    #expect(try sorted(false) == "1.0\n2.0\nnan\n·")
    #expect(try sorted(true) == "2.0\n1.0\nnan\n·")
  }

  @Test func `groups stand by their keys; without keys there is one row of nothing`() throws {
    func sum(_ type: Type) -> Query.Projection {
      let aggregate = RowAggregate(function: .sum, argument: column(0), second: nil, filter: nil)
      return Query.Projection(name: "s", expression: make(.rowAggregate(aggregate), type))
    }
    let key = Query.Projection(name: "k", expression: column(1, .text))
    let numbers = Query.Stage.filter(call(.less, column(0), float(9), type: .bool))
    #expect(
      try run(fixture, [numbers, .group(keys: [key], aggregates: [sum(.float)])])
        == "b | 1.0\n· | 2.0")
    #expect(
      try run(Fixture(), [.group(keys: [], aggregates: [sum(.float)])]) == "0.0")
    #expect(try run(Fixture(), [.group(keys: [key], aggregates: [sum(.float)])]) == "")
  }

  @Test func `an error counts at every row that reaches its stage`() throws {
    let project = Query.Stage.project([Query.Projection(name: "", expression: failing)])
    #expect(try run(fixture, [.filter(no), project]) == "")
    #expect(throws: ReferenceError.self) { try run(fixture, [project, .take(0)]) }
  }
}
