import C360Diagnostics
import C360Syntax

/// What stands in the parentheses of an aggregate.
struct AggregateParts {
  var argument: Expression?
  var second: Expression?
  var filter: Expression?
  var matches: [Aggregate.ActionMatch] = []
  var setting = AggregateSetting.none
  /// `weight: any`
  var takesAnyWeight = false
}

extension Checker {
  func aggregateParts(
    _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax, _ table: TableInfo, _ scope: Scope
  ) -> AggregateParts? {
    var parts = AggregateParts()
    let name = aggregation.function.rawValue
    var values: [ArgumentSyntax] = []
    var filters: [ExpressionSyntax] = []
    var folds: [String: ExpressionSyntax] = [:]
    var isComplete = true
    for argument in syntax.arguments {
      if let filter = argument.filter { filters.append(filter) }
      if argument.label?.text == "weight", let value = argument.value {
        guard weighs(value, aggregation, table) else { return nil }
        parts.takesAnyWeight = true
      } else if let label = argument.label {
        let known = aggregation.parameter.labels
        let labels = known.isEmpty ? ["half_life"] : known
        guard labels.contains(label.text), let value = argument.value else {
          report(SemanticError.unknownLabel(label.span, label.text, name, labels))
          return nil
        }
        if case .fold = aggregation.parameter {
          guard folds[label.text] == nil else {
            report(SemanticError.badArgument(argument.span, name))
            return nil
          }
          folds[label.text] = value
          continue
        }
        guard let setting = setting(value, aggregation, scope) else { return nil }
        parts.setting = setting
      } else if argument.value != nil {
        values.append(argument)
      }
    }
    if filters.count > 1 {
      report(SemanticError.badArgument(filters[1].span, name))
      return nil
    }
    guard isTold(parts.setting, aggregation, syntax) else { return nil }
    let inner = scope.with(rows: .event(table))
    if case .fold = aggregation.parameter, !fold(folds, syntax, inner, into: &parts) { return nil }
    if !place(values, aggregation, table, syntax, scope, into: &parts)
      || !fits(boundsOf: syntax, parts.argument, aggregation, scope)
    {
      isComplete = false
    }
    if let filter = filters.first {
      if !place(filter: filter, inner, into: &parts) { isComplete = false }
    } else if case .condition = aggregation.argument {
      report(SemanticError.shareWithoutCondition(syntax.span, name))
      isComplete = false
    }
    return isComplete ? parts : nil
  }

  /// Puts the unlabelled arguments in their places; false when something was complained of.
  private func place(
    _ values: [ArgumentSyntax], _ aggregation: Catalogue.Aggregation, _ table: TableInfo,
    _ syntax: CallSyntax, _ scope: Scope, into parts: inout AggregateParts
  ) -> Bool {
    let name = aggregation.function.rawValue
    let isRatio = aggregation.function == .ratio
    let wanted = aggregation.parameter.isPositional || isRatio ? 2 : 1
    guard values.count == wanted else {
      report(
        SemanticError.argumentCount(
          syntax.span, name, wanted: wanted, found: values.count, declared: nil))
      return false
    }
    guard let first = values[0].value else { return false }
    if isRows(first, table, scope) {
      guard aggregation.argument.takesRows else {
        report(SemanticError.aggregateArgument(first.span, aggregation, nil))
        return false
      }
    } else {
      guard let value = aggregateValue(first, aggregation, table, scope) else { return false }
      parts.argument = value
    }
    if aggregation.parameter.isPositional, let written = values[1].value {
      guard let setting = setting(written, aggregation, scope) else { return false }
      parts.setting = setting
    }
    if isRatio, let second = values[1].value {
      guard let value = aggregateValue(second, aggregation, table, scope) else { return false }
      parts.second = value
    }
    return true
  }

  /// Whether an argument is the table itself: `count(orders)`.
  private func isRows(_ syntax: ExpressionSyntax, _ table: TableInfo, _ scope: Scope) -> Bool {
    guard case .reference(let reference) = unwrapped(syntax), let name = reference.name else {
      return false
    }
    let parts = name.components
    guard parts.count == 1 else { return false }
    if let binding = scope.environment.bindings[parts[0]] {
      if case .events = binding { return true }
      return false
    }
    // A column of the table's own name is still the table here.
    return parts[0] == table.name
  }

  private func aggregateValue(
    _ syntax: ExpressionSyntax, _ aggregation: Catalogue.Aggregation, _ table: TableInfo,
    _ scope: Scope
  ) -> Expression? {
    var events = scope.with(rows: .event(table))
    events.isArgument = true
    guard let value = expression(syntax, events) else { return nil }
    guard aggregation.argument.takes(value.type.base) else {
      report(SemanticError.aggregateArgument(value.span, aggregation, value.type))
      return nil
    }
    if value.facts.grain.actions != nil {
      report(SemanticError.actionInArgument(value.span, aggregation.function.rawValue))
      return nil
    }
    return aggregation.takesFloats ? value.widened : value
  }

  // MARK: Filters

  /// Splits a filter into what the event decides and equalities with columns of the action.
  private func place(
    filter syntax: ExpressionSyntax, _ scope: Scope, into parts: inout AggregateParts
  ) -> Bool {
    guard let filter = condition(syntax, scope, of: "`where`") else { return false }
    var remaining: [Expression] = []
    for conjunct in Self.conjuncts(filter) {
      guard conjunct.facts.grain.actions != nil else {
        remaining.append(conjunct)
        continue
      }
      guard let match = actionMatch(conjunct) else {
        report(SemanticError.actionFilter(conjunct.span))
        return false
      }
      parts.matches.append(match)
    }
    guard var joined = remaining.first else { return true }
    for next in remaining.dropFirst() {
      let type = Type(.bool, optional: joined.type.isOptional || next.type.isOptional)
      guard let both = make(.and(joined, next), type, syntax.span, over: [joined, next]) else {
        return false
      }
      joined = both
    }
    parts.filter = joined
    return true
  }

  /// `event expression == action column`, either way round.
  private func actionMatch(_ expression: Expression) -> Aggregate.ActionMatch? {
    guard case .call(.equal, let sides) = expression.kind, sides.count == 2 else { return nil }
    for (event, action) in [(sides[0], sides[1]), (sides[1], sides[0])] {
      if case .actionColumn(_, let column) = action.kind, event.facts.grain.actions == nil,
        event.type.base == action.type.base
      {
        return Aggregate.ActionMatch(event: event, actionColumn: column)
      }
    }
    return nil
  }

  // MARK: Constants

  /// A constant duration in microseconds.
  func duration(_ syntax: ExpressionSyntax, _ scope: Scope, _ what: String) -> Int64? {
    guard let value = constantValue(syntax, scope, what) else { return nil }
    guard case .duration(let length) = value.0 else {
      report(
        SemanticError.typeMismatch(
          syntax.span, found: value.1, wanted: .duration, because: nil, what: what))
      return nil
    }
    return held(.exact(length), syntax, what).map { _ in length }
  }

  /// A length by which instants are moved, unless it is so long that they may leave their range by far.
  func held(_ length: Offset, _ syntax: ExpressionSyntax, _ what: String) -> Offset? {
    if length.isTooLong {
      report(SemanticError.tooLong(syntax.span, what))
      return nil
    }
    return length
  }

  /// A constant integer.
  func integer(_ syntax: ExpressionSyntax, _ scope: Scope, _ what: String) -> Int64? {
    guard let value = constantValue(syntax, scope, what) else { return nil }
    guard case .int(let number) = value.0 else {
      report(
        SemanticError.typeMismatch(
          syntax.span, found: value.1, wanted: .int, because: nil, what: what))
      return nil
    }
    return number
  }

  func constantValue(
    _ syntax: ExpressionSyntax, _ scope: Scope, _ what: String
  ) -> (Value, Type)? {
    if isColumn(syntax, scope) {
      report(SemanticError.notConstant(syntax.span, what))
      return nil
    }
    let constants = Scope(.constant, for: Scope.Use(.constant, what), in: scope.environment)
    guard let typed = expression(syntax, constants) else { return nil }
    guard typed.type.base != .null, let value = constant(typed) else {
      report(SemanticError.notConstant(syntax.span, what))
      return nil
    }
    return (value, typed.type)
  }
}
