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

  /// A link that is accepted from `instant` on, or no longer.
  private struct Change {
    let instant: Int64
    let left: Int32
    let right: Int32
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
      if place + 1 < pairs.count, pairs[place + 1].left == pair.left,
        pairs[place + 1].right == pair.right,
        rows.instant(Int(pairs[place + 1].row)) == instant
      {
        continue
      }
      let isAccepted = rows.isAccepted(rows.weights[Int(pair.row)])
      guard isAccepted != wasAccepted else { continue }
      changes.append(
        Change(
          instant: instant, left: pair.left, right: pair.right, isAccepted: isAccepted))
      wasAccepted = isAccepted
    }
    changes.sort { ($0.instant, $0.left, $0.right) < ($1.instant, $1.left, $1.right) }
  }

  private mutating func replay() {
    // Identifiers that no link ever joins have nothing to do with each other.
    var worlds = Forest(count: keys.count)
    for change in changes where change.isAccepted {
      worlds.join(Int(change.left), Int(change.right))
    }
    var byWorld: [Int: [Change]] = [:]
    var order: [Int] = []
    for change in changes {
      let world = worlds.root(Int(change.left))
      if byWorld[world] == nil { order.append(world) }
      byWorld[world, default: []].append(change)
    }
    var members = Forest(count: keys.count)
    for world in order {
      guard let changes = byWorld[world] else { continue }
      if changes.allSatisfy(\.isAccepted) {
        merge(changes, &members)
      } else {
        recompute(changes)
      }
    }
  }

  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    rows.precedes(keys[Int(left)], keys[Int(right)])
  }

  private mutating func rename(_ identifier: Int, _ new: Int32, at instant: Int64) {
    guard name[identifier] != new else { return }
    ended.append(
      (Int32(truncatingIfNeeded: identifier), name[identifier], since[identifier], instant))
    name[identifier] = new
    since[identifier] = instant
  }

  /// Links are only ever added: those on the side of the greater name are renamed.
  private mutating func merge(_ changes: [Change], _ members: inout Forest) {
    for change in changes {
      let left = members.root(Int(change.left))
      let right = members.root(Int(change.right))
      guard left != right else { continue }
      let (kept, lost) =
        precedes(name[left], name[right]) ? (left, right) : (right, left)
      members.forEachMember(of: lost) { rename($0, name[kept], at: change.instant) }
      members.join(left, right)
    }
  }

  /// Links come and go: everything anew at each moment.
  private mutating func recompute(_ changes: [Change]) {
    var accepted: Set<[Int32]> = []
    let all = Set(changes.flatMap { [Int($0.left), Int($0.right)] }).sorted()
    var place = 0
    while place < changes.count {
      let instant = changes[place].instant
      while place < changes.count, changes[place].instant == instant {
        let pair = [changes[place].left, changes[place].right]
        if changes[place].isAccepted { accepted.insert(pair) } else { accepted.remove(pair) }
        place += 1
      }
      var forest: [Int32: Int32] = [:]
      func root(_ identifier: Int32) -> Int32 {
        var identifier = identifier
        while let parent = forest[identifier] { identifier = parent }
        return identifier
      }
      for pair in accepted {
        let (a, b) = (root(pair[0]), root(pair[1]))
        // The smaller is the root, so that it names the cluster.
        if a != b { if precedes(a, b) { forest[b] = a } else { forest[a] = b } }
      }
      for identifier in all {
        rename(identifier, root(Int32(truncatingIfNeeded: identifier)), at: instant)
      }
    }
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

/// Disjoint sets with their members in rings.
private struct Forest {
  private var parents: [Int32]
  private var sizes: [Int32]
  /// The next member of the same set; the last one leads back to the first.
  private var next: [Int32]

  init(count: Int) {
    parents = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    next = parents
    sizes = Array(repeating: 1, count: count)
  }

  mutating func root(_ member: Int) -> Int {
    var member = member
    while Int(parents[member]) != member {
      parents[member] = parents[Int(parents[member])]
      member = Int(parents[member])
    }
    return member
  }

  mutating func join(_ first: Int, _ second: Int) {
    var (kept, lost) = (root(first), root(second))
    guard kept != lost else { return }
    if sizes[kept] < sizes[lost] { swap(&kept, &lost) }
    parents[lost] = Int32(truncatingIfNeeded: kept)
    sizes[kept] += sizes[lost]
    next.swapAt(kept, lost)
  }

  func forEachMember(of member: Int, _ body: (Int) -> Void) {
    var place = member
    repeat {
      body(place)
      place = Int(next[place])
    } while place != member
  }
}
