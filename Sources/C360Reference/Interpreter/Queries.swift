import C360Semantics

private typealias Row = [Evaluated]

extension ReferenceInterpreter {
  /// An error of a cell ends the query only where the cell is read: by a filter that the row reaches,
  /// by a sort or group, or in the result.
  public func run(_ query: Query) throws(ReferenceError) -> ReferenceResult {
    var rows = try sourceScopes(query.source).map { scope in
      query.initial.map { evaluate($0.expression, scope) }
    }
    for stage in query.stages { rows = try apply(stage, to: rows) }
    var values: [[Value]] = []
    for row in rows { values.append(try read(row)) }
    return ReferenceResult(columns: query.columns, rows: values)
  }

  /// The rows of a source in canonical order (see `Query`).
  func sourceScopes(_ source: Query.Source) throws(ReferenceError) -> [Scope] {
    switch source {
    case .table(let id): return tableScopes(id)
    case .exposure(let id): return exposureScopes(id)
    case .policy(let policy, let exposure):
      let decisions = try decisions(policy, at: exposure)
      return zip(exposureScopes(exposure), decisions).map { scope, decision in
        var scope = scope
        scope.action = decision.actionRow
        scope.decision = (policy, decision)
        return scope
      }
    }
  }

  private func exposureScopes(_ id: ExposureID) -> [Scope] {
    exposures[id.index].map { row in
      var scope = Scope(entity: row.entity, time: row.time)
      scope.exposure = (id, row)
      return scope
    }
  }

  private func tableScopes(_ id: TableID) -> [Scope] {
    let (key, order): (Int?, [Int]) =
      switch program[id].kind {
      case .events(let roles): (roles.key, [roles.key, roles.time])
      case .consents(let roles): (roles.key, [roles.key, roles.from])
      case .profile(let roles): (roles.key, [])
      case .actions: (nil, [])
      }
    return rows[id.index].sorted { precedes($0, $1, first: order) }.map { row in
      var scope = Scope(entity: key.map { row[$0] } ?? .null)
      if order.count > 1 { scope.time = row[order[1]].integer ?? 0 }
      scope.row = row
      return scope
    }
  }

  private func apply(_ stage: Query.Stage, to rows: [Row]) throws(ReferenceError) -> [Row] {
    switch stage {
    case .filter(let condition):
      var kept: [Row] = []
      for row in rows where try value(condition, seeing(row)).isTrue { kept.append(row) }
      return kept
    case .project(let columns):
      return rows.map { row in columns.map { evaluate($0.expression, seeing(row)) } }
    case .group(let keys, let aggregates): return try group(rows, keys, aggregates)
    case .sort(let keys): return try sort(rows, keys)
    case .take(let count): return Array(rows.prefix(count))
    case .skip(let count): return Array(rows.dropFirst(count))
    }
  }

  private func group(
    _ rows: [Row], _ keys: [Query.Projection], _ aggregates: [Query.Projection]
  ) throws(ReferenceError) -> [Row] {
    var groups: [[Value]: [Row]] = keys.isEmpty ? [[]: []] : [:]
    for row in rows {
      let key = try read(keys.map { evaluate($0.expression, seeing(row)) }).map(\.asKey)
      groups[key, default: []].append(row)
    }
    return groups.sorted { precedes($0.key, $1.key, first: []) }.map { key, members in
      var scope = Scope()
      scope.group = members
      return key.map { .success($0) } + aggregates.map { evaluate($0.expression, scope) }
    }
  }

  /// Stable; null last and NaN before it in both directions.
  private func sort(_ rows: [Row], _ keys: [Query.SortKey]) throws(ReferenceError) -> [Row] {
    var sortable: [(place: Int, keys: [Value])] = []
    for (place, row) in rows.enumerated() {
      sortable.append((place, try read(keys.map { evaluate($0.expression, seeing(row)) })))
    }
    sortable.sort { left, right in
      for (index, key) in keys.enumerated() {
        let (a, b) = (left.keys[index], right.keys[index])
        let order = compare(a, b)
        if order == 0 { continue }
        let isSpecial = [a, b].contains { $0.isNull || $0.double?.isNaN == true }
        return (order < 0) != (key.isDescending && !isSpecial)
      }
      return left.place < right.place
    }
    return sortable.map { rows[$0.place] }
  }

  private func seeing(_ row: Row) -> Scope {
    var scope = Scope()
    scope.cells = row
    return scope
  }

  private func read(_ row: Row) throws(ReferenceError) -> [Value] {
    var values: [Value] = []
    for cell in row { values.append(try cell.get()) }
    return values
  }
}
