import C360Columns
import C360Plan

@testable import C360Engine

/// Random events and exposures of a few entities, made to meet the edges: ties with each other and
/// with exposures, copies, nulls, negative times, late and never known rows, one huge entity, empties.
struct Scenario {
  enum Lateness { case none, fixed, few, nightly, wild }
  enum Values { case dyadic, cents, wide, special }

  var fixture = Fixture()
  let events: EventSource
  let eventRelation: RelationID
  let frame: RelationID
  let frameKey: ColumnID
  let frameTime: ColumnID
  let columns: Columns
  let oracle: Oracle
  let exposures: [(key: Scalar, time: Int64)]

  struct Columns {
    let amount, quantity, second, category, flag, filter, time: ColumnID
  }

  init(
    seed: UInt64, events eventCount: Int, exposures exposureCount: Int, entities: Int,
    lateness: Lateness = .none, values: Values = .dyadic, textKeys: Bool = false,
    span: Int64 = 40, unit: Int64 = 86_400_000_000, shuffle: UInt64 = 0, isStored: Bool = false,
    timezone: String = "UTC", gone goneShare: Int = 0
  ) throws {
    var random = Random(seed)
    func key(_ number: Int) -> Scalar {
      if number < 0 { return .null }
      return textKeys ? .text("k\(number * 7 % 31)") : .int(Int64(number * 7 - 20))
    }
    // Half of all rows belong to the first entity.
    func entity(_ random: inout Random) -> Int {
      random.chance(50) ? 0 : !isStored && random.chance(3) ? -1 : random.below(entities)
    }
    func instant(_ random: inout Random) -> Int64 {
      (Int64(random.below(Int(span))) - span / 3) * unit + Int64(random.below(3)) * unit / 24
    }
    var rows: [[Scalar]] = []
    for _ in 0..<eventCount {
      if !rows.isEmpty, random.chance(5) {
        rows.append(rows[random.below(rows.count)])
        continue
      }
      let time = instant(&random)
      let known: Scalar =
        switch lateness {
        case .none, .fixed: .int(time)
        case .few:
          random.chance(4)
            ? (random.chance(30) ? .null : .int(time + Int64(random.below(60)) * unit)) : .int(time)
        case .nightly: .int((time / unit + 1) * unit)
        case .wild: random.chance(5) ? .null : .int(time + Int64(random.below(30) - 3) * unit)
        }
      rows.append([
        key(entity(&random)), .int(time), known, Self.amount(&random, values),
        random.chance(8) ? .null : .int(Int64(random.below(9)) - 4),
        random.chance(8) ? .null : .float(Double(random.below(5)) / 2),
        random.chance(8) ? .null : .text(["a", "b", "é", "", "zz"][random.below(5)]),
        random.chance(10) ? .null : .bool(random.chance(60)),
        random.chance(10) ? .null : .bool(random.chance(50)),
        goneShare > 0 && random.chance(goneShare)
          ? .int(random.chance(20) ? .min : time + Int64(random.below(40) - 2) * unit / 2) : .null,
      ])
    }
    if shuffle > 0 {
      var order = Random(shuffle)
      rows = rows.shuffled(&order)
    }
    // As a table that is already clustered: by key, then in T2 order.
    if isStored { rows.sort { precedes([$0[0], $0[1]] + $0, [$1[0], $1[1]] + $1) } }
    eventRelation = fixture.relation("orders", rows: rows.count)
    let names: [(String, LogicalType)] = [
      ("key", textKeys ? .text : .int), ("at", .time), ("known", .time), ("amount", .float),
      ("quantity", .int), ("second", .float), ("category", .text), ("flag", .bool),
      ("filter", .bool), ("gone", .time),
    ]
    var ids: [ColumnID] = []
    for (index, name) in names.enumerated() {
      ids.append(fixture.column(name.0, name.1, in: eventRelation, rows.map { $0[index] }))
    }
    columns = Columns(
      amount: ids[3], quantity: ids[4], second: ids[5], category: ids[6], flag: ids[7],
      filter: ids[8], time: ids[1])
    let wait: Int64? = lateness == .fixed ? 3 * unit : nil
    events = EventSource(
      relation: eventRelation, key: ids[0], time: ids[1],
      known: lateness == .none || lateness == .fixed ? nil : ids[2], arrivesWithin: wait,
      gone: goneShare > 0 ? ids[9] : nil,
      tieBreak: ids, observedThrough: nil)
    let sorted = rows.sorted { precedes([$0[1]] + $0, [$1[1]] + $1) }.map { row in
      let time = row[1].integer ?? 0
      return OracleEvent(
        key: row[0], time: time,
        known: lateness == .none ? time : lateness == .fixed ? time + 3 * unit : row[2].integer,
        gone: goneShare > 0 ? row[9].integer : nil,
        cells: Dictionary(uniqueKeysWithValues: zip(ids, row)))
    }
    oracle = Oracle(
      events: Dictionary(grouping: sorted, by: \.key), zone: try ZoneTable(timezone),
      floats: [ids[3], ids[5]])

    var moments: [(key: Scalar, time: Int64)] = []
    for _ in 0..<exposureCount {
      moments.append((key(random.chance(5) ? entities + 1 : entity(&random)), instant(&random)))
    }
    moments.sort { precedes([$0.key, .int($0.time)], [$1.key, .int($1.time)]) }
    exposures = moments
    frame = fixture.relation("sends", rows: moments.count)
    frameKey = fixture.column("key", textKeys ? .text : .int, in: frame, moments.map(\.key))
    frameTime = fixture.column("at", .time, in: frame, moments.map { .int($0.time) })
  }

  private static func amount(_ random: inout Random, _ values: Values) -> Scalar {
    if random.chance(8) { return .null }
    switch values {
    case .dyadic: return .float(Double(random.below(64) - 20) / 8)
    case .cents: return .float(Double(random.below(100_000)) / 100)
    case .wide:
      let choices = [1e300, -1e300, 1e16, 1, 1e-17, -1e16, 0x1p-1060, 0.1]
      return .float(choices[random.below(choices.count)])
    case .special:
      let choices = [Double.nan, .infinity, -.infinity, 0.0, -0.0, 1.5, 2, -3]
      return .float(choices[random.chance(80) ? 3 + random.below(5) : random.below(8)])
    }
  }

  func step(_ outputs: [TimelineStep.Output], timezone: String = "UTC") -> TimelineStep {
    TimelineStep(
      events: events, frame: frame, key: frameKey, time: frameTime, outputs: outputs,
      coverages: [], timezone: timezone)
  }
}

extension WindowedAggregate {
  init(
    _ function: AggregateFunction, _ argument: ColumnID? = nil, second: ColumnID? = nil,
    filter: ColumnID? = nil, matches: [Match] = [], over window: WindowSpec = .all, lag: Int64 = 0,
    every: TimeOffset? = nil, setting: AggregateSetting = .none
  ) {
    self.init(
      function: function, argument: argument, second: second, filter: filter, matches: matches,
      window: window, lag: lag, every: every, setting: setting)
  }

  func with(matches: [Match] = [], every: TimeOffset?) -> WindowedAggregate {
    WindowedAggregate(
      function, argument, second: second, filter: filter, matches: matches, over: window, lag: lag,
      every: every, setting: setting)
  }
}
