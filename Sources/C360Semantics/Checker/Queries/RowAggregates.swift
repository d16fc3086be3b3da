import C360Diagnostics
import C360Syntax

extension Checker {
  /// An aggregate over the rows of a group: `count()`, `sum(amount)`, `share(where x > 0)`.
  func rowAggregate(
    _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax, windows: [WindowSyntax],
    _ span: Span, _ scope: Scope, isInOrder: Bool = false
  ) -> Expression? {
    let name = aggregation.function.rawValue
    if let clause = windows.first {
      report(SemanticError.windowInGroup(clause.span, name))
      return nil
    }
    guard aggregation.isOfRows || isInOrder else {
      report(SemanticError.notOfRows(span, name))
      return nil
    }
    var inner = scope
    inner.isGroup = false
    inner.pivot = nil
    var values: [Expression] = []
    var setting = AggregateSetting.none
    let positional = aggregation.parameter.isPositional ? 1 : nil
    var filter: Expression?
    for argument in syntax.arguments {
      if let label = argument.label {
        let known = aggregation.parameter.labels
        guard known.contains(label.text), let value = argument.value else {
          report(SemanticError.unknownLabel(label.span, label.text, name, known))
          return nil
        }
        guard let told = self.setting(value, aggregation, scope) else { return nil }
        setting = told
        continue
      }
      if let written = argument.filter {
        guard filter == nil else {
          report(SemanticError.badArgument(written.span, name))
          return nil
        }
        guard let typed = condition(written, inner, of: "`where`") else { return nil }
        filter = typed
      }
      if let value = argument.value {
        if values.count == positional, case .none = setting {
          guard let told = self.setting(value, aggregation, scope) else { return nil }
          setting = told
          continue
        }
        guard let typed = expression(value, inner) else { return nil }
        values.append(typed)
      }
    }
    if positional != nil, case .none = setting {
      report(
        SemanticError.argumentCount(span, name, wanted: 2, found: values.count, declared: nil))
      return nil
    }
    guard isTold(setting, aggregation, syntax) else { return nil }
    guard let fitted = rowArguments(values, hasFilter: filter != nil, aggregation, span),
      fits(boundsOf: syntax, fitted.first, aggregation, scope)
    else { return nil }
    if let pivot = scope.pivot {
      if aggregation.function == .share {
        return pivotedShare(of: filter, pivot, span)
      }
      filter = filter.map { both(pivot, $0) } ?? pivot
    }
    let type = aggregation.result.type(
      argument: fitted.first?.type, second: fitted.count > 1 ? fitted[1].type : nil)
    let aggregate = RowAggregate(
      function: aggregation.function, argument: fitted.first,
      second: fitted.count > 1 ? fitted[1] : nil, filter: filter,
      setting: setting)
    guard let facts = joined(fitted + [filter].compactMap { $0 }) else { return nil }
    return Expression(
      .rowAggregate(aggregate), type: type, span: span,
      facts: Facts(phase: facts.phase, grain: Grain(.query), labels: facts.labels))
  }

  private func both(_ left: Expression, _ right: Expression) -> Expression {
    Expression(
      .and(left, right),
      type: Type(.bool, optional: left.type.isOptional || right.type.isOptional),
      span: right.span,
      facts: Facts(
        phase: max(left.facts.phase, right.facts.phase), grain: Grain(.query),
        labels: left.facts.labels.union(right.facts.labels)))
  }

  /// The share of a condition among the rows of one value of a pivot: the mean of 1 where it holds and
  /// 0 where it does not.
  private func pivotedShare(
    of condition: Expression?, _ pivot: Expression, _ span: Span
  ) -> Expression? {
    guard let condition else { return nil }
    func number(_ value: Double) -> Expression {
      Expression(
        .literal(.float(value)), type: .float, span: span,
        facts: Facts(phase: .constant, grain: Grain(.constant)))
    }
    let counted = Expression(
      .conditional(condition, number(1), number(0)), type: .float, span: condition.span,
      facts: condition.facts)
    let aggregate = RowAggregate(
      function: .mean, argument: counted, second: nil, filter: pivot, setting: .none)
    return Expression(
      .rowAggregate(aggregate), type: Type.float.optional, span: span,
      facts: both(pivot, condition).facts)
  }

  private func rowArguments(
    _ values: [Expression], hasFilter: Bool, _ aggregation: Catalogue.Aggregation, _ span: Span
  ) -> [Expression]? {
    let name = aggregation.function.rawValue
    if case .condition = aggregation.argument, !hasFilter {
      report(SemanticError.shareWithoutCondition(span, name))
      return nil
    }
    let isRatio = aggregation.function == .ratio
    let takesNone = aggregation.argument.takesRows
    let isCondition = if case .condition = aggregation.argument { true } else { false }
    let wanted = isRatio ? 2 : isCondition ? 0 : 1
    guard values.count == wanted || (takesNone && values.isEmpty) else {
      report(
        SemanticError.argumentCount(
          span, name, wanted: wanted, found: values.count, declared: nil))
      return nil
    }
    var fitted: [Expression] = []
    for value in values {
      guard aggregation.argument.takes(value.type.base) else {
        report(SemanticError.aggregateArgument(value.span, aggregation, value.type))
        return nil
      }
      fitted.append(aggregation.takesFloats ? value.widened : value)
    }
    return fitted
  }
}
