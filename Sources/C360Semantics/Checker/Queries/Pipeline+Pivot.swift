import C360Diagnostics
import C360Syntax

/// `pivot key in [value, …] per keys { name = aggregate }`: a group whose aggregates see the rows of
/// one value each.
extension CheckedStages {
  mutating func pivot(_ stage: StageSyntax) -> Bool {
    guard let (subject, values) = pivotValues(stage), let keys = groupKeys(stage) else {
      return false
    }
    var aggregates: [Item] = []
    for value in values {
      guard let found = pivoted(stage, of: value, of: subject) else { return false }
      aggregates += found
    }
    guard areUnique(keys + aggregates) else { return false }
    stages.append(.group(keys: keys.map(\.projection), aggregates: aggregates.map(\.projection)))
    scope.columns = (keys + aggregates).map(\.column)
    scope.isConnected = false
    return true
  }

  /// The key and its values, which are constants.
  private func pivotValues(_ stage: StageSyntax) -> (subject: Expression, values: [PivotValue])? {
    guard let syntax = stage.expression else { return nil }
    guard case .isIn(let isIn) = syntax, !isIn.isNegated, let collection = isIn.collection,
      case .list(let list) = checker.unwrapped(collection)
    else {
      if case .malformed = syntax { return nil }
      checker.report(SemanticError.pivotValues(syntax.span))
      return nil
    }
    guard let condition = checker.expression(syntax, rows) else { return nil }
    guard case .isIn(let subject, let values) = condition.kind, !values.isEmpty else {
      checker.report(SemanticError.pivotValues(syntax.span))
      return nil
    }
    return (
      subject,
      zip(values, list.elements).map { value, element in
        PivotValue(value: value, written: element.span.text)
      }
    )
  }

  private func pivoted(
    _ stage: StageSyntax, of value: PivotValue, of subject: Expression
  ) -> [Item]? {
    var inner = rows
    inner.isGroup = true
    inner.pivot = Expression(
      .isIn(subject, [value.value]), type: Type(.bool, optional: subject.type.isOptional),
      span: subject.span, facts: subject.facts)
    return aggregates(stage, inner) { "\($0)_\(value.inColumnName)" }
  }
}

/// A value of a pivot's key, and how the script writes it.
private struct PivotValue {
  let value: Value
  let written: String

  /// In the name of a column.
  var inColumnName: String {
    switch value {
    case .text(let text): text
    case .int(let number): String(number)
    case .bool(let flag): String(flag)
    default: written.hasPrefix("@") ? String(written.dropFirst()) : written
    }
  }
}
