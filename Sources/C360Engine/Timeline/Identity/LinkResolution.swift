import C360Columns
import C360Plan

/// Replays the links of each identifier in the order in which they were learned of (semantics.md I1,
/// I2): `best` and `weighted`.
struct LinkResolution {
  private let rows: LinkRows
  private var spells: LinkSpells
  /// The newest version of each link of the identifier at hand.
  private var current: [(entity: Int64, weight: Double)] = []
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
    open.removeAll(keepingCapacity: true)
    var place = links.startIndex
    while place < links.endIndex {
      let instant = rows.instant(Int(links[place])) ?? .max
      var row = 0
      while place < links.endIndex, rows.instant(Int(links[place])) == instant {
        row = Int(links[place])
        update(rows.entities.key(row), rows.weights[row])
        place += 1
      }
      if rows.rule == .weighted { try checkTotal(row) }
      advance(to: instant)
    }
    for spell in open {
      spells.append(
        entity: spell.entity, weight: spell.weight, from: spell.from, until: .max)
    }
    spells.endIdentifier()
  }

  private mutating func update(_ entity: Int64, _ weight: Double) {
    if let place = current.firstIndex(where: { $0.entity == entity }) {
      current[place].weight = weight
    } else {
      current.append((entity, weight))
    }
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

  /// The probabilities of one identifier are those of exclusive cases (I3).
  private func checkTotal(_ row: Int) throws(EngineError) {
    guard current.count > 1, current.reduce(0, { $0 + $1.weight }) > 0.999 else { return }
    var total = ExactSum()
    for link in current { total.add(link.weight) }
    guard total.rounded > 1 + Self.tolerance else { return }
    throw rows.unusable(
      row,
      "the probabilities of identifier `\(rows.name(rows.identifiers.key(row)))` add up to "
        + "\(total.rounded), which is more than 1")
  }
}
