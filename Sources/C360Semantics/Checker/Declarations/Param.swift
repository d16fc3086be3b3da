import C360Diagnostics
import C360Syntax

extension Checker {
  func parameter(_ declaration: Declaration) -> ParameterID? {
    switch declaration.resolution {
    case .parameter(let id): return id
    case .unresolved: break
    case .inProgress:
      report(SemanticError.cycle(declaration.nameSpan, declaration.name))
      return nil
    default: return nil
    }
    guard case .param(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let id = visiting(declaration.environment.sites, mask: nil) {
      checkParameter(syntax, declaration)
    }
    declaration.resolution = id.map { .parameter($0) } ?? .failed
    return id
  }

  private func checkParameter(
    _ syntax: ParamSyntax, _ declaration: Declaration
  ) -> ParameterID? {
    guard let written = syntax.type, let type = type(written), let valueSyntax = syntax.value
    else { return nil }
    let use = Scope.Use(.constant, "param `\(declaration.name)`")
    let scope = Scope(.constant, for: use, in: declaration.environment)
    guard let typed = expression(valueSyntax, scope),
      let fitted = coerce(
        typed, to: type, because: LabeledSpan(written.span, "the param has this type"))
    else { return nil }
    guard let declared = constant(fitted) else {
      report(SemanticError.notConstant(valueSyntax.span, "the value of a param"))
      return nil
    }
    let domain = syntax.domain.map { self.domain($0, type: type, scope) }
    if case .some(nil) = domain { return nil }
    if let domain = domain ?? nil, !domain.contains(declared) {
      report(
        SemanticError.outsideDomain(
          valueSyntax.span, declaration.name, domain: domain.words, at: syntax.domain?.span))
      return nil
    }
    var value = declared
    if let text = options.parameters[declaration.name] {
      guard let set = setting(text, type, declaration) else { return nil }
      if let domain = domain ?? nil, !domain.contains(set) {
        report(
          SemanticError.settingOutsideDomain(
            declaration.name, text, domain: domain.words, at: syntax.domain?.span))
        return nil
      }
      value = set
    }
    let id = ParameterID(program.parameters.count)
    program.parameters.append(
      Parameter(
        name: declaration.name, type: type, value: value,
        because: syntax.because?.text?.textValue, span: declaration.nameSpan))
    return id
  }

  private func setting(_ text: String, _ type: Type, _ declaration: Declaration) -> Value? {
    guard let value = SettingParser(clock: declaration.environment.module.clock).value(text, type)
    else {
      report(SemanticError.badSetting(declaration.name, text, type, at: declaration.nameSpan))
      return nil
    }
    return value
  }

  /// `--set` of names that are no params.
  func checkParameterSettings() {
    let known = declarations.compactMap { if case .param = $0.kind { $0.name } else { nil } }
    for name in options.parameters.keys.sorted() where !known.contains(name) {
      report(SemanticError.unknownSetting(name, known: known))
    }
  }

  // MARK: Domains

  private func domain(_ syntax: ExpressionSyntax, type: Type, _ scope: Scope) -> ParameterDomain? {
    func value(_ part: ExpressionSyntax) -> Value? {
      guard let typed = expression(part, scope),
        let fitted = coerce(
          typed, to: type.nonOptional,
          because: LabeledSpan(syntax.span, "the domain of a param of type `\(type)`"))
      else { return nil }
      guard let value = constant(fitted) else {
        report(SemanticError.notConstant(part.span, "a domain"))
        return nil
      }
      return value
    }
    switch unwrapped(syntax) {
    case .range(let range):
      guard type.base.isOrdered else {
        report(SemanticError.rangeOfUnordered(syntax.span, type))
        return nil
      }
      guard let lower = range.lower.flatMap(value), let upper = range.upper.flatMap(value) else {
        return nil
      }
      if ParameterDomain.precedes(upper, lower) {
        report(SemanticError.emptyRange(syntax.span))
        return nil
      }
      return ParameterDomain(kind: .range(lower, upper), words: syntax.span.text)
    case .list(let list):
      var values: [Value] = []
      for element in list.elements {
        guard let value = value(element) else { return nil }
        values.append(value)
      }
      return ParameterDomain(kind: .list(values), words: syntax.span.text)
    default:
      report(SemanticError.notACollection(syntax.span))
      return nil
    }
  }
}

/// The values that a param may take.
struct ParameterDomain {
  enum Kind {
    /// Closed; half-open for times.
    case range(Value, Value)
    case list([Value])
  }
  let kind: Kind
  let words: String

  func contains(_ value: Value) -> Bool {
    if value == .null { return true }
    switch kind {
    case .list(let values): return values.contains(value)
    case .range(let lower, let upper):
      if case .time = value {
        return !Self.precedes(value, lower) && Self.precedes(value, upper)
      }
      if case .float(let number) = value, number.isNaN { return false }
      return !Self.precedes(value, lower) && !Self.precedes(upper, value)
    }
  }

  static func precedes(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.int(let a), .int(let b)), (.time(let a), .time(let b)), (.date(let a), .date(let b)),
      (.duration(let a), .duration(let b)):
      a < b
    case (.float(let a), .float(let b)): a < b
    case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    default: false
    }
  }
}
