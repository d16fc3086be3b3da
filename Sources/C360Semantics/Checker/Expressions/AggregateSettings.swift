import C360Diagnostics
import C360Syntax

extension Checker {
  /// What an aggregate is told besides its values; nil when it was complained of.
  func setting(
    _ syntax: ExpressionSyntax, _ aggregation: Catalogue.Aggregation, _ scope: Scope
  ) -> AggregateSetting? {
    switch aggregation.parameter {
    case .position:
      guard let number = integer(syntax, scope, "the position of `nth`"), number != 0,
        let exact = Int(exactly: number)
      else {
        report(SemanticError.badPosition(syntax.span))
        return nil
      }
      return .position(exact)
    case .probability:
      guard let p = number(syntax, scope, "which quantile") else { return nil }
      guard (0...1).contains(p) else {
        report(SemanticError.badProbability(syntax.span))
        return nil
      }
      return .quantile(billionths: Int64((p * 1e9).rounded()))
    // Where a half-life has no place, the length is read all the same, and then refused.
    case .halfLife, .none:
      guard let length = duration(syntax, scope, "a half-life") else { return nil }
      guard length > 0 else {
        report(SemanticError.notPositive(syntax.span, "a half-life"))
        return nil
      }
      return .halfLife(length)
    case .alpha:
      guard let alpha = number(syntax, scope, "`alpha`") else { return nil }
      guard alpha > 0, alpha <= 1 else {
        report(SemanticError.badAlpha(syntax.span))
        return nil
      }
      return .smoothing(alpha)
    case .limit:
      guard let count = integer(syntax, scope, "how many values") else { return nil }
      guard (1...1000).contains(count) else {
        report(SemanticError.badLimit(syntax.span, aggregation))
        return nil
      }
      return .limit(Int(count))
    case .bounds:
      guard let (value, _) = constantValue(syntax, scope, "the bounds of a histogram") else {
        return nil
      }
      guard let bounds = Self.bounds(value) else {
        report(SemanticError.badBounds(syntax.span))
        return nil
      }
      return .bounds(bounds)
    case .fold: return nil
    }
  }

  /// `from:` and `step:`; false when something was complained of. In the step `acc` is the value so
  /// far; a column of that name is read by its full name.
  func fold(
    _ written: [String: ExpressionSyntax], _ syntax: CallSyntax, _ scope: Scope,
    into parts: inout AggregateParts
  ) -> Bool {
    guard let start = written["from"], let body = written["step"] else {
      report(SemanticError.incompleteFold(syntax.span))
      return false
    }
    guard let (value, type) = constantValue(start, scope, "what a `fold` starts from") else {
      return false
    }
    guard type.base.isNumber else {
      report(SemanticError.badFold(start.span, "`\(type)`"))
      return false
    }
    var bindings = scope.environment.bindings
    bindings["acc"] = .value(
      Expression(
        .accumulator, type: Type(type.base), span: start.span,
        facts: Facts(phase: .constant, grain: Grain(.constant))))
    let environment = Environment(
      module: scope.environment.module, bindings: bindings, prefix: scope.environment.prefix,
      sites: scope.environment.sites)
    guard let step = expression(body, scope.with(environment: environment)) else { return false }
    if step.facts.grain.actions != nil {
      report(SemanticError.actionInArgument(step.span, "fold"))
      return false
    }
    if let part = Self.wideBesideAccumulator(step) {
      report(SemanticError.wideFold(part.span, "`\(part.type)`"))
      return false
    }
    guard
      let fitted = coerce(
        step, to: Type(type.base, optional: true),
        because: LabeledSpan(start.span, "the fold starts from `\(type)`"))
    else { return false }
    parts.argument = fitted
    parts.setting = .fold(from: value)
    return true
  }

  /// A vector or a list in an operation together with the value so far.
  private static func wideBesideAccumulator(_ step: Expression) -> Expression? {
    func holds(_ part: Expression) -> Bool {
      ExpressionWalk.contains(part) { if case .accumulator = $0.kind { true } else { false } }
    }
    guard holds(step) else { return nil }
    let children = ExpressionWalk.children(step)
    for child in children {
      switch child.type.base {
      case .vector, .list: return child
      default: break
      }
    }
    return children.lazy.compactMap { wideBesideAccumulator($0) }.first
  }

  /// Whether the bounds of a histogram can be compared with its values, as `<` compares them.
  func fits(
    boundsOf syntax: CallSyntax, _ argument: Expression?, _ aggregation: Catalogue.Aggregation,
    _ scope: Scope
  ) -> Bool {
    guard case .bounds = aggregation.parameter, let values = argument?.type.base,
      let written = syntax.arguments.first(where: { $0.label?.text == "bounds" })?.value,
      let (_, type) = constantValue(written, scope, "the bounds of a histogram"),
      case .list(let element) = type.base
    else { return true }
    if element == values || (element.unit ?? .none, values.unit ?? .none) == (.none, .none),
      (element == .duration) == (values == .duration)
    {
      return true
    }
    report(SemanticError.boundsOfOtherType(written.span, type, values: Type(values)))
    return false
  }

  /// Finite numbers, or lengths, that ascend; nil for all else.
  private static func bounds(_ value: Value) -> [Value]? {
    guard case .list(let values) = value, (1...1000).contains(values.count) else { return nil }
    func ascends(_ left: Value, _ right: Value) -> Bool {
      switch (left, right) {
      case (.int(let a), .int(let b)), (.duration(let a), .duration(let b)): a < b
      case (.float(let a), .float(let b)): a < b && a.isFinite && b.isFinite
      default: false
      }
    }
    switch values[0] {
    case .int, .duration: break
    case .float(let first) where first.isFinite: break
    default: return nil
    }
    return zip(values, values.dropFirst()).allSatisfy(ascends) ? values : nil
  }

  /// Whether an aggregate was told what it has to be told, and nothing else.
  func isTold(
    _ setting: AggregateSetting, _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax
  ) -> Bool {
    let name = aggregation.function.rawValue
    switch (aggregation.parameter, setting) {
    case (.halfLife, .none):
      report(SemanticError.halfLife(syntax.span, name, isNeeded: true))
    case (.none, .halfLife), (.position, .halfLife), (.probability, .halfLife), (.limit, .halfLife):
      report(SemanticError.halfLife(syntax.span, name, isNeeded: false))
    case (.bounds, .none): report(SemanticError.badBounds(syntax.span))
    case (.alpha, .none): report(SemanticError.noAlpha(syntax.span))
    default: return true
    }
    return false
  }
}
