import C360Diagnostics

extension Checker {
  /// Law 4: every label that reaches a rule, a term or the choice of a policy needs a permit there.
  func checkLabels(
    of expression: Expression, entering name: String, noun: String,
    permits: [String: [String]], policy: Span
  ) {
    for label in expression.facts.labels.sorted() {
      if let places = permits[label], places.isEmpty || places.contains(name) { continue }
      let way = path(from: expression, words: Self.labelWords(label)) {
        $0.facts.labels.contains(label)
      }
      report(
        SemanticError.unpermittedLabel(
          way.first?.span ?? expression.span, label, noun: noun, entering: name,
          path: Array(way.dropFirst()), policy: policy, isPermittedElsewhere: permits[label] != nil)
      )
    }
  }

  private static func labelWords(_ label: String) -> (Expression, Program) -> String {
    return { expression, program in
      switch expression.kind {
      case .feature(let id): "`\(program[id].name)` carries `\(label)`"
      case .score(let id): "`\(program[id].name)` carries `\(label)`"
      case .profileColumn(let table, let column), .tableColumn(let table, let column),
        .actionColumn(let table, let column):
        "reads `\(program[table].name).\(program[table].columns[column].name)`"
      case .exposureColumn(let exposure, let column):
        "reads `\(program[exposure].name).\(program[exposure].columns[column].name)`"
      default: "carries `\(label)`"
      }
    }
  }
}
