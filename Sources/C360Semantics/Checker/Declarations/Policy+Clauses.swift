import C360Diagnostics
import C360Syntax

extension Checker {
  // MARK: choose

  func choiceClause(
    _ clause: ClauseSyntax?, _ declaration: Declaration, _ actions: TableInfo,
    _ exposure: ExposureInfo, _ mask: MaskInfo?, _ terms: [Policy.Term]
  ) -> Policy.Choice? {
    guard let clause, let syntax = clause.expression else { return nil }
    switch unwrapped(syntax) {
    case .reference(let reference) where reference.name?.dotted == "greedy": return .greedy
    case .call(let call) where call.callee?.dotted == "softmax":
      guard let value = onlyArgument(call, label: "temperature") else { break }
      let scope = Scope(
        .constant, for: Scope.Use(.constant, "a temperature"), in: declaration.environment)
      guard let temperature = number(value, scope, "a temperature") else { return nil }
      guard temperature >= 0, temperature.isFinite else {
        report(SemanticError.temperature(value.span))
        return nil
      }
      // The limit of colder and colder choices.
      return temperature == 0 ? .greedy : .softmax(temperature: temperature)
    case .call(let call) where call.callee?.dotted == "threshold":
      guard let value = onlyArgument(call, label: nil) else { break }
      return threshold(value, declaration, actions, exposure, mask, terms)
    default: break
    }
    report(SemanticError.chooseForm(syntax.span))
    return nil
  }

  private func onlyArgument(_ call: CallSyntax, label: String?) -> ExpressionSyntax? {
    guard call.arguments.count == 1, let argument = call.arguments.first,
      argument.label?.text == label, argument.filter == nil
    else { return nil }
    return argument.value
  }

  /// The condition sees the terms of the objective by their names.
  private func threshold(
    _ syntax: ExpressionSyntax, _ declaration: Declaration, _ actions: TableInfo,
    _ exposure: ExposureInfo, _ mask: MaskInfo?, _ terms: [Policy.Term]
  ) -> Policy.Choice? {
    var bindings = declaration.environment.bindings
    for term in terms { bindings[term.name] = .value(term.value) }
    let environment = Environment(
      module: declaration.environment.module, bindings: bindings,
      prefix: declaration.environment.prefix, sites: declaration.environment.sites)
    let use = Scope.Use(
      .threshold, "the threshold of `\(declaration.name)`", owner: "\(declaration.name).threshold")
    let scope = Scope(.decision(exposure), for: use, actions: actions, mask: mask, in: environment)
    let found = visiting(environment.sites, mask: mask) {
      condition(syntax, scope, of: "`threshold`")
    }
    guard let found, isSafe(found, "the threshold", under: mask) else { return nil }
    return .threshold(found)
  }

  // MARK: candidates

  /// `candidates top(200) by match`
  /// - Returns: nil when it makes no sense; `.some(nil)` when there is none.
  func candidatesClause(
    _ clause: ClauseSyntax?, _ declaration: Declaration, _ actions: TableInfo,
    _ exposure: ExposureInfo, _ mask: MaskInfo?
  ) -> Policy.FirstStage?? {
    guard let clause else { return .some(nil) }
    guard let head = clause.expression, let key = clause.key else { return nil }
    guard case .call(let call) = unwrapped(head), call.callee?.dotted == "top",
      let argument = onlyArgument(call, label: nil)
    else {
      report(SemanticError.candidatesForm(head.span))
      return nil
    }
    let environment = declaration.environment
    let constant = Scope(.constant, for: Scope.Use(.constant, "`top`"), in: environment)
    guard let (number, _) = constantValue(argument, constant, "`top`") else { return nil }
    guard case .int(let count) = number, count > 0 else {
      report(SemanticError.candidatesForm(argument.span))
      return nil
    }
    let use = Scope.Use(
      .threshold, "`candidates` of `\(declaration.name)`", owner: "\(declaration.name).candidates")
    let scope = Scope(.decision(exposure), for: use, actions: actions, mask: mask, in: environment)
    let found = visiting(environment.sites, mask: mask) { expression(key, scope) }
    guard let found else { return nil }
    guard found.type.base.isNumber else {
      report(SemanticError.candidatesType(key.span, found.type))
      return nil
    }
    return Policy.FirstStage(count: Int(clamping: count), score: found.widened)
  }

  // MARK: Numbers and keys

  /// A constant plain number.
  func number(_ syntax: ExpressionSyntax, _ scope: Scope, _ what: String) -> Double? {
    guard let (value, type) = constantValue(syntax, scope, what) else { return nil }
    switch value {
    case .int(let number): return Double(number)
    case .float(let number) where type.base.unit == Unit.none: return number
    default:
      report(
        SemanticError.typeMismatch(
          syntax.span, found: type, wanted: .float, because: nil, what: what))
      return nil
    }
  }

  func exploreClause(_ clause: ClauseSyntax?, _ environment: Environment) -> Double? {
    guard let clause else { return 0 }
    guard let syntax = clause.expression else { return nil }
    let scope = Scope(.constant, for: Scope.Use(.constant, "`explore`"), in: environment)
    guard let share = number(syntax, scope, "`explore`") else { return nil }
    guard share >= 0, share <= 1 else {
      report(SemanticError.explore(syntax.span))
      return nil
    }
    return share
  }

  ///
  /// What acts in the end must be allowed there: an action that a rule may forbid needs a no-op that it
  /// gives way to.
  func fallbackClause(
    _ clause: ClauseSyntax?, _ actions: TableInfo, _ mask: MaskInfo?, _ environment: Environment
  ) -> Value? {
    guard let syntax = clause?.expression, let roles = actions.actionRoles else { return nil }
    let scope = Scope(.constant, for: Scope.Use(.constant, "`fallback`"), in: environment)
    guard let (value, type) = constantValue(syntax, scope, "`fallback`") else { return nil }
    let key = actions.table.columns[roles.key]
    if case .text(let text) = value, text == roles.none { return value }
    guard type.base == key.type.base else {
      report(
        SemanticError.fallbackType(
          syntax.span, type, key: key.type, none: roles.none, declared: key.span))
      return nil
    }
    if roles.none == nil, let mask, let rule = program[mask.id].rules.first {
      report(
        SemanticError.fallbackMayBeForbidden(
          syntax.span, rule: rule.name, at: rule.span, actions: actions.table))
      return nil
    }
    return value
  }

  // MARK: permit

  /// Label → names of rules, terms and constraints; complains of names that are none of them.
  func permits(
    _ clauses: [ClauseSyntax], mask: MaskInfo?, objective: ObjectiveInfo,
    constraints: [String]
  ) -> [String: [String]]? {
    var permits: [String: [String]] = [:]
    var everywhere: Set<String> = []
    var isComplete = true
    let known =
      Array(mask?.ruleSpans.keys ?? [:].keys) + objective.names + constraints
      + ["choose", "candidates", "slots"]
    for clause in clauses {
      guard let label = clause.label?.text else { continue }
      if clause.names.isEmpty { everywhere.insert(label) }
      for name in clause.names {
        guard known.contains(name.dotted) else {
          report(SemanticError.unknownPermit(name.span, name.dotted, known: known.sorted()))
          isComplete = false
          continue
        }
        permits[label, default: []].append(name.dotted)
      }
    }
    for label in everywhere { permits[label] = [] }
    return isComplete ? permits : nil
  }

  /// Laws 3 and 4 where values enter the decision.
  func checkEntries(
    _ mask: MaskInfo?, _ terms: [Policy.Term], _ choice: Policy.Choice?,
    _ constraints: [Constraint], _ firstStage: Policy.FirstStage?, permits: [String: [String]],
    exposure: ExposureInfo, site: LabeledSpan
  ) {
    func check(_ value: Expression, _ name: String, _ noun: String) {
      guard isDecided(value, at: exposure, noun: noun, user: site) else { return }
      checkLabels(of: value, entering: name, noun: noun, permits: permits, policy: site.span)
    }
    if let mask {
      for rule in program[mask.id].rules {
        check(rule.condition, rule.name, "rule `\(rule.name)`")
      }
    }
    for term in terms { check(term.value, term.name, "term `\(term.name)`") }
    for constraint in constraints {
      for part in constraint.expressions {
        check(part, constraint.name, "constraint `\(constraint.name)`")
      }
      if constraint.limits != nil {
        checkLabels(
          of: constraint.bound, entering: constraint.name,
          noun: "constraint `\(constraint.name)`", permits: permits, policy: site.span)
      }
    }
    if case .threshold(let condition)? = choice { check(condition, "choose", "the threshold") }
    if let firstStage { check(firstStage.score, "candidates", "the score of `candidates`") }
  }
}
