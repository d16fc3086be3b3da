import C360Diagnostics
import C360Syntax

extension Checker {
  /// `linear("file", [inputs])`, `logistic(…)`: the arithmetic that the file stands for.
  func model(_ syntax: CallSyntax, isLogistic: Bool, _ scope: Scope) -> Expression? {
    let name = isLogistic ? "logistic" : "linear"
    let arguments = syntax.arguments
    guard scope.use.mayReadScores, let path = arguments.first?.value,
      case .literal(let literal) = path, let token = literal.token, token.kind == .text,
      arguments.count <= 2, arguments.allSatisfy({ $0.label == nil && $0.filter == nil })
    else {
      report(SemanticError.modelForm(syntax.span, name))
      return nil
    }
    var inputs: [(name: String, value: Expression)]?
    if arguments.count == 2, let list = arguments[1].value {
      guard let given = modelInputs(list, name, scope) else { return nil }
      inputs = given
    }
    guard let file = coefficients(token, scope) else { return nil }
    guard let terms = modelTerms(file, inputs, at: token.span, scope) else { return nil }
    let intercept = Expression.literal(.float(file.intercept), .float, span: token.span)
    guard let sum = balancedSum([intercept] + terms, syntax.span) else { return nil }
    guard isLogistic else {
      return Expression(sum.kind, type: sum.type, span: syntax.span, facts: sum.facts)
    }
    return make(.call(.sigmoid, [sum]), sum.type, syntax.span, over: [sum])
  }

  private func coefficients(_ token: SyntaxToken, _ scope: Scope) -> CoefficientFile? {
    let path = token.textValue
    do throws(Diagnostic) {
      let bytes = try resolver.model(path, from: scope.environment.module.directory)
      do throws(CoefficientFile.Problem) {
        return try CoefficientFile(bytes)
      } catch {
        report(SemanticError.badModel(token.span, path, line: error.line, error.message))
      }
    } catch {
      report(SemanticError.unreadableModel(token.span, path, error))
    }
    return nil
  }

  /// Names by which the file's coefficients find the listed inputs.
  private func modelInputs(
    _ syntax: ExpressionSyntax, _ name: String, _ scope: Scope
  ) -> [(name: String, value: Expression)]? {
    guard case .list(let list) = syntax else {
      report(SemanticError.modelForm(syntax.span, name))
      return nil
    }
    var inputs: [(name: String, value: Expression)] = []
    for element in list.elements {
      guard let value = expression(element, scope), let number = modelInput(value) else {
        return nil
      }
      inputs.append((Self.inputName(element), number))
    }
    return inputs
  }

  /// `accounts.age` is the input `accounts.age` or `age`; other expressions go by their text.
  static func inputName(_ syntax: ExpressionSyntax) -> String {
    if case .reference(let reference) = syntax, let name = reference.name { return name.dotted }
    return syntax.span.text
  }

  func modelInput(_ value: Expression) -> Expression? {
    switch value.type.base {
    case .float(.none): return value
    case .int: return value.widened
    case .float, .bool:
      return make(
        .call(.float, [value]), Type(.float(.none), optional: value.type.isOptional), value.span,
        over: [value])
    default:
      report(SemanticError.modelInput(value.span, value.type))
      return nil
    }
  }

  /// Each coefficient times its input.
  private func modelTerms(
    _ file: CoefficientFile, _ inputs: [(name: String, value: Expression)]?, at span: Span,
    _ scope: Scope
  ) -> [Expression]? {
    var terms: [Expression] = []
    var used: Set<String> = []
    var missing: [String] = []
    for (name, weight) in file.coefficients {
      let input: Expression
      if let inputs {
        guard let found = inputs.first(where: { Self.names($0.name, name) }) else {
          missing.append(name)
          continue
        }
        used.insert(found.name)
        input = found.value
      } else {
        guard let found = modelColumn(name, span, scope) else { return nil }
        input = found
      }
      let factor = Expression.literal(.float(weight), .float, span: span)
      guard
        let term = make(
          .call(.multiply, [factor, input]), input.type, span, over: [factor, input])
      else { return nil }
      terms.append(term)
    }
    let extra = (inputs ?? []).filter { !used.contains($0.name) }
    if !missing.isEmpty || !extra.isEmpty {
      report(SemanticError.modelInputs(span, missing: missing, extra: extra.map(\.name)))
      return nil
    }
    return terms
  }

  static func names(_ input: String, _ coefficient: String) -> Bool {
    input == coefficient || input.hasSuffix("." + coefficient)
  }

  /// A feature, param or qualified column of that name.
  private func modelColumn(_ name: String, _ span: Span, _ scope: Scope) -> Expression? {
    let value = resolve(name.split(separator: ".").map(String.init), span, scope)
    return value.flatMap { modelInput($0) }
  }

  /// A balanced tree, so that wide models do not nest deeply.
  func balancedSum(_ terms: [Expression], _ span: Span) -> Expression? {
    guard terms.count > 1 else { return terms.first }
    let middle = terms.count / 2
    guard let left = balancedSum(Array(terms[..<middle]), span),
      let right = balancedSum(Array(terms[middle...]), span)
    else { return nil }
    let type = Type(.float(.none), optional: left.type.isOptional || right.type.isOptional)
    return make(.call(.add, [left, right]), type, span, over: [left, right])
  }
}
