import C360Diagnostics
import C360Models
import C360Syntax

extension Checker {
  /// `xgboost("file", [inputs], class: 2, raw: true)`, `lightgbm(…)`: a sum of the model, and what its
  /// maker makes of it.
  func importedModel(_ syntax: CallSyntax, _ format: Model.Format, _ scope: Scope) -> Expression? {
    guard let call = modelCall(syntax, format, scope) else { return nil }
    guard let model = model(call.path, format, scope) else { return nil }
    guard let index = output(of: model, call, syntax.span) else { return nil }
    let given = call.inputs.flatMap { listedInputs($0, format.rawValue, scope) }
    if call.inputs != nil, given == nil { return nil }
    guard let inputs = boundInputs(of: model, given, at: call.path.span, scope) else { return nil }
    guard let facts = joined(inputs) else { return nil }
    func sum(_ index: Int) -> Expression? {
      let output = model.outputs[index]
      if model.format == .onnx, case .linear(let weights) = output.form {
        return linearSum(weights, output.start, inputs, syntax.span)
      }
      return Expression(
        .model(ModelSum(model, output: index), output.used.map { inputs[$0] }), type: .float,
        span: syntax.span, facts: facts)
    }
    return call.isRaw ? sum(index) : linked(model, index, sum, syntax.span)
  }

  private struct ModelCall {
    let path: SyntaxToken
    var inputs: ExpressionSyntax?
    var output: (index: Int64, span: Span)?
    var isRaw = false
  }

  /// The parts of the call, by their form.
  private func modelCall(
    _ syntax: CallSyntax, _ format: Model.Format, _ scope: Scope
  ) -> ModelCall? {
    let arguments = syntax.arguments
    guard scope.use.mayReadScores, case .literal(let literal)? = arguments.first?.value,
      let path = literal.token, path.kind == .text, arguments[0].label == nil,
      arguments.allSatisfy({ $0.filter == nil && $0.value != nil })
    else { return wrongForm(syntax.span, format) }
    var call = ModelCall(path: path)
    var seen: Set<String> = []
    for argument in arguments.dropFirst() {
      guard let value = argument.value, seen.insert(argument.label?.text ?? "").inserted else {
        return wrongForm(argument.span, format)
      }
      switch argument.label?.text {
      case nil: call.inputs = value
      case "class"?:
        guard let number = integer(value, scope, "`class`") else { return nil }
        call.output = (number, value.span)
      case "raw"?:
        guard let typed = expression(value, scope) else { return nil }
        guard case .bool(let flag)? = constant(typed) else {
          report(SemanticError.notConstant(value.span, "`raw`"))
          return nil
        }
        call.isRaw = flag
      default: return wrongForm(argument.span, format)
      }
    }
    return call
  }

  private func wrongForm(_ span: Span, _ format: Model.Format) -> ModelCall? {
    report(SemanticError.importedModelForm(span, format.rawValue))
    return nil
  }

  /// The model of a file; each file is read once.
  private func model(_ token: SyntaxToken, _ format: Model.Format, _ scope: Scope) -> Model? {
    let path = token.textValue
    let directory = scope.environment.module.directory
    let key = "\(format) \(directory) \(path)"
    if let known = importedModels[key] { return known }
    var model: Model?
    do throws(Diagnostic) {
      let bytes = try resolver.model(path, from: directory)
      do throws(ModelProblem) {
        model = try Model.read(bytes, as: format, digest: resolver.digest(of: bytes))
        if format == .xgboost, model?.hasForeignTexts ?? false {
          report(SemanticWarning.cutCategories(token.span, path))
        }
      } catch {
        report(SemanticError.badImportedModel(token.span, path, error))
      }
    } catch {
      report(SemanticError.unreadableModel(token.span, path, error))
    }
    importedModels[key] = .some(model)
    return model
  }

  private func output(of model: Model, _ call: ModelCall, _ span: Span) -> Int? {
    let count = model.outputs.count
    guard let (number, place) = call.output else {
      if count == 1 { return 0 }
      report(SemanticError.modelClass(span, count: count, isGiven: false))
      return nil
    }
    guard count > 1, let index = Int(exactly: number), (0..<count).contains(index) else {
      report(SemanticError.modelClass(place, count: count, isGiven: true))
      return nil
    }
    return index
  }

  // MARK: Inputs

  private func listedInputs(
    _ syntax: ExpressionSyntax, _ name: String, _ scope: Scope
  ) -> [(name: String, value: Expression)]? {
    guard case .list(let list) = syntax else {
      report(SemanticError.importedModelForm(syntax.span, name))
      return nil
    }
    var inputs: [(name: String, value: Expression)] = []
    var isComplete = true
    for element in list.elements {
      if let value = expression(element, scope) {
        inputs.append((Self.inputName(element), value))
      } else {
        isComplete = false
      }
    }
    return isComplete ? inputs : nil
  }

  /// A value for each input of the file, in its order: by name where it has names, else by place.
  private func boundInputs(
    of model: Model, _ given: [(name: String, value: Expression)]?, at span: Span, _ scope: Scope
  ) -> [Expression]? {
    let names = model.inputs.compactMap(\.name)
    guard names.count == model.inputs.count else {
      guard let given, given.count == model.inputs.count else {
        report(
          SemanticError.modelPlaces(span, wanted: model.inputs.count, found: given?.count))
        return nil
      }
      return fitted(zip(model.inputs, given.map(\.value)))
    }
    var values: [Expression] = []
    var used: Set<String> = []
    var missing: [String] = []
    for name in names {
      if let given {
        // The exact name before one that ends so.
        let found =
          given.first { $0.name == name } ?? given.first { Self.names($0.name, name) }
        guard let found else {
          missing.append(name)
          continue
        }
        used.insert(found.name)
        values.append(found.value)
      } else {
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let found = resolve(path, span, scope) else { return nil }
        values.append(found)
      }
    }
    let extra = (given ?? []).filter { !used.contains($0.name) }
    guard missing.isEmpty, extra.isEmpty else {
      report(SemanticError.modelInputs(span, missing: missing, extra: extra.map(\.name)))
      return nil
    }
    return fitted(zip(model.inputs, values))
  }

  private func fitted(_ pairs: Zip2Sequence<[ModelInput], [Expression]>) -> [Expression]? {
    var values: [Expression] = []
    var isComplete = true
    for (input, value) in pairs {
      if let number = fitted(value, to: input) {
        values.append(number)
      } else {
        isComplete = false
      }
    }
    return isComplete ? values : nil
  }

  /// An input as a float: numbers as they are, categories by their codes.
  private func fitted(_ value: Expression, to input: ModelInput) -> Expression? {
    switch input.kind {
    case .number: return modelInput(value)
    case .category:
      if value.type.base == .int || value.type.base == .bool { return modelInput(value) }
      report(SemanticError.modelCategory(value.span, value.type, wanted: "int", codes: true))
      return nil
    case .texts(let names):
      guard value.type.base == .text else {
        report(SemanticError.modelCategory(value.span, value.type, wanted: "text", codes: false))
        return nil
      }
      return code(of: value, among: names.map { .text($0) })
    case .numbers(let numbers):
      let whole = numbers.compactMap { Int64(exactly: $0) }
      if value.type.base == .int, whole.count == numbers.count {
        return code(of: value, among: whole.map { .int($0) })
      }
      guard case .float(.none) = value.type.base else {
        let wanted = whole.count == numbers.count ? "int" : "float"
        report(SemanticError.modelCategory(value.span, value.type, wanted: wanted, codes: false))
        return nil
      }
      return code(of: value, among: numbers.map { .float($0) })
    }
  }

  /// The place of a value in a list, null when it is not there: each bit of the place is whether the
  /// value is among those that have it.
  private func code(of value: Expression, among categories: [Value]) -> Expression? {
    func isAmong(_ some: [Value]) -> Expression? {
      make(
        .isIn(value, some), Type(.bool, optional: value.type.isOptional), value.span, over: [value])
    }
    var terms: [Expression] = []
    var bit = 1
    while bit < categories.count {
      let some = categories.indices.filter { $0 & bit != 0 }.map { categories[$0] }
      let one = Expression.literal(.float(Double(bit)), .float, span: value.span)
      let zero = Expression.literal(.float(0), .float, span: value.span)
      guard let test = isAmong(some),
        let term = make(.conditional(test, one, zero), .float, value.span, over: [test])
      else { return nil }
      terms.append(term)
      bit *= 2
    }
    let sum =
      terms.isEmpty
      ? Expression.literal(.float(0), .float, span: value.span) : balancedSum(terms, value.span)
    guard let sum, let test = isAmong(categories) else { return nil }
    let none = Expression.literal(.null, Type(.float(.none), optional: true), span: value.span)
    return make(
      .conditional(test, sum, none), Type(.float(.none), optional: true), value.span,
      over: [test, sum])
  }

  // MARK: Links

  private func mean(of sum: Expression, over divisor: Double) -> Expression {
    if divisor == 1 { return sum }
    let number = Expression.literal(.float(divisor), .float, span: sum.span)
    return Expression(
      .call(.divide, [sum, number]), type: sum.type, span: sum.span, facts: sum.facts)
  }

  /// ONNX knows no missing inputs of linear models: null in, null out.
  private func linearSum(
    _ weights: [Double], _ start: Double, _ inputs: [Expression], _ span: Span
  ) -> Expression? {
    let terms = zip(weights, inputs).map { weight, input in
      let factor = Expression.literal(.float(weight), .float, span: span)
      return Expression(
        .call(.multiply, [factor, input]), type: input.type, span: span, facts: input.facts)
    }
    return balancedSum([Expression.literal(.float(start), .float, span: span)] + terms, span)
  }

  /// The prediction of the maker from its sums.
  private func linked(
    _ model: Model, _ index: Int, _ sum: (Int) -> Expression?, _ span: Span
  ) -> Expression? {
    let sums = model.link == .softmax ? Array(model.outputs.indices) : [index]
    let means = sums.compactMap { sum($0).map { mean(of: $0, over: model.divisor) } }
    guard means.count == sums.count else { return nil }
    let own = means[model.link == .softmax ? index : 0]
    func call(_ builtin: Builtin, _ arguments: Expression...) -> Expression {
      Expression(.call(builtin, arguments), type: own.type, span: span, facts: own.facts)
    }
    func number(_ value: Double) -> Expression {
      Expression.literal(.float(value), .float, span: span)
    }
    switch model.link {
    case .identity: return own
    case .exponential: return call(.exp, own)
    case .logistic(let scale):
      return call(.sigmoid, scale == 1 ? own : call(.multiply, number(scale), own))
    case .softmax:
      // exp(xᵢ) / Σ exp(xⱼ) = 1 / Σ exp(xⱼ − xᵢ)
      let terms = model.outputs.indices.map { other in
        other == index ? number(1) : call(.exp, call(.subtract, means[other], own))
      }
      return balancedSum(terms, span).map { call(.divide, number(1), $0) }
    case .hinge:
      let test = Expression(
        .call(.greater, [own, number(0)]), type: .bool, span: span, facts: own.facts)
      return Expression(
        .conditional(test, number(1), number(0)), type: .float, span: span, facts: own.facts)
    case .softplus: return call(.ln, call(.add, number(1), call(.exp, own)))
    case .signedSquare: return call(.multiply, own, call(.abs, own))
    }
  }
}
