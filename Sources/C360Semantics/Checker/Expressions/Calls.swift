import C360Diagnostics
import C360Syntax

extension Checker {
  /// Any call; `windows` are the clauses behind it.
  func call(
    _ syntax: CallSyntax, windows: [WindowSyntax], span: Span, _ scope: Scope
  ) -> Expression? {
    guard let callee = syntax.callee else { return nil }
    let name = callee.dotted
    if let window = scope.window {
      if let function = Catalogue.windowFunctionsByName[name] {
        return windowCall(function, syntax, windows: windows, span, window, scope)
      }
      if let aggregation = Catalogue.aggregatesByName[name] {
        return windowAggregate(aggregation, syntax, windows: windows, span, window, scope)
      }
    }
    if let aggregation = Catalogue.aggregatesByName[name] {
      return aggregateCall(aggregation, syntax, windows: windows, span: span, scope)
    }
    if Catalogue.laterFunctions.contains(name) {
      report(SemanticError.notInThisVersion(callee.span, "`\(name)`"))
      return nil
    }
    if Catalogue.windowFunctionsByName[name] != nil, !isDeclared(name, scope) {
      report(SemanticError.outsideWindow(callee.span, name))
      return nil
    }
    let isKnown = Catalogue.functionsByName[name] != nil || isDeclared(name, scope)
    if let clause = windows.first, isKnown {
      report(SemanticError.windowOnFunction(clause.span, name, callee: callee.span))
      return nil
    }
    switch name {
    case "arm" where !isDeclared(name, scope): return arm(syntax, scope)
    case "consent": return consent(syntax, scope)
    case "coverage": return coverage(syntax, scope)
    case "confidence": return confidence(syntax, scope)
    case "declassify": return declassify(syntax, scope)
    case "linear": return model(syntax, isLogistic: false, scope)
    case "logistic": return model(syntax, isLogistic: true, scope)
    case "xgboost": return importedModel(syntax, .xgboost, scope)
    case "onnx": return importedModel(syntax, .onnx, scope)
    case "lightgbm": return importedModel(syntax, .lightgbm, scope)
    case "zeros": return zeros(syntax, scope)
    default: break
    }
    if let function = Catalogue.functionsByName[name], function.builtin != nil {
      return builtinCall(function, syntax, scope)
    }
    if let declaration = declaration(named: name, scope) {
      guard case .function = declaration.kind else {
        report(
          SemanticError.notAFunction(
            callee.span, name, noun: declaration.noun, declared: declaration.nameSpan))
        return nil
      }
      return functionCall(declaration, syntax, scope)
    }
    if !poisonedNames.contains(name) {
      var known = Array(Catalogue.functionsByName.keys) + Array(Catalogue.aggregatesByName.keys)
      known += declarations.compactMap { if case .function = $0.kind { $0.name } else { nil } }
      report(SemanticError.unknownFunction(callee.span, name, known: known))
    }
    return nil
  }

  private func isDeclared(_ name: String, _ scope: Scope) -> Bool {
    declaration(named: name, scope) != nil
  }

  // MARK: Built-in functions

  private func builtinCall(
    _ function: Catalogue.Function, _ syntax: CallSyntax, _ scope: Scope
  ) -> Expression? {
    guard let builtin = function.builtin else { return nil }
    var arguments: [Expression] = []
    var isComplete = true
    for argument in syntax.arguments {
      guard argument.label == nil, argument.filter == nil, let value = argument.value else {
        report(SemanticError.badArgument(argument.span, function.name))
        return nil
      }
      if let typed = expression(value, scope) {
        arguments.append(typed)
      } else {
        isComplete = false
      }
    }
    guard isComplete else { return nil }
    let counts = function.overloads.map(\.arguments.count)
    let fits =
      function.isVariadic
      ? arguments.count >= (counts.min() ?? 0) : counts.contains(arguments.count)
    guard fits else {
      report(
        SemanticError.argumentCount(
          syntax.span, function.name, wanted: counts.min() ?? 0, found: arguments.count,
          declared: nil))
      return nil
    }
    if let call = collectionCall(builtin, arguments, syntax.span) { return call }
    for overload in function.overloads {
      if let call = apply(overload, of: function, builtin, arguments, syntax.span) { return call }
    }
    report(SemanticError.noOverload(syntax.span, function, arguments))
    return nil
  }

  private func apply(
    _ overload: Overload, of function: Catalogue.Function, _ builtin: Builtin,
    _ arguments: [Expression], _ span: Span
  ) -> Expression? {
    guard let fitted = fit(arguments, to: overload) else { return nil }
    let first = fitted[0].type.base
    let base: Type.Base
    switch overload.result {
    case .exactly(let wanted): base = wanted
    case .likeFirst: base = first
    case .rootOfFirst:
      guard let unit = first.unit, unit.exponents.values.allSatisfy({ $0 % 2 == 0 }) else {
        return nil
      }
      base = .float(Unit(exponents: unit.exponents.mapValues { $0 / 2 }))
    }
    let isOptional =
      switch function.nulls {
      case .propagates: fitted.contains { $0.type.isOptional }
      case .skips: fitted.allSatisfy { $0.type.isOptional }
      case .total: false
      }
    return make(.call(builtin, fitted), Type(base, optional: isOptional), span, over: fitted)
  }

  /// Arguments as an overload wants them: ints widen where only floats are taken, and all of
  /// pattern `ordered` get one type.
  private func fit(_ arguments: [Expression], to overload: Overload) -> [Expression]? {
    var fitted: [Expression] = []
    for (index, argument) in arguments.enumerated() {
      let pattern = overload.arguments[min(index, overload.arguments.count - 1)]
      if pattern.matches(argument.type.base) {
        fitted.append(argument)
      } else if argument.type.base == .int, pattern.matches(.float(.none)) {
        fitted.append(argument.widened)
      } else if argument.type.base == .null, case .ordered = pattern {
        fitted.append(argument)
      } else {
        return nil
      }
    }
    guard case .ordered? = overload.arguments.first else { return fitted }
    guard var common = fitted.first else { return nil }
    for argument in fitted.dropFirst() {
      guard let (left, _) = unify(common, argument) else { return nil }
      common = left.type.base == common.type.base ? common : left
    }
    return fitted.reduce(into: [Expression]?([])) { result, argument in
      guard let pair = unify(common, argument) else {
        result = nil
        return
      }
      result?.append(pair.1)
    }
  }

  // MARK: Functions of the script

  private func functionCall(
    _ declaration: Declaration, _ syntax: CallSyntax, _ scope: Scope
  ) -> Expression? {
    guard let info = function(declaration) else { return nil }
    guard
      let arguments = match(
        syntax.arguments, to: info.parameters.map(\.name), callee: declaration.name,
        at: syntax.span, declared: declaration.nameSpan)
    else { return nil }
    var bindings: [String: Binding] = [:]
    var isComplete = true
    for (parameter, argument) in zip(info.parameters, arguments) {
      guard let typed = expression(argument, scope),
        let fitted = coerce(
          typed, to: parameter.type,
          because: LabeledSpan(
            declaration.nameSpan, "`\(parameter.name)` is `\(parameter.type)` here"))
      else {
        isComplete = false
        continue
      }
      bindings[parameter.name] = .value(fitted)
    }
    guard isComplete else { return nil }
    substitutions += 1
    guard substitutions <= Limits.substitutions else {
      reportLimit(SemanticError.tooManyCalls(syntax.span, declaration.name))
      return nil
    }
    let site = LabeledSpan(syntax.span, "called here")
    let inner = Environment(
      module: declaration.environment.module, bindings: bindings,
      prefix: declaration.environment.prefix, sites: [site] + sites)
    let body = visiting(inner.sites, mask: currentMask) {
      expression(info.body, Scope(.function, for: scope.use, mask: scope.mask, in: inner))
        .flatMap { coerce($0, to: info.result) }
    }
    guard let body else { return nil }
    guard ExpressionWalk.height(body, atMost: Limits.expressionHeight) != nil else {
      reportLimit(SemanticError.tooManyCalls(syntax.span, declaration.name))
      return nil
    }
    // Errors of the run point at the call.
    return Expression(body.kind, type: body.type, span: syntax.span, facts: body.facts)
  }
}
