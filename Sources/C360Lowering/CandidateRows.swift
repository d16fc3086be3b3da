import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  /// The candidates of decisions as rows: what is theirs comes from the step that decides, which also
  /// computes what has a value an action; what is of the exposure is computed there and brought to its
  /// candidates.
  func candidates(
    of decision: Decision, _ columns: [Query.Projection], needed: Set<Int>, _ scope: Scope
  ) -> QueryRows {
    let listing = listing(of: decision)
    var rows = QueryRows(
      relation: listing.relation, columns: [], types: columns.map(\.expression.type),
      names: columns.map(\.name))
    var brought: [(from: ColumnID, to: ColumnID)] = []
    for (index, column) in columns.enumerated() {
      let type = column.expression.type
      if let output = column.expression.candidateOutput {
        rows.columns.append(
          needed.contains(index)
            ? scalar(self.column(output, of: decision, named: column.name, type))
            : scalars.null(type.physical))
        continue
      }
      guard needed.contains(index) || !column.expression.isPlain else {
        rows.columns.append(scalars.null(type.physical))
        continue
      }
      if column.expression.facts.grain.actions != nil {
        var pairs = scope
        pairs.decision = decision
        let value = lower(column.expression, as: type, pairs)
        let isWanted = needed.contains(index) || scalars.canFail(value)
        rows.columns.append(
          isWanted
            ? scalar(self.column(.computed(value), of: decision, named: column.name, type))
            : scalars.null(type.physical))
        continue
      }
      let value = lower(column.expression, as: type, scope)
      if scalars.constant(of: value) != nil {
        rows.columns.append(value)
        continue
      }
      let from = ownColumn(value, in: scope.relation, named: column.name, type)
      let to = addColumn(
        column.name, type.logical, in: listing.relation, nullable: type.isOptional)
      brought.append((from: from, to: to))
      rows.columns.append(scalar(to))
    }
    if !brought.isEmpty {
      querySteps.append(
        .eventValues(
          EventValuesStep(events: listing.relation, place: listing.row, columns: brought)))
    }
    return rows
  }

  private func listing(of decision: Decision) -> DecideStep.Listing {
    if let known = decision.listing { return known }
    let relation = plan.addRelation("candidates of \(name(of: decision))")
    let listing = DecideStep.Listing(
      relation: relation, row: addColumn("exposure", .int, in: relation, nullable: false))
    decision.listing = listing
    return listing
  }

  private func column(
    _ output: DecideStep.Listing.Output, of decision: Decision, named name: String, _ type: Type
  ) -> ColumnID {
    if let known = decision.listing?.outputs.first(where: { $0.0 == output }) { return known.1 }
    let column = addColumn(
      name, type.logical, in: listing(of: decision).relation, nullable: type.isOptional)
    decision.listing?.outputs.append((output, column))
    return column
  }
}

extension Expression {
  /// What it asks of a candidate; nil: it is the same at all candidates of a decision.
  fileprivate var candidateOutput: DecideStep.Listing.Output? {
    guard case .decision(let column) = kind else { return nil }
    switch column {
    case .action: return .action
    case .isEligible: return .isEligible
    case .reasons: return .reasons
    case .value: return .value
    case .term(let position): return .term(position)
    case .rank: return .rank
    case .propensity: return .propensity
    case .isChosen: return .isChosen
    case .entity, .time, .number, .expectedValue, .eligible, .isFallback, .repaired, .policy,
      .policyHash, .arm, .position:
      return nil
    }
  }
}
