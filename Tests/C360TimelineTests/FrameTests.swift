import C360Columns
import C360Plan
import Testing

@testable import C360Engine

private let day: Int64 = 86_400_000_000

@Suite struct FrameTests {
  /// Runs a frame over rows of (key, time, text) and returns its columns.
  private func frame(
    _ rows: [[Scalar]], textKeys: Bool = false, keep: FrameStep.KeepRule = .all, threads: Int = 1,
    batch: Int = 2048
  ) throws -> (rows: [[Scalar]], number: [Scalar], kept: [Scalar]) {
    var fixture = Fixture()
    let input = fixture.relation("file", rows: rows.count)
    let types: [LogicalType] = [textKeys ? .text : .int, .time, .text]
    let from = types.indices.map { index in
      fixture.column("c", types[index], in: input, rows.map { $0[index] })
    }
    let relation = fixture.plan.addRelation("sends")
    let to = types.map { fixture.output("c", $0, in: relation) }
    let number = fixture.output("number", .int, in: relation)
    let kept = fixture.output("kept", .bool, in: relation)
    var state = fixture.state
    try FrameOperator.run(
      FrameStep(
        relation: relation,
        origin: .rows(input: input, columns: zip(from, to).map { ($0, $1) }), key: to[0],
        time: to[1], number: number, kept: kept, keep: keep, timezone: "UTC"),
      &state, ExecutionContext(threads: threads, batchSize: batch, pool: fixture.pool))
    let columns = to.map { state.vector($0).scalars(fixture.pool) }
    return (
      rows.indices.map { row in columns.map { $0[row] } },
      state.vector(number).scalars(fixture.pool), state.vector(kept).scalars(fixture.pool)
    )
  }

  @Test("Rows stand by key, time, then values; equal ones are numbered", arguments: [false, true])
  func order(_ textKeys: Bool) throws {
    var random = Random(4)
    var rows: [[Scalar]] = []
    for _ in 0..<400 {
      let key = random.below(12)
      rows.append([
        random.chance(5) ? .null : textKeys ? .text("k\(key)") : .int(Int64(key) * 1_000_003 - 9),
        .int(Int64(random.below(9)) - 4),
        random.chance(10) ? .null : .text(["a", "b", "é"][random.below(3)]),
      ])
    }
    let expected = rows.sorted { precedes($0, $1) }
    let first = try frame(rows, textKeys: textKeys)
    #expect(first.rows == expected)
    let pieces = try frame(rows, textKeys: textKeys, threads: 2, batch: 7)
    #expect(pieces.rows == expected)
    #expect(pieces.number == first.number)
    let sorted = try frame(expected, textKeys: textKeys, threads: 2)
    #expect(sorted.rows == expected)
    #expect(sorted.number == first.number)
    for row in expected.indices {
      let same = row > 0 && Array(expected[row - 1][..<2]) == Array(expected[row][..<2])
      let before = same ? first.number[row - 1].integer ?? 0 : -1
      #expect(first.number[row] == .int(before + 1))
    }
  }

  @Test("Keep rules")
  func keep() throws {
    let times: [Int64] = [0, 0, 2, 3, 7, 9, 10]
    let rows: [[Scalar]] = times.map { [.int(1), .int($0 * day), .text("")] }
    func kept(_ rule: FrameStep.KeepRule) throws -> [Int64] {
      let marks = try frame(rows, keep: rule).kept
      return zip(times, marks).filter { $0.1 == .bool(true) }.map(\.0)
    }
    #expect(try kept(.all) == times)
    #expect(try kept(.first) == [0])
    #expect(try kept(.firstPer(.exact(3 * day))) == [0, 3, 7, 9])
    #expect(try kept(.firstPer(.calendar(CalendarStep(1, .week)))) == [0, 7])
    #expect(try kept(.nonOverlapping(.exact(3 * day))) == [0, 3, 7, 10])
    #expect(try kept(.washout(.exact(2 * day))) == [0, 7])
  }

  @Test("Generated rows: entities known strictly before, on both clocks")
  func generated() throws {
    var fixture = Fixture()
    let events = fixture.relation("orders", rows: 4)
    let key = fixture.column("key", .int, in: events, [.int(7), .int(3), .int(3), .null])
    let time = fixture.column(
      "at", .time, in: events, [.int(0), .int(day), .int(2 * day), .int(0)])
    let known = fixture.column(
      "known", .time, in: events, [.int(0), .int(5 * day), .int(3 * day), .int(0)])
    let profile = fixture.relation("accounts", rows: 2)
    let owner = fixture.column("key", .int, in: profile, [.int(9), .int(9)])
    let from = fixture.column("from", .time, in: profile, [.int(0), .int(3 * day)])
    let until = fixture.column("until", .time, in: profile, [.int(2 * day), .null])
    let frame = fixture.plan.addRelation("days")
    let frameKey = fixture.output("key", .int, in: frame)
    let frameTime = fixture.output("at", .time, in: frame)
    let number = fixture.output("number", .int, in: frame)
    var state = fixture.state
    try FrameOperator.run(
      FrameStep(
        relation: frame,
        origin: .every(
          .calendar(CalendarStep(1, .day)), start: 0, through: 4 * day,
          population: [
            .init(
              relation: events, key: key, time: time, known: known, arrivesWithin: nil, until: nil),
            .init(
              relation: profile, key: owner, time: from, known: nil, arrivesWithin: nil,
              until: until),
          ]), key: frameKey, time: frameTime, number: number, kept: nil, keep: .all,
        timezone: "UTC"), &state, fixture.context())
    let keys = state.vector(frameKey).scalars(fixture.pool)
    let times = state.vector(frameTime).scalars(fixture.pool)
    // 3 is known at day 3, so from day 4 on; 9 holds in (0, 2) and after 3.
    #expect(
      zip(keys, times).map { [$0.integer ?? -1, ($1.integer ?? -1) / day] } == [
        [3, 4], [7, 1], [7, 2], [7, 3], [7, 4], [9, 1], [9, 4],
      ])
  }
}
