import C360Columns
import C360Plan
import Testing

@testable import C360Engine

private let day: Int64 = 86_400_000_000

@Suite struct ActionTests {
  static let windows: [(WindowSpec, Int64)] = [
    (.all, 0), (.duration(9 * day), day), (.last(3), 0), (.span(CalendarStep(1, .month)), 0),
  ]

  @Test(
    "A feature for actions is the feature with the match in its filter",
    arguments: Array(windows.indices), [Scenario.Lateness.none, .few, .wild])
  func definition(_ index: Int, _ lateness: Scenario.Lateness) throws {
    let (window, lag) = Self.windows[index]
    var scenario = try Scenario(
      seed: UInt64(index + 3), events: 160, exposures: 25, entities: 3, lateness: lateness,
      gone: lateness == .few ? 0 : 30)
    let columns = scenario.columns
    // Two actions of one category, one category that no event has, a null.
    let categories: [Scalar] = [
      .text("b"), .text("a"), .null, .text("none"), .text("b"), .text(""),
    ]
    let quantities: [Scalar] = [.int(1), .int(0), .int(1), .int(2), .int(2), .null]
    let actions = scenario.fixture.relation("offers", rows: categories.count)
    let category = scenario.fixture.column("category", .text, in: actions, categories)
    let quantity = scenario.fixture.column("quantity", .int, in: actions, quantities)
    let one = [WindowedAggregate.Match(event: columns.category, action: category)]
    let two = one + [WindowedAggregate.Match(event: columns.quantity, action: quantity)]
    var aggregates: [WindowedAggregate] = []
    for aggregate in allAggregates(columns, over: window, lag: lag) {
      for matches in [one, two] {
        aggregates.append(
          WindowedAggregate(
            aggregate.function, aggregate.argument, second: aggregate.second,
            filter: aggregate.filter, matches: matches, over: window, lag: lag,
            setting: aggregate.setting))
      }
    }
    let answers = try scenario.actionAnswers(aggregates, actions, tile: 7)
    var wrong = 0
    for (aggregate, matrix) in zip(aggregates, answers) {
      for (row, exposure) in scenario.exposures.enumerated() {
        for action in categories.indices {
          let expected = scenario.oracle.answer(
            aggregate, key: exposure.key, at: exposure.time,
            action: [category: categories[action], quantity: quantities[action]])
          if matrix[action][row] != expected {
            wrong += 1
            if wrong < 5 {
              Issue.record(
                "\(aggregate.function) \(window) action \(action) row \(row): \(matrix[action][row]), not \(expected)"
              )
            }
          }
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test("Tiles of any size give the same bits")
  func tiles() throws {
    var scenario = try Scenario(
      seed: 9, events: 200, exposures: 40, entities: 3, lateness: .few, values: .cents)
    let actions = scenario.fixture.relation("offers", rows: 2)
    let category = scenario.fixture.column(
      "category", .text, in: actions, [.text("a"), .text("b")])
    let aggregates = allAggregates(scenario.columns, over: .duration(12 * day), lag: 0).map {
      WindowedAggregate(
        $0.function, $0.argument, second: $0.second, filter: $0.filter,
        matches: [.init(event: scenario.columns.category, action: category)], over: $0.window,
        setting: $0.setting)
    }
    let whole = try scenario.actionAnswers(aggregates, actions, tile: 1000)
    for tile in [1, 3, 16] {
      #expect(try scenario.actionAnswers(aggregates, actions, tile: tile) == whole)
    }
  }
}

extension Scenario {
  /// Answers by aggregate, action and row.
  mutating func actionAnswers(
    _ aggregates: [WindowedAggregate], _ actions: RelationID, tile: Int
  ) throws -> [[[Scalar]]] {
    let outputs = aggregates.map { aggregate in
      TimelineStep.Output(
        aggregate: aggregate,
        column: fixture.output("out", answerType(aggregate, fixture.plan), in: frame), origin: 1)
    }
    let state = fixture.state
    let timeline = try ActionTimeline(
      prepare: step(outputs), actions: actions, state, fixture.context())
    let rows = exposures.count
    let buffers = timeline.outputs.map { output in
      (
        Buffer(byteCount: timeline.actionCount * rows * output.type.stride),
        Buffer(byteCount: timeline.actionCount * rows)
      )
    }
    for range in Parallel.ranges(rows, size: tile).reversed() {
      let matrices = zip(timeline.outputs, buffers).map { output, buffer in
        ActionMatrix(
          values: buffer.0.pointer + range.lowerBound * output.type.stride,
          valid: buffer.1.elements(UInt8.self) + range.lowerBound, actionStride: rows)
      }
      try timeline.evaluate(range, into: matrices)
    }
    return zip(timeline.outputs, buffers).map { output, buffer in
      (0..<timeline.actionCount).map { action in
        Vector(
          type: output.type, count: rows, values: buffer.0, validity: buffer.1,
          offset: action * rows
        ).scalars(fixture.pool)
      }
    }
  }
}
