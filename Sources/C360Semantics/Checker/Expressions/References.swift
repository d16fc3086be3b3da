import C360Diagnostics
import C360Syntax

extension Checker {
  func reference(_ syntax: ReferenceSyntax, _ scope: Scope) -> Expression? {
    if syntax.isDecisionTime { return decisionTime(syntax.span, scope) }
    guard let name = syntax.name else { return nil }
    return resolve(name.components, name.span, scope)
  }

  /// The value that a name stands for.
  func resolve(_ parts: [String], _ span: Span, _ scope: Scope) -> Expression? {
    guard let first = parts.first else { return nil }
    return parts.count == 1 ? simple(first, span, scope) : qualified(parts, span, scope)
  }

  private func decisionTime(_ span: Span, _ scope: Scope) -> Expression? {
    switch scope.rows {
    case .decision:
      let entity = program.entities.count == 1 ? program.entities[0] : ""
      return Expression(
        .decisionTime, type: .time, span: span,
        facts: Facts(phase: .before, grain: Grain(.decision(entity: entity))))
    case .query(let query):
      if let column = query.visible("at") { return query.use(column, span) }
      return query.demand("at", span) { self.decisionTime(span, $0) }
    case .event(let table):
      report(SemanticError.notInAggregate(span, "`at`", table: table.name))
    case .constant, .table, .exposureRow, .function:
      report(SemanticError.noDecisionHere(span, scope.use.noun))
    }
    return nil
  }

  // MARK: One part

  private func simple(_ name: String, _ span: Span, _ scope: Scope) -> Expression? {
    if let binding = scope.environment.bindings[name] {
      return bound(binding, name, span, scope)
    }
    let declaration = declaration(named: name, scope)
    let column = column(named: name, scope)
    if let column {
      if let declaration, declaration.isValue, mayMean(declaration, scope) {
        report(
          SemanticError.ambiguous(
            span, name, column: column.span, table: column.table,
            declaration: declaration.nameSpan, noun: declaration.noun))
        return nil
      }
      return column.make(span)
    }
    if let declaration { return value(of: declaration, span, scope) }
    return unknown(name, span, scope)
  }

  /// Whether a name that is also a column could mean the declaration: features and scores only where
  /// decisions are at hand, so that a column which a stage named like one is that column from there on.
  private func mayMean(_ declaration: Declaration, _ scope: Scope) -> Bool {
    guard case .query(let query) = scope.rows, !query.hasDecisions else { return true }
    if case .param = declaration.kind { return true }
    return false
  }

  /// The declaration a name means: inside a template its siblings come first.
  func declaration(named name: String, _ scope: Scope) -> Declaration? {
    if let prefix = scope.environment.prefix, let found = namespace["\(prefix).\(name)"] {
      return found
    }
    return namespace[name]
  }

  private func bound(
    _ binding: Binding, _ name: String, _ span: Span, _ scope: Scope
  ) -> Expression? {
    switch binding {
    case .value(let value):
      return Expression(value.kind, type: value.type, span: span, facts: value.facts)
    case .column(let table, let column): return tableColumn(table, column, span, scope)
    case .events, .mask:
      report(SemanticError.notAValue(span, name, noun: "a parameter for a table or mask"))
      return nil
    case .invalid: return nil
    }
  }

  /// A column of the rows at hand that a bare name could mean.
  private struct ColumnCandidate {
    let span: Span
    let table: String
    let make: (Span) -> Expression?
  }

  /// Whether an expression is no more than the name of such a column, and of no declaration.
  func isColumn(_ syntax: ExpressionSyntax, _ scope: Scope) -> Bool {
    guard case .reference(let reference) = unwrapped(syntax), let name = reference.name?.dotted,
      scope.environment.bindings[name] == nil, declaration(named: name, scope) == nil
    else { return false }
    return column(named: name, scope) != nil
  }

  private func column(named name: String, _ scope: Scope) -> ColumnCandidate? {
    switch scope.rows {
    case .event(let table), .table(let table):
      guard let index = table.columnIndex[name] else { return nil }
      return ColumnCandidate(
        span: table.table.columns[index].span, table: table.name,
        make: { self.tableColumn(table, index, $0, scope) })
    case .exposureRow(let exposure):
      return column(named: name, of: exposure, scope)
    case .decision(let exposure?) where scope.use.kind == .outcome:
      return column(named: name, of: exposure, scope)
    case .query(let query):
      if let found = query.visible(name) {
        return ColumnCandidate(
          span: found.span, table: query.sourceName, make: { query.use(found, $0) })
      }
      guard let exposure = query.exposure, query.isConnected else { return nil }
      if name == "kept" {
        return ColumnCandidate(
          span: exposure.exposure.span, table: exposure.name,
          make: { self.kept(exposure, $0, scope) })
      }
      return column(named: name, of: exposure, scope)
    case .constant, .decision, .function: return nil
    }
  }

  private func column(
    named name: String, of exposure: ExposureInfo, _ scope: Scope
  ) -> ColumnCandidate? {
    if let index = exposure.columnIndex[name] {
      return ColumnCandidate(
        span: exposure.exposure.columns[index].span, table: exposure.name,
        make: { self.exposureColumn(exposure, index, $0, scope) })
    }
    guard let index = exposure.outcomeIndex[name] else { return nil }
    return ColumnCandidate(
      span: exposure.outcomes[index].nameSpan, table: exposure.name,
      make: { self.outcome(exposure, index, $0, scope) })
  }

  // MARK: Several parts

  private func qualified(_ parts: [String], _ span: Span, _ scope: Scope) -> Expression? {
    let dotted = parts.joined(separator: ".")
    if let query = scope.query, let found = query.visible(dotted) { return query.use(found, span) }
    if let declaration = declaration(named: dotted, scope) {
      return value(of: declaration, span, scope)
    }
    if scope.environment.bindings[parts[0]] == nil, failedAliases.contains(parts[0]) { return nil }
    guard parts.count == 2 else { return unknown(dotted, span, scope, first: parts[0]) }
    let (owner, member) = (parts[0], parts[1])
    if let binding = scope.environment.bindings[owner] {
      guard case .events(let table) = binding else {
        if case .invalid = binding { return nil }
        report(SemanticError.noMembers(span, owner))
        return nil
      }
      if member == "time", let roles = table.eventRoles {
        return tableColumn(table, roles.time, span, scope)
      }
      return column(member, of: table, span, scope)
    }
    if let query = scope.query, query.isSource(owner), let found = query.visible(member) {
      return query.use(found, span)
    }
    guard let declaration = declaration(named: owner, scope) else {
      if let alias = aliases[owner] {
        let members = namespace.keys.filter { $0.hasPrefix(owner + ".") }
        report(SemanticError.unknownMember(span, dotted, alias: alias, members: members.sorted()))
        return nil
      }
      return unknown(owner, span, scope)
    }
    return memberValue(member, of: declaration, span, scope)
  }

  private func memberValue(
    _ member: String, of declaration: Declaration, _ span: Span, _ scope: Scope
  ) -> Expression? {
    switch declaration.kind {
    case .table: return table(declaration).flatMap { column(member, of: $0, span, scope) }
    case .exposure:
      guard let info = exposure(declaration) else { return nil }
      if let index = info.columnIndex[member] { return exposureColumn(info, index, span, scope) }
      if let index = info.outcomeIndex[member] { return outcome(info, index, span, scope) }
      if member == "kept" { return kept(info, span, scope) }
      report(
        SemanticError.unknownColumn(
          span, member, of: info.name, declared: declaration.nameSpan,
          known: info.exposure.columns.map(\.name) + info.outcomes.map(\.name)))
    default: report(SemanticError.noMembers(span, declaration.name))
    }
    return nil
  }

  private func column(
    _ member: String, of table: TableInfo, _ span: Span, _ scope: Scope
  ) -> Expression? {
    if let column = table.columnIndex[member] { return tableColumn(table, column, span, scope) }
    report(
      SemanticError.unknownColumn(
        span, member, of: table.name, declared: table.table.span,
        known: table.table.columns.map(\.name)))
    return nil
  }

  // MARK: Declarations as values

  /// What a declaration's name means as a value.
  func value(
    of declaration: Declaration, _ span: Span, _ scope: Scope
  ) -> Expression? {
    switch declaration.kind {
    case .param:
      guard let id = parameter(declaration) else { return nil }
      return Expression(
        .parameter(id), type: program[id].type, span: span, facts: .constant)
    case .feature, .score: return computed(declaration, span, scope)
    default:
      report(SemanticError.notAValue(span, declaration.name, noun: declaration.noun))
      return nil
    }
  }

  /// A feature or a score where decisions are at hand.
  private func computed(
    _ declaration: Declaration, _ span: Span, _ scope: Scope
  ) -> Expression? {
    let isScore = if case .score = declaration.kind { true } else { false }
    switch scope.rows {
    case .query(let query):
      return query.demand(declaration.name, span) { self.computed(declaration, span, $0) }
    case .event(let table):
      if !isScore, scope.isArgument {
        return asOf(table, span, scope) { self.computed(declaration, span, $0) }
      }
      report(
        isScore
          ? SemanticError.notInAggregate(span, "the score `\(declaration.name)`", table: table.name)
          : SemanticError.featureInFilter(span, declaration.name, table: table.name))
      return nil
    case .constant, .table, .exposureRow, .function:
      report(SemanticError.noDecisionHere(span, scope.use.noun, declared: declaration.nameSpan))
      return nil
    case .decision: break
    }
    if scope.use.kind == .hide {
      report(
        SemanticError.hideReads(span, "the \(isScore ? "score" : "feature") `\(declaration.name)`"))
      return nil
    }
    if isScore, !scope.use.mayReadScores {
      report(SemanticError.scoreHere(span, declaration.name, scope.use.noun, declaration.nameSpan))
      return nil
    }
    let kind: Expression.Kind
    let inner: Expression
    let actions: TableID?
    if isScore {
      guard let id = score(declaration, mask: scope.mask, at: span) else { return nil }
      (kind, inner, actions) = (.score(id), program[id].expression, program[id].actions)
    } else {
      guard let id = feature(declaration, mask: scope.mask, at: span) else { return nil }
      (kind, inner, actions) = (.feature(id), program[id].expression, program[id].actions)
    }
    guard mayUse(actions, declaration.name, span, scope, declared: declaration.nameSpan) else {
      return nil
    }
    return Expression(kind, type: inner.type, span: span, facts: inner.facts)
  }

  /// What a value of an entity and a time is as of each event of a table (semantics.md G5).
  func asOf(
    _ table: TableInfo, _ span: Span, _ scope: Scope, _ value: (Scope) -> Expression?
  ) -> Expression? {
    var decision = scope.with(rows: .decision(nil))
    decision.isArgument = false
    guard let found = value(decision) else { return nil }
    if found.facts.grain.actions != nil {
      report(SemanticError.actionInArgument(span, "an aggregate"))
      return nil
    }
    if case .decision(let entity) = found.facts.grain.row, !entity.isEmpty,
      entity != table.table.entity
    {
      report(SemanticError.otherTableInAggregate(span, span.text, table: table.name))
      return nil
    }
    var facts = found.facts
    facts.grain = Grain(.row(table.id))
    return Expression(found.kind, type: found.type, span: span, facts: facts)
  }

  /// Whether values per action of this table fit where they are used.
  func mayUse(
    _ actions: TableID?, _ name: String, _ span: Span, _ scope: Scope, declared: Span
  ) -> Bool {
    guard let actions, scope.actions?.id != actions else { return true }
    report(
      SemanticError.actionGrain(
        span, name, actions: program[actions].name, user: scope.use.noun, declared: declared,
        other: scope.actions?.name, isQuery: scope.use.kind == .query))
    return false
  }

  // MARK: Unknown names

  private func unknown(
    _ name: String, _ span: Span, _ scope: Scope, first: String? = nil
  ) -> Expression? {
    if poisonedNames.contains(first ?? name) || failedAliases.contains(first ?? name) { return nil }
    if let owner = outcomeOwners[name]?.first, let info = exposure(owner),
      let index = info.outcomeIndex[name]
    {
      if !scope.use.mayReadAfter { return outcome(info, index, span, scope) }
      if case .query(let query) = scope.rows, !query.isConnected {
        report(SemanticError.notSelected(span, name, known: query.visibleNames))
        return nil
      }
      report(SemanticError.unqualifiedOutcome(span, name, exposure: info.name))
      return nil
    }
    suggestionsLeft -= 1
    guard suggestionsLeft >= 0 else {
      report(SemanticError.unknownName(span, name, known: []))
      return nil
    }
    var known = Array(namespace.keys) + Array(scope.environment.bindings.keys)
    switch scope.rows {
    case .event(let table), .table(let table): known += table.table.columns.map(\.name)
    case .query(let query): known += query.visibleNames
    default: break
    }
    if let prefix = scope.environment.prefix {
      known += namespace.keys.filter { $0.hasPrefix(prefix + ".") }
        .map { String($0.dropFirst(prefix.count + 1)) }
    }
    report(SemanticError.unknownName(span, name, known: known, columns: columnOwners(of: name)))
    return nil
  }

  /// `sends.bucket` for a bare `bucket`: columns that a name could have meant.
  private func columnOwners(of name: String) -> [String] {
    declarations.compactMap { declaration in
      switch declaration.kind {
      case .table: table(declaration)?.columnIndex[name].map { _ in "\(declaration.name).\(name)" }
      case .exposure:
        exposure(declaration)?.columnIndex[name].map { _ in "\(declaration.name).\(name)" }
      default: nil
      }
    }
  }
}

extension Declaration {
  /// Whether its name can stand in an expression.
  var isValue: Bool {
    switch kind {
    case .param, .feature, .score: true
    default: false
    }
  }
}

extension Scope {
  var query: QueryScope? {
    if case .query(let query) = rows { return query }
    return nil
  }
}

extension Scope.Use {
  var mayReadScores: Bool {
    switch kind {
    case .score, .term, .threshold, .rule, .query: true
    default: false
    }
  }
}
