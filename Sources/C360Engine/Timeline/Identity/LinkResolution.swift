import C360Columns
import C360Plan

/// Replays the links of each identifier in the order in which they were learned of (semantics.md I1,
/// I2): `best` and `weighted`.
struct LinkResolution {
  private let rows: LinkRows
  private var spells: LinkSpells
  /// The newest version of each link of the identifier at hand.
  private var current: [(entity: Int64, weight: Double)] = []
  /// Since when.
  private var told: [Int64] = []
  /// Spells that last so far.
  private var open: [(entity: Int64, weight: Double, from: Int64)] = []

  /// Whether `best` tells how likely it is.
  private let keepsWeights: Bool

  private init(_ rows: LinkRows, _ identifiers: KeyTable, keepsWeights: Bool) {
    self.rows = rows
    self.keepsWeights = keepsWeights
    spells = LinkSpells(identifiers: identifiers)
  }

  /// - Parameter keepsWeights: spells have the probability of their link under `best` too, where it is
  ///   1 otherwise, since one entity has the event as a whole.
  static func spells(
    of rows: LinkRows, keepsWeights: Bool = false
  ) throws(EngineError) -> LinkSpells {
    let bounds = rows.identifiers.keyBounds()
    let table = KeyTable(least: bounds.least, greatest: bounds.greatest, expected: rows.count)
    var numbers = [Int32](repeating: -1, count: rows.count)
    var counts: [Int32] = []
    for row in 0..<rows.count where rows.instant(row) != nil {
      let number = table.add(rows.identifiers.key(row))
      if number == counts.count { counts.append(0) }
      counts[number] += 1
      numbers[row] = Int32(truncatingIfNeeded: number)
    }
    var places: [Int32] = [0]
    places.reserveCapacity(counts.count + 1)
    for count in counts { places.append(places[places.count - 1] + count) }
    var next = places
    var grouped = [Int32](repeating: 0, count: Int(places[counts.count]))
    for row in 0..<rows.count where numbers[row] >= 0 {
      let number = Int(numbers[row])
      grouped[Int(next[number])] = Int32(truncatingIfNeeded: row)
      next[number] += 1
    }
    var resolution = LinkResolution(rows, table, keepsWeights: keepsWeights)
    for number in counts.indices {
      let range = Int(places[number])..<Int(places[number + 1])
      if range.count > 1 {
        grouped[range].sort { rows.isOlder(Int($0), Int($1)) }
      }
      try resolution.replay(grouped[range])
    }
    return resolution.spells
  }

  private mutating func replay(_ links: ArraySlice<Int32>) throws(EngineError) {
    current.removeAll(keepingCapacity: true)
    told.removeAll(keepingCapacity: true)
    var (isTied, isExcessive) = (false, false)
    open.removeAll(keepingCapacity: true)
    var place = links.startIndex
    while place < links.endIndex {
      let instant = rows.instant(Int(links[place])) ?? .max
      var row = 0
      while place < links.endIndex, rows.instant(Int(links[place])) == instant {
        row = Int(links[place])
        update(rows.entities.key(row), rows.weights[row], at: instant)
        place += 1
      }
      if let total = excess {
        if rows.rule == .weighted { throw excessive(row, total) }
        isExcessive = true
      }
      advance(to: instant)
      isTied = isTied || hasTie
    }
    if isTied { spells.findings.tied += 1 }
    if isExcessive { spells.findings.excessive += 1 }
    for spell in open {
      spells.append(
        entity: spell.entity, weight: spell.weight, from: spell.from, until: .max)
    }
    spells.endIdentifier()
  }

  private mutating func update(_ entity: Int64, _ weight: Double, at instant: Int64) {
    guard let place = current.firstIndex(where: { $0.entity == entity }) else {
      current.append((entity, weight))
      told.append(instant)
      return
    }
    if told[place] == instant, current[place].weight != weight {
      spells.findings.contradicted += 1
    }
    current[place].weight = weight
    told[place] = instant
  }

  /// Whether `best` chose among links of the same probability.
  private var hasTie: Bool {
    guard rows.rule == .best, current.count > 1, let best = current.map(\.weight).max(),
      rows.isAccepted(best)
    else { return false }
    return current.count { $0.weight == best } > 1
  }

  /// What the links say from `instant` on.
  private mutating func advance(to instant: Int64) {
    var next: [(entity: Int64, weight: Double)] = []
    if rows.rule == .weighted {
      next = current.filter { rows.isAccepted($0.weight) }
    } else {
      var best: (entity: Int64, weight: Double)?
      for link in current where rows.isAccepted(link.weight) {
        guard let held = best else {
          best = link
          continue
        }
        let isBetter =
          link.weight > held.weight
          || link.weight == held.weight && rows.precedes(link.entity, held.entity)
        if isBetter { best = link }
      }
      if let best { next = [(best.entity, keepsWeights ? best.weight : 1)] }
    }
    var kept: [(entity: Int64, weight: Double, from: Int64)] = []
    for spell in open {
      let lasts = next.contains { $0.entity == spell.entity && $0.weight == spell.weight }
      if lasts {
        kept.append(spell)
      } else {
        spells.append(
          entity: spell.entity, weight: spell.weight, from: spell.from, until: instant)
      }
    }
    for link in next where !kept.contains(where: { $0.entity == link.entity }) {
      kept.append((link.entity, link.weight, instant))
    }
    open = kept
  }

  /// Probabilities that were normalised and rounded may add up to a little more than 1.
  private static let tolerance = 1e-9

  /// What the probabilities of one identifier add up to, where that is more than 1: those of exclusive
  /// cases do not (I3). Under `best` each may be told without regard to the others.
  private var excess: Double? {
    guard current.count > 1, current.reduce(0, { $0 + $1.weight }) > 0.999 else { return nil }
    var total = ExactSum()
    for link in current { total.add(link.weight) }
    return total.rounded > 1 + Self.tolerance ? total.rounded : nil
  }

  private func excessive(_ row: Int, _ total: Double) -> EngineError {
    rows.unusable(
      row,
      "the probabilities of identifier `\(rows.name(rows.identifiers.key(row)))` add up to "
        + "\(total), which is more than 1")
  }
}
