import C360Diagnostics
import C360Syntax

extension Checker {
  /// A typed pipeline. Stages are checked twice: first to learn what they ask of the source, then
  /// with those columns in place.
  func query(
    _ syntax: QuerySyntax, isOutput: Bool, _ environment: Environment
  ) -> Query? {
    guard let (base, place, parts) = unfolded(syntax, environment),
      let source = source(of: base, isOutput: isOutput, place)
    else { return nil }
    var checked = CheckedStages(checker: self, source: source, isOutput, demanded: nil)
    guard checked.run(parts) else { return nil }
    let demanded = checked.scope.demanded
    if !demanded.isEmpty {
      checked = CheckedStages(checker: self, source: source, isOutput, demanded: demanded)
      guard checked.run(parts) else { return nil }
    }
    checked.dropHidden()
    return Query(
      source: source.source, mask: source.mask?.id, unmaskedBecause: source.unmaskedBecause,
      initial: source.defaults + demanded, stages: checked.stages,
      columns: checked.scope.columns.map { ($0.name, $0.type) }, span: syntax.span)
  }
}

/// The stages of a query up to some point and the columns behind them.
struct CheckedStages {
  let checker: Checker
  let scope: QueryScope
  /// Of the part whose stages are being read.
  private(set) var rows: Scope
  /// Whether what is joined is written somewhere too.
  let isOutput: Bool
  var stages: [Query.Stage] = []

  init(
    checker: Checker, source: QuerySource, _ isOutput: Bool,
    demanded: [Query.Projection]?
  ) {
    self.checker = checker
    self.isOutput = isOutput
    func column(_ projection: Query.Projection, key: String?, isVisible: Bool) -> QueryScope.Column
    {
      QueryScope.Column(
        name: projection.name, key: key, type: projection.expression.type,
        facts: projection.expression.facts, span: projection.expression.span,
        isVisible: isVisible)
    }
    let shown = zip(source.defaults, source.keys).map { column($0, key: $1, isVisible: true) }
    let hidden = (demanded ?? []).map { column($0, key: $0.name, isVisible: false) }
    scope = QueryScope(
      checker: checker, sourceName: source.name, decisions: source.decisions,
      exposure: source.exposure, columns: shown + hidden, isDiscovering: demanded == nil)
    rows = Self.rows(scope, source.name, in: source.environment)
  }

  /// Over the columns of another query, for what `join` takes from it.
  init(
    checker: Checker, columns: [(name: String, type: Type)], of name: String, in rows: Scope,
    _ span: Span
  ) {
    self.checker = checker
    isOutput = false
    scope = QueryScope(
      checker: checker, sourceName: name, decisions: nil, exposure: nil,
      columns: columns.map { column in
        QueryScope.Column(
          name: column.name, key: nil, type: column.type,
          facts: Facts(phase: .before, grain: Grain(.query)), span: span, isVisible: true)
      }, isDiscovering: false, isJoined: true)
    self.rows = Self.rows(scope, name, in: rows.environment)
  }

  private static func rows(
    _ scope: QueryScope, _ name: String, in environment: Environment
  ) -> Scope {
    Scope(.query(scope), for: Scope.Use(.query, "the query", owner: name), in: environment)
  }

  mutating func run(_ parts: [QueryPart]) -> Bool {
    for part in parts {
      scope.sourceName = part.name
      rows = Self.rows(scope, part.name, in: part.environment)
      guard checker.visiting(part.environment.sites, mask: nil, { run(part.stages) }) else {
        return false
      }
    }
    return true
  }

  /// False when something was complained of.
  private mutating func run(_ syntax: [StageSyntax]) -> Bool {
    for stage in syntax {
      guard let verb = stage.verb else { return false }
      let isFine: Bool
      switch verb.text {
      case "where": isFine = filter(stage)
      case "select": isFine = select(stage)
      case "derive": isFine = derive(stage)
      case "group": isFine = group(stage)
      case "sort": isFine = sort(stage)
      case "take", "skip": isFine = limit(stage, verb)
      case "distinct": isFine = distinct(stage)
      case "sample": isFine = sample(stage)
      case "pivot": isFine = pivot(stage)
      case "window": isFine = window(stage)
      case "join": isFine = join(stage)
      case "describe":
        describe(stage)
        isFine = true
      default:
        checker.report(SemanticError.notInThisVersion(verb.span, "`\(verb.text)` in a query"))
        isFine = false
      }
      guard isFine else { return false }
    }
    return true
  }

  /// Takes the columns away that only stages needed.
  mutating func dropHidden() {
    let visible = scope.visibleIndices
    guard visible.count < scope.columns.count else { return }
    stages.append(
      .project(
        visible.map { index in
          let column = scope.columns[index]
          return Query.Projection(
            name: column.name, expression: scope.reference(index, column.span))
        }))
    scope.columns = visible.map { scope.columns[$0] }
  }

  // MARK: Stages

  private mutating func filter(_ stage: StageSyntax) -> Bool {
    guard let syntax = stage.expression,
      let condition = checker.condition(syntax, rows, of: "`where`")
    else { return false }
    stages.append(.filter(condition))
    return true
  }

  private mutating func select(_ stage: StageSyntax) -> Bool {
    guard let items = self.items(stage.items), areUnique(items) else { return false }
    stages.append(.project(items.map(\.projection)))
    scope.columns = items.map(\.column)
    scope.isConnected = false
    return true
  }

  /// Looks at what is added alone: chains of them are long.
  private mutating func derive(_ stage: StageSyntax) -> Bool {
    guard let items = self.items(stage.items), areUnique(items, beside: scope) else { return false }
    stages.append(.derive(items.map(\.projection), firstColumn: scope.columns.count))
    scope.add(items.map(\.column))
    return true
  }

  /// What rows are grouped by; nil after a complaint.
  func groupKeys(_ stage: StageSyntax) -> [Item]? {
    items(stage.keys).flatMap { areComparable($0) ? $0 : nil }
  }

  func areComparable(_ keys: [Item]) -> Bool {
    var isFine = true
    for item in keys where !item.column.type.base.isComparable {
      checker.report(SemanticError.groupKey(item.column.span, item.column.type))
      isFine = false
    }
    return isFine
  }

  private mutating func group(_ stage: StageSyntax) -> Bool {
    let keys = groupKeys(stage)
    var inner = rows
    inner.isGroup = true
    let aggregates = self.aggregates(stage, inner) { $0 }
    guard let keys, let aggregates, areUnique(keys + aggregates) else { return false }
    stages.append(.group(keys: keys.map(\.projection), aggregates: aggregates.map(\.projection)))
    scope.columns = (keys + aggregates).map(\.column)
    scope.isConnected = false
    return true
  }

  /// What a stage says of each group.
  ///
  /// - Parameter name: of its column, from the one that is written.
  /// - Returns: nil after a complaint.
  func aggregates(
    _ stage: StageSyntax, _ rows: Scope, named name: (String) -> String
  ) -> [Item]? {
    var aggregates: [Item] = []
    var isComplete = true
    for syntax in stage.items {
      guard let expression = syntax.expression, let written = syntax.name else {
        checker.report(SemanticError.unnamedAggregate(syntax.span))
        isComplete = false
        continue
      }
      guard let value = checker.expression(expression, rows), isOfGroup(value) else {
        isComplete = false
        continue
      }
      aggregates.append(item(name(written.identifierText), value, written.span))
    }
    return isComplete ? aggregates : nil
  }

  /// Outside aggregates there is no single row to read a column of.
  func isOfGroup(_ value: Expression) -> Bool {
    if case .rowAggregate = value.kind { return true }
    if case .queryColumn = value.kind {
      checker.report(SemanticError.columnInGroup(value.span))
      return false
    }
    return ExpressionWalk.children(value).allSatisfy { isOfGroup($0) }
  }

  private mutating func sort(_ stage: StageSyntax) -> Bool {
    guard let keys = sortKeys(stage) else { return false }
    stages.append(.sort(keys))
    return true
  }

  func sortKeys(_ stage: StageSyntax) -> [Query.SortKey]? {
    var keys: [Query.SortKey] = []
    for syntax in stage.sortKeys {
      guard let expression = syntax.expression, let value = checker.expression(expression, rows)
      else { return nil }
      guard value.type.base.isComparable else {
        checker.report(SemanticError.sortKey(value.span, value.type))
        return nil
      }
      keys.append(Query.SortKey(expression: value, isDescending: syntax.isDescending))
    }
    return keys
  }

  private mutating func limit(_ stage: StageSyntax, _ verb: SyntaxToken) -> Bool {
    guard let syntax = stage.expression,
      let count = checker.integer(syntax, rows, "the number of `\(verb.text)`")
    else { return false }
    guard count >= 0, let exact = Int(exactly: count) else {
      checker.report(SemanticError.negativeCount(syntax.span, verb.text))
      return false
    }
    stages.append(verb.text == "take" ? .take(exact) : .skip(exact))
    return true
  }

  // MARK: Items

  struct Item {
    let projection: Query.Projection
    let column: QueryScope.Column
  }

  func item(_ name: String, _ value: Expression, _ span: Span) -> Item {
    Item(
      projection: Query.Projection(name: name, expression: value),
      column: QueryScope.Column(
        name: name, key: nil, type: value.type, facts: value.facts, span: span, isVisible: true))
  }

  /// What all items of `select`, `derive` or the keys of `group` stand for; nil after a complaint.
  private func items(_ written: [SelectItemSyntax]) -> [Item]? {
    let found = written.map { items($0) }
    return found.contains { $0 == nil } ? nil : found.flatMap { $0 ?? [] }
  }

  /// What an item of `select`, `derive` or the keys of `group` stands for.
  func items(_ syntax: SelectItemSyntax) -> [Item]? {
    if syntax.isStar {
      guard let prefix = syntax.prefix else {
        return scope.visibleIndices.map { index in
          item(scope.columns[index].name, scope.reference(index, syntax.span), syntax.span)
        }
      }
      return members(of: prefix, syntax.span)
    }
    guard let expression = syntax.expression, let value = checker.expression(expression, rows)
    else { return nil }
    guard value.type.base != .null, value.type.base != .calendarSpan else {
      checker.report(SemanticError.onlyNull(expression.span))
      return nil
    }
    if let name = syntax.name { return [item(name.identifierText, value, name.span)] }
    guard let name = defaultName(expression) else {
      checker.report(SemanticError.unnamedColumn(syntax.span))
      return nil
    }
    return [item(name, value, syntax.span)]
  }

  /// A feature's column is named like the feature, a table's column like the column.
  private func defaultName(_ expression: ExpressionSyntax) -> String? {
    guard case .reference(let reference) = checker.unwrapped(expression) else { return nil }
    if reference.isDecisionTime { return "at" }
    guard let name = reference.name else { return nil }
    if checker.declaration(named: name.dotted, rows) != nil { return name.dotted }
    if scope.visible(name.dotted) != nil { return name.dotted }
    return name.components.last
  }

  /// `rfm.*`, `accounts.*`
  private func members(of prefix: NameSyntax, _ span: Span) -> [Item]? {
    let written = prefix.dotted
    if scope.isSource(written) {
      return scope.visibleIndices.map { index in
        item(scope.columns[index].name, scope.reference(index, span), span)
      }
    }
    let features = checker.declarations.filter { declaration in
      guard case .feature = declaration.kind else { return false }
      return declaration.name.hasPrefix(written + ".")
    }
    if !features.isEmpty {
      var items: [Item] = []
      for feature in features {
        guard let value = checker.value(of: feature, span, rows) else { return nil }
        items.append(item(feature.name, value, span))
      }
      return items
    }
    if let declaration = checker.declaration(named: written, rows),
      let info = checker.table(declaration), info.isProfile
    {
      var items: [Item] = []
      for (index, column) in info.table.columns.enumerated() {
        guard let value = checker.tableColumn(info, index, span, rows) else { return nil }
        items.append(item(column.name, value, span))
      }
      return items
    }
    if !checker.failedAliases.contains(written), !checker.poisonedNames.contains(written) {
      checker.report(SemanticError.noStar(prefix.span, written))
    }
    return nil
  }

  /// - Parameter others: whose visible columns are there too.
  func areUnique(_ items: [Item], beside others: QueryScope? = nil) -> Bool {
    var seen: [String: Span] = [:]
    for item in items {
      if let first = others?.spanOfVisible(item.column.name) ?? seen[item.column.name] {
        checker.report(
          SemanticError.duplicateItem(
            item.column.span, item.column.name, noun: "column", first: first))
        return false
      }
      seen[item.column.name] = item.column.span
    }
    return true
  }
}
