import C360Semantics

/// A moment of decision.
struct ExposureRow {
  let values: [Value]
  let entity: Value
  let time: Int64
  /// Among rows of equal (entity, time), from 0, in the order of their values.
  var number = 0
  var isKept = true
}

/// In canonical order: entity, time, then the row's values; numbered, with the `keep` rule applied.
func exposureRows(
  of exposure: Exposure, fileRows: [[Value]], tables: [Table], rows: [[[Value]]],
  identities: [Identity?]
) -> [ExposureRow] {
  let calendar = LocalCalendar(exposure.timezone)
  let unordered: [[Value]] =
    switch exposure.origin {
    case .file: fileRows.map { withDefaults($0, columns: exposure.columns) }
    case .row(let entity, let time):
      [exposure.columns.indices.map { $0 == exposure.key ? entity : .time(time) }]
    case .instant(let time, let population):
      rowsOfPopulation(
        population, of: exposure, at: [time], tables: tables, rows: rows, identities: identities,
        calendar)
    case .every(let step, let start, let through, let population):
      rowsOfPopulation(
        population, of: exposure,
        at: moments(from: start, through: through, every: step, calendar: calendar),
        tables: tables, rows: rows, identities: identities, calendar)
    }
  var result = unordered.sorted { precedes($0, $1, first: [exposure.key, exposure.time]) }
    .compactMap { row in
      row[exposure.time].integer.map {
        ExposureRow(values: row, entity: row[exposure.key], time: $0)
      }
    }
  for index in result.indices {
    let earlier = result[..<index].filter { $0.entity == result[index].entity }
    result[index].number = earlier.filter { $0.time == result[index].time }.count
    result[index].isKept = keeps(result[index], after: earlier, by: exposure.keep, calendar)
  }
  return result
}

/// Steps are counted from the start, so that a month's end does not drift. Two steps that a zone puts
/// on one instant, because it leaves a day out, are one moment.
private func moments(
  from start: Int64, through: Int64, every step: Offset, calendar: LocalCalendar
) -> [Int64] {
  var result: [Int64] = []
  var count: Int64 = 0
  var next = start
  while next <= through {
    if result.last != next { result.append(next) }
    if next == .max { break }
    count += 1
    next = calendar.moved(start, by: step, times: count)
  }
  return result
}

private func rowsOfPopulation(
  _ population: TableID?, of exposure: Exposure, at times: [Int64], tables: [Table],
  rows: [[[Value]]], identities: [Identity?], _ calendar: LocalCalendar
) -> [[Value]] {
  func identity(of index: Int) -> (Table.EventRoles, Identity)? {
    guard case .events(let roles) = tables[index].kind, let via = roles.via,
      let identity = identities[via.index]
    else { return nil }
    return (roles, identity)
  }
  let asked = tables.indices.filter { index in
    tables[index].entity == exposure.entity && (population.map { $0.index == index } ?? true)
  }
  var entities: Set<Value> = []
  for index in asked {
    let keys = rows[index].map { $0[tables[index].kind.keyColumn] }
    let linked = identity(of: index)?.1
    // Of clusters the identifiers themselves are entities too.
    if linked == nil || linked?.roles.rule == .clusters { entities.formUnion(keys) }
    if let linked { entities.formUnion(linked.entities) }
  }
  entities.remove(.null)
  return times.flatMap { time in
    entities.filter { entity in
      asked.contains { index in
        if population != nil, case .profile(let roles) = tables[index].kind {
          return profileVersion(roles, rows: rows[index], entity: entity, at: time, calendar) != nil
        }
        if let (roles, identity) = identity(of: index) {
          return hasBeenSeen(entity, before: time, in: roles, rows: rows[index], via: identity)
        }
        return hasBeenSeen(entity, before: time, in: tables[index], rows: rows[index], calendar)
      }
    }.map { entity in
      var row = [Value](repeating: .null, count: exposure.columns.count)
      row[exposure.key] = entity
      row[exposure.time] = .time(time)
      return row
    }
  }
}

/// semantics.md O5; `earlier` are the rows of the entity that stand before in canonical order.
private func keeps(
  _ row: ExposureRow, after earlier: [ExposureRow], by rule: Exposure.KeepRule,
  _ calendar: LocalCalendar
) -> Bool {
  switch rule {
  case .all: return true
  case .first: return earlier.isEmpty
  case .firstPer(.exact(let length)):
    let stretch = floorDivide(row.time, by: length)
    return !earlier.contains { floorDivide($0.time, by: length) == stretch }
  case .firstPer(.calendar(let span)):
    let stretch = calendar.period(row.time, of: span)
    return !earlier.contains { calendar.period($0.time, of: span) == stretch }
  case .nonOverlapping(let length):
    guard let last = earlier.last(where: \.isKept) else { return true }
    return row.time >= calendar.moved(last.time, by: length, times: 1)
  case .washout(let length):
    // As windows are: one exactly that long ago counts, and one at the same instant that stands before.
    let start = calendar.moved(row.time, by: length, times: -1)
    return !earlier.contains { $0.time >= start }
  }
}
