import C360Diagnostics
import C360Syntax

extension Checker {
  /// `expect orders.amount >= 0 USD`: of every row of the one table that it names.
  func checkExpect(_ syntax: ExpectSyntax, _ environment: Environment) {
    guard let body = syntax.condition else { return }
    var found: (declaration: Declaration, span: Span)?
    var isSilenced = false
    for reference in Self.references(in: body.node) {
      guard let name = reference.name, let first = name.components.first else { continue }
      if poisonedNames.contains(first) { isSilenced = true }
      guard name.components.count > 1, let declaration = namespace[first],
        declaration.isSource
      else { continue }
      if let other = found, other.declaration !== declaration {
        report(
          SemanticError.expectTwoTables(
            name.span, first, other.declaration.name, at: other.span))
        return
      }
      found = (declaration, name.span)
    }
    guard let declaration = found?.declaration else {
      if !isSilenced { report(SemanticError.expectWithoutTable(body.span)) }
      return
    }
    let use = Scope.Use(.expect, "`expect`")
    let rows: (Expectation.Rows, Scope)?
    switch declaration.kind {
    case .table:
      rows = table(declaration).map {
        (.table($0.id), Scope(.table($0), for: use, in: environment))
      }
    case .exposure:
      rows = exposure(declaration).map {
        (.exposure($0.id), Scope(.exposureRow($0), for: use, in: environment))
      }
    default:
      report(
        SemanticError.wrongKind(
          body.span, declaration.name, noun: declaration.noun, wanted: "a table or an exposure",
          declared: declaration.nameSpan))
      return
    }
    guard let (kind, scope) = rows,
      let condition = totalCondition(
        body, scope, gate: "`expect`", label: "the condition of `expect`")
    else { return }
    program.expectations.append(
      Expectation(
        rows: kind, condition: condition, because: syntax.because?.text?.textValue,
        span: syntax.span))
  }
}
