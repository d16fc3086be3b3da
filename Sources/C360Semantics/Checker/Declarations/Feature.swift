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
      if !hides(mask, featureDependencies[plain.index], name: declaration.name) {
        declaration.seen[mask.id] = .index(plain.index)
        return plain
      }
    }
    declaration.seen[mask?.id] = .inProgress
    let id = visiting(declaration.environment.sites, mask: mask) {
      checkFeature(syntax, declaration, mask)
    }
    declaration.seen[mask?.id] = id.map { .index($0.index) } ?? .failed
    return id
  }

  /// What is known already; a declaration that is being checked depends on itself.
  func seen(_ declaration: Declaration, _ mask: MaskInfo?, at span: Span) -> Declaration.Seen? {
    let known = declaration.seen[mask?.id]
    if case .inProgress? = known {
      report(SemanticError.cycle(span, declaration.name, declared: declaration.nameSpan))
    }
    return known
  }

  private func hides(_ mask: MaskInfo, _ dependencies: Set<MaskTarget>, name: String) -> Bool {
    mask.hides[.feature(name)] != nil || mask.hides.keys.contains { dependencies.contains($0) }
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

  /// Appends a feature and notes all that a mask could hide of what it depends on.
  func add(_ feature: Feature) -> FeatureID {
    let id = FeatureID(program.features.count)
    program.features.append(feature)
    var dependencies: Set<MaskTarget> = [.feature(feature.name)]
    ExpressionWalk.forEach(feature.expression) { part in
      switch part.kind {
      case .aggregate(let aggregate): dependencies.insert(.table(aggregate.table))
      case .profileColumn(let table, let column):
        dependencies.insert(.profileColumn(table, column))
        dependencies.insert(.table(table))
      case .exposureColumn(let exposure, let column):
        dependencies.insert(.exposureColumn(exposure, column))
      case .feature(let other): dependencies.formUnion(featureDependencies[other.index])
      default: break
      }
    }
    featureDependencies.append(dependencies)
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
