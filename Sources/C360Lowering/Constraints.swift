import C360Plan
import C360Semantics

extension Lowering {
  /// The bounds on the decisions of a policy, or of all members of its composition.
  func lowerConstraints(
    _ constraints: [Constraint], _ scope: Scope, _ decision: Decision
  ) {
    for constraint in constraints {
      if case .divergence(let other) = constraint.measure {
        decision.prior = self.decision(other, at: decision.key.exposure)
      }
      if constraint.isPerEntity {
        var cap = entityCap(constraint, scope, decision)
        cap.origin = origin(constraint.span)
        decision.entityCaps.append(cap)
      } else {
        var lowered = self.constraint(constraint, scope, decision)
        lowered.origin = origin(constraint.span)
        decision.constraints.append(lowered)
      }
    }
  }

  private func constraint(
    _ constraint: Constraint, _ scope: Scope, _ decision: Decision
  ) -> DecideConstraint {
    func quantity(_ expression: Expression) -> DecideConstraint.Quantity {
      self.quantity(expression, of: constraint, scope, decision)
    }
    let measure: DecideConstraint.Measure =
      switch constraint.measure {
      case .total(let value): .total(quantity(value))
      case .proportion(let value, let whole): .proportion(quantity(value), of: quantity(whole))
      case .rate(let value): .rate(quantity(value))
      case .parity(let parity):
        .parity(
          quantity(parity.quantity),
          by: frameColumn(parity.group, "\(constraint.name), group", decision),
          toOverall: parity.reference == .overall, isRatio: parity.isRatio)
      case .entropy: .entropy
      case .divergence: .divergence
      }
    let limits = constraint.limits.map { self.limits($0, of: constraint, scope, decision) }
    var bound = limits == nil ? 0 : Double.nan
    if case .literal(.float(let value)) = constraint.bound.kind { bound = value }
    return DecideConstraint(
      name: constraint.name, measure: measure, isAtMost: constraint.sense == .atMost,
      bound: bound, limits: limits, period: period(constraint),
      groups: groups(constraint, scope, decision),
      penalty: constraint.penalty)
  }

  private func limits(
    _ limits: Constraint.Limits, of constraint: Constraint, _ scope: Scope, _ decision: Decision
  ) -> DecideConstraint.Limits {
    let rows = rows(limits.table)
    let type = constraint.bound.type
    func column(_ scope: Scope) -> ColumnID {
      derivedColumn(
        lower(constraint.bound, scope), in: rows.relation, named: "\(constraint.name), bound",
        type)
    }
    if limits.keys.isEmpty {
      var scope = scope
      scope.relation = rows.relation
      return .actions(column(scope), otherwise: limits.otherwise)
    }
    return .rows(
      column(rowScope(limits.table)),
      keys: limits.keys.map { key in
        let id = self.column(key.column, of: rows)
        switch key.part {
        case .group(let place): return .group(id, place)
        case .period: return .day(id)
        }
      }, otherwise: limits.otherwise)
  }

  private func entityCap(
    _ constraint: Constraint, _ scope: Scope, _ decision: Decision
  ) -> EntityCap {
    guard case .total(let expression) = constraint.measure else {
      preconditionFailure("the checker lets totals alone be bounded for each entity")
    }
    return EntityCap(
      name: constraint.name, quantity: quantity(expression, of: constraint, scope, decision),
      bound: frameColumn(constraint.bound, "\(constraint.name), bound", decision),
      period: period(constraint))
  }

  private func period(_ constraint: Constraint) -> DecideConstraint.Period? {
    switch constraint.period {
    case .calendar(let span): .calendar(span.step, zone: program.timezone)
    case .rolling(let length): .rolling(length)
    case nil: nil
    }
  }

  private func groups(
    _ constraint: Constraint, _ scope: Scope, _ decision: Decision
  ) -> [DecideConstraint.Group] {
    constraint.groups.enumerated().map { index, group in
      let name = "\(constraint.name), group \(index + 1)"
      guard group.facts.grain.actions != nil else {
        return .decisions(frameColumn(group, name, decision))
      }
      var scope = scope
      scope.relation = rows(decision.actions).relation
      let value = lower(group, scope)
      return .actions(
        derivedColumn(
          value, in: rows(decision.actions).relation, named: name, group.type))
    }
  }

  /// A column of the frame.
  private func frameColumn(
    _ expression: Expression, _ name: String, _ decision: Decision
  ) -> ColumnID {
    let value = lower(expression, frameScope(decision.frame))
    return derivedColumn(value, in: decision.frame.relation, named: name, expression.type)
  }

  private func quantity(
    _ expression: Expression, of constraint: Constraint, _ scope: Scope, _ decision: Decision
  ) -> DecideConstraint.Quantity {
    if case .literal(.float(let value)) = expression.kind { return .constant(value) }
    let value = candidate(
      expression, as: expression.type, named: constraint.name, scope, decision)
    if case .constant(.float(let bits)) = scalars.arena[value].operation {
      return .constant(Double(bitPattern: bits))
    }
    if let column = scalars.column(of: value),
      plan[column].relation == rows(decision.actions).relation
    {
      return .perAction(column)
    }
    return .pairs(value)
  }
}
