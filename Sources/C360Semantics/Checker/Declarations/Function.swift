import C360Diagnostics
import C360Syntax

extension Checker {
  /// A function: its body is checked once with parameters of the declared types, then substituted
  /// at every call.
  func function(_ declaration: Declaration) -> FunctionInfo? {
    switch declaration.resolution {
    case .function(let info): return info
    case .unresolved: break
    case .inProgress:
      report(SemanticError.recursion(declaration.nameSpan, declaration.name))
      return nil
    default: return nil
    }
    guard case .function(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let info = visiting(declaration.environment.sites, mask: nil) {
      checkFunction(syntax, declaration)
    }
    declaration.resolution = info.map { .function($0) } ?? .failed
    return info
  }

  private func checkFunction(
    _ syntax: FunctionSyntax, _ declaration: Declaration
  ) -> FunctionInfo? {
    var parameters: [FunctionInfo.Parameter] = []
    var bindings = declaration.environment.bindings
    var isComplete = true
    for parameter in syntax.parameters {
      guard let token = parameter.name, let written = parameter.type else { return nil }
      let name = token.identifierText
      if parameters.contains(where: { $0.name == name }) {
        report(SemanticError.duplicateItem(token.span, name, noun: "parameter", first: nil))
        isComplete = false
      }
      guard let type = type(written) else {
        isComplete = false
        continue
      }
      // Stands for the argument while the body is checked; never in a program.
      let placeholder = Expression(
        .parameter(ParameterID(-1)), type: type, span: token.span, facts: .constant)
      bindings[name] = .value(placeholder)
      parameters.append(FunctionInfo.Parameter(name: name, type: type))
    }
    guard isComplete, let written = syntax.result, let result = type(written),
      let bodySyntax = syntax.body
    else { return nil }
    let environment = Environment(
      module: declaration.environment.module, bindings: bindings,
      prefix: declaration.environment.prefix, sites: declaration.environment.sites)
    let use = Scope.Use(.function, "function `\(declaration.name)`")
    guard let body = expression(bodySyntax, Scope(.function, for: use, in: environment)),
      coerce(body, to: result, because: LabeledSpan(written.span, "the result is declared here"))
        != nil
    else { return nil }
    return FunctionInfo(parameters: parameters, result: result, body: bodySyntax)
  }
}
