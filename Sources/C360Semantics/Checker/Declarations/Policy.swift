import C360Diagnostics
import C360Syntax

extension Checker {
  func policy(_ declaration: Declaration) -> PolicyInfo? {
    switch declaration.resolution {
    case .policy(let info): return info
    case .unresolved: break
    default: return nil
    }
    guard case .policy(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let info = visiting(declaration.environment.sites, mask: nil) {
      checkPolicy(syntax, declaration)
    }
    declaration.resolution = info.map { .policy($0) } ?? .failed
    return info
  }

  /// The clauses of a policy by keyword, each at most once but for `permit` and `stable`.
  private struct Clauses {
    var single: [String: ClauseSyntax] = [:]
    var permits: [ClauseSyntax] = []
    var stable: [ClauseSyntax] = []
  }

  private static let clauseNames = [
    "mask", "permit", "objective", "subject", "candidates", "slots", "choose", "explore",
    "stable", "fallback", "owner", "approved", "ticket",
  ]

  private func clauses(_ syntax: PolicySyntax, _ declaration: Declaration) -> Clauses? {
    var clauses = Clauses()
    var isComplete = true
    for clause in syntax.clauses {
      guard let keyword = clause.keyword else { continue }
      let word = keyword.text
      if word == "permit" {
        clauses.permits.append(clause)
      } else if word == "stable" {
        clauses.stable.append(clause)
      } else if !Self.clauseNames.contains(word) {
        report(SemanticError.unknownClause(keyword.span, word, known: Self.clauseNames))
        isComplete = false
      } else if let first = clauses.single[word] {
        report(SemanticError.duplicateItem(keyword.span, word, noun: "clause", first: first.span))
        isComplete = false
      } else {
        clauses.single[word] = clause
      }
    }
    let missing = ["mask", "objective", "choose", "fallback"].filter { clauses.single[$0] == nil }
    if !missing.isEmpty {
      report(SemanticError.missingClauses(declaration.nameSpan, declaration.name, missing))
      isComplete = false
    }
    return isComplete ? clauses : nil
  }

  private func checkPolicy(_ syntax: PolicySyntax, _ declaration: Declaration) -> PolicyInfo? {
    let clauses = clauses(syntax, declaration)
    guard let actionsName = syntax.actions, let exposureName = syntax.exposure else { return nil }
    let actions = actionsTable(actionsName)
    let exposure = exposureInfo(exposureName)
    guard let clauses, let actions, let exposure else { return nil }
    let environment = declaration.environment
    guard let mask = maskClause(clauses.single["mask"], actions, environment) else { return nil }
    guard
      let objective = objectiveClause(clauses.single["objective"], actions, environment)
    else { return nil }
    let (terms, areTermsComplete) = terms(of: objective, actions, exposure, mask.info)
    let constraints = constraints(
      clauses.single["subject"],
      ConstraintContext(
        actions: actions, exposure: exposure, mask: mask.info, subject: declaration.name),
      environment)
    let permits = permits(
      clauses.permits, mask: mask.info, objective: objective,
      constraints: clauses.single["subject"]?.names.map(\.dotted) ?? [])
    let explore = exploreClause(clauses.single["explore"], environment)
    let fallback = fallbackClause(
      clauses.single["fallback"], actions, mask.info, environment)
    let site = LabeledSpan(declaration.nameSpan, "policy `\(declaration.name)` decides here")
    guard let permits else { return nil }
    let choice = choiceClause(
      clauses.single["choose"], declaration, actions, exposure, mask.info, terms)
    let firstStage = candidatesClause(
      clauses.single["candidates"], declaration, actions, exposure, mask.info)
    let slate = slotsClause(
      clauses.single["slots"], declaration, actions, exposure, mask.info)
    checkEntries(
      mask.info, terms, choice, constraints ?? [], firstStage ?? nil, permits: permits,
      exposure: exposure, site: site)
    checkEntries(of: slate ?? nil, permits: permits, policy: site.span)
    guard areTermsComplete, let choice, let explore, let fallback, let constraints, let firstStage,
      let slate
    else {
      return nil
    }
    if let slate, let subject = clauses.single["subject"] {
      report(SemanticError.boundSlate(subject.span, slots: slate.span))
      return nil
    }
    if case .threshold = choice, explore > 0, let bound = constraints.first {
      report(
        SemanticError.thresholdExplores(
          clauses.single["explore"]?.span ?? declaration.nameSpan, bound.name, at: bound.span))
      return nil
    }
    let context = StabilityContext(
      declaration: declaration, actions: actions, exposure: exposure, mask: mask.info, slate: slate,
      decisive: decisive(mask.info, terms, firstStage, choice),
      draws: explore > 0 || choice.draws, subject: clauses.single["subject"]?.span)
    guard let stabilities = stabilities(clauses.stable, context) else { return nil }
    return add(
      PolicyParts(
        declaration: declaration, actions: actions, exposure: exposure, mask: mask.info,
        terms: terms, constraints: constraints, firstStage: firstStage, slate: slate,
        stabilities: stabilities, choice: choice, explore: explore, fallback: fallback,
        permits: permits,
        permissions: clauses.permits.compactMap { Self.permission($0) }),
      clauses.single)
  }

  private static func permission(_ clause: ClauseSyntax) -> Policy.Permission? {
    clause.label.map {
      Policy.Permission(
        label: $0.text, places: clause.names.map(\.dotted),
        because: clause.because?.text?.textValue)
    }
  }

  private struct PolicyParts {
    let declaration: Declaration
    let actions: TableInfo
    let exposure: ExposureInfo
    let mask: MaskInfo?
    let terms: [Policy.Term]
    let constraints: [Constraint]
    let firstStage: Policy.FirstStage?
    let slate: Policy.Slate?
    let stabilities: [Stability]
    let choice: Policy.Choice
    let explore: Double
    let fallback: Value
    let permits: [String: [String]]
    let permissions: [Policy.Permission]
  }

  private func add(_ parts: PolicyParts, _ clauses: [String: ClauseSyntax]) -> PolicyInfo {
    func policy(canonicalText: String) -> Policy {
      var policy = Policy(
        name: parts.declaration.name, actions: parts.actions.id, exposure: parts.exposure.id,
        mask: parts.mask?.id, terms: parts.terms, choice: parts.choice, explore: parts.explore,
        fallback: parts.fallback, permits: parts.permits,
        owner: clauses["owner"]?.text?.textValue,
        approval: approval(clauses["approved"], parts.declaration.environment),
        ticket: clauses["ticket"]?.text?.textValue, canonicalText: canonicalText,
        span: parts.declaration.nameSpan)
      policy.permissions = parts.permissions
      policy.constraints = parts.constraints
      policy.firstStage = parts.firstStage
      policy.slate = parts.slate
      policy.stabilities = parts.stabilities
      return policy
    }
    let text = CanonicalText(program).policyWithDependencies(policy(canonicalText: ""))
    let complete = policy(canonicalText: text)
    let id = PolicyID(program.policies.count)
    program.policies.append(complete)
    return PolicyInfo(id: id, policy: complete, mask: parts.mask)
  }

  private func approval(
    _ clause: ClauseSyntax?, _ environment: Environment
  ) -> (by: String, until: Int64?)? {
    guard let clause, let by = clause.text?.textValue else { return nil }
    let scope = Scope(.constant, for: Scope.Use(.constant, "`until`"), in: environment)
    return (by, clause.until.flatMap { instant($0, scope, bareDate: .start) })
  }

  // MARK: What the policy names

  func exposureInfo(_ name: NameSyntax) -> ExposureInfo? {
    let written = name.dotted
    guard let declaration = namespace[written] else {
      if !poisonedNames.contains(written) {
        let known = declarations.filter { if case .exposure = $0.kind { true } else { false } }
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return nil
    }
    guard case .exposure = declaration.kind else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: declaration.noun, wanted: "an exposure",
          declared: declaration.nameSpan))
      return nil
    }
    return exposure(declaration)
  }

  private func maskClause(
    _ clause: ClauseSyntax?, _ actions: TableInfo, _ environment: Environment
  ) -> (info: MaskInfo?, Void)? {
    guard let name = clause?.names.first else { return nil }
    if name.dotted == "none" { return (nil, ()) }
    guard let declaration = maskDeclaration(name, environment), let info = mask(declaration) else {
      return nil
    }
    if let theirs = info.actions, theirs.id != actions.id {
      report(
        SemanticError.otherActions(
          name.span, "mask `\(info.name)`", theirs: theirs.name, ours: actions.name,
          declared: declaration.nameSpan))
      return nil
    }
    return (info, ())
  }

  private func objectiveClause(
    _ clause: ClauseSyntax?, _ actions: TableInfo, _ environment: Environment
  ) -> ObjectiveInfo? {
    guard let name = clause?.names.first else { return nil }
    let written = name.dotted
    let found = environment.prefix.flatMap { namespace["\($0).\(written)"] } ?? namespace[written]
    guard let found else {
      if !poisonedNames.contains(written) {
        let known = declarations.filter { if case .objective = $0.kind { true } else { false } }
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return nil
    }
    guard case .objective = found.kind else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: found.noun, wanted: "an objective", declared: found.nameSpan))
      return nil
    }
    guard let info = objective(found) else { return nil }
    if let theirs = info.actions, theirs.id != actions.id {
      report(
        SemanticError.otherActions(
          name.span, "objective `\(found.name)`", theirs: theirs.name, ours: actions.name,
          declared: found.nameSpan))
      return nil
    }
    return info
  }

  /// The terms that make sense: a broken one must not hide what the others let in.
  private func terms(
    of objective: ObjectiveInfo, _ actions: TableInfo, _ exposure: ExposureInfo, _ mask: MaskInfo?
  ) -> (terms: [Policy.Term], isComplete: Bool) {
    var terms: [Policy.Term] = []
    for term in objective.terms {
      guard
        let value = termValue(
          term.syntax, term.name, objective.declaration, actions: objective.actions,
          exposure: exposure, mask: mask)
      else { continue }
      terms.append(
        Policy.Term(
          name: term.name, value: value, weight: term.weight, because: term.because,
          span: term.span))
    }
    return (terms, objective.isComplete && terms.count == objective.terms.count)
  }
}
