import C360Columns
import C360Plan
import Testing

@testable import C360Engine

private let day: Int64 = 86_400_000_000

/// Every function over every argument that it takes, filtered and not.
func allAggregates(
  _ columns: Scenario.Columns, over window: WindowSpec, lag: Int64
) -> [WindowedAggregate] {
  var result: [WindowedAggregate] = []
  for filter in [nil, columns.filter] {
    func add(
      _ function: AggregateFunction, _ argument: ColumnID? = nil, second: ColumnID? = nil,
      _ setting: AggregateSetting = .none
    ) {
      result.append(
        WindowedAggregate(
          function, argument, second: second, filter: filter, over: window, lag: lag,
          setting: setting))
    }
    add(.count)
    add(.count, columns.amount)
    add(.any)
    add(.any, columns.flag)
    add(.all, columns.flag)
    add(.share)
    add(.share, columns.flag)
    for number in [columns.amount, columns.quantity] {
      add(.sum, number)
      add(.mean, number)
      add(.variance, number)
      add(.standardDeviation, number)
      add(.populationVariance, number)
      add(.populationStandardDeviation, number)
      add(.decayedSum, number, .halfLife(3 * day))
      add(.decayedMean, number, .halfLife(3 * day))
      add(.ratio, number, second: columns.second)
      add(.slope, number)
      add(.histogram, number, .bounds(HistogramBounds([-1, 0, 2.5])))
      add(.ewma, number, .smoothing(0.25))
      add(.ewma, number, .smoothing(0.97))
    }
    add(.decayedCount, nil, .halfLife(day))
    add(.streak)
    for gap in [
      AggregateFunction.meanGap, .medianGap, .minGap, .maxGap, .gapStandardDeviation,
    ] {
      add(gap)
    }
    for column in [columns.amount, columns.quantity, columns.category, columns.flag, columns.time] {
      add(.min, column)
      add(.max, column)
      add(.first, column)
      add(.last, column)
      add(.nth, column, .position(2))
      add(.nth, column, .position(-3))
      add(.distinct, column)
      add(.mode, column)
      add(.top, column, .limit(2))
      add(.list, column, .limit(3))
      add(.entropy, column)
      add(.approximateDistinct, column)
      add(.median, column)
      add(.quantile, column, .quantile(billionths: 900_000_000))
      add(.quantile, column, .quantile(billionths: 0))
    }
  }
  return result
}

/// Type of an aggregate's answer.
func answerType(_ aggregate: WindowedAggregate, _ plan: Plan) -> LogicalType {
  switch aggregate.function {
  case .count, .distinct, .approximateDistinct, .streak: .int
  case .meanGap, .medianGap, .minGap, .maxGap, .gapStandardDeviation: .duration
  case .any, .all: .bool
  case .sum, .min, .max, .first, .last, .nth, .mode, .quantile, .median:
    aggregate.argument.map { plan[$0].type } ?? .int
  case .top, .list: .list(aggregate.argument.map { plan[$0].type } ?? .int)
  case .histogram: .list(.int)
  default: .float
  }
}

extension Scenario {
  /// Answers of the operator by aggregate.
  mutating func answers(
    _ aggregates: [WindowedAggregate], threads: Int = 1, batch: Int = 2048,
    timezone: String = "UTC"
  ) throws -> [[Scalar]] {
    let outputs = aggregates.map { aggregate in
      TimelineStep.Output(
        aggregate: aggregate,
        column: fixture.output("out", answerType(aggregate, fixture.plan), in: frame), origin: 1)
    }
    var state = fixture.state
    try TimelineOperator.run(
      step(outputs, timezone: timezone), &state,
      ExecutionContext(threads: threads, batchSize: batch, pool: fixture.pool))
    return outputs.map { state.vector($0.column).scalars(fixture.pool) }
  }

  /// - Parameter markers: columns of the frame.
  mutating func check(
    _ aggregates: [WindowedAggregate], timezone: String = "UTC",
    markers: [ColumnID: [Scalar]] = [:]
  ) throws {
    let answers = try answers(aggregates, timezone: timezone)
    var wrong = 0
    for (aggregate, column) in zip(aggregates, answers) {
      for (row, exposure) in exposures.enumerated() {
        let expected = oracle.answer(
          aggregate, key: exposure.key, at: exposure.time, frame: markers.mapValues { $0[row] })
        if column[row] != expected {
          wrong += 1
          if wrong <= 5 {
            Issue.record(
              "\(aggregate.function) \(aggregate.window) lag \(aggregate.lag) row \(row) \(exposure): \(column[row]), not \(expected); argument \(aggregate.argument.map { fixture.plan[$0].name } ?? "-") filter \(aggregate.filter != nil)"
            )
          }
        }
      }
    }
    #expect(wrong == 0)
  }
}

@Suite struct AggregateTests {
  static let windows: [(WindowSpec, Int64)] = [
    (.all, 0), (.all, 2 * day), (.duration(7 * day), 0), (.duration(day), day),
    (.span(CalendarStep(1, .month)), 0), (.calendar(CalendarStep(1, .week)), day),
    (.last(3), 0), (.last(1), 2 * day), (.last(0), 0),
    (.following(after: .exact(0), within: .exact(7 * day)), 0),
    (.following(after: .exact(day), within: .calendar(CalendarStep(1, .month))), 0),
  ]

  @Test(
    "Every function over every window is what the definition says",
    arguments: Array(windows.indices),
    [Scenario.Lateness.none, .fixed, .few, .nightly, .wild])
  func definition(_ window: Int, _ lateness: Scenario.Lateness) throws {
    var scenario = try Scenario(
      seed: UInt64(window * 10 + 1), events: 90, exposures: 30, entities: 5, lateness: lateness)
    let (spec, lag) = Self.windows[window]
    try scenario.check(allAggregates(scenario.columns, over: spec, lag: lag))
  }

  @Test("Many late rows, long delayed, dense entities", arguments: [1, 2])
  func heavilyLate(_ seed: Int) throws {
    for (spec, lag) in Self.windows {
      var scenario = try Scenario(
        seed: UInt64(seed * 1000), events: 300, exposures: 60, entities: 2, lateness: .wild,
        span: 60)
      try scenario.check(allAggregates(scenario.columns, over: spec, lag: lag))
    }
  }

  @Test(
    "Sums are exact whatever the magnitudes", arguments: [Scenario.Values.cents, .wide, .special])
  func values(_ values: Scenario.Values) throws {
    for lateness in [Scenario.Lateness.none, .wild] {
      for (spec, lag) in Self.windows {
        var scenario = try Scenario(
          seed: 7, events: 90, exposures: 30, entities: 4, lateness: lateness, values: values)
        let columns = scenario.columns
        try scenario.check([
          WindowedAggregate(.sum, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.mean, columns.amount, filter: columns.filter, over: spec, lag: lag),
          WindowedAggregate(.min, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.max, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.distinct, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.mode, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.median, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.entropy, columns.amount, over: spec, lag: lag),
          WindowedAggregate(.approximateDistinct, columns.amount, over: spec, lag: lag),
        ])
      }
    }
  }

  @Test("Keys may be texts, tables may be empty")
  func edges() throws {
    for (events, exposures) in [(120, 40), (0, 20), (50, 0), (1, 1)] {
      var scenario = try Scenario(
        seed: 5, events: events, exposures: exposures, entities: 8, lateness: .few, textKeys: true)
      try scenario.check(allAggregates(scenario.columns, over: .duration(5 * day), lag: 0))
    }
  }

  @Test("Local calendars")
  func zones() throws {
    var scenario = try Scenario(
      seed: 11, events: 100, exposures: 30, entities: 3, span: 400, timezone: "Europe/London")
    for window in [
      WindowSpec.span(CalendarStep(1, .month)), .calendar(CalendarStep(1, .day)),
      .calendar(CalendarStep(1, .month)), .span(CalendarStep(1, .year)),
    ] {
      try scenario.check(
        allAggregates(scenario.columns, over: window, lag: 0), timezone: "Europe/London")
    }
  }

  @Test("Tables stored in order", arguments: [Scenario.Lateness.none, .few], [false, true])
  func stored(_ lateness: Scenario.Lateness, _ textKeys: Bool) throws {
    for (spec, lag) in Self.windows {
      var scenario = try Scenario(
        seed: 41, events: 90, exposures: 20, entities: 5, lateness: lateness, textKeys: textKeys,
        isStored: true)
      try scenario.check(allAggregates(scenario.columns, over: spec, lag: lag))
    }
  }

  @Test(
    "Events count until they are gone, and forward only when they never go",
    arguments: Array(windows.indices), [Scenario.Lateness.none, .fixed, .few, .wild])
  func gone(_ window: Int, _ lateness: Scenario.Lateness) throws {
    let (spec, lag) = Self.windows[window]
    for (share, exposures) in [(5, 40), (50, 40), (100, 8)] {
      var scenario = try Scenario(
        seed: UInt64(window * 31 + share), events: 120, exposures: exposures, entities: 3,
        lateness: lateness, gone: share)
      try scenario.check(allAggregates(scenario.columns, over: spec, lag: lag))
    }
  }

  @Test("Columns of many values")
  func manyValues() throws {
    for lateness in [Scenario.Lateness.none, .few] {
      var scenario = try Scenario(
        seed: 43, events: 900, exposures: 60, entities: 2, lateness: lateness, values: .cents)
      let columns = scenario.columns
      try scenario.check(
        [WindowSpec.all, .duration(9 * day), .last(40)].flatMap { window in
          [AggregateFunction.distinct, .mode, .min, .max, .sum, .median, .entropy].map {
            WindowedAggregate($0, columns.amount, filter: columns.filter, over: window)
          }
        })
    }
  }
}
