import C360Diagnostics
import C360Syntax

/// What `via` of a table says.
struct Via {
  /// nil: nothing, or nothing usable.
  var id: TableID?
  var isUsable = true
}

extension Checker {
  /// The identity of `via`: an identity to the entity of the table.
  func via(_ syntax: TableSyntax, _ noun: String) -> Via {
    guard let name = syntax.identity else { return Via() }
    let unusable = Via(isUsable: false)
    guard syntax.keyword?.text == "events" else {
      report(SemanticError.misplacedItem(name.span, "`via`", noun))
      return unusable
    }
    let written = name.dotted
    guard let declaration = namespace[written] else {
      if !poisonedNames.contains(written) {
        let known = declarations.filter { $0.noun == "an identity" }
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return unusable
    }
    guard declaration.noun == "an identity" else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: declaration.noun, wanted: "an identity",
          declared: declaration.nameSpan))
      return unusable
    }
    guard let info = table(declaration) else { return unusable }
    if let wanted = syntax.entity?.dotted, let found = info.table.entity, found != wanted {
      report(SemanticError.otherEntity(name.span, written, entity: found, wanted: wanted))
      return unusable
    }
    return Via(id: info.id)
  }

  /// Notes the types of an entity's keys. The key of a table `via` an identity is an identifier.
  func noteKeys(_ columns: [WrittenColumn], _ kind: Table.Kind, of entity: String) {
    let key = columns[kind.keyColumn]
    switch kind {
    case .identity(let roles):
      let column = columns[roles.entity]
      noteKey(column.type, of: entity, at: column.span)
      if roles.rule == .clusters, key.type != column.type {
        report(SemanticError.clusterKeys(key.span, key.type, other: column.span, column.type))
      }
    case .events(let roles):
      guard let via = roles.via else { return noteKey(key.type, of: entity, at: key.span) }
      guard case .identity(let links) = program[via].kind else { return }
      let identifier = program[via].columns[links.identifier]
      if key.type != identifier.type {
        report(
          SemanticError.identifierType(
            key.span, key.type, identifier.span, identifier.type, identity: program[via].name))
      }
    default: noteKey(key.type, of: entity, at: key.span)
    }
  }

  // MARK: The block

  /// Roles and rule; the weight is a placeholder until `weighed` knows the rows it is read from.
  func identityRoles(
    _ columns: [WrittenColumn], _ site: TableSite, _ isComplete: inout Bool
  ) -> Table.IdentityRoles {
    let resolution = resolution(site)
    if resolution == nil { isComplete = false }
    let rule = resolution?.rule ?? .best
    let (from, to) = rule == .clusters ? ("left", "right") : ("key", "entity")
    let identifier = required(
      from, in: columns, types: [.int, .text], of: site.noun, at: site.span,
      example: "\(rule == .clusters ? "left_id" : "device_id"): text @\(from)",
      isComplete: &isComplete)
    let entity = required(
      to, in: columns, types: [.int, .text], of: site.noun, at: site.span,
      example: "\(rule == .clusters ? "right_id: text" : "customer_id: int") @\(to)",
      isComplete: &isComplete)
    if rule != .clusters {
      _ = required(
        "weight", in: columns, types: [.float(.none)], of: site.noun, at: site.span,
        example: "confidence: float @weight", isComplete: &isComplete)
    }
    let misplaced = rule == .clusters ? ["key", "entity", "weight"] : ["left", "right"]
    for column in columns {
      for role in misplaced {
        guard let written = column.roles[role] else { continue }
        report(SemanticError.roleOfOtherRule(written.span, role, rule: rule.rawValue))
        isComplete = false
      }
    }
    let known = position(
      of: "known", in: columns, types: [.time], allowsNull: true, isComplete: &isComplete)
    return Table.IdentityRoles(
      identifier: identifier, entity: entity, weight: .literal(.float(0), .float, span: site.span),
      known: known, rule: rule, threshold: resolution?.threshold ?? 0)
  }

  private func resolution(
    _ site: TableSite
  ) -> (rule: Table.IdentityRoles.Rule, threshold: Double)? {
    let items = site.syntax.items.compactMap { item -> ResolveSyntax? in
      if case .resolve(let view) = item { view } else { nil }
    }
    guard let first = items.first else {
      report(SemanticError.missingResolve(site.span))
      return nil
    }
    if items.count > 1 {
      report(
        SemanticError.duplicateItem(items[1].span, "resolve", noun: "item", first: first.span))
    }
    guard let word = first.rule, let value = first.threshold else { return nil }
    guard let rule = Table.IdentityRoles.Rule(rawValue: word.text) else {
      report(SemanticError.unknownRule(word.span, word.text))
      return nil
    }
    guard let (constant, type) = constantValue(value, site.scope, "a threshold") else { return nil }
    let threshold: Double
    switch constant {
    case .float(let number) where type.base == .float(.none): threshold = number
    case .int(let number): threshold = Double(number)
    default:
      report(
        SemanticError.typeMismatch(
          value.span, found: type, wanted: .float, because: nil, what: "a threshold"))
      return nil
    }
    guard threshold >= 0, threshold <= 1 else {
      report(SemanticError.badThreshold(value.span))
      return nil
    }
    return (rule, threshold)
  }

  /// The roles with the weight of a link: its column, or the expression of `link`.
  func weighed(
    _ roles: Table.IdentityRoles, _ columns: [WrittenColumn], _ rows: TableInfo, _ site: TableSite
  ) -> Table.IdentityRoles? {
    let links = site.syntax.items.compactMap { item -> LinkSyntax? in
      if case .link(let view) = item { view } else { nil }
    }
    let weight: Expression
    if roles.rule == .clusters {
      guard let first = links.first, let body = first.expression else {
        if links.isEmpty { report(SemanticError.missingLink(site.span)) }
        return nil
      }
      if links.count > 1 {
        report(SemanticError.duplicateItem(links[1].span, "link", noun: "item", first: first.span))
      }
      let scope = Scope(
        .table(rows), for: Scope.Use(.expect, "`link`"), in: site.scope.environment)
      guard let found = expression(body, scope),
        let fitted = coerce(
          found, to: .float,
          because: LabeledSpan(first.keyword?.span ?? first.span, "a link has a probability"))
      else { return nil }
      weight = fitted
    } else {
      for link in links {
        report(SemanticError.misplacedItem(link.span, "`link`", "an identity without clusters"))
      }
      guard let index = columns.firstIndex(where: { $0.roles["weight"] != nil }) else {
        return nil
      }
      let column = rows.table.columns[index]
      weight = Expression(
        .tableColumn(rows.id, index), type: .float, span: column.span,
        facts: Facts(phase: .before, grain: Grain(.row(rows.id)), labels: Set(column.labels)))
    }
    return Table.IdentityRoles(
      identifier: roles.identifier, entity: roles.entity, weight: weight, known: roles.known,
      rule: roles.rule, threshold: roles.threshold)
  }

  /// Labels of what decides to whom an event belongs.
  func identityLabels(of table: TableInfo) -> Set<String> {
    table.eventRoles?.via.map { labels(ofIdentity: $0) } ?? []
  }

  func labels(ofIdentity identity: TableID) -> Set<String> {
    guard case .identity(let roles) = program[identity].kind else { return [] }
    let columns = [roles.identifier, roles.entity] + [roles.known].compactMap { $0 }
    return roles.weight.facts.labels.union(columns.flatMap { program[identity].columns[$0].labels })
  }

  /// Whether an aggregate has a form in which events count with their probabilities.
  func mayMix(
    _ aggregation: Catalogue.Aggregation, _ parts: AggregateParts, _ window: Window, _ span: Span
  ) -> Bool {
    let name = aggregation.function.rawValue
    let takesValues = ![.count, .share, .effectiveCount].contains(aggregation.function)
    if takesValues, let type = parts.argument?.type, type.base == .duration {
      report(SemanticError.weightedDuration(span, name, type))
      return false
    }
    if case .last = window, aggregation.function == .share, !parts.matches.isEmpty {
      report(SemanticError.weightedShareOfLast(span))
      return false
    }
    return true
  }

  /// `weight: any`, where it says something: over whole events of a weighted identity.
  func weighs(
    _ value: ExpressionSyntax, _ aggregation: Catalogue.Aggregation, _ table: TableInfo
  ) -> Bool {
    let name = aggregation.function.rawValue
    guard value.span.text == "any" else {
      report(SemanticError.weightForm(value.span))
      return false
    }
    guard isWeighted(table), !aggregation.function.mixes else {
      report(
        SemanticError.weightWithoutMeaning(
          value.span, name, table: table.name, isWeighted: isWeighted(table)))
      return false
    }
    return true
  }

  /// Whether events of the table count with the probability of their link (I2).
  func isWeighted(_ table: TableInfo) -> Bool { program.isWeighted(table.id) }
}

extension Program {
  /// Whether events of the table belong to their entities with a probability (semantics.md I2).
  public func isWeighted(_ table: TableID) -> Bool {
    guard case .events(let roles) = self[table].kind, let via = roles.via,
      case .identity(let links) = self[via].kind
    else { return false }
    return links.rule == .weighted
  }
}

extension AggregateFunction {
  /// Whether the function takes each event as the share of an event that its link's probability is;
  /// the others take whole events, those of p ≥ 0.5.
  public var mixes: Bool {
    switch self {
    case .count, .sum, .mean, .ratio, .share, .decayedSum, .decayedCount, .decayedMean,
      .effectiveCount:
      true
    default: false
    }
  }
}

extension TableItemSyntax {
  /// The word it begins with.
  var word: String { node.firstToken?.text ?? "" }
}

extension LinkSyntax {
  var keyword: SyntaxToken? { node.token(.keyword) }
}
