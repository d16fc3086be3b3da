import C360Diagnostics
import C360Syntax

extension Checker {
  /// The checked table of a declaration; nil when it is no table or has an error.
  func table(_ declaration: Declaration) -> TableInfo? {
    switch declaration.resolution {
    case .table(let info): return info
    case .unresolved: break
    default: return nil
    }
    guard case .table(let syntax) = declaration.kind else { return nil }
    declaration.resolution = .inProgress
    let info = visiting(declaration.environment.sites, mask: nil) {
      checkTable(syntax, declaration)
    }
    declaration.resolution = info.map { .table($0) } ?? .failed
    return info
  }

  private static let rolesByKind: [String: [String]] = [
    "events": ["key", "time", "known", "sequence", "id", "retracted"],
    "profile": ["key", "from", "known", "until"],
    "consents": ["key", "purpose", "channel", "from", "until"],
    "actions": ["key"],
    "limits": ["key"],
    "identity": ["key", "entity", "weight", "known", "left", "right"],
  ]

  private func checkTable(_ syntax: TableSyntax, _ declaration: Declaration) -> TableInfo? {
    guard let keyword = syntax.keyword?.text, let source = syntax.source else { return nil }
    let noun = declaration.noun
    let environment = zoned(declaration.environment, by: syntax.items)
    for item in syntax.items { complainOfMisplaced(item, keyword: keyword, noun) }
    let via = via(syntax, noun)
    let data = dataSource(source, format: syntax.format, environment)
    guard
      let columns = columns(
        syntax.items, roles: Self.rolesByKind[keyword] ?? [], of: noun, environment)
    else { return nil }
    var isComplete = data != nil
    var entityName: String?
    if keyword != "actions", keyword != "limits" {
      entityName = entity(syntax.entity)
      if entityName == nil { isComplete = false }
    }
    let site = TableSite(
      noun: noun, span: declaration.nameSpan, syntax: syntax, via: via,
      scope: Scope(.constant, for: Scope.Use(.constant, noun), in: environment))
    let kind: Table.Kind =
      switch keyword {
      case "events": .events(eventRoles(columns, site, &isComplete))
      case "profile": .profile(profileRoles(columns, site, &isComplete))
      case "consents": .consents(consentRoles(columns, site, &isComplete))
      case "identity": .identity(identityRoles(columns, site, &isComplete))
      case "limits": .limits(limitRoles(columns, site, &isComplete))
      default: .actions(actionRoles(columns, site, &isComplete))
      }
    guard isComplete, let data, via.isUsable else { return nil }
    if let entityName { noteKeys(columns, kind, of: entityName) }
    func table(_ kind: Table.Kind) -> Table {
      Table(
        name: declaration.name, kind: kind, entity: entityName, source: data,
        columns: Self.contract(columns, of: kind), timezone: environment.clock.identifier,
        span: declaration.nameSpan)
    }
    let id = TableID(program.tables.count)
    program.tables.append(table(kind))
    if case .identity(let roles) = kind {
      let rows = TableInfo(id: id, table: program[id])
      guard let weighed = weighed(roles, columns, rows, site) else { return nil }
      program.tables[id.index] = table(.identity(weighed))
    }
    let info = TableInfo(id: id, table: program[id])
    tableInfos.append(info)
    return info
  }

  /// The environment of a table that says `timezone`: its dates, times without an offset and the times in
  /// its block are those of that zone.
  func zoned(_ environment: Environment, by items: [TableItemSyntax]) -> Environment {
    var zoned = environment
    var first: Span?
    for case .timezone(let view) in items {
      if let first {
        repeated(view.span, "timezone", first)
        continue
      }
      first = view.span
      guard let token = view.identifier else { continue }
      if let clock = LocalClock(identifier: token.textValue) {
        zoned = environment.with(clock: clock)
      } else {
        report(
          SemanticError.unknownTimezone(
            token.span, token.textValue, known: LocalClock.knownIdentifiers))
      }
    }
    return zoned
  }

  /// A consent that is withdrawn on a day is withdrawn from its start (semantics.md: at equal times
  /// withdrawal wins).
  private static func contract(_ columns: [WrittenColumn], of kind: Table.Kind) -> [Column] {
    var contract = columns.map(\.column)
    if case .consents(let roles) = kind, let until = roles.until {
      contract[until] = contract[until].with(bareDate: .startOfDay)
    }
    return contract
  }

  struct TableSite {
    let noun: String
    let span: Span
    let syntax: TableSyntax
    let via: Via
    let scope: Scope
  }

  /// Items that belong to other kinds of tables.
  private func complainOfMisplaced(_ item: TableItemSyntax, keyword: String, _ noun: String) {
    switch item {
    case .column, .timezone, .malformed: return
    case .observed:
      if keyword == "events" { return }
      report(SemanticError.misplacedItem(item.span, "`observed`", noun))
    case .arrives:
      if keyword == "events" { return }
      report(SemanticError.misplacedItem(item.span, "`arrives within`", noun))
    case .expires:
      if keyword == "profile" { return }
      report(SemanticError.misplacedItem(item.span, "`expires after`", noun))
    case .noAction:
      if keyword == "actions" { return }
      report(SemanticError.misplacedItem(item.span, "the no-op", noun))
    case .keep: report(SemanticError.misplacedItem(item.span, "`keep`", noun))
    case .outcome: report(SemanticError.misplacedItem(item.span, "an outcome", noun))
    case .link, .resolve:
      if keyword == "identity" { return }
      report(SemanticError.misplacedItem(item.span, "`\(item.word)`", noun))
    }
  }

  // MARK: Events

  private func eventRoles(
    _ columns: [WrittenColumn], _ site: TableSite, _ isComplete: inout Bool
  ) -> Table.EventRoles {
    let key = required(
      "key", in: columns, types: [.int, .text], of: site.noun, at: site.span,
      example: "customer_id: int @key", isComplete: &isComplete)
    let time = required(
      "time", in: columns, types: [.time], of: site.noun, at: site.span,
      example: "ordered_at: time @time", isComplete: &isComplete)
    let known = position(
      of: "known", in: columns, types: [.time], allowsNull: true, isComplete: &isComplete)
    let sequence = position(
      of: "sequence", in: columns, types: [.int], isComplete: &isComplete)
    let id = position(of: "id", in: columns, types: [.int, .text], isComplete: &isComplete)
    let retracted = position(
      of: "retracted", in: columns, types: [.bool], allowsNull: true, isComplete: &isComplete)
    if let retracted, id == nil, !columns.contains(where: { $0.roles["id"] != nil }) {
      report(
        SemanticError.missingRole(
          columns[retracted].span, "id", of: "a table with `@retracted` rows",
          example: "order_id: int @id"))
      isComplete = false
    }
    var arrives: (length: Int64, span: Span)?
    var through: (instant: Int64, span: Span)?
    var from: (instant: Int64, span: Span)?
    for item in site.syntax.items {
      switch item {
      case .arrives(let view):
        if let first = arrives {
          repeated(view.span, "arrives within", first.span)
        } else if let value = view.delay, let length = delay(value, site.scope) {
          arrives = (length, view.span)
        }
      case .observed(let view) where view.bound?.text == "through":
        if let first = through {
          repeated(view.span, "observed through", first.span)
        } else if let value = view.value, let end = instant(value, site.scope, bareDate: .end) {
          through = (end, view.span)
        }
      case .observed(let view) where view.bound?.text == "from":
        if let first = from {
          repeated(view.span, "observed from", first.span)
        } else if let value = view.value, let start = instant(value, site.scope, bareDate: .start) {
          from = (start, view.span)
        }
      default: break
      }
    }
    if let from, let through, through.instant < from.instant {
      report(SemanticError.observedBackwards(through.span, from: from.span))
      isComplete = false
    }
    if let known, let arrives {
      report(
        SemanticError.knownTwice(
          arrives.span, column: columns[known].span, name: columns[known].name))
      isComplete = false
    }
    return Table.EventRoles(
      key: key, time: time, known: known, arrivesWithin: arrives?.length, sequence: sequence,
      id: id, retracted: retracted, observedThrough: through?.instant,
      observedFrom: from?.instant, via: site.via.id)
  }

  private func repeated(_ span: Span, _ what: String, _ first: Span) {
    report(SemanticError.duplicateItem(span, what, noun: "item", first: first))
  }

  private func delay(_ syntax: ExpressionSyntax, _ scope: Scope) -> Int64? {
    guard let length = duration(syntax, scope, "a delay") else { return nil }
    guard length >= 0 else {
      report(SemanticError.negativeDelay(syntax.span))
      return nil
    }
    return length
  }

  /// An instant that is written or a param; a bare date is its start or its end.
  func instant(
    _ syntax: ExpressionSyntax, _ scope: Scope, bareDate: LocalClock.BareDate
  ) -> Int64? {
    if case .literal(let literal) = unwrapped(syntax), let token = literal.token,
      token.kind == .time
    {
      return scope.environment.clock.instant(token.text, bareDate: bareDate)
    }
    guard let (value, type) = constantValue(syntax, scope, "a time") else { return nil }
    guard case .time(let instant) = value else {
      report(
        SemanticError.typeMismatch(
          syntax.span, found: type, wanted: .time, because: nil, what: "this"))
      return nil
    }
    return instant
  }

  // MARK: Profiles, consents, actions

  private func profileRoles(
    _ columns: [WrittenColumn], _ site: TableSite, _ isComplete: inout Bool
  ) -> Table.ProfileRoles {
    let key = required(
      "key", in: columns, types: [.int, .text], of: site.noun, at: site.span,
      example: "customer_id: int @key", isComplete: &isComplete)
    let from = position(of: "from", in: columns, types: [.time], isComplete: &isComplete)
    let known = position(
      of: "known", in: columns, types: [.time], allowsNull: true, isComplete: &isComplete)
    let until = position(
      of: "until", in: columns, types: [.time], allowsNull: true, isComplete: &isComplete)
    for column in columns
    where column.roles.isEmpty && !column.type.isOptional && column.column.defaultValue == nil {
      report(SemanticError.profileColumn(column.span, column.name, column.type))
      isComplete = false
    }
    var expires: (length: Offset, span: Span)?
    for case .expires(let view) in site.syntax.items {
      if let first = expires {
        repeated(view.span, "expires after", first.span)
      } else if let value = view.length, let length = length(value, site.scope, "an age") {
        expires = (length, view.span)
      }
    }
    if let expires, from == nil {
      report(
        SemanticError.missingRole(
          expires.span, "from", of: "a profile whose versions expire",
          example: "since: time @from"))
      isComplete = false
    }
    return Table.ProfileRoles(
      key: key, from: from, known: known, until: until, expiresAfter: expires?.length)
  }

  private func consentRoles(
    _ columns: [WrittenColumn], _ site: TableSite, _ isComplete: inout Bool
  ) -> Table.ConsentRoles {
    let key = required(
      "key", in: columns, types: [.int, .text], of: site.noun, at: site.span,
      example: "customer_id: int @key", isComplete: &isComplete)
    let purpose = required(
      "purpose", in: columns, types: [.text], of: site.noun, at: site.span,
      example: "purpose: text @purpose", isComplete: &isComplete)
    let from = required(
      "from", in: columns, types: [.time], of: site.noun, at: site.span,
      example: "granted_at: time @from", isComplete: &isComplete)
    let until = position(
      of: "until", in: columns, types: [.time], allowsNull: true, isComplete: &isComplete)
    let channel = position(
      of: "channel", in: columns, types: [.text], allowsNull: true, isComplete: &isComplete)
    return Table.ConsentRoles(
      key: key, purpose: purpose, from: from, until: until, channel: channel)
  }

  private func actionRoles(
    _ columns: [WrittenColumn], _ site: TableSite, _ isComplete: inout Bool
  ) -> Table.ActionRoles {
    let key = required(
      "key", in: columns, types: [.int, .text], of: site.noun, at: site.span,
      example: "offer_id: text @key", isComplete: &isComplete)
    var none: (name: String, span: Span)?
    for case .noAction(let view) in site.syntax.items {
      if let first = none {
        repeated(view.span, "none", first.span)
      } else if let token = view.name {
        none = (token.textValue, view.span)
      }
    }
    return Table.ActionRoles(key: key, none: none?.name)
  }

  private func limitRoles(
    _ columns: [WrittenColumn], _ site: TableSite, _ isComplete: inout Bool
  ) -> Table.LimitRoles {
    let keys = columns.indices.filter { columns[$0].roles["key"] != nil }
    let types: [Type.Base] = [.bool, .int, .text, .date]
    // A null is a group, so a row may be about it.
    for key in keys where !types.contains(columns[key].type.base) {
      report(
        SemanticError.roleType(
          columns[key].span, "key", found: columns[key].type, wanted: types, allowsNull: true))
      isComplete = false
    }
    if keys.isEmpty {
      report(
        SemanticError.missingRole(
          site.span, "key", of: site.noun, example: "channel: text @key"))
      isComplete = false
    }
    return Table.LimitRoles(keys: keys)
  }
}
