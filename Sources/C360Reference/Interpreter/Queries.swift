import C360Semantics

extension ReferenceInterpreter {
  /// Every stage computes all its columns for all its rows: an error in one that nobody reads later
  /// ends the query too.
  public func run(_ query: Query) throws(ReferenceError) -> ReferenceResult {
    var rows: [[Value]] = []
    for scope in try sourceScopes(query.source) {
      rows.append(try initialValues(query.initial, scope))
    }
    for stage in query.stages { rows = try apply(stage, to: rows) }
    return ReferenceResult(columns: query.columns, rows: rows)
  }

  /// What has a value an action is null at the no-op among candidates.
  private func initialValues(
    _ columns: [Query.Projection], _ scope: Scope
  ) throws(ReferenceError) -> [Value] {
    var values: [Value] = []
    for column in columns {
      let isOfAction = column.expression.facts.grain.actions != nil
      if isOfAction, let candidate = scope.candidate, candidate.row == nil {
        values.append(.null)
      } else {
        values.append(try value(column.expression, scope))
      }
    }
    return values
  }

  /// The rows of a source in canonical order (see `Query`).
  func sourceScopes(_ source: Query.Source) throws(ReferenceError) -> [Scope] {
    switch source {
    case .table(let id): return tableScopes(id)
    case .exposure(let id): return exposureScopes(id)
    case .composition(let composition, let exposure):
      let decisions = try decisions(composition, at: exposure)
      return zip(exposureScopes(exposure), decisions).map { scope, decision in
        var scope = scope
        scope.action = decision.actionRow
        scope.decision = (nil, decision)
        return scope
      }
    case .candidates(let policy, let exposure):
      let decisions = try decisions(policy, at: exposure)
      return zip(exposureScopes(exposure), decisions).flatMap { scope, decision in
        decision.candidates.map { candidate in
          var scope = scope
          scope.decision = (policy, decision)
          scope.candidate = candidate
          scope.action = candidate.row
          return scope
        }
      }
    case .policy(let policy, let exposure):
      // Rows of a slate stand at one row of the exposure.
      var decisions = try decisions(policy, at: exposure)[...]
      return exposureScopes(exposure).flatMap { scope -> [Scope] in
        var scopes: [Scope] = []
        while let decision = decisions.first, scopes.isEmpty || decision.position ?? 1 > 1 {
          var scope = scope
          scope.action = decision.actionRow
          scope.decision = (policy, decision)
          scopes.append(scope)
          decisions.removeFirst()
        }
        return scopes
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
      case .consents(let roles): (roles.key, [])
      case .profile(let roles): (roles.key, [])
      case .actions, .limits, .identity: (nil, [])
      }
    return rows[id.index].sorted { precedes($0, $1, first: order) }.map { row in
      var scope = Scope(entity: key.map { row[$0] } ?? .null)
      if order.count > 1 { scope.time = row[order[1]].integer ?? 0 }
      scope.row = row
      return scope
    }
  }

  private func apply(
    _ stage: Query.Stage, to rows: [[Value]]
  ) throws(ReferenceError) -> [[Value]] {
    var result: [[Value]] = []
    switch stage {
    case .filter(let condition):
      for row in rows where try value(condition, seeing(row)).isTrue { result.append(row) }
    case .project(let columns):
      for row in rows { result.append(try values(columns, seeing(row))) }
    case .derive(let columns, _):
      for row in rows { result.append(row + (try values(columns, seeing(row)))) }
    case .group(let keys, let aggregates): return try group(rows, keys, aggregates)
    case .sort(let keys): return try sort(rows, keys)
    case .take(let count): return Array(rows.prefix(count))
    case .skip(let count): return Array(rows.dropFirst(count))
    case .sample(let amount, let columns): return sampled(rows, amount, by: columns)
    case .stack(let places):
      return rows.flatMap { row in places.map { $0.map { row[$0] } } }
    case .join(let join): return try joined(rows, join)
    case .window(let windows): return try windowed(rows, windows)
    }
    return result
  }

  private func group(
    _ rows: [[Value]], _ keys: [Query.Projection], _ aggregates: [Query.Projection]
  ) throws(ReferenceError) -> [[Value]] {
    var groups: [[Value]: [[Value]]] = keys.isEmpty ? [[]: []] : [:]
    for row in rows {
      groups[try values(keys, seeing(row)).map(\.asKey), default: []].append(row)
    }
    var result: [[Value]] = []
    for (key, members) in groups.sorted(by: { precedes($0.key, $1.key, first: []) }) {
      var scope = seeing(members.first ?? [])
      scope.group = members
      // Outside of aggregates only the keys have a value of the group.
      for (value, projection) in zip(key, keys) {
        if case .queryColumn(let column) = projection.expression.kind {
          scope.cells[column] = value
        }
      }
      result.append(key + (try values(aggregates, scope)))
    }
    return result
  }

  /// Stable; null last and NaN before it in both directions.
  private func sort(
    _ rows: [[Value]], _ keys: [Query.SortKey]
  ) throws(ReferenceError) -> [[Value]] {
    try order(rows, keys).map { rows[$0] }
  }

  /// Places of the rows in order.
  func order(_ rows: [[Value]], _ keys: [Query.SortKey]) throws(ReferenceError) -> [Int] {
    var sortable: [(place: Int, keys: [Value])] = []
    for (place, row) in rows.enumerated() {
      var values: [Value] = []
      for key in keys { values.append(try value(key.expression, seeing(row))) }
      sortable.append((place, values))
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
    return sortable.map(\.place)
  }

  func values(
    _ columns: [Query.Projection], _ scope: Scope
  ) throws(ReferenceError) -> [Value] {
    var values: [Value] = []
    for column in columns { values.append(try value(column.expression, scope)) }
    return values
  }

  func seeing(_ row: [Value]) -> Scope {
    var scope = Scope()
    scope.cells = row
    return scope
  }
}
