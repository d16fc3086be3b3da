import C360Diagnostics
import C360Syntax

extension Checker {
  /// An objective, its terms checked without a mask; a policy checks them again under its own.
  func objective(_ declaration: Declaration) -> ObjectiveInfo? {
    switch declaration.resolution {
    case .objective(let info): return info
    case .unresolved: break
    default: return nil
    }
    guard case .objective(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let info = visiting(declaration.environment.sites, mask: nil) {
      checkObjective(syntax, declaration)
    }
    declaration.resolution = info.map { .objective($0) } ?? .failed
    return info
  }

  private func checkObjective(
    _ syntax: ObjectiveSyntax, _ declaration: Declaration
  ) -> ObjectiveInfo? {
    var actions: TableInfo?
    if let name = syntax.actions {
      guard let found = actionsTable(name) else { return nil }
      actions = found
    }
    guard !syntax.terms.isEmpty else {
      report(SemanticError.emptyObjective(declaration.nameSpan, declaration.name))
      return nil
    }
    var terms: [ObjectiveInfo.Term] = []
    var values: [Expression] = []
    var names: [String] = []
    for term in syntax.terms {
      names.append(term.name?.identifierText ?? "")
      guard let token = term.name else { continue }
      let name = token.identifierText
      if let first = terms.first(where: { $0.name == name }) {
        report(SemanticError.duplicateItem(token.span, name, noun: "term", first: first.span))
        continue
      }
      let value = termValue(term, name, declaration, actions: actions, exposure: nil, mask: nil)
      let weight = weight(term, declaration.environment)
      guard let value, let weight else { continue }
      terms.append(
        ObjectiveInfo.Term(
          name: name, syntax: term,
          weight: term.direction?.text == "minimize" ? -weight : weight,
          because: term.because?.text?.textValue, span: token.span))
      values.append(value)
    }
    let info = ObjectiveInfo(
      declaration: declaration, actions: actions, terms: terms, names: names)
    if info.isComplete { warnOfWeights(terms, values, declaration) }
    return info
  }

  /// The value of a term: a total number, at a decision or for each of its actions.
  func termValue(
    _ term: TermSyntax, _ name: String, _ declaration: Declaration, actions: TableInfo?,
    exposure: ExposureInfo?, mask: MaskInfo?
  ) -> Expression? {
    guard let body = term.value else { return nil }
    let use = Scope.Use(.term, "term `\(name)`", owner: "\(declaration.name).\(name)")
    let scope = Scope(
      .decision(exposure), for: use, actions: actions, mask: mask, in: declaration.environment)
    return visiting(declaration.environment.sites, mask: mask) { () -> Expression? in
      guard let value = expression(body, scope) else { return nil }
      guard value.type.base.isNumber else {
        report(SemanticError.termType(value.span, value.type, name))
        return nil
      }
      guard !value.type.isOptional else {
        let way = nullPath(from: value)
        report(
          SemanticError.nullableTerm(
            way.first ?? LabeledSpan(value.span, "`\(value.type)`"), name,
            path: Array(way.dropFirst())))
        return nil
      }
      return value.widened
    }
  }

  private func weight(_ term: TermSyntax, _ environment: Environment) -> Double? {
    guard let syntax = term.weight else { return 1 }
    let scope = Scope(.constant, for: Scope.Use(.constant, "a weight"), in: environment)
    guard let (value, type) = constantValue(syntax, scope, "a weight") else { return nil }
    switch value {
    case .int(let number): return Double(number)
    case .float(let number) where type.base.unit == Unit.none && number.isFinite: return number
    default:
      report(SemanticError.weightType(syntax.span, type))
      return nil
    }
  }

  // MARK: Weights that do nothing

  private func warnOfWeights(
    _ terms: [ObjectiveInfo.Term], _ values: [Expression], _ declaration: Declaration
  ) {
    if terms.allSatisfy({ $0.weight == 0 }) {
      report(SemanticWarning.zeroWeights(declaration.nameSpan, declaration.name))
      return
    }
    let text = CanonicalText(program)
    var byValue: [String: Int] = [:]
    for (index, value) in values.enumerated() {
      let key = text.expression(value)
      guard let other = byValue[key] else {
        byValue[key] = index
        continue
      }
      if terms[index].weight == -terms[other].weight {
        report(
          SemanticWarning.weightsCancel(
            terms[index].span, terms[index].name, terms[other].name, at: terms[other].span))
      }
    }
  }
}
