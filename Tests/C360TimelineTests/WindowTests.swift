import C360Columns
import C360Plan
import Testing

@testable import C360Engine

private let day: Int64 = 86_400_000_000

/// Windows whose start or end hangs on the data or on a rhythm.
@Suite struct WindowTests {
  static let rhythms: [TimeOffset] = [
    .exact(5 * day / 2), .calendar(CalendarStep(1, .day)), .calendar(CalendarStep(1, .month)),
  ]

  @Test(
    "Every function over sessions and since markers, with lag and every",
    arguments: [Scenario.Lateness.none, .fixed, .few, .nightly, .wild], [false, true])
  func definition(_ lateness: Scenario.Lateness, _ goes: Bool) throws {
    var scenario = try Scenario(
      seed: goes ? 51 : 52, events: 90, exposures: 30, entities: 4, lateness: lateness,
      isStored: lateness == .few, gone: goes ? 30 : 0)
    let markers = scenario.markers()
    for every in [nil] + Self.rhythms.map(Optional.some) {
      for (spec, lag) in [
        (WindowSpec.session(gap: day), 0), (.session(gap: 4 * day), 2 * day),
        (.since(markers.id), 0),
        (.since(markers.id), day),
      ] {
        try scenario.check(
          allAggregates(scenario.columns, over: spec, lag: lag).map { $0.with(every: every) },
          markers: [markers.id: markers.values])
      }
    }
  }

  @Test("Every function over the other windows, every so often", arguments: rhythms)
  func rhythm(_ every: TimeOffset) throws {
    for lateness in [Scenario.Lateness.none, .few, .wild] {
      var scenario = try Scenario(
        seed: 61, events: 80, exposures: 25, entities: 4, lateness: lateness,
        timezone: "Australia/Lord_Howe", gone: lateness == .none ? 0 : 40)
      for (spec, lag) in AggregateTests.windows {
        if case .following = spec { continue }
        try scenario.check(
          allAggregates(scenario.columns, over: spec, lag: lag).map { $0.with(every: every) },
          timezone: "Australia/Lord_Howe")
      }
    }
  }

  @Test("Dense entities with many late rows", arguments: [WindowSpec.session(gap: day), .all])
  func heavilyLate(_ window: WindowSpec) throws {
    var scenario = try Scenario(
      seed: 71, events: 300, exposures: 60, entities: 2, lateness: .wild, span: 60,
      gone: 20)
    for every in [nil, TimeOffset.exact(3 * day)] {
      try scenario.check(
        allAggregates(scenario.columns, over: window, lag: 0).map { $0.with(every: every) })
    }
  }

  @Test(
    "A feature for actions over them is the feature with the match in its filter",
    arguments: [Scenario.Lateness.none, .few, .wild])
  func actions(_ lateness: Scenario.Lateness) throws {
    var scenario = try Scenario(
      seed: 81, events: 160, exposures: 25, entities: 3, lateness: lateness)
    let markers = scenario.markers()
    let categories: [Scalar] = [.text("b"), .text("a"), .null, .text("none")]
    let actions = scenario.fixture.relation("offers", rows: categories.count)
    let category = scenario.fixture.column("category", .text, in: actions, categories)
    let match = [WindowedAggregate.Match(event: scenario.columns.category, action: category)]
    for every in [nil, TimeOffset.exact(2 * day)] {
      for spec in [WindowSpec.session(gap: 3 * day), .since(markers.id), .last(3)] {
        let aggregates = allAggregates(scenario.columns, over: spec, lag: day / 2)
          .map { $0.with(matches: match, every: every) }
        let answers = try scenario.actionAnswers(aggregates, actions, tile: 7)
        for (aggregate, matrix) in zip(aggregates, answers) {
          for (row, exposure) in scenario.exposures.enumerated() {
            for action in categories.indices {
              let expected = scenario.oracle.answer(
                aggregate, key: exposure.key, at: exposure.time,
                action: [category: categories[action]],
                frame: [markers.id: markers.values[row]])
              #expect(matrix[action][row] == expected, "\(aggregate.function) \(spec)")
            }
          }
        }
      }
    }
  }
}

extension Scenario {
  /// A column of the frame with a time before each decision, or null.
  mutating func markers() -> (id: ColumnID, values: [Scalar]) {
    let values = exposures.enumerated().map { row, exposure in
      row % 4 == 0 ? Scalar.null : .int(exposure.time - Int64(row % 7 + 1) * day)
    }
    return (fixture.column("marker", .time, in: frame, values), values)
  }
}
