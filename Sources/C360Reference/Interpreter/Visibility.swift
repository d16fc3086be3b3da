import C360Semantics

struct Event {
  let row: [Value]
  let time: Int64
  /// When the platform learned of it; nil: never.
  let known: Int64?
  let history: History
  /// With which probability it is the entity's (semantics.md I2).
  var weight = 1.0

  /// Strictly before on both clocks (semantics.md S1), and the version that counts (S4).
  func isVisible(before end: Int64, at decision: Int64) -> Bool {
    guard let known else { return false }
    return time < end && known < decision && history.counts(at: decision)
  }
}

/// The versions of an event, of which a row is one (semantics.md S4).
struct History {
  struct Version {
    let known: Int64?
    let isRetracted: Bool
  }
  /// In the order in which they became known, those that never did first; then in T2 order.
  let versions: [Version]
  /// The row's own place.
  let place: Int

  /// Whether the row is the last version known before the decision, and takes nothing back.
  func counts(at decision: Int64) -> Bool {
    let current = versions.lastIndex { $0.known.map { $0 < decision } ?? false }
    return current == place && !versions[place].isRetracted
  }

  /// For what looks forward: whether it is the last version of all.
  var countsInTheEnd: Bool { place == versions.count - 1 && !versions[place].isRetracted }
}

/// Of every row.
func histories(_ roles: Table.EventRoles, rows: [[Value]]) -> [History] {
  func version(_ row: [Value]) -> History.Version {
    History.Version(
      known: known(row, roles), isRetracted: roles.retracted.map { row[$0].isTrue } ?? false)
  }
  guard let id = roles.id else {
    return rows.map { History(versions: [version($0)], place: 0) }
  }
  var result = rows.map { History(versions: [version($0)], place: 0) }
  let order = [roles.time] + (roles.sequence.map { [$0] } ?? [])
  for (_, members) in Dictionary(grouping: rows.indices, by: { rows[$0][id] }) {
    let sorted = members.sorted { left, right in
      let first = known(rows[left], roles)
      let second = known(rows[right], roles)
      if first == second { return precedes(rows[left], rows[right], first: order) }
      guard let first else { return true }
      return second.map { first < $0 } ?? false
    }
    let versions = sorted.map { version(rows[$0]) }
    for (place, row) in sorted.enumerated() {
      result[row] = History(versions: versions, place: place)
    }
  }
  return result
}

func known(_ row: [Value], _ roles: Table.EventRoles) -> Int64? {
  if let column = roles.known { return row[column].integer }
  return row[roles.time].integer.map { saturatingSum($0, roles.arrivesWithin ?? 0) }
}

/// In T2 order: time, sequence, then the row's values. Rows without key or time belong nowhere.
func eventsByEntity(of table: Table, rows: [[Value]]) -> [Value: [Event]] {
  guard case .events(let roles) = table.kind else { return [:] }
  var result: [Value: [Event]] = [:]
  let order = [roles.time] + (roles.sequence.map { [$0] } ?? [])
  let histories = histories(roles, rows: rows)
  for (row, history) in zip(rows, histories).sorted(by: { precedes($0.0, $1.0, first: order) }) {
    guard let time = row[roles.time].integer, !row[roles.key].isNull else { continue }
    result[row[roles.key], default: []].append(
      Event(row: row, time: time, known: known(row, roles), history: history))
  }
  return result
}

/// The version of a profile that holds at `time` (semantics.md S3): the latest `from`, then the last
/// in the order of the row's values.
func profileVersion(
  _ roles: Table.ProfileRoles, rows: [[Value]], entity: Value, at time: Int64,
  _ calendar: LocalCalendar
) -> [Value]? {
  func isBefore(_ column: Int?, _ row: [Value]) -> Bool {
    guard let column else { return true }
    return row[column].integer.map { $0 < time } ?? false
  }
  return rows.filter { row in
    let hasEnded = roles.until.flatMap { row[$0].integer }.map { $0 <= time } ?? false
    if let age = roles.expiresAfter, let from = roles.from, let start = row[from].integer,
      calendar.moved(start, by: age, times: 1) < time
    {
      return false
    }
    return !entity.isNull && row[roles.key] == entity && isBefore(roles.from, row)
      && isBefore(roles.known, row) && !hasEnded
  }.max { precedes($0, $1, first: roles.from.map { [$0] } ?? []) }
}

/// Whether any row of a table makes the entity known strictly before `time`.
func hasBeenSeen(
  _ entity: Value, before time: Int64, in table: Table, rows: [[Value]], _ calendar: LocalCalendar
) -> Bool {
  switch table.kind {
  case .events(let roles):
    rows.contains {
      $0[roles.key] == entity && ($0[roles.time].integer ?? .max) < time
        && (known($0, roles) ?? .max) < time
    }
  case .profile(let roles):
    // An expired version was seen too.
    profileVersion(
      Table.ProfileRoles(key: roles.key, from: roles.from, known: roles.known, until: nil),
      rows: rows, entity: entity, at: time, calendar) != nil
  case .consents(let roles):
    rows.contains { $0[roles.key] == entity && ($0[roles.from].integer ?? .max) < time }
  // Links alone make nobody known.
  case .actions, .limits, .identity: false
  }
}

extension ReferenceInterpreter {
  /// The covered share of a window's time (semantics.md N2).
  func coverage(_ covered: CoveredWindow, _ scope: Scope) -> Double {
    guard case .events(let roles) = program[covered.table].kind,
      roles.observedFrom != nil || !covered.permitted.isEmpty
    else { return 1 }
    let observed = roles.observedFrom ?? .min
    let clock =
      covered.every.map { calendar.lastMultiple(of: $0, before: scope.time) } ?? scope.time
    let end = saturatingSum(clock, -covered.lag)
    let start: Int64
    switch covered.window {
    case .duration(let length): start = saturatingSum(end, -length)
    case .span(let span):
      start = saturatingSum(calendar.moved(clock, by: span, times: -1), -covered.lag)
    case .calendar(let span):
      start = saturatingSum(calendar.periodStart(clock, of: span), -covered.lag)
    default: return 1
    }
    func isCovered(_ time: Int64) -> Bool {
      var moment = scope
      moment.time = time
      return observed <= time && covered.permitted.allSatisfy { isHeld($0, moment) }
    }
    if start == end { return isCovered(start) ? 1 : 0 }
    // It changes only where the table begins to be observed, and at entries of ledgers.
    var times = [start, observed]
    for question in covered.permitted { times += changes(of: question, scope) }
    times = Set(times.filter { $0 >= start && $0 < end }).sorted()
    var sum: Int64 = 0
    for (index, time) in times.enumerated() where isCovered(time) {
      sum += (index + 1 < times.count ? times[index + 1] : end) - time
    }
    return Double(sum) / Double(end - start)
  }

  func profileColumn(_ id: TableID, _ column: Int, _ scope: Scope) -> Value {
    guard case .profile(let roles) = program[id].kind else { return .null }
    let version = profileVersion(
      roles, rows: rows[id.index], entity: scope.entity, at: scope.time, calendar)
    return version?[column] ?? program[id].columns[column].defaultValue ?? .null
  }
}
