import C360Diagnostics
import C360Syntax

extension Checker {
  /// `coverage(feature)`: the least share of a window's time, over all windows of the feature, that its
  /// table was observed in and a mask lets be seen (semantics.md N2).
  func coverage(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    guard syntax.arguments.count == 1, let argument = syntax.arguments.first,
      argument.label == nil, argument.filter == nil, let value = argument.value
    else {
      report(
        SemanticError.argumentCount(
          syntax.span, "coverage", wanted: 1, found: syntax.arguments.count, declared: nil))
      return nil
    }
    switch scope.rows {
    case .decision: break
    case .query(let query):
      return query.demand(syntax.span.text, syntax.span) { self.coverage(syntax, $0) }
    case .event(let table):
      report(SemanticError.notInAggregate(syntax.span, "`coverage`", table: table.name))
      return nil
    default:
      report(SemanticError.noDecisionHere(syntax.span, scope.use.noun))
      return nil
    }
    // What a mask hides lowers the coverage; the windows are those without it.
    var plain = scope
    plain.mask = nil
    guard let whole = expression(value, plain) else { return nil }
    var parts: [Expression] = []
    guard collect(whole, scope.mask, at: syntax.span, into: &parts) else { return nil }
    guard let first = parts.first else {
      report(SemanticError.coverageOfNothing(syntax.span))
      return nil
    }
    if parts.count == 1 { return first }
    return make(.call(.least, parts), Self.share, syntax.span, over: parts)
  }

  private static let share = Type(.float(.none))

  /// The coverages of all windows in an expression, through the features that it names.
  private func collect(
    _ expression: Expression, _ mask: MaskInfo?, at span: Span, into parts: inout [Expression]
  ) -> Bool {
    switch expression.kind {
    case .aggregate(let aggregate):
      switch aggregate.window {
      case .duration, .span, .calendar: break
      default:
        report(SemanticError.coverageOfWindow(span, window: expression.span))
        return false
      }
      let grain = Grain(.decision(entity: program[aggregate.table].entity ?? ""))
      var window = CoveredWindow(
        table: aggregate.table, window: aggregate.window, lag: aggregate.lag,
        every: aggregate.every)
      for condition in hides(of: aggregate, mask).compactMap(\.permitted) {
        for case .consent(let question) in Self.conjuncts(condition).map(\.kind)
        where !window.permitted.contains(question) {
          window.permitted.append(question)
        }
      }
      let covered: Expression? = Expression(
        .coverage(window), type: Self.share, span: span, facts: Facts(phase: .before, grain: grain))
      let seen = hides(of: aggregate, mask).reduce(covered) { covered, hide in
        covered.flatMap { visible($0, unless: hide) }
      }
      guard let seen else { return false }
      parts.append(seen)
      return true
    case .feature(let id):
      var inner: [Expression] = []
      guard collect(program[id].expression, mask, at: span, into: &inner) else { return false }
      if let hide = mask?.hides[.feature(program[id].name)] {
        inner = inner.compactMap { visible($0, unless: hide) }
      }
      parts += inner
      return true
    default:
      return ExpressionWalk.children(expression).allSatisfy {
        collect($0, mask, at: span, into: &parts)
      }
    }
  }

  /// 0 where a mask hides.
  private func visible(_ share: Expression, unless hide: Hide) -> Expression? {
    let none = Expression(
      .literal(.float(0)), type: Self.share, span: share.span, facts: .constant)
    guard let condition = hide.unless else { return none }
    return make(
      .conditional(condition, share, none), Self.share, share.span, over: [condition, share, none])
  }
}
