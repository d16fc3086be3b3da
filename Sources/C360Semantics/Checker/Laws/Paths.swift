import C360Diagnostics

extension Checker {
  /// The places that lead from an expression to the innermost part for which `test` holds: through
  /// operands, then through the features, scores and outcomes that are named. The first element is
  /// the first such place in the text of `expression` itself; the declaration of a column ends it.
  func path(
    from expression: Expression, words: (Expression, Program) -> String,
    where test: (Expression) -> Bool
  ) -> [LabeledSpan] {
    var path: [LabeledSpan] = []
    var current = expression
    // Features depend on earlier ones only, so this ends.
    while true {
      let innermost = descend(current, test)
      path.append(LabeledSpan(innermost.span, words(innermost, program)))
      switch innermost.kind {
      case .feature(let id): current = program[id].expression
      case .score(let id): current = program[id].expression
      case .outcome(_, _, let inner): current = inner
      case .profileColumn(let table, let column), .tableColumn(let table, let column),
        .actionColumn(let table, let column):
        path.append(declared(program[table].columns[column]))
        return path
      case .exposureColumn(let exposure, let column):
        path.append(declared(program[exposure].columns[column]))
        return path
      case .conditional(_, _, let otherwise):
        if case .literal(.null) = otherwise.kind, otherwise.span != innermost.span {
          path.append(LabeledSpan(otherwise.span, "null otherwise"))
        }
        return path
      default: return path
      }
      guard test(current) else { return path }
    }
  }

  private func descend(_ expression: Expression, _ test: (Expression) -> Bool) -> Expression {
    if case .outcome = expression.kind { return expression }
    for child in ExpressionWalk.children(expression) where test(child) {
      if case .literal = child.kind { continue }
      return descend(child, test)
    }
    return expression
  }

  private func declared(_ column: Column) -> LabeledSpan {
    let labels = column.labels.map { " @sensitive(\($0))" }.joined()
    return LabeledSpan(column.span, "declared `\(column.type)\(labels)` here")
  }
}
