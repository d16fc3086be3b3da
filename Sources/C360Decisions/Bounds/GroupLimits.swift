import C360Columns
import C360Engine
import C360Plan

/// The bounds of a constraint, group by group.
struct GroupLimits {
  private enum Source {
    case constant(Double)
    /// By action; nil: null.
    case actions([Double?], RelationID)
    case rows([[GroupValue]: Double?], keys: [DecideConstraint.Key], ZoneTable?, RelationID)
  }
  private let constraint: DecideConstraint
  private let source: Source
  private var otherwise: Double? {
    switch constraint.limits {
    case .actions(_, let otherwise), .rows(_, _, let otherwise): otherwise
    case nil: nil
    }
  }

  /// - Parameter read: a column of the run.
  /// - Throws: `.unusable` where two rows of limits are about one group.
  init(
    _ constraint: DecideConstraint, actionCount: Int, plan: Plan,
    read: (ColumnID) -> Vector, _ pool: TextPool
  ) throws(EngineError) {
    self.constraint = constraint
    switch constraint.limits {
    case nil: source = .constant(constraint.bound)
    case .actions(let column, _):
      let values = read(column)
      source = .actions(
        (0..<actionCount).map { values.isNull($0) ? nil : values.float64s[$0] },
        plan[column].relation)
    case .rows(let column, let keys, _):
      let relation = plan[column].relation
      let (values, columns) = (read(column), keys.map { read($0.column) })
      var known: [[GroupValue]: (row: Int, limit: Double?)] = [:]
      for row in 0..<values.count {
        let key = columns.map { GroupValue($0, row, pool) }
        if let first = known[key] {
          throw .unusable(
            relation: relation,
            detail: "rows \(first.row + 1) and \(row + 1) are both about "
              + "\(Self.words(key, keys))")
        }
        known[key] = (row, values.isNull(row) ? nil : values.float64s[row])
      }
      var zone: ZoneTable?
      if case .calendar(_, let name) = constraint.period { zone = try ZoneTable(name) }
      source = .rows(known.mapValues(\.limit), keys: keys, zone, relation)
    }
  }

  /// - Parameters:
  ///   - actions: of the group, by action; nil: all.
  ///   - actionValues: what these have in common, in the order of the constraint's groups of actions.
  ///   - cell: of the decisions.
  /// - Throws: `.unusable` where the group has no bound, or more than one.
  func limit(
    _ actions: [Bool]?, _ actionValues: [GroupValue], _ cells: DecisionCells, _ cell: Int
  ) throws(EngineError) -> Double {
    switch source {
    case .constant(let bound): return bound
    case .actions(let limits, let relation): return try limit(actions, limits, relation)
    case .rows(let limits, let keys, let zone, let relation):
      let group = values(actionValues, cells.values[cell])
      let key = keys.map { key -> GroupValue in
        switch key {
        case .group(_, let place): group[place]
        case .day: .integer(zone?.localDay(cells.times[cell]) ?? 0)
        }
      }
      if let limit = limits[key] ?? nil { return limit }
      if let otherwise { return otherwise }
      throw .unusable(
        relation: relation,
        detail: "no row is about \(Self.words(key, keys)), which `\(constraint.name)` bounds; "
          + "`??` behind the bound says what holds there")
    }
  }

  private func limit(
    _ actions: [Bool]?, _ limits: [Double?], _ relation: RelationID
  ) throws(EngineError) -> Double {
    var found: (action: Int, limit: Double)?
    for action in limits.indices where actions?[action] ?? true {
      guard let limit = limits[action] ?? otherwise else { continue }
      if let found, found.limit != limit {
        throw .unusable(
          relation: relation,
          detail: "rows \(found.action + 1) and \(action + 1) are in one group of "
            + "`\(constraint.name)`, and bound it by \(found.limit) and by \(limit)")
      }
      found = found ?? (action, limit)
    }
    // A group has at least one action, and what is null has `otherwise`.
    return found?.limit ?? .infinity
  }

  /// By member of the constraint's groups.
  private func values(_ actions: [GroupValue], _ decisions: [GroupValue]) -> [GroupValue] {
    var (action, decision) = (0, 0)
    return constraint.groups.map { group in
      switch group {
      case .actions:
        defer { action += 1 }
        return actions[action]
      case .decisions:
        defer { decision += 1 }
        return decisions[decision]
      }
    }
  }

  private static func words(_ key: [GroupValue], _ keys: [DecideConstraint.Key]) -> String {
    zip(key, keys).map { value, key in
      if case (.day, .integer(let day)) = (key, value) { return "`\(TextFormat.date(day))`" }
      return "`\(value.label)`"
    }.joined(separator: ", ")
  }
}

extension DecideConstraint.Key {
  var column: ColumnID {
    switch self {
    case .group(let column, _), .day(let column): column
    }
  }
}
