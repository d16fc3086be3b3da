import C360Diagnostics
import C360Syntax

extension Checker {
  /// Gives every declaration its place in the one namespace, then expands templates.
  func collectDeclarations() {
    var applies: [(ApplySyntax, Environment)] = []
    for module in modules {
      let environment = Environment(module: module)
      for declaration in module.tree.root.declarations {
        if case .template(let template) = declaration {
          declare(template, in: module)
        } else {
          declare(declaration, in: environment, applies: &applies)
        }
      }
    }
    for (apply, environment) in applies { expand(apply, in: environment, nesting: []) }
  }

  private func declare(_ template: TemplateSyntax, in module: Module) {
    guard let token = template.name else { return }
    let name = token.identifierText
    if let first = templates[name] {
      report(SemanticError.duplicate(token.span, name, noun: "a template", first: first.nameSpan))
      return
    }
    templates[name] = Template(syntax: template, nameSpan: token.span, module: module)
  }

  /// Registers one declaration; applies are only gathered, since their arguments need the others.
  func declare(
    _ syntax: DeclarationSyntax, in environment: Environment,
    applies: inout [(ApplySyntax, Environment)]
  ) {
    switch syntax {
    case .param(let view): declare(view.name, .param(view), environment)
    case .function(let view): declare(view.name, .function(view), environment)
    case .entity(let view): declare(view.name, .entity(view), environment)
    case .table(let view): declare(view.name, .table(view), environment)
    case .exposure(let view): declare(view.name, .exposure(view), environment)
    case .feature(let view): declare(view.name, .feature(view), environment)
    case .score(let view): declare(view.name, .score(view), environment)
    case .mask(let view): declare(view.name, .mask(view), environment)
    case .objective(let view): declare(view.name, .objective(view), environment)
    case .constraint(let view): declare(view.name, .constraint(view), environment)
    case .policy(let view): declare(view.name, .policy(view), environment)
    case .experiment(let view): declare(view.name, .experiment(view), environment)
    case .arbitrate(let view): declare(view.name, .arbitrate(view), environment)
    case .output(let view):
      declare(view.name, .output(view), environment)
      unnamed.append((syntax, environment))
    case .view(let view): declare(view.name, .view(view), environment)
    case .show, .expect: unnamed.append((syntax, environment))
    case .apply(let view):
      if let alias = view.alias { declareAlias(alias, environment) }
      applies.append((view, environment))
    case .malformed(let node):
      if let name = node.nameGuess { poisonedNames.insert(name) }
    case .edition, .module, .timezone, .use, .template: break
    }
  }

  private func declare(
    _ token: SyntaxToken?, _ kind: Declaration.Kind, _ environment: Environment
  ) {
    guard let token else { return }
    let local = token.identifierText
    let name = environment.prefix.map { "\($0).\(local)" } ?? local
    let declaration = Declaration(
      name: name, nameSpan: token.span, kind: kind, environment: environment)
    guard isFree(name, token.span, noun: declaration.noun) else { return }
    if case .function = kind, Catalogue.isBuiltIn(local) {
      report(SemanticError.shadowsBuiltin(token.span, local))
      return
    }
    namespace[name] = declaration
    declarations.append(declaration)
    if case .entity = kind { program.entities.append(name) }
    if case .exposure(let exposure) = kind { noteOutcomes(of: exposure, declaration) }
  }

  private func noteOutcomes(of exposure: ExposureSyntax, _ declaration: Declaration) {
    for case .outcome(let outcome) in exposure.items {
      guard let name = outcome.name else { continue }
      outcomeOwners[name.identifierText, default: []].append(declaration)
    }
  }

  private func declareAlias(_ token: SyntaxToken, _ environment: Environment) {
    let name = environment.qualified(token.identifierText)
    guard isFree(name, token.span, noun: "an apply") else { return }
    aliases[name] = token.span
  }

  private func isFree(_ name: String, _ span: Span, noun: String) -> Bool {
    guard let first = namespace[name]?.nameSpan ?? aliases[name] else { return true }
    report(SemanticError.duplicate(span, name, noun: noun, first: first))
    return false
  }
}

extension SyntaxNode {
  /// The name that something which did not parse would have declared: the token after its keyword.
  fileprivate var nameGuess: String? {
    if let token = token(.name) { return token.identifierText }
    guard let first = firstToken, let last = lastToken, first.index < last.index else { return nil }
    let second = tree.tokens[first.index + 1]
    return second.kind == .identifier ? tree.source.text(second.range) : nil
  }
}

extension Environment {
  func qualified(_ name: String) -> String { prefix.map { "\($0).\(name)" } ?? name }
}

extension Catalogue {
  /// Whether a script cannot have a function of this name; it may have its own `arm`.
  static func isBuiltIn(_ name: String) -> Bool {
    if name == "arm" { return false }
    return functionsByName[name] != nil || aggregatesByName[name] != nil
      || laterFunctions.contains(name)
  }
}
