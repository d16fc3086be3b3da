import C360Diagnostics
import C360Syntax

extension Checker {
  /// The checked exposure of a declaration, its outcomes not yet.
  func exposure(_ declaration: Declaration) -> ExposureInfo? {
    switch declaration.resolution {
    case .exposure(let info): return info
    case .unresolved: break
    default: return nil
    }
    guard case .exposure(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let info = visiting(declaration.environment.sites, mask: nil) {
      checkExposure(syntax, declaration)
    }
    declaration.resolution = info.map { .exposure($0) } ?? .failed
    return info
  }

  private func checkExposure(
    _ syntax: ExposureSyntax, _ declaration: Declaration
  ) -> ExposureInfo? {
    let environment = zoned(declaration.environment, by: syntax.items)
    let scope = Scope(
      .constant, for: Scope.Use(.constant, "exposure `\(declaration.name)`"), in: environment)
    for item in syntax.items { complainOfMisplaced(item) }
    if syntax.source == nil, let column = syntax.items.first(where: \.isColumn) {
      report(SemanticError.columnOfGenerated(column.span))
    }
    if syntax.source == nil {
      for case .timezone(let view) in syntax.items {
        report(SemanticError.misplacedItem(view.span, "`timezone`", "an exposure without a file"))
      }
    }
    guard let entity = entity(syntax.entity) else { return nil }
    let shape =
      syntax.source == nil
      ? generated(syntax, declaration, entity, scope)
      : fromFile(syntax, declaration, entity, environment)
    let outcomes = outcomes(of: syntax, columns: shape?.columns.map(\.name) ?? [])
    guard let shape, let keep = keepRule(syntax, scope) else { return nil }
    let id = ExposureID(program.exposures.count)
    let exposure = Exposure(
      name: declaration.name, entity: entity, origin: shape.origin, columns: shape.columns,
      key: shape.key, time: shape.time, action: shape.action, propensity: shape.propensity,
      loggedOutcomes: shape.loggedOutcomes, keep: keep.rule, isKeepDeclared: keep.isDeclared,
      outcomes: [], timezone: environment.clock.identifier, span: declaration.nameSpan)
    program.exposures.append(exposure)
    let info = ExposureInfo(
      id: id, declaration: declaration, exposure: exposure, outcomes: outcomes)
    exposureInfos.append(info)
    return info
  }

  /// What an exposure is made of, but for its outcomes.
  private struct Shape {
    var origin: Exposure.Origin
    var columns: [Column]
    var key: Int
    var time: Int
    var action: (column: Int, table: TableID)?
    var propensity: Int?
    var loggedOutcomes: [Int] = []
  }

  private func complainOfMisplaced(_ item: TableItemSyntax) {
    switch item {
    case .column, .outcome, .keep, .timezone, .malformed: return
    case .observed: report(SemanticError.misplacedItem(item.span, "`observed`", "an exposure"))
    case .expires:
      report(SemanticError.misplacedItem(item.span, "`expires after`", "an exposure"))
    case .arrives:
      report(SemanticError.misplacedItem(item.span, "`arrives within`", "an exposure"))
    case .noAction: report(SemanticError.misplacedItem(item.span, "the no-op", "an exposure"))
    case .link, .resolve:
      report(SemanticError.misplacedItem(item.span, "`\(item.word)`", "an exposure"))
    }
  }

  // MARK: From a file

  private func fromFile(
    _ syntax: ExposureSyntax, _ declaration: Declaration, _ entity: String,
    _ environment: Environment
  ) -> Shape? {
    let roles = ["key", "time", "action", "propensity", "outcome"]
    guard let source = syntax.source,
      let data = dataSource(source, format: syntax.format, environment),
      let columns = columns(syntax.items, roles: roles, of: "an exposure", environment)
    else { return nil }
    var isComplete = true
    let span = declaration.nameSpan
    let key = required(
      "key", in: columns, types: [.int, .text], of: "an exposure", at: span,
      example: "customer_id: int @key", isComplete: &isComplete)
    let time = required(
      "time", in: columns, types: [.time], of: "an exposure", at: span,
      example: "sent_at: time @time", isComplete: &isComplete)
    let propensity = position(
      of: "propensity", in: columns, types: [.float(.none)], allowsNull: true,
      isComplete: &isComplete)
    let actionColumn = position(
      of: "action", in: columns, types: [.int, .text], allowsNull: true, isComplete: &isComplete)
    var action: (column: Int, table: TableID)?
    if let actionColumn {
      action = loggedAction(columns[actionColumn], actionColumn)
      if action == nil { isComplete = false }
    }
    guard isComplete else { return nil }
    noteKey(columns[key].type, of: entity, at: columns[key].span)
    // A bare date of an exposure is the start of its day.
    let shaped = columns.enumerated().map { index, written in
      index == time ? written.column.with(bareDate: .startOfDay) : written.column
    }
    return Shape(
      origin: .file(data), columns: shaped, key: key, time: time, action: action,
      propensity: propensity,
      loggedOutcomes: columns.indices.filter { columns[$0].roles["outcome"] != nil })
  }

  /// `@action(offers)`: the key of an action, or the name of the no-op.
  private func loggedAction(
    _ column: WrittenColumn, _ index: Int
  ) -> (column: Int, table: TableID)? {
    guard let role = column.roles["action"] else { return nil }
    guard let argument = role.argument else {
      report(SemanticError.roleArgument(role.span, "@action(offers)"))
      return nil
    }
    let name = argument.identifierText
    guard let declaration = namespace[name] else {
      if !poisonedNames.contains(name) {
        report(SemanticError.unknownName(argument.span, name, known: actionTableNames))
      }
      return nil
    }
    guard declaration.noun == "an actions table" else {
      report(
        SemanticError.wrongKind(
          argument.span, name, noun: declaration.noun, wanted: "an actions table",
          declared: declaration.nameSpan))
      return nil
    }
    guard let info = table(declaration), let roles = info.actionRoles else { return nil }
    let key = info.table.columns[roles.key].type.base
    guard column.type.base == key || (column.type.base == .text && roles.none != nil) else {
      report(
        SemanticError.roleType(
          column.span, "action", found: column.type, wanted: [key], allowsNull: true))
      return nil
    }
    return (index, info.id)
  }

  var actionTableNames: [String] {
    declarations.filter { $0.noun == "an actions table" }.map(\.name)
  }

  // MARK: Generated

  private func generated(
    _ syntax: ExposureSyntax, _ declaration: Declaration, _ entity: String, _ scope: Scope
  ) -> Shape? {
    var population: TableID?
    if let name = syntax.population {
      guard let found = self.population(name, of: entity) else { return nil }
      population = found.id
    }
    guard let key = keyType(of: entity) else {
      reportMissingTable(of: entity, at: declaration.nameSpan)
      return nil
    }
    let origin: Exposure.Origin
    if let step = syntax.step {
      guard
        let every = period(step, isCalendar: syntax.isCalendar, scope, "the step of an exposure"),
        let startSyntax = syntax.start, let throughSyntax = syntax.through,
        let start = instant(startSyntax, scope, bareDate: .start),
        let through = instant(throughSyntax, scope, bareDate: .end)
      else { return nil }
      guard start <= through else {
        report(SemanticError.throughBeforeStart(throughSyntax.span, start: startSyntax.span))
        return nil
      }
      origin = .every(step: every, start: start, through: through, population: population)
    } else if let at = syntax.instant {
      guard let time = instant(at, scope, bareDate: .start) else { return nil }
      origin = .instant(time, population: population)
    } else {
      return nil
    }
    let span = declaration.nameSpan
    return Shape(
      origin: origin,
      columns: [
        Column(name: entity, type: key, defaultValue: nil, labels: [], span: span),
        Column(name: "at", type: .time, defaultValue: nil, labels: [], span: span),
      ], key: 0, time: 1)
  }

  private func population(_ name: NameSyntax, of entity: String) -> TableInfo? {
    let written = name.dotted
    guard let declaration = namespace[written] else {
      if !poisonedNames.contains(written) {
        report(
          SemanticError.unknownName(
            name.span, written,
            known: declarations.filter { $0.noun == "a profile" }.map(\.name)))
      }
      return nil
    }
    guard declaration.noun == "a profile" || declaration.noun == "an event table" else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: declaration.noun, wanted: "a profile",
          declared: declaration.nameSpan))
      return nil
    }
    guard let info = table(declaration) else { return nil }
    guard info.table.entity == entity else {
      report(
        SemanticError.otherEntity(
          name.span, written, entity: info.table.entity ?? "", wanted: entity))
      return nil
    }
    return info
  }

  /// The type of an entity's keys, which its first table says.
  func keyType(of entity: String) -> Type? {
    if let known = entityKeys[entity] { return known.type }
    for declaration in declarations {
      guard case .table(let syntax) = declaration.kind, syntax.entity?.dotted == entity else {
        continue
      }
      _ = table(declaration)
      if let known = entityKeys[entity] { return known.type }
    }
    return nil
  }

  /// Says that no table has entities of a kind, unless one may that has an error of its own.
  func reportMissingTable(of entity: String, at span: Span) {
    if !hasFailedTable { report(SemanticError.entityWithoutTable(span, entity)) }
  }

  /// What is missing may be of a table of which something was complained of.
  var hasFailedTable: Bool {
    declarations.contains { declaration in
      if case .table = declaration.kind, case .failed = declaration.resolution {
        true
      } else {
        false
      }
    }
  }

  /// `[calendar] P`
  private func period(
    _ syntax: ExpressionSyntax, isCalendar: Bool, _ scope: Scope, _ noun: String
  ) -> Offset? {
    if isCalendar { return calendarPeriod(syntax, scope).map { .calendar($0) } }
    return length(syntax, scope, noun)
  }

  // MARK: Keep

  private func keepRule(
    _ syntax: ExposureSyntax, _ scope: Scope
  ) -> (rule: Exposure.KeepRule, isDeclared: Bool)? {
    var found: (rule: Exposure.KeepRule, span: Span)?
    for case .keep(let view) in syntax.items {
      if let found {
        report(SemanticError.duplicateItem(view.span, "keep", noun: "item", first: found.span))
        continue
      }
      guard let rule = keepRule(view, scope) else { return nil }
      found = (rule, view.span)
    }
    guard let found else { return (.all, false) }
    return (found.rule, true)
  }

  private func keepRule(_ view: KeepSyntax, _ scope: Scope) -> Exposure.KeepRule? {
    guard let rule = view.rule?.text else { return nil }
    let length = view.value.map {
      period($0, isCalendar: view.isCalendar, scope, "the length of `keep`")
    }
    if case .some(nil) = length { return nil }
    switch (rule, length ?? nil) {
    case ("all", nil): return .all
    case ("first", nil): return .first
    case ("first", let period?): return .firstPer(period)
    case ("non_overlapping", let window?): return .nonOverlapping(window)
    case ("washout", let gap?): return .washout(gap)
    default:
      report(SemanticError.keepForm(view.span))
      return nil
    }
  }
}

extension TableItemSyntax {
  fileprivate var isColumn: Bool { if case .column = self { true } else { false } }
}

extension Column {
  func with(bareDate: BareDateRule) -> Column {
    Column(
      name: name, type: type, defaultValue: defaultValue, labels: labels, nan: nan,
      bareDate: bareDate, span: span)
  }
}
