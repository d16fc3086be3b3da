import C360Diagnostics
import C360Syntax

/// A slot of a layer, for the complaint of one that overlaps it.
struct LayerSlot {
  let lower: Double
  let upper: Double
  let experiment: String
  let span: Span
}

extension Checker {
  /// Who is in which arm of an experiment; known before its members are, so that these may read the
  /// arms of other experiments.
  func assignment(_ declaration: Declaration, at span: Span) -> AssignmentID? {
    switch declaration.assigned {
    case .index(let index)?: return AssignmentID(index)
    case .failed?: return nil
    case .inProgress?:
      report(SemanticError.cycle(span, declaration.name, declared: declaration.nameSpan))
      return nil
    case nil: break
    }
    guard case .experiment(let syntax) = declaration.kind else { return nil }
    declaration.assigned = .inProgress
    let checked = visiting(declaration.environment.sites, mask: nil) {
      checkAssignment(syntax, declaration)
    }
    guard let checked else {
      declaration.assigned = .failed
      return nil
    }
    declaration.assigned = .index(program.assignments.count)
    program.assignments.append(checked)
    return AssignmentID(program.assignments.count - 1)
  }

  private func checkAssignment(
    _ syntax: ExperimentSyntax, _ declaration: Declaration
  ) -> Assignment? {
    let scope = Scope(
      .constant, for: Scope.Use(.constant, "experiment `\(declaration.name)`"),
      in: declaration.environment)
    let settings = settings(of: syntax)
    let entity = entity(syntax.entity)
    let arms = arms(of: syntax, declaration, scope)
    guard let settings, let entity, let arms else { return nil }
    guard let salt = settings["salt"]?.text?.textValue, !salt.isEmpty else {
      report(SemanticError.noSalt(settings["salt"]?.span ?? declaration.nameSpan, declaration.name))
      return nil
    }
    var isComplete = true
    func checked<Result>(_ word: String, _ body: (SettingSyntax) -> Result?) -> Result? {
      guard let setting = settings[word] else { return nil }
      let result = body(setting)
      if result == nil { isComplete = false }
      return result
    }
    let from = checked("from") { setting in
      setting.expression.flatMap { instant($0, scope, bareDate: .start) }
    }
    let through = checked("through") { setting in
      setting.through.flatMap { instant($0, scope, bareDate: .end) }
    }
    if let from, let through, from > through, let end = settings["through"]?.through {
      report(SemanticError.experimentEndsBefore(end.span, start: settings["from"]?.span))
      isComplete = false
    }
    let ramp = checked("ramp") { setting in
      setting.expression.flatMap { share($0, scope, "the ramp") }
    }
    let slot = checked("layer") { self.layer($0, declaration, scope) }
    let outer = checked("within") { self.within($0, entity: entity, declaration) }
    guard isComplete else { return nil }
    return Assignment(
      name: declaration.name, entity: entity, salt: salt, from: from, through: through,
      layer: slot, within: outer, ramp: ramp ?? 1, arms: arms, span: declaration.nameSpan)
  }

  /// Settings by keyword, each at most once; `from … through …` counts as both.
  private func settings(of syntax: ExperimentSyntax) -> [String: SettingSyntax]? {
    var settings: [String: SettingSyntax] = [:]
    var isComplete = true
    for setting in syntax.settings {
      guard let keyword = setting.keyword else { return nil }
      let words =
        [keyword.text] + (keyword.text == "from" && setting.through != nil ? ["through"] : [])
      for word in words {
        if let first = settings[word] {
          report(
            SemanticError.duplicateItem(keyword.span, word, noun: "setting", first: first.span))
          isComplete = false
        }
        settings[word] = setting
      }
    }
    return isComplete ? settings : nil
  }

  // MARK: Arms

  private func arms(
    of syntax: ExperimentSyntax, _ declaration: Declaration, _ scope: Scope
  ) -> [Assignment.Arm]? {
    var arms: [Assignment.Arm] = []
    var isComplete = true
    for arm in syntax.arms {
      guard let member = arm.member, let written = arm.share else { return nil }
      let name = member.dotted
      if let first = arms.first(where: { $0.name == name }) {
        report(
          SemanticError.duplicateItem(member.span, name, noun: "arm", first: first.span))
        isComplete = false
      }
      guard let share = share(written, scope, "the share of `\(name)`") else {
        isComplete = false
        continue
      }
      arms.append(Assignment.Arm(name: name, share: share, span: member.span))
    }
    guard isComplete else { return nil }
    guard !arms.isEmpty else {
      report(SemanticError.noArms(declaration.nameSpan, declaration.name))
      return nil
    }
    guard areWhole(arms.map(\.share), at: declaration.nameSpan, "the arms of `\(declaration.name)`")
    else { return nil }
    return arms
  }

  /// A constant from 0 to 1.
  func share(_ syntax: ExpressionSyntax, _ scope: Scope, _ what: String) -> Double? {
    guard let share = number(syntax, scope, what) else { return nil }
    guard share >= 0, share <= 1 else {
      report(SemanticError.share(syntax.span, what))
      return nil
    }
    return share
  }

  /// Whether shares add to 1, but for the rounding of decimals.
  func areWhole(_ shares: [Double], at span: Span, _ what: String) -> Bool {
    let sum = shares.reduce(0, +)
    if abs(sum - 1) <= 1e-9 { return true }
    report(SemanticError.sharesNotWhole(span, what, sum: sum))
    return false
  }

  // MARK: Layers and nesting

  private func layer(
    _ setting: SettingSyntax, _ declaration: Declaration, _ scope: Scope
  ) -> Assignment.Layer? {
    guard let name = setting.text?.textValue, let written = setting.expression else { return nil }
    guard case .range(let range) = unwrapped(written), let low = range.lower, let high = range.upper
    else {
      report(SemanticError.layerSlot(written.span))
      return nil
    }
    guard let lower = share(low, scope, "the start of a slot"),
      let upper = share(high, scope, "the end of a slot")
    else { return nil }
    guard lower < upper else {
      report(SemanticError.layerSlot(written.span))
      return nil
    }
    if let taken = layerSlots[name]?.first(where: { $0.lower < upper && lower < $0.upper }) {
      report(
        SemanticError.layerOverlap(
          written.span, name, other: taken.experiment, at: taken.span,
          shared: (max(taken.lower, lower), min(taken.upper, upper))))
      return nil
    }
    layerSlots[name, default: []].append(
      LayerSlot(lower: lower, upper: upper, experiment: declaration.name, span: written.span))
    return Assignment.Layer(name: name, lower: lower, upper: upper)
  }

  /// `EXPERIMENT.ARM`; either name may have dots.
  private func within(
    _ setting: SettingSyntax, entity: String, _ declaration: Declaration
  ) -> (assignment: AssignmentID, arm: Int)? {
    guard let target = setting.target else { return nil }
    let parts = target.components
    for count in parts.indices.dropFirst() {
      let name = parts[..<count].joined(separator: ".")
      guard let found = experiment(named: name, declaration.environment) else { continue }
      guard let id = assignment(found, at: target.span) else { return nil }
      guard program[id].entity == entity else {
        report(
          SemanticError.otherEntity(
            target.span, found.name, entity: program[id].entity, wanted: entity))
        return nil
      }
      let arm = parts[count...].joined(separator: ".")
      guard let index = program[id].arms.firstIndex(where: { $0.name == arm }) else {
        report(
          SemanticError.noSuchArm(
            target.span, arm, of: found.name, known: program[id].arms.map(\.name),
            declared: found.nameSpan))
        return nil
      }
      return (id, index)
    }
    if !poisonedNames.contains(parts[0]) {
      let known = declarations.filter { if case .experiment = $0.kind { true } else { false } }
      report(SemanticError.withinForm(target.span, known: known.map(\.name)))
    }
    return nil
  }

  private func experiment(named name: String, _ environment: Environment) -> Declaration? {
    let found = environment.prefix.flatMap { namespace["\($0).\(name)"] } ?? namespace[name]
    guard let found, case .experiment = found.kind else { return nil }
    return found
  }

  // MARK: arm(…)

  /// `arm(experiment)`: the name of the arm in which the entity is at the decision.
  func arm(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    guard syntax.arguments.count == 1, let argument = syntax.arguments.first,
      argument.label == nil, argument.filter == nil, let value = argument.value,
      case .reference(let reference) = unwrapped(value), let name = reference.name
    else {
      report(SemanticError.armForm(syntax.span))
      return nil
    }
    switch scope.rows {
    case .decision: break
    case .query(let query):
      return query.demand(syntax.span.text, syntax.span) { self.arm(syntax, $0) }
    case .event(let table):
      report(SemanticError.notInAggregate(syntax.span, "`arm`", table: table.name))
      return nil
    default:
      report(SemanticError.noDecisionHere(syntax.span, scope.use.noun))
      return nil
    }
    guard let found = declaration(named: name.dotted, scope) else {
      if !poisonedNames.contains(name.dotted) {
        let known = declarations.filter { if case .experiment = $0.kind { true } else { false } }
        report(SemanticError.unknownName(name.span, name.dotted, known: known.map(\.name)))
      }
      return nil
    }
    guard case .experiment = found.kind else {
      report(
        SemanticError.wrongKind(
          name.span, name.dotted, noun: found.noun, wanted: "an experiment",
          declared: found.nameSpan))
      return nil
    }
    guard let id = assignment(found, at: name.span) else { return nil }
    return Expression(
      .arm(id), type: program[id].isTotal ? .text : Type.text.optional, span: syntax.span,
      facts: Facts(phase: .before, grain: Grain(.decision(entity: program[id].entity))))
  }
}
