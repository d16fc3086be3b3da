import C360Columns
import C360Plan

/// The clusters of identifiers as links are learned of and taken back: connected components of the
/// links that are accepted at the time, each named by its smallest identifier.
struct LinkClusters {
  private let rows: LinkRows
  private let identifiers: KeyTable
  /// By number of the identifier.
  private var keys: [Int64] = []
  private var changes: [Change] = []
  /// By number: the cluster's smallest identifier, and since when.
  private var name: [Int32] = []
  private var since: [Int64] = []
  private var ended: [(identifier: Int32, name: Int32, from: Int64, until: Int64)] = []

  /// Pairs of identifiers that are ever linked.
  private var links: [LinkGraph.Link] = []
  private var findings = LinkFindings()

  /// A link that is accepted from `instant` on, or no longer.
  private struct Change {
    let instant: Int64
    let link: Int32
    let isAccepted: Bool
  }

  static func spells(of rows: LinkRows) -> LinkSpells {
    var clusters = LinkClusters(rows)
    clusters.replay()
    return clusters.spells
  }

  private init(_ rows: LinkRows) {
    self.rows = rows
    let (left, right) = (rows.identifiers.keyBounds(), rows.entities.keyBounds())
    identifiers = KeyTable(
      least: min(left.least, right.least), greatest: max(left.greatest, right.greatest),
      expected: rows.count)
    var pairs: [(row: Int32, left: Int32, right: Int32)] = []
    for row in 0..<rows.count where rows.instant(row) != nil {
      let left = number(of: rows.identifiers.key(row))
      let right = number(of: rows.entities.key(row))
      // Clusters know no direction, and nothing follows from a link to itself.
      if left == right { continue }
      pairs.append((Int32(truncatingIfNeeded: row), min(left, right), max(left, right)))
    }
    name = (0..<keys.count).map { Int32(truncatingIfNeeded: $0) }
    since = Array(repeating: .min, count: keys.count)
    pairs.sort { a, b in
      if (a.left, a.right) != (b.left, b.right) { return (a.left, a.right) < (b.left, b.right) }
      return rows.isOlder(Int(a.row), Int(b.row))
    }
    collectChanges(pairs)
  }

  private mutating func number(of key: Int64) -> Int32 {
    let number = identifiers.add(key)
    if number == keys.count { keys.append(key) }
    return Int32(truncatingIfNeeded: number)
  }

  /// Of each pair the moments at which its newest version says something else.
  private mutating func collectChanges(_ pairs: [(row: Int32, left: Int32, right: Int32)]) {
    var wasAccepted = false
    for (place, pair) in pairs.enumerated() {
      let isFirst =
        place == 0 || pairs[place - 1].left != pair.left || pairs[place - 1].right != pair.right
      if isFirst { wasAccepted = false }
      let instant = rows.instant(Int(pair.row)) ?? .max
      let isAccepted = rows.isAccepted(rows.weights[Int(pair.row)])
      if place + 1 < pairs.count, pairs[place + 1].left == pair.left,
        pairs[place + 1].right == pair.right,
        rows.instant(Int(pairs[place + 1].row)) == instant
      {
        let next = rows.isAccepted(rows.weights[Int(pairs[place + 1].row)])
        if next != isAccepted { findings.contradicted += 1 }
        continue
      }
      guard isAccepted != wasAccepted else { continue }
      if links.last != LinkGraph.Link(left: pair.left, right: pair.right) {
        links.append(LinkGraph.Link(left: pair.left, right: pair.right))
      }
      changes.append(
        Change(
          instant: instant, link: Int32(truncatingIfNeeded: links.count - 1),
          isAccepted: isAccepted))
      wasAccepted = isAccepted
    }
    changes.sort { ($0.instant, $0.link) < ($1.instant, $1.link) }
  }

  /// Moment by moment: only identifiers whose name changes, and the smaller part of what falls apart,
  /// are looked at.
  private mutating func replay() {
    var graph = LinkGraph(identifiers: keys.count, links: links) { [rows, keys] in
      rows.precedes(keys[Int($0)], keys[Int($1)])
    }
    var place = 0
    while place < changes.count {
      let instant = changes[place].instant
      let first = place
      while place < changes.count, changes[place].instant == instant { place += 1 }
      for change in changes[first..<place] where !change.isAccepted { graph.remove(change.link) }
      graph.nameParts()
      for change in changes[first..<place] where change.isAccepted { graph.add(change.link) }
      graph.joinParts()
      for identifier in graph.takeRenamed() {
        rename(Int(identifier), graph.name(of: identifier), at: instant)
      }
    }
  }

  private mutating func rename(_ identifier: Int, _ new: Int32, at instant: Int64) {
    guard name[identifier] != new else { return }
    if since[identifier] < instant {
      ended.append(
        (Int32(truncatingIfNeeded: identifier), name[identifier], since[identifier], instant))
    }
    name[identifier] = new
    since[identifier] = instant
  }

  private var spells: LinkSpells {
    var places = [Int](repeating: 0, count: keys.count + 1)
    for spell in ended { places[Int(spell.identifier) + 1] += 1 }
    for number in keys.indices { places[number + 1] += places[number] }
    var order = [Int](repeating: 0, count: ended.count)
    var next = places
    for (index, spell) in ended.enumerated() {
      order[next[Int(spell.identifier)]] = index
      next[Int(spell.identifier)] += 1
    }
    var result = LinkSpells(identifiers: identifiers)
    result.findings = findings
    for number in keys.indices {
      for place in places[number]..<places[number + 1] {
        let spell = ended[order[place]]
        result.append(
          entity: keys[Int(spell.name)], weight: 1, from: spell.from, until: spell.until)
      }
      result.append(
        entity: keys[Int(name[number])], weight: 1, from: since[number], until: .max)
      result.endIdentifier()
    }
    return result
  }
}
