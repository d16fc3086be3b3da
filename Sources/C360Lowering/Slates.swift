import C360Columns
import C360Plan
import C360Semantics

/// Decisions that are slates: their rows are a relation of their own.
extension Lowering {
  func slate(_ slate: Policy.Slate, _ policy: Policy, _ scope: Scope) -> DecideStep.Slate {
    let actions = rows(policy.actions).relation
    let relation = plan.addRelation("\(policy.name), positions")
    return DecideStep.Slate(
      slots: slate.slots,
      limits: slate.limits.map { limit in
        var scope = scope
        scope.relation = actions
        return DecideStep.Slate.Limit(
          name: limit.name, most: limit.most,
          column: derivedColumn(
            lower(limit.group, scope), in: actions, named: limit.name, limit.group.type))
      }, rows: relation,
      origin: addColumn("row of the exposure", .int, in: relation, nullable: false))
  }

  /// A column of the frame of a decision, at the rows of its log.
  func ofFrame(_ column: ColumnID, _ decision: Decision) -> ScalarID {
    guard let slate = decision.slate else { return scalar(column) }
    if let known = decision.unfolded[column] { return scalar(known) }
    let info = plan[column]
    let target = addColumn(info.name, info.type, in: slate.rows, nullable: info.isNullable)
    decision.unfolded[column] = target
    querySteps.append(
      .unfold(
        UnfoldStep(
          frame: decision.frame.relation, origin: slate.origin, output: slate.rows,
          columns: [(from: column, to: target)])))
    return scalar(target)
  }

  /// A column that a query over slates begins with: of the decision, or a value at the exposure, which is
  /// computed there and then stands at every position.
  ///
  /// What nobody reads is left out, unless it may fail: then its failure counts.
  func slateColumn(
    _ projection: Query.Projection, isNeeded: Bool, _ scope: Scope, _ decision: Decision
  ) -> ScalarID {
    guard isNeeded || !projection.expression.isPlain else {
      return scalars.null(projection.expression.type.physical)
    }
    let value = lower(projection.expression, as: projection.expression.type, scope)
    guard isNeeded || scalars.canFail(value) else {
      return scalars.null(projection.expression.type.physical)
    }
    if case .decision = projection.expression.kind { return value }
    if scalars.constant(of: value) != nil { return value }
    let column = ownColumn(
      value, in: decision.frame.relation, named: projection.name, projection.expression.type)
    return ofFrame(column, decision)
  }
}
