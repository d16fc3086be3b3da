import C360Columns
import C360Plan
import Testing

@testable import C360Engine

private let day: Int64 = 86_400_000_000

@Suite struct InvarianceTests {
  private func aggregates(_ scenario: Scenario) -> [WindowedAggregate] {
    allAggregates(scenario.columns, over: .duration(12 * day), lag: day)
      + allAggregates(scenario.columns, over: .all, lag: 0)
  }

  @Test("The order of rows changes no bit", arguments: [Scenario.Lateness.none, .few])
  func shuffled(_ lateness: Scenario.Lateness) throws {
    func answers(_ shuffle: UInt64) throws -> [[Scalar]] {
      var scenario = try Scenario(
        seed: 21, events: 300, exposures: 60, entities: 4, lateness: lateness, values: .cents,
        shuffle: shuffle, gone: lateness == .few ? 20 : 0)
      return try scenario.answers(aggregates(scenario))
    }
    let first = try answers(0)
    for shuffle in [1, 2] { #expect(try answers(UInt64(shuffle)) == first) }
  }

  @Test("E1: a table stored in order is used as it lies, with the same answers")
  func stored() throws {
    var scenario = try Scenario(
      seed: 22, events: 0, exposures: 0, entities: 1, lateness: .none)
    let rows: [(Int64, Int64, Double)] = [
      (1, 5, 1), (1, 5, 2), (1, 9, 4), (3, 1, 8), (4, 2, 16), (4, 2, 16),
    ]
    func sums(_ order: [Int]) throws -> ([Scalar], Bool) {
      var fixture = Fixture()
      let events = fixture.relation("orders", rows: rows.count)
      let key = fixture.column("key", .int, in: events, order.map { .int(rows[$0].0) })
      let time = fixture.column("at", .time, in: events, order.map { .int(rows[$0].1) })
      let value = fixture.column("v", .float, in: events, order.map { .float(rows[$0].2) })
      let frame = fixture.relation("sends", rows: 4)
      let frameKey = fixture.column("key", .int, in: frame, [.int(1), .int(2), .int(3), .int(4)])
      let frameTime = fixture.column("at", .time, in: frame, [.int(9), .int(9), .int(9), .int(9)])
      let output = fixture.output("sum", .float, in: frame)
      var state = fixture.state
      let source = EventSource(
        relation: events, key: key, time: time, known: nil, arrivesWithin: nil,
        tieBreak: [key, time, value], observedThrough: nil)
      try TimelineOperator.run(
        TimelineStep(
          events: source, frame: frame, key: frameKey, time: frameTime,
          outputs: [
            .init(aggregate: WindowedAggregate(.sum, value), column: output, origin: 0)
          ], coverages: [], timezone: "UTC"), &state, fixture.context())
      let clusters = try state.timelines.clusters(
        key: key, time: time, tieBreak: [key, time, value],
        for: state.timelines.entities(of: frameKey, state), state, fixture.context())
      #expect(state.counts.duplicates["orders"] == 1)
      #expect(state.counts.tiedExposures["orders"] == 1)
      return (state.vector(output).scalars(fixture.pool), clusters.clusters.rows == nil)
    }
    let expected: [Scalar] = [.float(3), .float(0), .float(8), .float(32)]
    #expect(try sums([0, 1, 2, 3, 4, 5]) == (expected, true))
    #expect(try sums([5, 1, 2, 0, 4, 3]) == (expected, false))
    _ = scenario.fixture.output("unused", .int, in: scenario.frame)
  }

  @Test(
    "E4: threads and the size of pieces change no bit", arguments: [Scenario.Lateness.none, .few])
  func threads(_ lateness: Scenario.Lateness) throws {
    var scenario = try Scenario(
      seed: 23, events: 600, exposures: 200, entities: 12, lateness: lateness, values: .cents,
      gone: lateness == .few ? 20 : 0)
    let aggregates = aggregates(scenario)
    let whole = try scenario.answers(aggregates)
    for (threads, batch) in [(1, 7), (2, 7), (2, 2048)] {
      #expect(try scenario.answers(aggregates, threads: threads, batch: batch) == whole)
    }
  }

  @Test("What happens at or after the decision, on either clock, changes nothing")
  func canary() throws {
    func answers(_ noise: Double) throws -> [[Scalar]] {
      var fixture = Fixture()
      let events = fixture.relation("orders", rows: 4)
      let key = fixture.column("key", .int, in: events, [.int(1), .int(1), .int(1), .int(1)])
      let time = fixture.column("at", .time, in: events, [.int(1), .int(2), .int(10), .int(11)])
      let known = fixture.column("known", .time, in: events, [.int(1), .int(10), .int(3), .null])
      let value = fixture.column(
        "v", .float, in: events, [.float(1), .float(noise), .float(noise), .float(noise)])
      let frame = fixture.relation("sends", rows: 1)
      let frameKey = fixture.column("key", .int, in: frame, [.int(1)])
      let frameTime = fixture.column("at", .time, in: frame, [.int(10)])
      let functions: [AggregateFunction] = [.sum, .mean, .max, .last, .distinct, .decayedSum]
      let outputs = functions.map { function in
        TimelineStep.Output(
          aggregate: WindowedAggregate(function, value, setting: .halfLife(5)),
          column: fixture.output("out", function == .distinct ? .int : .float, in: frame),
          origin: 0)
      }
      var state = fixture.state
      try TimelineOperator.run(
        TimelineStep(
          events: EventSource(
            relation: events, key: key, time: time, known: known, arrivesWithin: nil,
            tieBreak: [key, time, known, value], observedThrough: nil),
          frame: frame, key: frameKey, time: frameTime, outputs: outputs, coverages: [],
          timezone: "UTC"), &state, fixture.context())
      #expect(state.counts.neverKnown["orders"] == 1)
      return outputs.map { state.vector($0.column).scalars(fixture.pool) }
    }
    #expect(try answers(5) == answers(-1e300))
  }

  @Test("A second frame over the same events shares their order")
  func shared() throws {
    var scenario = try Scenario(seed: 31, events: 100, exposures: 30, entities: 5)
    let other = scenario.fixture.relation("today", rows: 1)
    let key = scenario.fixture.column("key", .int, in: other, [.int(-20)])
    let time = scenario.fixture.column("at", .time, in: other, [.int(0)])
    let first = scenario.fixture.output("n", .int, in: scenario.frame)
    let second = scenario.fixture.output("n", .int, in: other)
    let count = WindowedAggregate(.count)
    var state = scenario.fixture.state
    let context = scenario.fixture.context()
    try TimelineOperator.run(
      scenario.step([.init(aggregate: count, column: first, origin: 0)]), &state, context)
    try TimelineOperator.run(
      TimelineStep(
        events: scenario.events, frame: other, key: key, time: time,
        outputs: [.init(aggregate: count, column: second, origin: 0)], coverages: [],
        timezone: "UTC"), &state, context)
    let expected = scenario.oracle.answer(count, key: .int(-20), at: 0)
    #expect(state.vector(second).scalars(scenario.fixture.pool) == [expected])
    // Keys without any exposure.
    let used = Set(scenario.exposures.map(\.key)).union([.int(-20)])
    let unused = scenario.oracle.events.filter { $0.key == .null || !used.contains($0.key) }
    #expect(state.counts.unusedEvents["orders"] == unused.values.map(\.count).reduce(0, +))
  }

  @Test("A sum of integers beyond 64 bits is an error of its row")
  func overflow() throws {
    var fixture = Fixture()
    let events = fixture.relation("orders", rows: 2)
    let key = fixture.column("key", .int, in: events, [.int(1), .int(1)])
    let time = fixture.column("at", .time, in: events, [.int(1), .int(2)])
    let value = fixture.column("v", .int, in: events, [.int(.max), .int(1)])
    let frame = fixture.relation("sends", rows: 2)
    let frameKey = fixture.column("key", .int, in: frame, [.int(1), .int(1)])
    let frameTime = fixture.column("at", .time, in: frame, [.int(2), .int(3)])
    let output = fixture.output("sum", .int, in: frame)
    var state = fixture.state
    let step = TimelineStep(
      events: EventSource(
        relation: events, key: key, time: time, known: nil, arrivesWithin: nil,
        tieBreak: [key, time, value], observedThrough: nil),
      frame: frame, key: frameKey, time: frameTime,
      outputs: [.init(aggregate: WindowedAggregate(.sum, value), column: output, origin: 42)],
      coverages: [], timezone: "UTC")
    do throws(EngineError) {
      try TimelineOperator.run(step, &state, fixture.context())
      Issue.record("no error")
    } catch {
      guard case .row(origin: 42, relation: frame, row: 1, detail: _) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test("Ties that change an answer are counted, unless a sequence decides them")
  func resolvedTies() throws {
    for (sequences, expected) in [([1, 1, 1, 1], 2), ([1, 2, 1, 1], 1)] {
      var fixture = Fixture()
      let events = fixture.relation("orders", rows: 4)
      let key = fixture.column("key", .int, in: events, [.int(1), .int(1), .int(2), .int(2)])
      let time = fixture.column("at", .time, in: events, [.int(5), .int(5), .int(5), .int(5)])
      let sequence = fixture.column("n", .int, in: events, sequences.map { .int(Int64($0)) })
      let value = fixture.column(
        "v", .text, in: events, [.text("b"), .text("a"), .text("x"), .text("y")])
      let frame = fixture.relation("sends", rows: 2)
      let frameKey = fixture.column("key", .int, in: frame, [.int(1), .int(2)])
      let frameTime = fixture.column("at", .time, in: frame, [.int(6), .int(6)])
      let output = fixture.output("last", .text, in: frame)
      var state = fixture.state
      let step = TimelineStep(
        events: EventSource(
          relation: events, key: key, time: time, known: nil, arrivesWithin: nil,
          tieBreak: [sequence, key, time, sequence, value], sequence: sequence,
          observedThrough: nil),
        frame: frame, key: frameKey, time: frameTime,
        outputs: [.init(aggregate: WindowedAggregate(.last, value), column: output, origin: 0)],
        coverages: [], timezone: "UTC")
      try TimelineOperator.run(step, &state, fixture.context())
      #expect(state.counts.resolvedTies["orders"] == expected)
      let last: Scalar = sequences == [1, 1, 1, 1] ? .text("b") : .text("a")
      #expect(state.vector(output).scalars(fixture.pool) == [last, .text("y")])
    }
  }

  @Test(
    "Outcome windows beyond what is observed are censored and counted", arguments: [nil, Int64(8)])
  func coverage(_ through: Int64?) throws {
    var fixture = Fixture()
    let events = fixture.relation("orders", rows: 2)
    let key = fixture.column("key", .int, in: events, [.int(1), .int(1)])
    let time = fixture.column("at", .time, in: events, [.int(3), .int(6)])
    let frame = fixture.relation("sends", rows: 3)
    let frameKey = fixture.column("key", .int, in: frame, [.int(1), .int(1), .int(1)])
    let frameTime = fixture.column("at", .time, in: frame, [.int(3), .int(4), .int(7)])
    let output = fixture.output("spans", .duration, in: frame)
    let covered = fixture.output("orders observed", .bool, in: frame)
    var state = fixture.state
    try TimelineOperator.run(
      TimelineStep(
        events: EventSource(
          relation: events, key: key, time: time, known: nil, arrivesWithin: nil,
          tieBreak: [key, time], observedThrough: through),
        frame: frame, key: frameKey, time: frameTime,
        outputs: [.init(aggregate: WindowedAggregate(.mean, time), column: output, origin: 0)],
        coverages: [.init(within: .exact(3), column: covered)], timezone: "UTC"), &state,
      fixture.context())
    let isCovered: [Scalar] = [.bool(true), .bool(through == 8), .bool(false)]
    #expect(state.vector(covered).scalars(fixture.pool) == isCovered)
    #expect(state.counts.censored["sends"]?["orders observed"] == (through == 8 ? 1 : 2))
    // A mean of integers where the column wants one is rounded to even: (3 + 6) / 2.
    #expect(state.vector(output).scalars(fixture.pool) == [.null, .int(3), .int(4)])
  }
}
