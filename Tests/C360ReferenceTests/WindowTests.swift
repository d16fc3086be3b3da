import C360Semantics
import Testing

@testable import C360Reference

@Suite struct WindowTests {
  let count = aggregate(.count, type: .int)

  @Test func `an event at the decision is not seen, nor one that is known only then`() throws {
    var fixture = Fixture()
    fixture.order(at: 9)
    fixture.order(at: 10)
    fixture.order(at: 8, known: 10)
    fixture.order(at: 7, neverKnown: true)
    #expect(try fixture.value(count, at: 10) == .int(1))
    #expect(try fixture.value(count, at: 10.5) == .int(3))
  }

  @Test func `arrives within: known that much later`() throws {
    var fixture = Fixture(arrivesWithin: 2 * hours)
    fixture.order(at: 8)
    #expect(try fixture.value(count, at: 10) == .int(0))
    #expect(try fixture.value(count, at: 10.1) == .int(1))
  }

  @Test func `a window holds its start, lag moves both ends, knowledge stays at the decision`()
    throws
  {
    var fixture = Fixture()
    for time in [5.0, 6, 7, 8, 9] { fixture.order(at: time) }
    fixture.order(at: 6.5, known: 9.5)
    func value(_ window: Window, lag: Int64) throws -> Value {
      try fixture.value(aggregate(.count, over: window, lag: lag, type: .int), at: 10)
    }
    #expect(try value(.duration(3 * hours), lag: 0) == .int(3))
    #expect(try value(.duration(3 * hours), lag: 2 * hours) == .int(4))
    #expect(try value(.all, lag: 3 * hours) == .int(3))
  }

  @Test func `last n are the last that pass the filter, null arguments included`() throws {
    var fixture = Fixture()
    fixture.order(at: 1, 10, "a")
    fixture.order(at: 2, 20, "b")
    fixture.order(at: 3, nil, "a")
    let isA = call(.equal, category, make(.literal(.text("a")), .text), type: .bool)
    let sum = aggregate(.sum, amount, where: isA, over: .last(2))
    #expect(try fixture.value(sum, at: 9) == .float(10))
    #expect(try fixture.value(aggregate(.sum, amount, over: .last(2)), at: 9) == .float(20))
  }

  @Test func `calendar windows: back a month, or since the month's local start`() throws {
    var fixture = Fixture(timezone: "Europe/London")
    fixture.order(at: 30 * 24)
    fixture.order(at: 31 * 24 + 1)
    let month = CalendarSpan(1, .month)
    // London kept summer time in 1970: the month began at 23:00 UTC.
    fixture.order(at: 31 * 24 - 1)
    let since = aggregate(.count, over: .calendar(month), type: .int)
    let back = aggregate(.count, over: .span(month), type: .int)
    #expect(try fixture.value(since, at: 31 * 24 + 2) == .int(2))
    #expect(try fixture.value(back, at: 59 * 24 - 0.5) == .int(1))
  }

  @Test func `events of equal time stand by sequence, then by their values, not by the file`()
    throws
  {
    for flipped in [false, true] {
      var fixture = Fixture()
      let rows: [(Double, Int64?)] = [(1, 2), (2, 1), (0, nil)]
      for (amount, sequence) in flipped ? rows.reversed() : rows {
        fixture.order(at: 1, amount, sequence: sequence)
      }
      #expect(try fixture.value(aggregate(.first, amount), at: 2) == .float(2))
      #expect(try fixture.value(aggregate(.last, amount), at: 2) == .float(0))
      #expect(
        try fixture.value(aggregate(.nth, amount, setting: .position(-2)), at: 2) == .float(1))
    }
  }

  @Test func `an outcome window is open at its start and closed at its end`() throws {
    var fixture = Fixture(observedThrough: 100 * hours)
    for time in [10.0, 11, 12, 13] { fixture.order(at: time, neverKnown: time == 12) }
    func outcome(after: Int64, within: Int64) -> Expression {
      let window = Window.following(after: .exact(after * hours), within: .exact(within * hours))
      let body = aggregate(.count, over: window, type: .int)
      return make(.outcome(Fixture.sends, 0, body), .int.optional)
    }
    #expect(try fixture.value(outcome(after: 0, within: 2), at: 10) == .int(2))
    #expect(try fixture.value(outcome(after: 1, within: 3), at: 10) == .int(2))
    #expect(try fixture.value(outcome(after: 0, within: 90), at: 10) == .int(3))
    #expect(try fixture.value(outcome(after: 0, within: 91), at: 10) == .null)
  }

  @Test func `an outcome is censored as a whole, even where a branch would decide it`() throws {
    var fixture = Fixture()
    fixture.order(at: 11)
    let window = Window.following(after: .exact(0), within: .exact(2 * hours))
    let any = aggregate(.any, over: window, type: .bool)
    let body = make(.conditional(yes, yes, any), .bool)
    #expect(try fixture.value(make(.outcome(Fixture.sends, 0, body), .bool), at: 10) == .null)
    #expect(try fixture.value(make(.outcome(Fixture.sends, 0, body), .bool), at: 9) == .bool(true))
  }

  @Test func `a feature in an aggregate is the value as of each event`() throws {
    var fixture = Fixture()
    for time in [1.0, 2, 2, 3] { fixture.order(at: time) }
    let before = aggregate(.count, type: .int)
    #expect(try fixture.value(aggregate(.sum, before, type: .int), at: 9) == .int(0 + 1 + 1 + 3))
  }
}

@Suite struct AggregateTests {
  func value(_ function: AggregateFunction, _ amounts: [Double?], type: Type = .float) throws
    -> Value
  {
    var fixture = Fixture()
    for (index, amount) in amounts.enumerated() { fixture.order(at: Double(index), amount) }
    return try fixture.value(
      aggregate(
        function, amount, setting: function == .nth ? .position(1) : .halfLife(hours), type: type),
      at: 100)
  }

  @Test func `nothing: counts and sums are 0, any false, all true, the rest null`() throws {
    for amounts in [[], [nil, nil]] as [[Double?]] {
      #expect(try value(.count, amounts) == .int(0))
      #expect(try value(.distinct, amounts) == .int(0))
      #expect(try value(.sum, amounts) == .float(0))
      #expect(try value(.sum, amounts, type: .int) == .int(0))
      #expect(try value(.any, amounts) == .bool(false))
      #expect(try value(.all, amounts) == .bool(true))
      #expect(try value(.decayedSum, amounts) == .float(0))
      #expect(try value(.decayedCount, amounts) == .float(0))
      for function in [
        .mean, .min, .max, .first, .last, .nth, .mode, .share, .ratio, .variance,
        .standardDeviation, .populationVariance, .populationStandardDeviation, .decayedMean,
      ] as [AggregateFunction] {
        #expect(try value(function, amounts) == .null)
      }
    }
  }

  @Test func `null arguments are skipped`() throws {
    let amounts: [Double?] = [nil, 4, 2, nil, 2]
    #expect(try value(.count, amounts) == .int(3))
    #expect(try value(.mean, amounts) == .float(8.0 / 3))
    #expect(try value(.first, amounts) == .float(4))
    #expect(try value(.mode, amounts) == .float(2))
    #expect(try value(.variance, amounts) == .float(4.0 / 3))
    #expect(try value(.populationVariance, amounts) == .float(8.0 / 9))
    #expect(try value(.variance, [3]) == .null)
    #expect(try value(.populationVariance, [3]) == .float(0))
  }

  @Test func `NaN is greatest, values count by value, mode ties go to the smaller`() throws {
    #expect(try value(.min, [.nan, 1]) == .float(1))
    #expect(try text(of: value(.max, [.nan, 1])) == "nan")
    #expect(try value(.distinct, [0, -0.0, .nan, -.nan]) == .int(2))
    #expect(try value(.mode, [3, 1, 2]) == .float(1))
  }

  @Test func `share counts in the window, for actions by equality that null never meets`() throws {
    var fixture = Fixture()
    for category in ["a", "a", "b", nil] { fixture.order(at: 1, 1, category) }
    let match = Aggregate.ActionMatch(event: category, actionColumn: 2)
    let share = aggregate(.share, matches: [match])
    let offer: [Value] = [.text("x"), .float(1), .text("a")]
    #expect(try fixture.value(share, at: 2, action: offer) == .float(0.5))
    #expect(try fixture.value(share, at: 2, action: nil) == .float(0))
    let count = aggregate(.count, matches: [match], type: .int)
    #expect(try fixture.value(count, at: 2, action: offer) == .int(2))
  }

  @Test func `ratio sums where both are there`() throws {
    var fixture = Fixture()
    fixture.order(at: 1, 6, sequence: 2)
    fixture.order(at: 2, 100, sequence: nil)
    fixture.order(at: 3, nil, sequence: 50)
    let weight = make(.tableColumn(Fixture.orders, 5), .int.optional)
    #expect(try fixture.value(aggregate(.ratio, amount, second: weight), at: 9) == .float(3))
    #expect(try fixture.value(aggregate(.ratio, amount, second: weight), at: 1) == .null)
  }

  @Test func `decay halves with each half-life and the mean forgets where it is asked`() throws {
    var fixture = Fixture()
    fixture.order(at: 7, 8)
    fixture.order(at: 9, 2)
    func decayed(_ function: AggregateFunction, at time: Double) throws -> Double? {
      let kind = aggregate(function, amount, setting: .halfLife(hours))
      guard case .float(let value) = try fixture.value(kind, at: time) else { return nil }
      return value
    }
    #expect(try decayed(.decayedSum, at: 10) == 8.0 / 8 + 2.0 / 2)
    #expect(try decayed(.decayedCount, at: 10) == 1.0 / 8 + 1.0 / 2)
    #expect(try decayed(.decayedMean, at: 10) == 2 / 0.625)
    #expect(try decayed(.decayedMean, at: 100_000) == 2 / 0.625)
  }

  @Test func `a sum of integers fails only when the total does not fit`() throws {
    var fixture = Fixture()
    for (time, value) in [Int64.max, 1, -1].enumerated() {
      fixture.order(at: Double(time), sequence: value)
    }
    let sum = aggregate(.sum, make(.tableColumn(Fixture.orders, 5), .int), type: .int)
    #expect(try fixture.value(sum, at: 9) == .int(.max))
    #expect(throws: ReferenceError.self) { try fixture.value(sum, at: 1.5) }
  }
}

@Suite struct ProfileAndConsentTests {
  let region = make(.profileColumn(Fixture.accounts, 4), .text)

  @Test func `the latest version from before, known before, not over`() throws {
    var fixture = Fixture()
    fixture.account(from: 1, "old")
    fixture.account(from: 5, until: 9, "new")
    fixture.account(from: 4, known: 6, "late")
    #expect(try fixture.value(region, at: 1) == .text("unknown"))
    #expect(try fixture.value(region, at: 5) == .text("old"))
    #expect(try fixture.value(region, at: 5.5) == .text("new"))
    #expect(try fixture.value(region, at: 9) == .text("late"))
  }

  @Test func `a null cell is its default`() throws {
    var fixture = Fixture()
    fixture.account(from: 1, nil)
    #expect(try fixture.value(region, at: 2) == .text("unknown"))
  }

  func granted(_ fixture: Fixture, at time: Double, _ clock: ConsentClock = .decision) throws
    -> Bool
  {
    let consent = make(
      .consent(ConsentQuestion(Fixture.ledger, purpose: "ads", clock)), .bool)
    return try fixture.value(consent, at: time) == .bool(true)
  }

  @Test func `the last entry at or before counts, withdrawal wins a tie`() throws {
    var fixture = Fixture()
    fixture.consent(from: 1, until: 5)
    fixture.consent(from: 5)
    fixture.consent(from: 7)
    #expect(try !granted(fixture, at: 0.9))
    #expect(try granted(fixture, at: 1))
    #expect(try !granted(fixture, at: 5))
    #expect(try granted(fixture, at: 7))
  }

  @Test func `throughout: without interruption to the end, which belongs to it`() throws {
    var fixture = Fixture()
    fixture.consent(from: 1, until: 5)
    fixture.consent(from: 6)
    #expect(try granted(fixture, at: 2, .throughout(.exact(3 * hours - 1))))
    #expect(try !granted(fixture, at: 2, .throughout(.exact(3 * hours))))
    #expect(try !granted(fixture, at: 2, .throughout(.exact(9 * hours))))
    #expect(try granted(fixture, at: 6, .throughout(.exact(9 * hours))))
  }
}
