import C360Diagnostics
import C360Syntax

extension Checker {
  /// A column of a table, where its rows are at hand.
  func tableColumn(
    _ table: TableInfo, _ column: Int, _ span: Span, _ scope: Scope
  ) -> Expression? {
    let name = "\(table.name).\(table.table.columns[column].name)"
    switch scope.rows {
    case .event(let event) where event.id == table.id: return rowColumn(table, column, span)
    case .table(let rows) where rows.id == table.id: return rowColumn(table, column, span)
    case .query(let query):
      if table.isProfile || table.isActions {
        return query.demand(name, span) { self.tableColumn(table, column, span, $0) }
      }
      report(
        SemanticError.finerGrain(
          span, name, table.table.columns[column].span,
          user: scope.use.noun, table: table.name))
      return nil
    case .constant where scope.isBound && table.isLimits: return rowColumn(table, column, span)
    case .constant where scope.isBound && table.isActions:
      return actionColumn(table, column, span, scope)
    case .constant, .function, .table, .exposureRow:
      report(SemanticError.noRowHere(span, name, user: scope.use.noun))
      return nil
    case .event, .decision: break
    }
    if table.isLimits {
      report(SemanticError.limitsElsewhere(span, name))
      return nil
    }
    if table.isActions { return actionColumn(table, column, span, scope) }
    if let event = scope.eventTable {
      if table.isProfile, scope.isArgument {
        return asOf(event, span, scope) { self.profileColumn(table, column, span, $0) }
      }
      report(
        table.isProfile
          ? SemanticError.featureInFilter(span, name, table: event.name)
          : SemanticError.otherTableInAggregate(span, name, table: event.name))
      return nil
    }
    if table.isProfile { return profileColumn(table, column, span, scope) }
    if table.isConsents {
      report(SemanticError.consentColumn(span, name))
      return nil
    }
    report(
      SemanticError.finerGrain(
        span, name, table.table.columns[column].span, user: scope.use.noun, table: table.name))
    return nil
  }

  private func rowColumn(_ table: TableInfo, _ index: Int, _ span: Span) -> Expression {
    let column = table.table.columns[index]
    return Expression(
      .tableColumn(table.id, index), type: column.readType, span: span,
      facts: Facts(phase: .before, grain: Grain(.row(table.id)), labels: Set(column.labels)))
  }

  private func profileColumn(
    _ table: TableInfo, _ index: Int, _ span: Span, _ scope: Scope
  ) -> Expression? {
    let column = table.table.columns[index]
    let plain = Expression(
      .profileColumn(table.id, index), type: column.readType, span: span,
      facts: Facts(
        phase: .before, grain: Grain(.decision(entity: table.table.entity ?? "")),
        labels: Set(column.labels)))
    guard let hide = hide(of: .profileColumn(table.id, index), .table(table.id), scope.mask) else {
      return plain
    }
    return hidden(plain, by: hide)
  }

  private func actionColumn(
    _ table: TableInfo, _ index: Int, _ span: Span, _ scope: Scope
  ) -> Expression? {
    let column = table.table.columns[index]
    guard
      mayUse(
        table.id, "\(table.name).\(column.name)", span, scope, declared: column.span)
    else { return nil }
    return Expression(
      .actionColumn(table.id, index), type: column.readType, span: span,
      facts: Facts(
        phase: .before, grain: Grain(.constant, actions: table.id), labels: Set(column.labels)))
  }

  /// A column of an exposure: context known at the decision, or what is known only after it.
  func exposureColumn(
    _ exposure: ExposureInfo, _ index: Int, _ span: Span, _ scope: Scope
  ) -> Expression? {
    let column = exposure.exposure.columns[index]
    let name = "\(exposure.name).\(column.name)"
    let isAfter = exposure.isAfter(index)
    if case .query(let query) = scope.rows {
      return query.demand(name, span) { self.exposureColumn(exposure, index, span, $0) }
    }
    if isAfter, !scope.use.mayReadAfter {
      report(
        SemanticError.leak(
          span, name, user: scope.use.noun,
          cause: LabeledSpan(column.span, exposure.words(ofColumn: index)), help: nil))
      return nil
    }
    guard isAtHand(exposure, name, column.span, span, scope) else { return nil }
    let plain = Expression(
      .exposureColumn(exposure.id, index), type: column.readType, span: span,
      facts: Facts(
        phase: isAfter ? .after : .before, grain: Grain(.exposure(exposure.id)),
        labels: Set(column.labels)))
    guard let hide = hide(of: .exposureColumn(exposure.id, index), nil, scope.mask) else {
      return plain
    }
    return hidden(plain, by: hide)
  }

  func kept(_ exposure: ExposureInfo, _ span: Span, _ scope: Scope) -> Expression? {
    if case .query(let query) = scope.rows {
      return query.demand("\(exposure.name).kept", span) { self.kept(exposure, span, $0) }
    }
    if case .exposureRow = scope.rows {
      report(SemanticError.notInThisVersion(span, "`kept` in `expect`"))
      return nil
    }
    guard scope.use.mayReadAfter else {
      report(
        SemanticError.exposureInFeature(
          span, "\(exposure.name).kept", user: scope.use.noun, declared: exposure.exposure.span))
      return nil
    }
    return Expression(
      .kept(exposure.id), type: .bool, span: span,
      facts: Facts(phase: .before, grain: Grain(.exposure(exposure.id))))
  }

  /// An outcome: only for those who may read what is known after the decision.
  func outcome(
    _ exposure: ExposureInfo, _ index: Int, _ span: Span, _ scope: Scope
  ) -> Expression? {
    let outcome = exposure.outcomes[index]
    if case .query(let query) = scope.rows {
      return query.demand("\(exposure.name).\(outcome.name)", span) {
        self.outcome(exposure, index, span, $0)
      }
    }
    guard scope.use.mayReadAfter else {
      report(
        SemanticError.leak(
          span, outcome.name, user: scope.use.noun,
          cause: LabeledSpan(outcome.nameSpan, Self.windowWords(outcome)),
          help: Self.backwardHelp(outcome)))
      return nil
    }
    if case .exposureRow = scope.rows {
      report(SemanticError.notInThisVersion(span, "an outcome in `expect`"))
      return nil
    }
    guard isAtHand(exposure, outcome.name, outcome.nameSpan, span, scope),
      let inner = outcomeExpression(exposure, index, mask: scope.mask, at: span)
    else { return nil }
    return Expression(
      .outcome(exposure.id, index, inner), type: inner.type, span: span,
      facts: Facts(
        phase: .after, grain: Grain(.exposure(exposure.id)), labels: inner.facts.labels))
  }

  /// Whether rows of this exposure are what the expression is about.
  private func isAtHand(
    _ exposure: ExposureInfo, _ name: String, _ declared: Span, _ span: Span, _ scope: Scope
  ) -> Bool {
    switch scope.rows {
    case .exposureRow(let rows) where rows.id == exposure.id: return true
    case .decision(let here):
      guard scope.use.mayReadExposure else {
        report(
          SemanticError.exposureInFeature(span, name, user: scope.use.noun, declared: declared))
        return false
      }
      guard let here, here.id != exposure.id else { return true }
      report(
        SemanticError.otherExposure(
          span, name, here: here.name, owner: exposure.name, declared: declared))
      return false
    case .event(let table):
      report(SemanticError.notInAggregate(span, "`\(name)`", table: table.name))
    default: report(SemanticError.noRowHere(span, name, user: scope.use.noun))
    }
    return false
  }
}

extension Column {
  /// The type of a cell as expressions see it: the default takes the place of null.
  var readType: Type { defaultValue == nil ? type : type.nonOptional }
}

extension ExposureInfo {
  /// Why a column is known only after the decision.
  func words(ofColumn index: Int) -> String {
    if exposure.propensity == index { return "the propensity that was logged" }
    if exposure.action?.column == index { return "the action that was taken" }
    return "a logged outcome"
  }
}
