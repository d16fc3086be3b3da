import C360Diagnostics
import C360Syntax

/// `distinct` and `sample`: which rows there are.
extension CheckedStages {
  /// One row a different row, which is a group without aggregates.
  mutating func distinct(_ stage: StageSyntax) -> Bool {
    let keys: [Item]
    if stage.keys.isEmpty {
      keys = scope.visibleIndices.map { index in
        item(scope.columns[index].name, scope.reference(index, stage.span), stage.span)
      }
      guard areComparable(keys) else { return false }
    } else {
      guard let found = groupKeys(stage), areUnique(found) else { return false }
      keys = found
    }
    stages.append(.group(keys: keys.map(\.projection), aggregates: []))
    scope.columns = keys.map(\.column)
    scope.isConnected = false
    return true
  }

  mutating func sample(_ stage: StageSyntax) -> Bool {
    guard let syntax = stage.expression,
      let (value, type) = checker.constantValue(syntax, rows, "the amount of `sample`")
    else { return false }
    let amount: SampleAmount
    switch value {
    case .int(let count):
      guard count >= 0, let exact = Int(exactly: count) else {
        checker.report(SemanticError.negativeCount(syntax.span, "sample"))
        return false
      }
      amount = .rows(exact)
    case .float(let share) where type.base.unit == Unit.none:
      guard share >= 0, share <= 1 else {
        checker.report(SemanticError.sampleShare(syntax.span))
        return false
      }
      amount = .share(share)
    default:
      checker.report(
        SemanticError.typeMismatch(
          syntax.span, found: type, wanted: .int, because: nil, what: "the amount of `sample`"))
      return false
    }
    stages.append(.sample(amount, by: scope.visibleIndices))
    return true
  }
}
