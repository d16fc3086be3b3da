import C360Plan
import C360Semantics

/// Events as a timeline reads them, and the moments at which things are asked.
extension Lowering {
  /// The rows of a table as they are read.
  func rowScope(_ table: TableID) -> Scope {
    Scope(relation: rows(table).relation, table: table)
  }

  /// The events of a table as moments of their own: features in the argument of an aggregate are
  /// asked as of each event.
  func eventScope(_ table: TableID) -> Scope {
    Scope(relation: linked(table)?.relation ?? rows(table).relation, table: table)
  }

  /// The moments at hand: of a frame, or of the events of a table.
  func moments(of scope: Scope) -> Moments? {
    if let moments = scope.moments { return moments }
    guard let table = scope.table, case .events(let roles) = program[table].kind else { return nil }
    if let linked = linked(table), linked.relation == scope.relation {
      return Moments(
        relation: linked.relation, key: linked.entity, time: column(roles.time, of: linked),
        timezone: program.timezone)
    }
    let rows = rows(table)
    return Moments(
      relation: rows.relation, key: column(roles.key, of: rows),
      time: column(roles.time, of: rows), timezone: program.timezone)
  }

  /// The same in the order of key and time: events are brought into it.
  func orderedMoments(of scope: Scope) -> Moments? {
    guard scope.moments == nil, let table = scope.table, let events = moments(of: scope) else {
      return scope.moments
    }
    if let known = requests.events[table] { return known.moments }
    let relation = plan.addRelation("\(program[table].name) moments")
    func copy(_ column: ColumnID) -> ColumnID {
      let info = plan[column]
      return addColumn(info.name, info.type, in: relation, nullable: info.isNullable)
    }
    let ordered = Moments(
      relation: relation, key: copy(events.key), time: copy(events.time),
      timezone: events.timezone)
    requests.events[table] = MomentRequests.EventMoments(
      moments: ordered,
      place: addColumn("place", .int, in: events.relation, nullable: false))
    requests.eventOrder.append(table)
    return ordered
  }

  /// A column of ordered moments as one of the scope's own relation.
  func returned(_ column: ColumnID, _ scope: Scope) -> ColumnID {
    guard scope.moments == nil, let table = scope.table, let events = requests.events[table],
      plan[column].relation == events.moments.relation
    else { return column }
    if let known = events.returned.first(where: { $0.from == column }) { return known.to }
    let info = plan[column]
    let own = addColumn(info.name, info.type, in: scope.relation, nullable: info.isNullable)
    levels[own] = levels[column]
    requests.events[table]?.returned.append((from: column, to: own))
    return own
  }

  func eventSource(_ table: TableID) -> EventSource? {
    guard case .events(let roles) = program[table].kind else { return linkSource(table) }
    if let linked = linked(table) { return eventSource(linked, roles) }
    let rows = rows(table)
    let values = allColumns(of: rows)
    return EventSource(
      relation: rows.relation, key: column(roles.key, of: rows),
      time: column(roles.time, of: rows), known: roles.known.map { column($0, of: rows) },
      arrivesWithin: roles.arrivesWithin, gone: goneColumn(table, roles, rows),
      tieBreak: (roles.sequence.map { [column($0, of: rows)] } ?? []) + values,
      sequence: roles.sequence.map { column($0, of: rows) },
      observedThrough: observedThrough(roles), observedAtMost: observedAtMost(roles))
  }

  func observedThrough(_ roles: Table.EventRoles) -> Int64? {
    roles.observedThrough.map { min($0, observedAtMost(roles) ?? .max) }
  }

  /// As of an instant what happened later may not have arrived; versions of events may also say that theirs
  /// has yet to happen.
  func observedAtMost(_ roles: Table.EventRoles) -> Int64? {
    options.horizon.map { horizon in
      let (last, overflow) = horizon.subtractingReportingOverflow(1)
      let (known, isTooEarly) = last.subtractingReportingOverflow(roles.arrivesWithin ?? 0)
      return overflow || isTooEarly ? .min : known
    }
  }

  /// When the versions of events stop to count; nil where rows are events.
  func goneColumn(
    _ table: TableID, _ roles: Table.EventRoles, _ rows: TableRows
  ) -> ColumnID? {
    guard let id = roles.id else { return nil }
    if let known = requests.versions[table] { return known.gone }
    let gone = addColumn("gone", .time, in: rows.relation, nullable: true)
    requests.versions[table] = VersionsStep(
      relation: rows.relation, id: column(id, of: rows), time: column(roles.time, of: rows),
      known: roles.known.map { column($0, of: rows) }, arrivesWithin: roles.arrivesWithin,
      retracted: roles.retracted.map { column($0, of: rows) },
      tieBreak: (roles.sequence.map { [column($0, of: rows)] } ?? []) + allColumns(of: rows),
      gone: gone)
    requests.versionOrder.append(table)
    return gone
  }
}
