import C360Diagnostics
import C360Syntax

extension Checker {
  /// A feature as seen under a mask; shared with the unmasked one when the mask hides nothing of
  /// what it depends on.
  func feature(_ declaration: Declaration, mask: MaskInfo?, at span: Span) -> FeatureID? {
    switch seen(declaration, mask, at: span) {
    case .index(let index)?: return FeatureID(index)
    case .failed?, .inProgress?: return nil
    case nil: break
    }
    guard case .feature(let syntax) = declaration.kind else { return nil }
    if let mask {
      guard let plain = feature(declaration, mask: nil, at: span) else { return nil }
      if !isTouched(plain, by: mask) {
        declaration.seen[mask.id] = .index(plain.index)
        return plain
      }
    }
    guard mayResolve(declaration) else { return nil }
    declaration.seen[mask?.id] = .inProgress
    resolutionDepth += 1
    defer { resolutionDepth -= 1 }
    let id = visiting(declaration.environment.sites, mask: mask) {
      checkFeature(syntax, declaration, mask)
    }
    declaration.seen[mask?.id] = id.map { .index($0.index) } ?? .failed
    return id
  }

  /// Whether the declarations that wait for each other are not too many yet.
  func mayResolve(_ declaration: Declaration) -> Bool {
    if resolutionDepth < Limits.featureDepth { return true }
    reportLimit(SemanticError.tooManyInARow(declaration.nameSpan))
    return false
  }

  /// What is known already; a declaration that is being checked depends on itself.
  func seen(_ declaration: Declaration, _ mask: MaskInfo?, at span: Span) -> Declaration.Seen? {
    let known = declaration.seen[mask?.id]
    if case .inProgress? = known {
      report(SemanticError.cycle(span, declaration.name, declared: declaration.nameSpan))
    }
    return known
  }

  /// Whether a mask hides a feature or something it depends on, through other features.
  private func isTouched(_ id: FeatureID, by mask: MaskInfo) -> Bool {
    // Features stand behind those they depend on, so one walk in their order answers for all.
    var known = touchedFeatures.removeValue(forKey: mask.id) ?? []
    while known.count <= id.index {
      known.append(touches(program.features[known.count], mask, known))
    }
    let answer = known[id.index]
    touchedFeatures[mask.id] = known
    return answer
  }

  private func touches(_ feature: Feature, _ mask: MaskInfo, _ known: [Bool]) -> Bool {
    if mask.hides[.feature(feature.name)] != nil { return true }
    return ExpressionWalk.contains(feature.expression) { part in
      switch part.kind {
      case .aggregate(let aggregate): !hides(of: aggregate, mask).isEmpty
      case .profileColumn(let table, let column):
        mask.hides[.profileColumn(table, column)] != nil || mask.hides[.table(table)] != nil
      case .feature(let other): known[other.index]
      // What it is the coverage of may be hidden.
      case .coverage: true
      default: false
      }
    }
  }

  private func checkFeature(
    _ syntax: FeatureSyntax, _ declaration: Declaration, _ mask: MaskInfo?
  ) -> FeatureID? {
    guard let body = syntax.expression else { return nil }
    var actions: TableInfo?
    if let name = syntax.actions {
      guard let found = actionsTable(name) else { return nil }
      actions = found
    }
    let use = Scope.Use(.feature, "feature `\(declaration.name)`", owner: declaration.name)
    let scope = Scope(
      .decision(nil), for: use, actions: actions, mask: mask, in: declaration.environment)
    guard var value = expression(body, scope) else { return nil }
    guard value.type.base != .null, value.type.base != .calendarSpan else {
      report(SemanticError.onlyNull(body.span))
      return nil
    }
    if let hide = hide(of: .feature(declaration.name), nil, mask) {
      guard let left = hidden(value, by: hide) else { return nil }
      value = left
    }
    return add(
      Feature(
        name: declaration.name, mask: mask?.id, actions: actions?.id, expression: value,
        span: declaration.nameSpan))
  }

  /// Appends a feature; those it depends on are there already.
  func add(_ feature: Feature) -> FeatureID {
    let id = FeatureID(program.features.count)
    var depth = 1
    ExpressionWalk.forEach(feature.expression) { part in
      if case .feature(let other) = part.kind { depth = max(depth, featureDepths[other.index] + 1) }
    }
    if depth == Limits.featureDepth + 1 {
      reportLimit(SemanticError.tooManyInARow(feature.span))
    }
    program.features.append(feature)
    featureDepths.append(depth)
    return id
  }

  /// The actions table that `for …` names.
  func actionsTable(_ name: NameSyntax) -> TableInfo? {
    let written = name.dotted
    guard let declaration = namespace[written] else {
      if !poisonedNames.contains(written) {
        report(SemanticError.unknownName(name.span, written, known: actionTableNames))
      }
      return nil
    }
    guard declaration.noun == "an actions table" else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: declaration.noun, wanted: "an actions table",
          declared: declaration.nameSpan))
      return nil
    }
    return table(declaration)
  }
}
