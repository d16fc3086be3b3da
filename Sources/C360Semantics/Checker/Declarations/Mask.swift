import C360Diagnostics
import C360Syntax

extension Checker {
  func mask(_ declaration: Declaration) -> MaskInfo? {
    switch declaration.resolution {
    case .mask(let info): return info
    case .unresolved: break
    case .inProgress:
      report(SemanticError.cycle(declaration.nameSpan, declaration.name))
      return nil
    default: return nil
    }
    guard case .mask(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let info = visiting(declaration.environment.sites, mask: nil) { checkMask(syntax, declaration) }
    declaration.resolution = info.map { .mask($0) } ?? .failed
    if let info { complete(info, syntax, declaration) }
    return info
  }

  /// What the mask hides; its rules come later, because they see what that leaves.
  private func checkMask(_ syntax: MaskSyntax, _ declaration: Declaration) -> MaskInfo? {
    var actions: TableInfo?
    if let name = syntax.actions {
      guard let found = actionsTable(name) else { return nil }
      actions = found
    }
    var hides: [MaskTarget: Hide] = [:]
    var lines: [Mask.Hide] = []
    var isComplete = true
    for item in syntax.items {
      switch item {
      case .include(let include):
        guard let other = included(include, actions, declaration) else {
          isComplete = false
          continue
        }
        for (target, hide) in other.hides where !combine(hide, target, into: &hides) {
          isComplete = false
        }
        lines += other.lines.filter { line in !lines.contains { $0.span == line.span } }
      case .hide(let hide):
        guard let (target, checked) = checkHide(hide, declaration.environment) else {
          isComplete = false
          continue
        }
        if !combine(checked, target, into: &hides) { isComplete = false }
        lines.append(line(hide, checked, target))
      case .forbid, .malformed: break
      }
    }
    guard isComplete, readsOnlyShown(hides) else { return nil }
    let id = MaskID(program.masks.count)
    program.masks.append(
      Mask(
        name: declaration.name, actions: actions?.id, rules: [], hides: lines,
        span: declaration.nameSpan))
    let info = MaskInfo(
      id: id, declaration: declaration, actions: actions, hides: hides, lines: lines)
    maskInfos.append(info)
    return info
  }

  private func included(
    _ include: IncludeSyntax, _ actions: TableInfo?, _ declaration: Declaration
  ) -> MaskInfo? {
    guard let name = include.mask, let other = maskDeclaration(name, declaration.environment)
    else { return nil }
    if case .inProgress = other.resolution {
      report(SemanticError.cycle(name.span, other.name, declared: other.nameSpan))
      return nil
    }
    guard let info = mask(other) else { return nil }
    if let theirs = info.actions, theirs.id != actions?.id {
      report(
        SemanticError.otherActions(
          name.span, "mask `\(other.name)`", theirs: theirs.name, ours: actions?.name,
          declared: other.nameSpan))
      return nil
    }
    return info
  }

  /// The mask that a name means; complains when there is none.
  func maskDeclaration(_ name: NameSyntax, _ environment: Environment) -> Declaration? {
    var written = name.dotted
    if let binding = environment.bindings[written] {
      guard case .mask(let actual) = binding else {
        if case .invalid = binding { return nil }
        report(
          SemanticError.wrongKind(
            name.span, written, noun: "a parameter", wanted: "a mask", declared: nil))
        return nil
      }
      written = actual
    }
    let found = environment.prefix.flatMap { namespace["\($0).\(written)"] } ?? namespace[written]
    guard let found else {
      if !poisonedNames.contains(written) {
        let known = declarations.filter { if case .mask = $0.kind { true } else { false } }
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return nil
    }
    guard case .mask = found.kind else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: found.noun, wanted: "a mask", declared: found.nameSpan))
      return nil
    }
    return found
  }

  // MARK: Hides

  private func checkHide(
    _ syntax: HideSyntax, _ environment: Environment
  ) -> (MaskTarget, Hide)? {
    guard let name = syntax.target else { return nil }
    let target = hideTarget(name, environment)
    var unless: Expression?
    var permitted: Expression?
    if let condition = syntax.unless {
      var scope = Scope(
        .decision(nil), for: Scope.Use(.hide, "a condition of `hide`"), in: environment)
      scope.knownEntity = target.flatMap { entity(of: $0) }
      guard
        let checked = totalCondition(
          condition, scope, gate: "`unless`", label: "the condition of `hide`")
      else { return nil }
      guard let target else { return nil }
      guard let parts = eventConsents(in: checked, of: target) else { return nil }
      (unless, permitted) = parts
    }
    guard let target else { return nil }
    return (
      target,
      Hide(
        target: target, unless: unless, permitted: permitted,
        otherwise: syntax.otherwise.map { ($0, environment) },
        span: syntax.span)
    )
  }

  /// A line for the record: as written, from the target to the reason.
  private func line(_ syntax: HideSyntax, _ hide: Hide, _ target: MaskTarget) -> Mask.Hide {
    var words = syntax.target?.span.text ?? ""
    if let unless = syntax.unless { words += " unless \(unless.span.text)" }
    if let otherwise = syntax.otherwise { words += " else \(otherwise.span.text)" }
    return Mask.Hide(
      words: words.split(whereSeparator: \.isWhitespace).joined(separator: " "),
      unless: hide.unless,
      permitted: hide.permitted.flatMap { condition in target.table.map { ($0, condition) } },
      because: syntax.because?.text?.textValue, span: syntax.span)
  }

  private func entity(of target: MaskTarget) -> String? {
    if case .exposureColumn(let id, _) = target { return program[id].entity }
    return target.table.flatMap { program[$0].entity }
  }

  private func hideTarget(_ name: NameSyntax, _ environment: Environment) -> MaskTarget? {
    let parts = name.components
    let written = name.dotted
    let scope = Scope(.constant, for: Scope.Use(.hide, "a mask"), in: environment)
    if case .events(let table) = environment.bindings[written] { return .table(table.id) }
    if let declaration = declaration(named: written, scope) {
      switch declaration.kind {
      case .feature: return .feature(declaration.name)
      case .table:
        guard let info = table(declaration) else { return nil }
        if info.isEvents || info.isProfile { return .table(info.id) }
      default: break
      }
      report(SemanticError.cannotHide(name.span, written, noun: declaration.noun))
      return nil
    }
    guard parts.count == 2, let owner = declaration(named: parts[0], scope) else {
      if !poisonedNames.contains(parts[0]), !failedAliases.contains(parts[0]) {
        report(SemanticError.unknownName(name.span, written, known: Array(namespace.keys)))
      }
      return nil
    }
    switch owner.kind {
    case .table: return table(owner).flatMap { hiddenColumn(parts[1], of: $0, name.span) }
    case .exposure: return exposure(owner).flatMap { hiddenColumn(parts[1], of: $0, name.span) }
    default:
      report(SemanticError.cannotHide(name.span, written, noun: owner.noun))
      return nil
    }
  }

  private func hiddenColumn(_ name: String, of info: TableInfo, _ span: Span) -> MaskTarget? {
    guard let column = info.columnIndex[name] else {
      report(
        SemanticError.unknownColumn(
          span, name, of: info.name, declared: info.table.span,
          known: info.table.columns.map(\.name)))
      return nil
    }
    if info.isProfile { return .profileColumn(info.id, column) }
    if let roles = info.eventRoles {
      if !roles.placing.contains(column) { return .eventColumn(info.id, column) }
      report(
        SemanticError.cannotHide(span, span.text, noun: "what places an event of `\(info.name)`"))
    } else {
      report(SemanticError.cannotHide(span, span.text, noun: "a column of `\(info.name)`"))
    }
    return nil
  }

  private func hiddenColumn(_ name: String, of info: ExposureInfo, _ span: Span) -> MaskTarget? {
    guard let column = info.columnIndex[name] else {
      if info.outcomeIndex[name] != nil {
        report(SemanticError.cannotHide(span, span.text, noun: "an outcome"))
      } else {
        report(
          SemanticError.unknownColumn(
            span, name, of: info.name, declared: info.declaration.nameSpan,
            known: info.exposure.columns.map(\.name)))
      }
      return nil
    }
    return .exposureColumn(info.id, column)
  }

  /// Two hides of one target: both conditions must hold.
  private func combine(
    _ hide: Hide, _ target: MaskTarget, into hides: inout [MaskTarget: Hide]
  ) -> Bool {
    guard let first = hides[target] else {
      hides[target] = hide
      return true
    }
    if first.span == hide.span { return true }
    let permitted = [first.permitted, hide.permitted].compactMap { $0 }
    let (a, b) = (first.otherwise?.syntax.span.text, hide.otherwise?.syntax.span.text)
    guard a == b else {
      report(SemanticError.twoElses(hide.span, first: first.span))
      return false
    }
    var unless: Expression?
    if let x = first.unless, let y = hide.unless {
      guard let both = make(.and(x, y), .bool, hide.span, over: [x, y]) else { return false }
      unless = both
    }
    hides[target] = Hide(
      target: target, unless: unless, permitted: conjunction(permitted),
      otherwise: first.otherwise, span: hide.span)
    return true
  }

  /// Conditions of `hide` read no column that the mask hides itself.
  private func readsOnlyShown(_ hides: [MaskTarget: Hide]) -> Bool {
    var isClean = true
    for hide in hides.values {
      guard let unless = hide.unless else { continue }
      ExpressionWalk.forEach(unless) { part in
        guard case .profileColumn(let table, let column) = part.kind else { return }
        guard let other = hides[.profileColumn(table, column)] ?? hides[.table(table)] else {
          return
        }
        report(
          SemanticError.hiddenInHide(
            part.span, program[table].columns[column].name, hide: other.span))
        isClean = false
      }
    }
    return isClean
  }

  // MARK: Rules

  /// Rules of included masks first; all are seen under this mask.
  private func complete(_ info: MaskInfo, _ syntax: MaskSyntax, _ declaration: Declaration) {
    var rules: [Mask.Rule] = []
    for (forbid, environment) in forbids(of: syntax, declaration.environment) {
      guard let token = forbid.name, let condition = forbid.condition else { continue }
      let name = token.identifierText
      if let first = info.ruleSpans[name] {
        if first != token.span {
          report(SemanticError.duplicateItem(token.span, name, noun: "rule", first: first))
        }
        continue
      }
      info.ruleSpans[name] = token.span
      let use = Scope.Use(.rule, "rule `\(name)`", owner: "\(declaration.name).\(name)")
      let scope = Scope(
        .decision(nil), for: use, actions: info.actions, mask: info, in: environment)
      let checked = visiting(environment.sites, mask: info) {
        totalCondition(
          condition, scope, gate: "`when`", label: "the condition of `forbid \(name)`")
      }
      guard let checked, isSafe(checked, "rule `\(name)`", under: info) else { continue }
      if case .bool(let value)? = literalConstant(checked) {
        report(SemanticWarning.decidedRule(condition.span, name, value))
      }
      rules.append(
        Mask.Rule(
          name: name, condition: checked, because: forbid.because?.text?.textValue,
          span: token.span))
    }
    program.masks[info.id.index].rules = rules
  }

  private func forbids(
    of syntax: MaskSyntax, _ environment: Environment
  ) -> [(ForbidSyntax, Environment)] {
    var included: [(ForbidSyntax, Environment)] = []
    var own: [(ForbidSyntax, Environment)] = []
    for item in syntax.items {
      switch item {
      case .include(let include):
        let other = include.mask.flatMap { name in muted { maskDeclaration(name, environment) } }
        if let other, case .mask(let theirs) = other.kind {
          included += forbids(of: theirs, other.environment)
        }
      case .forbid(let forbid): own.append((forbid, environment))
      case .hide, .malformed: break
      }
    }
    return included + own
  }
}
