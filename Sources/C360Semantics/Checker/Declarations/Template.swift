import C360Diagnostics
import C360Syntax

/// The types that parameters of templates have beside those of values.
enum TemplateParameter {
  case value(Type)
  case events
  /// `column`, `column(number)`, `column(text)`, …
  case column(kind: String?)
  case mask
}

extension Checker {
  /// Declares what `apply t(…) as alias` stands for.
  func expand(_ apply: ApplySyntax, in environment: Environment, nesting: [String]) {
    guard let callee = apply.template, let alias = apply.alias else { return }
    let prefix = environment.qualified(alias.identifierText)
    guard let template = templates[callee.dotted] else {
      failedAliases.insert(prefix)
      if !poisonedNames.contains(callee.dotted) {
        report(
          SemanticError.unknownTemplate(callee.span, callee.dotted, known: templates.keys.sorted()))
      }
      return
    }
    guard !nesting.contains(callee.dotted) else {
      failedAliases.insert(prefix)
      report(SemanticError.templateCycle(callee.span, callee.dotted))
      return
    }
    guard let bindings = bind(template, apply, environment) else {
      failedAliases.insert(prefix)
      return
    }
    guard declarations.count <= Limits.declarations else {
      failedAliases.insert(prefix)
      reportLimit(SemanticError.tooManyDeclarations(callee.span))
      return
    }
    let inner = Environment(
      module: template.module, bindings: bindings, prefix: prefix,
      sites: [LabeledSpan(apply.span, "applied here as `\(prefix)`")] + environment.sites)
    var applies: [(ApplySyntax, Environment)] = []
    for declaration in template.syntax.declarations {
      if case .table(let table) = declaration {
        report(SemanticError.tableInTemplate(table.span))
      } else {
        declare(declaration, in: inner, applies: &applies)
      }
    }
    for (nested, site) in applies {
      expand(nested, in: site, nesting: nesting + [callee.dotted])
    }
  }

  /// What each parameter stands for; nil when the arguments do not fit.
  private func bind(
    _ template: Template, _ apply: ApplySyntax, _ environment: Environment
  ) -> [String: Binding]? {
    let parameters = template.syntax.parameters
    guard
      let arguments = match(
        apply.arguments, to: parameters.map { $0.name?.identifierText ?? "" },
        callee: apply.template?.dotted ?? "", at: apply.span, declared: template.nameSpan)
    else { return nil }
    var bindings: [String: Binding] = [:]
    for (parameter, argument) in zip(parameters, arguments) {
      guard let name = parameter.name?.identifierText, let type = parameter.type else { continue }
      let kind = visiting([], mask: nil) { templateParameter(type) }
      guard let kind else {
        bindings[name] = .invalid
        continue
      }
      bindings[name] = visiting(environment.sites, mask: nil) {
        binding(argument, for: kind, parameter: parameter, environment)
      }
    }
    return bindings
  }

  /// Arguments in the order of the parameters, labelled ones after those without a label.
  func match(
    _ arguments: [ArgumentSyntax], to names: [String], callee: String, at span: Span,
    declared: Span?
  ) -> [ExpressionSyntax]? {
    var placed: [ExpressionSyntax?] = Array(repeating: nil, count: names.count)
    for (position, argument) in arguments.enumerated() {
      guard let value = argument.value, argument.filter == nil else {
        report(SemanticError.badArgument(argument.span, callee))
        return nil
      }
      var index = position
      if let label = argument.label {
        guard let found = names.firstIndex(of: label.identifierText) else {
          report(SemanticError.unknownLabel(label.span, label.identifierText, callee, names))
          return nil
        }
        index = found
      }
      guard index < names.count, placed[index] == nil else {
        report(
          SemanticError.argumentCount(
            span, callee, wanted: names.count, found: arguments.count, declared: declared))
        return nil
      }
      placed[index] = value
    }
    let complete = placed.compactMap { $0 }
    guard complete.count == names.count else {
      report(
        SemanticError.argumentCount(
          span, callee, wanted: names.count, found: arguments.count, declared: declared))
      return nil
    }
    return complete
  }

  private func templateParameter(_ syntax: TypeSyntax) -> TemplateParameter? {
    switch syntax.name?.text {
    case "events": return .events
    case "mask": return .mask
    case "column": return .column(kind: syntax.argument?.text)
    case "constraint", "policy":
      report(SemanticError.notInThisVersion(syntax.span, "a parameter of type \(syntax.span.text)"))
      return nil
    default: return type(syntax).map { .value($0) }
    }
  }

  private func binding(
    _ argument: ExpressionSyntax, for kind: TemplateParameter, parameter: ParameterSyntax,
    _ environment: Environment
  ) -> Binding {
    switch kind {
    case .value(let type):
      let scope = Scope(
        .constant, for: Scope.Use(.constant, "an argument of a template"), in: environment)
      guard let value = expression(argument, scope),
        let fitted = coerce(
          value, to: type, because: LabeledSpan(parameter.span, "the parameter is declared here"))
      else { return .invalid }
      return .value(fitted)
    case .events:
      if let table = eventTable(named: argument, environment) { return .events(table) }
    case .column(let columnKind):
      if let (table, column) = column(named: argument, environment) {
        let type = table.table.columns[column].type
        if Checker.isColumn(type, of: columnKind) { return .column(table, column) }
        report(
          SemanticError.wrongColumnKind(
            argument.span, type, wanted: columnKind ?? "", parameter: parameter.span))
        return .invalid
      }
    case .mask:
      if let name = simpleName(argument), let declaration = namespace[name],
        case .mask = declaration.kind
      {
        return .mask(name)
      }
    }
    if !isSilenced(argument) {
      report(
        SemanticError.wrongTemplateArgument(
          argument.span, wanted: parameter.type?.span.text ?? "", parameter: parameter.span))
    }
    return .invalid
  }

  private static func isColumn(_ type: Type, of kind: String?) -> Bool {
    switch kind {
    case nil: true
    case "number": type.base.isNumber
    case let name?:
      type.base.description == name || (name == "money" && type.base.unit != Unit.none)
    }
  }

  private func simpleName(_ argument: ExpressionSyntax) -> String? {
    guard case .reference(let reference) = argument else { return nil }
    return reference.name?.dotted
  }

  /// Whether the argument names something that has been complained of already.
  private func isSilenced(_ argument: ExpressionSyntax) -> Bool {
    guard let name = simpleName(argument) else { return false }
    let first = name.split(separator: ".").first.map(String.init) ?? name
    if poisonedNames.contains(first) { return true }
    guard let declaration = namespace[first] else { return false }
    if case .failed = declaration.resolution { return true }
    return false
  }

  private func eventTable(
    named argument: ExpressionSyntax, _ environment: Environment
  ) -> TableInfo? {
    guard let name = simpleName(argument) else { return nil }
    if case .events(let table) = environment.bindings[name] { return table }
    guard let declaration = namespace[name], let info = table(declaration), info.isEvents
    else { return nil }
    return info
  }

  private func column(
    named argument: ExpressionSyntax, _ environment: Environment
  ) -> (TableInfo, Int)? {
    guard case .reference(let reference) = argument, let name = reference.name else { return nil }
    let parts = name.components
    if parts.count == 1, case .column(let table, let column) = environment.bindings[parts[0]] {
      return (table, column)
    }
    guard parts.count == 2 else { return nil }
    var info: TableInfo?
    if case .events(let table) = environment.bindings[parts[0]] {
      info = table
    } else if let declaration = namespace[parts[0]] {
      info = table(declaration)
    }
    guard let info, let column = info.columnIndex[parts[1]] else { return nil }
    return (info, column)
  }
}
