import C360Diagnostics
import C360Syntax

extension Checker {
  /// A bound, and where it comes from.
  struct Limit {
    let bound: Expression
    var limits: Constraint.Limits?
  }

  /// The bound of all decisions, or of each group: a constant, or a column of a small table.
  func groupBound(
    _ syntax: ExpressionSyntax, _ measured: Measured, _ per: Per, _ scope: Scope,
    _ context: ConstraintContext
  ) -> Limit? {
    var written = syntax
    var otherwise: ExpressionSyntax?
    if case .binary(let binary) = unwrapped(syntax), binary.operator?.text == "??",
      let left = binary.left, let right = binary.right
    {
      (written, otherwise) = (left, right)
    }
    var rows = Scope(
      .constant, for: Scope.Use(.constant, "the bound of a constraint"), actions: context.actions,
      in: scope.environment)
    rows.isBound = true
    guard let found = expression(written, rows) else { return nil }
    let grain = found.facts.grain
    if grain.row == .constant, grain.actions == nil {
      return constantBound(syntax, measured, scope)
    }
    if found.type.isOptional, otherwise == nil {
      report(SemanticError.nullableLimit(written.span, written.span.text))
      return nil
    }
    // Of a group without a row there is no cell that it could stand for.
    let isInner = ExpressionWalk.contains(found) {
      if case .coalesce = $0.kind { true } else { false }
    }
    if isInner, grain.row != .constant {
      report(SemanticError.innerDefault(written.span, written.span.text))
      return nil
    }
    let type = found.type.isOptional ? measured.type.optional : measured.type
    guard let fitted = coerce(found, to: type) else { return nil }
    var standard: Double?
    if let otherwise {
      guard let limit = constantBound(otherwise, measured, scope) else { return nil }
      if case .literal(.float(let value)) = limit.bound.kind { standard = value }
    }
    guard let limits = limits(grain, otherwise: standard, per, written.span, context) else {
      return nil
    }
    return Limit(bound: fitted.widened, limits: limits)
  }

  private func constantBound(
    _ syntax: ExpressionSyntax, _ measured: Measured, _ scope: Scope
  ) -> Limit? {
    guard let (value, type) = constantValue(syntax, scope, "the bound of a constraint"),
      let fitted = coerce(
        Expression.literal(value, type, span: syntax.span), to: measured.type)
    else { return nil }
    return Limit(bound: fitted.widened)
  }

  private func limits(
    _ grain: Grain, otherwise: Double?, _ per: Per, _ span: Span, _ context: ConstraintContext
  ) -> Constraint.Limits? {
    guard case .row(let id) = grain.row else {
      guard per.groups.contains(where: { $0.facts.grain.actions != nil }) else {
        report(SemanticError.limitsOfNoAction(span, context.actions.name))
        return nil
      }
      return Constraint.Limits(table: context.actions.id, keys: [], otherwise: otherwise)
    }
    guard grain.actions == nil else {
      report(SemanticError.limitsOfTwo(span))
      return nil
    }
    guard let table = tableInfos.first(where: { $0.id == id }),
      let keys = keys(of: table, per, span)
    else { return nil }
    return Constraint.Limits(table: id, keys: keys, otherwise: otherwise)
  }

  /// What each key column is in a group: the group of its name, else the calendar period of a day, else
  /// the only one of its type that is left.
  private func keys(
    of table: TableInfo, _ per: Per, _ span: Span
  ) -> [(column: Int, part: Constraint.Limits.Part)]? {
    guard case .limits(let roles) = table.table.kind else { return nil }
    let columns = table.table.columns
    func fits(_ place: Int, _ key: Int) -> Bool {
      per.groups[place].type.base == columns[key].type.base
    }
    var open = Array(per.groups.indices)
    var parts: [Int: Constraint.Limits.Part] = [:]
    for key in roles.keys {
      let named = open.first { place in
        fits(place, key)
          && per.groups[place].span.text.split(separator: ".").last.map(String.init)
            == columns[key].name
      }
      guard let named else { continue }
      parts[key] = .group(named)
      open.removeAll { $0 == named }
    }
    let days = roles.keys.filter { parts[$0] == nil && columns[$0].type.base == .date }
    if case .calendar = per.period, days.count == 1 { parts[days[0]] = .period }
    let rest = roles.keys.filter { parts[$0] == nil }
    for key in rest {
      let places = open.filter { fits($0, key) }
      let rivals = rest.filter { columns[$0].type.base == columns[key].type.base }
      if places.count == 1, rivals.count == 1 { parts[key] = .group(places[0]) }
    }
    for key in roles.keys where parts[key] == nil {
      report(SemanticError.limitsOfNoGroup(span, table, key: columns[key]))
      return nil
    }
    return roles.keys.map { (column: $0, part: parts[$0] ?? .period) }
  }
}
