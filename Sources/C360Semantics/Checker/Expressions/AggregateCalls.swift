import C360Diagnostics
import C360Syntax

extension Checker {
  /// The call of an aggregate, wherever it stands.
  func aggregateCall(
    _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax, windows: [WindowSyntax],
    span: Span, _ scope: Scope
  ) -> Expression? {
    let name = aggregation.function.rawValue
    if scope.isGroup { return rowAggregate(aggregation, syntax, windows: windows, span, scope) }
    switch scope.rows {
    case .query(let query) where !query.hasDecisions && !query.isValue:
      report(SemanticError.aggregateOfRows(span, name))
      return nil
    case .query(let query):
      return query.demand(span.text, span) {
        self.aggregateCall(aggregation, syntax, windows: windows, span: span, $0)
      }
    case .event(let table):
      report(SemanticError.nestedAggregate(span, name, table: table.name))
      return nil
    case .decision where scope.use.mayAggregate: break
    default:
      report(SemanticError.aggregateHere(span, name, user: scope.use.noun))
      return nil
    }
    guard scope.use.holdsAggregates else {
      return inlineFeature(aggregation, syntax, windows: windows, span, scope)
    }
    guard let table = table(of: syntax, name, scope) else { return nil }
    guard
      let parts = aggregateParts(aggregation, syntax, table, scope),
      let clauses = windowClauses(windows, aggregation, span, scope)
    else { return nil }
    if let marker = clauses.marker, program[marker.table].entity != table.table.entity {
      report(SemanticError.markerOfOther(span, table.name, program[marker.table].name))
      return nil
    }
    var type = aggregation.result.type(argument: parts.argument?.type, second: parts.second?.type)
    // Without the event that the window begins at there is no window.
    if let marker = clauses.marker, !marker.orAll { type = type.optional }
    if aggregation.function == .effectiveCount, !isWeighted(table) {
      report(SemanticError.effectiveWithoutWeights(span, table: table.name))
      return nil
    }
    if isWeighted(table), aggregation.function.mixes {
      guard mayMix(aggregation, parts, clauses.window, span) else { return nil }
      if type.base == .int { type = Type(.float(.none), optional: type.isOptional) }
    }
    var aggregate = Aggregate(
      function: aggregation.function, table: table.id, argument: parts.argument,
      second: parts.second, filter: parts.filter, actionMatches: parts.matches,
      window: clauses.window, lag: clauses.lag, every: clauses.every, marker: clauses.marker,
      setting: parts.setting)
    aggregate.takesAnyWeight = parts.takesAnyWeight
    let value = Expression(
      .aggregate(aggregate), type: type, span: span,
      facts: facts(of: aggregate, table, scope))
    return seen(value, aggregate, under: scope.mask)
  }

  private func facts(of aggregate: Aggregate, _ table: TableInfo, _ scope: Scope) -> Facts {
    var labels = identityLabels(of: table)
    let matched = aggregate.actionMatches
    let parts = [aggregate.argument, aggregate.second, aggregate.filter, aggregate.marker?.filter]
    for part in parts + matched.map(\.event) {
      labels.formUnion(part?.facts.labels ?? [])
    }
    if let actions = scope.actions {
      for match in matched {
        labels.formUnion(actions.table.columns[match.actionColumn].labels)
      }
    }
    let isForward = if case .following = aggregate.window { true } else { false }
    return Facts(
      phase: isForward ? .after : .before,
      grain: Grain(
        .decision(entity: table.table.entity ?? ""),
        actions: matched.isEmpty ? nil : scope.actions?.id),
      labels: labels)
  }

  // MARK: The table

  /// The event table that an aggregate ranges over: the one that its arguments name.
  private func table(of syntax: CallSyntax, _ name: String, _ scope: Scope) -> TableInfo? {
    var named: [(table: TableInfo, words: NameSyntax)] = []
    var isSilenced = false
    for argument in syntax.arguments {
      for reference in Self.references(in: argument.node) {
        guard let words = reference.name, let first = words.components.first else { continue }
        let found = eventTable(first, words, scope)
        if found.isSilenced { isSilenced = true }
        if let table = found.table { named.append((table, words)) }
      }
    }
    guard let certain = named.first(where: { isTable($0.words, in: syntax) }) ?? named.first else {
      if !isSilenced { complainOfNoTable(syntax, name, scope) }
      return nil
    }
    let other = named.first { table, words in
      // In the events of a table its columns come before other tables.
      let isColumn = words.components.count == 1 && certain.table.columnIndex[words.dotted] != nil
      return table.id != certain.table.id && !isColumn
    }
    if let other {
      let (first, second) =
        certain.words.span.range.lowerBound <= other.words.span.range.lowerBound
        ? (certain, other) : (other, certain)
      report(
        SemanticError.twoTables(
          second.words.span, name, first: first.table.name, at: first.words.span,
          second: second.table.name))
      return nil
    }
    return certain.table
  }

  /// Whether a name in the arguments of an aggregate can be no column: `a.x`, or `a` of `count(a)`.
  private func isTable(_ words: NameSyntax, in syntax: CallSyntax) -> Bool {
    if words.components.count > 1 { return true }
    return syntax.arguments.contains { argument in
      guard argument.label == nil, let value = argument.value else { return false }
      return unwrapped(value).span == words.span
    }
  }

  private func eventTable(
    _ first: String, _ name: NameSyntax, _ scope: Scope
  ) -> (table: TableInfo?, isSilenced: Bool) {
    if let binding = scope.environment.bindings[first] {
      switch binding {
      case .events(let table), .column(let table, _): return (table.isEvents ? table : nil, false)
      case .invalid: return (nil, true)
      case .value, .mask: return (nil, false)
      }
    }
    guard let declaration = declaration(named: first, scope) else {
      return (nil, poisonedNames.contains(first) || failedAliases.contains(first))
    }
    guard case .table = declaration.kind else { return (nil, false) }
    guard let table = table(declaration) else { return (nil, true) }
    return (table.isEvents ? table : nil, false)
  }

  private func complainOfNoTable(_ syntax: CallSyntax, _ name: String, _ scope: Scope) {
    let events = declarations.filter { $0.noun == "an event table" }.map(\.name)
    guard case .reference(let reference)? = syntax.arguments.first?.value,
      let words = reference.name, let first = words.components.first
    else {
      report(SemanticError.aggregateWithoutTable(syntax.span, name))
      return
    }
    if let declaration = declaration(named: first, scope) {
      report(
        SemanticError.aggregateOfOther(
          words.span, name, first, noun: declaration.noun, declared: declaration.nameSpan))
    } else if words.components.count == 1, let owner = columnOwner(first) {
      report(SemanticError.bareColumn(words.span, name, first, table: owner))
    } else {
      report(SemanticError.unknownName(words.span, first, known: events))
    }
  }

  private func columnOwner(_ column: String) -> String? {
    tableInfos.first { $0.isEvents && $0.columnIndex[column] != nil }?.name
  }

  static func references(in node: SyntaxNode) -> [ReferenceSyntax] {
    if case .reference(let reference) = ExpressionSyntax(node) { return [reference] }
    return node.elements.flatMap { element -> [ReferenceSyntax] in
      guard case .node(let index) = element.child else { return [] }
      return references(in: SyntaxNode(tree: node.tree, index: index))
    }
  }

  // MARK: Features made of aggregates that stand elsewhere

  private func inlineFeature(
    _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax, windows: [WindowSyntax],
    _ span: Span, _ scope: Scope
  ) -> Expression? {
    let key = InlineFeatureKey(span: span, owner: scope.use.owner, mask: scope.mask?.id)
    if let id = inlineFeatures[key] {
      let inner = program[id].expression
      return Expression(.feature(id), type: inner.type, span: span, facts: inner.facts)
    }
    var inner = scope
    inner.use = Scope.Use(.feature, scope.use.noun, owner: scope.use.owner)
    inner.rows = .decision(nil)
    guard
      let value = aggregateCall(aggregation, syntax, windows: windows, span: span, inner)
    else { return nil }
    let number = inlineCounts[scope.use.owner, default: 0] + 1
    inlineCounts[scope.use.owner] = number
    let id = add(
      Feature(
        name: "\(scope.use.owner)#\(number)", mask: scope.mask?.id,
        actions: value.facts.grain.actions, expression: value, span: span))
    inlineFeatures[key] = id
    return Expression(.feature(id), type: value.type, span: span, facts: value.facts)
  }
}
