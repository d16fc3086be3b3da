import C360Diagnostics
import C360Syntax

/// Where the rows of a query come from and what they show by default.
struct QuerySource {
  let source: Query.Source
  let name: String
  let mask: MaskInfo?
  let unmaskedBecause: String?
  let exposure: ExposureInfo?
  let decisions: Scope?
  let defaults: [Query.Projection]
  /// By position: the keys by which other names reach the default columns.
  let keys: [String?]
  let environment: Environment
}

extension Checker {
  func source(
    of syntax: QuerySyntax, isOutput: Bool, _ environment: Environment
  ) -> QuerySource? {
    if let entity = syntax.entity {
      return momentSource(of: entity, syntax, isOutput: isOutput, environment)
    }
    guard let name = syntax.source else { return nil }
    let written = name.dotted
    let scope = Scope(.constant, for: Scope.Use(.query, "a query"), in: environment)
    guard let declaration = declaration(named: written, scope) else {
      if !poisonedNames.contains(written), !failedAliases.contains(written) {
        let known = declarations.filter { $0.isSource }
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return nil
    }
    if syntax.candidates != nil {
      guard case .policy = declaration.kind else {
        report(
          SemanticError.wrongKind(
            name.span, written, noun: declaration.noun, wanted: "a policy",
            declared: declaration.nameSpan))
        return nil
      }
    }
    switch declaration.kind {
    case .policy: return policySource(declaration, syntax, environment)
    case .experiment, .arbitrate: return compositionSource(declaration, syntax, environment)
    case .exposure:
      if let other = syntax.exposure { return complainOfMoved(other) }
      guard let info = exposure(declaration),
        let under = under(syntax, isOutput: isOutput, environment)
      else { return nil }
      return exposureSource(info, under, environment)
    case .table:
      if let other = syntax.exposure { return complainOfMoved(other) }
      guard let info = table(declaration),
        let under = under(syntax, isOutput: isOutput, environment)
      else { return nil }
      return tableSource(info, under, name.span, environment)
    default:
      report(
        SemanticError.wrongKind(
          name.span, written, noun: declaration.noun,
          wanted: "a table, an exposure, a policy or a view",
          declared: declaration.nameSpan))
      return nil
    }
  }

  private func complainOfMoved(_ name: NameSyntax) -> QuerySource? {
    report(SemanticError.onlyPoliciesMove(name.span))
    return nil
  }

  // MARK: under

  struct Under {
    let mask: MaskInfo?
    let because: String?
  }

  func under(
    _ syntax: QuerySyntax, isOutput: Bool, _ environment: Environment
  ) -> Under? {
    guard let name = syntax.mask else {
      let masks = declarations.filter { if case .mask = $0.kind { true } else { false } }
      if isOutput, let first = masks.first {
        report(
          SemanticError.outputWithoutUnder(
            syntax.source?.span ?? syntax.entity?.span ?? syntax.span, masks: masks.map(\.name),
            declared: first.nameSpan))
        return nil
      }
      return Under(mask: nil, because: nil)
    }
    if name.dotted == "none" {
      let because = syntax.because?.text?.textValue
      if because == nil, isOutput {
        report(SemanticError.unmaskedWithoutReason(name.span))
        return nil
      }
      return Under(mask: nil, because: because ?? "")
    }
    guard let declaration = maskDeclaration(name, environment), let info = mask(declaration) else {
      return nil
    }
    return Under(mask: info, because: nil)
  }

  // MARK: Tables and exposures

  private func tableSource(
    _ info: TableInfo, _ under: Under, _ span: Span, _ environment: Environment
  ) -> QuerySource? {
    if let mask = under.mask, let hide = hideOfRows(info, mask) {
      report(SemanticError.hiddenRows(span, info.name, mask: mask.name, hide: hide.span))
      return nil
    }
    let columns = info.table.columns.enumerated().map { index, column in
      Query.Projection(
        name: column.name,
        expression: Expression(
          .tableColumn(info.id, index), type: column.readType, span: column.span,
          facts: Facts(
            phase: .before, grain: Grain(.row(info.id)), labels: Set(column.labels))))
    }
    return QuerySource(
      source: .table(info.id), name: info.name, mask: under.mask, unmaskedBecause: under.because,
      exposure: nil, decisions: nil, defaults: columns,
      keys: info.table.columns.map { "\(info.name).\($0.name)" }, environment: environment)
  }

  /// Rows of a table are seen without a decision, so no condition can show them.
  private func hideOfRows(_ info: TableInfo, _ mask: MaskInfo) -> Hide? {
    if let whole = mask.hides[.table(info.id)] { return whole }
    for index in info.table.columns.indices {
      let target: MaskTarget =
        info.isEvents ? .eventColumn(info.id, index) : .profileColumn(info.id, index)
      if let hide = mask.hides[target] { return hide }
    }
    return nil
  }

  func exposureSource(
    _ info: ExposureInfo, named name: String? = nil, _ under: Under, _ environment: Environment
  ) -> QuerySource? {
    let name = name ?? info.name
    let use = Scope.Use(.query, "the query", owner: name)
    let decisions = Scope(.decision(info), for: use, mask: under.mask, in: environment)
    var columns: [Query.Projection] = []
    for (index, column) in info.exposure.columns.enumerated() {
      guard let value = exposureColumn(info, index, column.span, decisions) else { return nil }
      columns.append(Query.Projection(name: column.name, expression: value))
    }
    return QuerySource(
      source: .exposure(info.id), name: name, mask: under.mask,
      unmaskedBecause: under.because, exposure: info, decisions: decisions, defaults: columns,
      keys: info.exposure.columns.map { "\(info.name).\($0.name)" }, environment: environment)
  }

  // MARK: Policies

  private func policySource(
    _ declaration: Declaration, _ syntax: QuerySyntax, _ environment: Environment
  ) -> QuerySource? {
    if let mask = syntax.mask {
      report(SemanticError.policyHasMask(mask.span, declaration.name))
      return nil
    }
    guard let info = policy(declaration) else { return nil }
    var exposure = exposureInfos.first { $0.id == info.policy.exposure }
    if let name = syntax.exposure {
      guard let other = exposureInfo(name) else { return nil }
      guard moves(info, to: other, at: name.span, declaration) else { return nil }
      exposure = other
    }
    guard let exposure else { return nil }
    let use = Scope.Use(.query, "the query", owner: declaration.name)
    let isListing = syntax.candidates != nil
    let decisions = Scope(
      .decision(exposure), for: use,
      actions: isListing ? tableInfos.first { $0.id == info.policy.actions } : nil,
      mask: info.mask, in: environment)
    if isListing, info.policy.slate != nil {
      report(
        SemanticError.notInThisVersion(
          syntax.source?.span ?? syntax.span, "`candidates(…)` of a policy with `slots`"))
      return nil
    }
    let columns =
      isListing
      ? program.candidateColumns(of: info.id, at: exposure.id, syntax.span)
      : program.decisionColumns(of: info.id, at: exposure.id, syntax.span)
    return QuerySource(
      source: isListing
        ? .candidates(info.id, at: exposure.id) : .policy(info.id, at: exposure.id),
      name: declaration.name, mask: info.mask,
      unmaskedBecause: nil, exposure: nil, decisions: decisions, defaults: columns,
      keys: columns.map { _ in nil }, environment: environment)
  }

  /// Whether a policy can decide at another exposure: of the same entity, none of its columns read.
  func moves(
    _ info: PolicyInfo, to other: ExposureInfo, at span: Span, _ declaration: Declaration
  ) -> Bool {
    let home = info.policy.exposure
    if other.id == home { return true }
    guard other.exposure.entity == program[home].entity else {
      report(
        SemanticError.otherEntity(
          span, other.name, entity: other.exposure.entity, wanted: program[home].entity))
      return false
    }
    let parts = decisive(info) + info.policy.constraints.flatMap(\.expressions)
    let site = LabeledSpan(declaration.nameSpan, "policy `\(declaration.name)`")
    return parts.allSatisfy {
      isDecided($0, at: other, noun: "policy `\(declaration.name)`", user: site)
    }
  }
}

extension Declaration {
  var isSource: Bool {
    switch kind {
    case .table, .exposure, .policy, .experiment, .arbitrate, .view: true
    default: false
    }
  }
}
