import C360Diagnostics
import C360Syntax

extension Checker {
  /// `slots 3, at most 1 per brand`
  /// - Returns: nil when it makes no sense; `.some(nil)` when there is none.
  func slotsClause(
    _ clause: ClauseSyntax?, _ declaration: Declaration, _ actions: TableInfo,
    _ exposure: ExposureInfo, _ mask: MaskInfo?
  ) -> Policy.Slate?? {
    guard let clause else { return .some(nil) }
    guard let count = clause.expression, let slots = positive(count, "`slots`", declaration)
    else { return nil }
    let use = Scope.Use(
      .threshold, "`slots` of `\(declaration.name)`", owner: "\(declaration.name).slots")
    let scope = Scope(
      .decision(exposure), for: use, actions: actions, mask: mask, in: declaration.environment)
    var limits: [Policy.Slate.Limit] = []
    var first: [String: Span] = [:]
    for written in clause.limits {
      guard let bound = written.most, let name = written.column,
        let most = positive(bound, "`at most`", declaration),
        let (value, column) = group(name, actions, scope)
      else { return nil }
      if let known = first.updateValue(name.span, forKey: column) {
        report(SemanticError.duplicateItem(name.span, column, noun: "limit", first: known))
        return nil
      }
      limits.append(Policy.Slate.Limit(most: most, group: value, name: "per \(column)"))
    }
    return Policy.Slate(slots: slots, limits: limits, span: clause.span)
  }

  /// A constant whole number from 1.
  private func positive(
    _ syntax: ExpressionSyntax, _ what: String, _ declaration: Declaration
  ) -> Int? {
    let scope = Scope(.constant, for: Scope.Use(.constant, what), in: declaration.environment)
    guard let (number, _) = constantValue(syntax, scope, what) else { return nil }
    guard case .int(let count) = number, count > 0 else {
      report(SemanticError.slotsForm(syntax.span))
      return nil
    }
    return Int(clamping: count)
  }

  /// `brand` or `offers.brand`
  private func group(
    _ name: NameSyntax, _ actions: TableInfo, _ scope: Scope
  ) -> (Expression, column: String)? {
    let parts = name.components
    let isOwn = parts.count == 1 || parts.dropLast().joined(separator: ".") == actions.name
    guard let last = parts.last, isOwn else {
      report(SemanticError.limitColumn(name.span, of: actions.name))
      return nil
    }
    let columns = actions.table.columns
    guard let index = columns.firstIndex(where: { $0.name == last }) else {
      report(
        SemanticError.unknownColumn(
          name.span, last, of: actions.name, declared: actions.table.span,
          known: columns.map(\.name)))
      return nil
    }
    guard let value = tableColumn(actions, index, name.span, scope) else { return nil }
    guard value.type.base.isComparable else {
      report(SemanticError.limitType(name.span, value.type))
      return nil
    }
    return (value, last)
  }

  /// Laws 3 and 4 where columns keep a slate diverse.
  func checkEntries(of slate: Policy.Slate?, permits: [String: [String]], policy: Span) {
    for limit in slate?.limits ?? [] {
      checkLabels(
        of: limit.group, entering: "slots", noun: "`at most … \(limit.name)`", permits: permits,
        policy: policy)
    }
  }
}
