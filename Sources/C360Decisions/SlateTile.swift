import C360Columns
import C360Engine
import C360Plan

/// Which actions the limits of a slate count together.
struct SlateGroups: Sendable {
  struct Limit: Sendable {
    /// Place among the limits as they are declared.
    let index: Int
    let most: Int
    /// By action.
    let group: [Int]
    /// By group.
    let members: [[Int]]
  }
  /// Those that can bind: more actions are equal than may stand together.
  let limits: [Limit]

  init(_ slate: DecideStep.Slate, _ state: ExecutionState, _ candidates: Candidates) {
    self.init(
      slate.limits.map { limit in
        (limit.most, Self.groups(of: state.vector(limit.column), rows: candidates.actionCount))
      })
  }

  /// - Parameter limits: how many at most, and the group of each action.
  init(_ limits: [(most: Int, group: [Int])]) {
    self.limits = limits.enumerated().compactMap { index, limit in
      let group = limit.group
      var members = [[Int]](repeating: [], count: (group.max() ?? -1) + 1)
      for (action, group) in group.enumerated() { members[group].append(action) }
      guard members.contains(where: { $0.count > limit.most }) else { return nil }
      return Limit(index: index, most: limit.most, group: group, members: members)
    }
  }

  private enum Key: Hashable {
    case null
    case word(Int64)
  }

  /// Numbers of groups in the order in which they are met. Texts are equal by their bytes; zeros of both
  /// signs are one group, all NaN another, and all nulls.
  private static func groups(of column: Vector, rows: Int) -> [Int] {
    var known: [Key: Int] = [:]
    return (0..<rows).map { row in
      let key: Key
      if column.isNull(row) {
        key = .null
      } else {
        switch column.type {
        case .bool: key = .word(Int64(column.bools[row]))
        case .int64: key = .word(column.int64s[row])
        case .float64:
          let value = column.float64s[row]
          let same = value.isNaN ? .nan : value == 0 ? 0 : value
          key = .word(Int64(bitPattern: same.bitPattern))
        case .text: key = .word(Int64(column.codes[row]))
        case .vector, .list: key = .null
        }
      }
      let group = known[key] ?? known.count
      known[key] = group
      return group
    }
  }
}

/// What is known of the slates of a tile while their positions are drawn. Belongs to the tile of one
/// thread.
final class SlateTile {
  private let groups: SlateGroups
  /// Of the tile's pattern: that an action stands above, then the limits.
  private let reasons: Range<Int>
  /// By row: whether the slate has the position at hand.
  let isOpen: UnsafeMutablePointer<UInt8>
  /// By limit that can bind, row and group: how many stand above.
  private let taken: [UnsafeMutablePointer<Int32>]
  private let buffers: [Buffer]

  init(groups: SlateGroups, reasons: Range<Int>, rows capacity: Int) {
    self.groups = groups
    self.reasons = reasons
    let open = Buffer(byteCount: max(1, capacity))
    let counts = groups.limits.map { Buffer(byteCount: max(1, capacity * $0.members.count) * 4) }
    isOpen = open.elements()
    taken = counts.map { $0.elements() }
    buffers = [open] + counts
  }

  /// Before the first position of a sealed tile.
  func begin(_ tile: DecisionTile) {
    isOpen.update(repeating: 1, count: tile.rows)
    for (limit, counts) in zip(groups.limits, taken) {
      counts.update(repeating: 0, count: tile.rows * limit.members.count)
    }
    guard let patterns = tile.patterns else { return }
    let words = (tile.rule.actionCount + 63) / 64
    for row in 0..<tile.rows {
      (patterns + row * tile.patternWords + reasons.lowerBound * words)
        .update(repeating: 0, count: reasons.count * words)
    }
  }

  /// Ends the slates that have no such position, once it is chosen for all: what is left is no action,
  /// or none that passes a threshold. The first position is there always: the fallback acts in it.
  func close(_ tile: DecisionTile, place: Int) -> Bool {
    var isAnyOpen = false
    for row in 0..<tile.rows where isOpen[row] != 0 {
      if place > 0, tile.isFallback[row] != 0 {
        isOpen[row] = 0
      } else {
        isAnyOpen = true
      }
    }
    return isAnyOpen
  }

  /// Takes what was chosen out of what is left, and the actions of which there are enough. The no-op and
  /// a fallback end a slate.
  func advance(_ tile: DecisionTile) {
    for row in 0..<tile.rows where isOpen[row] != 0 {
      let chosen = Int(tile.chosen[row])
      if chosen == tile.rule.actionCount || tile.isFallback[row] != 0 {
        isOpen[row] = 0
        continue
      }
      tile.remove(chosen, row)
      mark(chosen, row, reasons.lowerBound, tile)
      for (limit, counts) in zip(groups.limits, taken) {
        let group = limit.group[chosen]
        let place = row * limit.members.count + group
        counts[place] += 1
        guard Int(counts[place]) == limit.most else { continue }
        let reason = reasons.lowerBound + 1 + limit.index
        for action in limit.members[group] where tile.isEligible(action, row) {
          tile.remove(action, row)
          mark(action, row, reason, tile)
          tile.forbiddenPairs[reason] += 1
        }
      }
    }
    tile.recount()
  }

  private func mark(_ action: Int, _ row: Int, _ reason: Int, _ tile: DecisionTile) {
    guard let patterns = tile.patterns else { return }
    let words = (tile.rule.actionCount + 63) / 64
    patterns[row * tile.patternWords + reason * words + action / 64] |= 1 << UInt64(action % 64)
  }

  /// The reason of a slate for which an action is out at the position at hand, as a place among the
  /// reasons of the step; where patterns are kept.
  func reason(_ action: Int, _ row: Int, _ tile: DecisionTile) -> Int? {
    guard let patterns = tile.patterns else { return nil }
    let words = (tile.rule.actionCount + 63) / 64
    return reasons.first { reason in
      let word = patterns[row * tile.patternWords + reason * words + action / 64]
      return word >> UInt64(action % 64) & 1 != 0
    }
  }
}
