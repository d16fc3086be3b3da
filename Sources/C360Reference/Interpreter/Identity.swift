import C360Semantics

/// A row of an identity: that an identifier may belong to an entity.
struct Link {
  let identifier: Value
  /// For clusters another identifier.
  let entity: Value
  let weight: Double
  /// When it was learned of; nil: never.
  let known: Int64?
  let row: [Value]
}

/// All links of an identity as of an instant (semantics.md I1).
struct Identity {
  let roles: Table.IdentityRoles
  let links: [Link]

  /// The newest version of each link that was known strictly before `time` (nil: ever) and is
  /// accepted.
  func accepted(before time: Int64?) -> [Link] {
    let known = links.filter { link in
      guard let known = link.known else { return false }
      return time.map { known < $0 } ?? true
    }
    return known.filter { link in
      let newer = known.filter { isSamePair(link, $0) && isNewer($0, than: link) }
      return newer.isEmpty && link.weight >= roles.threshold && link.weight > 0
    }
  }

  private func isNewer(_ link: Link, than other: Link) -> Bool {
    if let a = link.known, let b = other.known, a != b { return a > b }
    return precedes(other.row, link.row, first: [])
  }

  /// Clusters know no direction.
  private func isSamePair(_ left: Link, _ right: Link) -> Bool {
    if left.identifier == right.identifier, left.entity == right.entity { return true }
    return roles.rule == .clusters && left.identifier == right.entity
      && left.entity == right.identifier
  }

  /// The entities to which events of an identifier belong by links that are accepted, with their
  /// weights.
  func owners(of identifier: Value, among accepted: [Link]) -> [Value: Double] {
    let own = accepted.filter { $0.identifier == identifier }
    switch roles.rule {
    case .weighted:
      return Dictionary(own.map { ($0.entity, $0.weight) }) { first, _ in first }
    case .best:
      guard let most = own.map(\.weight).max() else { return [:] }
      let first = own.filter { $0.weight == most }.map(\.entity).min { compare($0, $1) < 0 }
      return first.map { [$0: 1] } ?? [:]
    case .clusters:
      var cluster: Set<Value> = [identifier]
      var isGrowing = true
      while isGrowing {
        let size = cluster.count
        for link in accepted
        where cluster.contains(link.identifier) || cluster.contains(link.entity) {
          cluster.formUnion([link.identifier, link.entity])
        }
        isGrowing = cluster.count > size
      }
      return cluster.min { compare($0, $1) < 0 }.map { [$0: 1] } ?? [:]
    }
  }

  /// Whose events there may be.
  var entities: [Value] {
    links.map(\.entity) + (roles.rule == .clusters ? links.map(\.identifier) : [])
  }
}

extension ReferenceInterpreter {
  /// By table: the links of an identity.
  func makeIdentities() -> [Identity?] {
    program.tables.indices.map { index in
      guard case .identity(let roles) = program.tables[index].kind else { return nil }
      let links = rows[index].map { row in
        var scope = Scope()
        scope.row = row
        // A row without a weight is an error of the run, which the engine's tests are about.
        let weight = (try? value(roles.weight, scope).double) ?? .nan
        return Link(
          identifier: row[roles.identifier], entity: row[roles.entity], weight: weight,
          known: roles.known.map { row[$0].integer } ?? .min, row: row)
      }
      return Identity(roles: roles, links: links)
    }
  }

  /// The greatest probability with which an identifier is the entity's, by links known before.
  func confidence(_ id: TableID, _ scope: Scope) -> Value {
    guard let identity = identities[id.index] else { return .null }
    let accepted = identity.accepted(before: scope.time)
    let own = accepted.filter { link in
      link.entity == scope.entity
        && identity.owners(of: link.identifier, among: accepted)[scope.entity] != nil
    }
    return own.map(\.weight).max().map { .float($0) } ?? .null
  }

  /// The events that an entity has at a decision, in T2 order. What looks forward (`time` is nil)
  /// goes by all links there are.
  func events(of entity: Value, in table: TableID, before time: Int64?) -> [Event] {
    guard case .events(let roles) = program[table].kind, let via = roles.via,
      let identity = identities[via.index]
    else { return events[table.index][entity] ?? [] }
    var found: [Event] = []
    let accepted = identity.accepted(before: time)
    for (identifier, events) in events[table.index] {
      guard let weight = identity.owners(of: identifier, among: accepted)[entity] else { continue }
      found += events.map { event in
        Event(
          row: event.row, time: event.time, known: event.known, history: event.history,
          weight: weight)
      }
    }
    let order = [roles.time] + (roles.sequence.map { [$0] } ?? [])
    return found.sorted { precedes($0.row, $1.row, first: order) }
  }
}

/// Whether an entity has an event that is visible at `time`.
func hasBeenSeen(
  _ entity: Value, before time: Int64, in roles: Table.EventRoles, rows: [[Value]],
  via identity: Identity
) -> Bool {
  let accepted = identity.accepted(before: time)
  return zip(rows, histories(roles, rows: rows)).contains { row, history in
    !row[roles.key].isNull && (row[roles.time].integer ?? .max) < time
      && (known(row, roles) ?? .max) < time && history.counts(at: time)
      && identity.owners(of: row[roles.key], among: accepted)[entity] != nil
  }
}
