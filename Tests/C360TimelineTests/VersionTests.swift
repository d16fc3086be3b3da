import C360Columns
import C360Plan
import Testing

@testable import C360Engine

@Suite struct VersionTests {
  @Test("Of the versions that started, are known and have not ended the latest holds")
  func asOf() throws {
    var random = Random(17)
    for round in 0..<20 {
      var fixture = Fixture()
      // In every other round so many have ended that they are no longer looked at one by one.
      let isLong = round % 2 == 1
      let rows: [[Scalar]] = (0..<(isLong ? 400 : 60)).map { _ in
        [
          random.chance(5) ? .null : .int(Int64(random.below(4))), .int(Int64(random.below(12))),
          random.chance(5) ? .null : .int(Int64(random.below(14))),
          random.chance(isLong ? 2 : 40) ? .null : .int(Int64(random.below(14))),
          random.chance(10) ? .null : .text("r\(random.below(6))"),
        ]
      }
      let versions = fixture.relation("accounts", rows: rows.count)
      let types: [LogicalType] = [.int, .time, .time, .time, .text]
      let ids = types.indices.map { index in
        fixture.column("c", types[index], in: versions, rows.map { $0[index] })
      }
      let exposures: [(Int64, Int64)] = (0..<40).map { ($0 / 8, $0 % 8 * 2) }
      let frame = fixture.relation("sends", rows: exposures.count)
      let key = fixture.column("key", .int, in: frame, exposures.map { .int($0.0) })
      let time = fixture.column("at", .time, in: frame, exposures.map { .int($0.1) })
      let output = fixture.output("region", .text, in: frame)
      var state = fixture.state
      try AsOfOperator.run(
        AsOfStep(
          versions: versions, key: ids[0], from: ids[1], known: ids[2], until: ids[3],
          tieBreak: ids, frame: frame, frameKey: key, frameTime: time,
          columns: [(from: ids[4], to: output)]), &state, fixture.context(threads: 2))
      let sorted = rows.sorted { precedes([$0[1]] + $0, [$1[1]] + $1) }
      let expected: [Scalar] = exposures.map { exposure in
        let holding = sorted.last { row in
          row[0] == .int(exposure.0) && (row[1].integer ?? .max) < exposure.1
            && (row[2].integer ?? .max) < exposure.1 && (row[3].integer ?? .max) > exposure.1
        }
        return holding?[4] ?? .null
      }
      #expect(state.vector(output).scalars(fixture.pool) == expected)
    }
  }

  @Test(
    "Each of many versions that all end is looked at once, not once a decision",
    .timeLimit(.minutes(1)))
  func manyEnds() throws {
    var fixture = Fixture()
    let count = 60_000
    let versions = fixture.relation("accounts", rows: count)
    let numbers = (0..<count).map { Int64($0) }
    let key = fixture.column("key", .int, in: versions, numbers.map { _ in .int(1) })
    let from = fixture.column("from", .time, in: versions, numbers.map { .int($0) })
    // The first one holds to the end, the others end as soon as the next begins.
    let until = fixture.column(
      "until", .time, in: versions, numbers.map { .int($0 == 0 ? .max : $0 + 1) })
    let frame = fixture.relation("sends", rows: count)
    let frameKey = fixture.column("key", .int, in: frame, numbers.map { _ in .int(1) })
    let frameTime = fixture.column("at", .time, in: frame, numbers.map { .int($0 + 1) })
    let output = fixture.output("since", .time, in: frame)
    var state = fixture.state
    try AsOfOperator.run(
      AsOfStep(
        versions: versions, key: key, from: from, known: nil, until: until, tieBreak: [from],
        frame: frame, frameKey: frameKey, frameTime: frameTime,
        columns: [(from: from, to: output)]), &state, fixture.context())
    #expect(state.vector(output).scalars(fixture.pool).allSatisfy { $0 == .int(0) })
  }

  @Test("The last entry at or before the decision decides; withdrawal wins a tie")
  func consent() throws {
    var fixture = Fixture()
    let rows: [(Int64, String, Int64?, Int64?)] = [
      (1, "mail", 2, 5), (1, "mail", 8, nil), (1, "ads", 1, nil), (2, "mail", 3, 3),
      (3, "mail", 4, nil), (3, "mail", nil, 6),
    ]
    let ledger = fixture.relation("ledger", rows: rows.count)
    let key = fixture.column("key", .int, in: ledger, rows.map { .int($0.0) })
    let purpose = fixture.column("purpose", .text, in: ledger, rows.map { .text($0.1) })
    let from = fixture.column(
      "from", .time, in: ledger, rows.map { $0.2.map { .int($0) } ?? .null })
    let until = fixture.column(
      "until", .time, in: ledger, rows.map { $0.3.map { .int($0) } ?? .null })
    let exposures: [(Int64, Int64)] = [
      (1, 1), (1, 2), (1, 4), (1, 5), (1, 7), (1, 8), (2, 3), (2, 4), (3, 5), (3, 6), (4, 9),
    ]
    let frame = fixture.relation("sends", rows: exposures.count)
    let frameKey = fixture.column("key", .int, in: frame, exposures.map { .int($0.0) })
    let frameTime = fixture.column("at", .time, in: frame, exposures.map { .int($0.1) })
    let now = fixture.output("now", .bool, in: frame)
    let through = fixture.output("through", .bool, in: frame)
    var state = fixture.state
    try ConsentOperator.run(
      ConsentStep(
        ledger: ledger, key: key, purpose: purpose, from: from, until: until, frame: frame,
        frameKey: frameKey, frameTime: frameTime,
        tests: [
          .init(purpose: "mail", channel: .every, clock: .moment, column: now),
          .init(
            purpose: "mail", channel: .every, clock: .throughout(.exact(1)), column: through),
        ], timezone: "UTC"), &state, fixture.context())
    func granted(_ column: ColumnID) -> [String] {
      zip(exposures, state.vector(column).scalars(fixture.pool)).filter { $0.1 == .bool(true) }
        .map { "\($0.0.0)@\($0.0.1)" }
    }
    #expect(granted(now) == ["1@2", "1@4", "1@8", "3@5"])
    #expect(granted(through) == ["1@2", "1@8"])
  }
}
