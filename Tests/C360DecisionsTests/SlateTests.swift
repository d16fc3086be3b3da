import C360Columns
import C360Engine
import Foundation
import Testing

@testable import C360Decisions

/// All slates of one row, each by drawing it.
@Suite struct SlateTests {
  struct Page: Sendable {
    /// nil: null.
    var values: [Double?]
    var base: ChoiceRule.Base = .softmax(temperature: 0.7)
    var explore = 0.0
    var hasNoOp = false
    var slots: Int
    /// How many at most, and the group of each action.
    var limits: [(most: Int, group: [Int])] = []
  }

  static let pages: [Page] = [
    Page(values: [1, 0.5, 0.5, -2], slots: 4),
    Page(values: [1, 0.5, 0.5, -2], slots: 2),
    Page(values: [1, nil, 3, .nan, 0], hasNoOp: true, slots: 9),
    Page(values: [2, 1, -1], base: .greedy, explore: 0.3, hasNoOp: true, slots: 3),
    Page(values: [2, 1, 1, 0, 3], slots: 4, limits: [(1, [0, 0, 1, 1, 2])]),
    Page(
      values: [2, 1, 1, 0, 3, -1], explore: 0.1, hasNoOp: true, slots: 4,
      limits: [(2, [0, 0, 0, 1, 1, 1]), (1, [0, 1, 2, 2, 0, 3])]),
    // Weights that one action leaves at 0 are those of what is left once it is gone.
    Page(values: [1000, 1, 0], base: .softmax(temperature: 0.01), slots: 3),
    Page(values: [.infinity, .infinity, -.infinity], slots: 3),
  ]

  /// Every slate that may be drawn, with its propensities.
  private func slates(of page: Page) -> [(slate: [Int], propensities: [Double])] {
    let rule = ChoiceRule(
      base: page.base, explore: page.explore, actionCount: page.values.count,
      hasNoOp: page.hasNoOp, fallback: 0)
    let tile = DecisionTile(
      rule: rule, ruleCount: 1 + page.limits.count, rows: 1, keepsPatterns: true)
    let slate = SlateTile(
      groups: SlateGroups(page.limits), reasons: 0..<1 + page.limits.count, rows: 1)
    var open: [[Int]] = [[]]
    var found: [(slate: [Int], propensities: [Double])] = []
    while let prefix = open.popLast() {
      begin(tile, page)
      slate.begin(tile)
      var drawn: [Int] = []
      var propensities: [Double] = []
      while drawn.count < page.slots {
        tile.draws[0] = 0
        tile.choose(passing: nil)
        if !slate.close(tile, place: drawn.count) { break }
        let odds = (0..<rule.candidateCount).map { tile.mixed[$0] }
        let possible = odds.indices.filter { odds[$0] > 0 }
        let wanted = drawn.count < prefix.count ? prefix[drawn.count] : possible[0]
        if drawn.count >= prefix.count { open += possible.dropFirst().map { drawn + [$0] } }
        tile.recount()
        tile.draws[0] = odds[..<wanted].reduce(0, +) + odds[wanted] / 2
        tile.choose(passing: nil)
        #expect(Int(tile.chosen[0]) == wanted)
        drawn.append(wanted)
        propensities.append(tile.propensities[0])
        slate.advance(tile)
        if slate.isOpen[0] == 0 { break }
      }
      found.append((drawn, propensities))
    }
    return found
  }

  private func begin(_ tile: DecisionTile, _ page: Page) {
    tile.begin(rows: 1)
    var numbers = page.values.map { $0 ?? 7 } + [0]
    var valid = page.values.map { $0 == nil ? 0 : 1 } + [0] as [UInt8]
    numbers.withUnsafeMutableBytes { numbers in
      valid.withUnsafeMutableBufferPointer { valid in
        guard let start = numbers.baseAddress else { return }
        tile.addTerm(Operand(values: start, valid: valid.baseAddress), weight: 1)
      }
    }
    tile.seal()
  }

  /// docs/choices.md: the probability of a candidate after others.
  private func odds(_ page: Page, of candidate: Int, after above: [Int]) -> Double {
    let actions = page.values.indices.filter { action in
      guard let value = page.values[action], !value.isNaN, !above.contains(action) else {
        return false
      }
      return page.limits.allSatisfy { limit in
        above.count { limit.group[$0] == limit.group[action] } < limit.most
      }
    }
    let left = actions + (page.hasNoOp ? [page.values.count] : [])
    let values = left.map { $0 == page.values.count ? 0 : page.values[$0] ?? 0 }
    guard let place = left.firstIndex(of: candidate), let most = values.max() else { return 0 }
    var base: Double
    if case .softmax(let temperature) = page.base {
      let weights = values.map { $0 == most ? 1 : exp(($0 - most) / temperature) }
      base = weights[place] / weights.reduce(0, +)
    } else {
      base = values.firstIndex(of: most) == place ? 1 : 0
    }
    base = (1 - page.explore) * base + page.explore / Double(left.count)
    return base
  }

  @Test(arguments: pages.indices)
  func `propensities are those given the actions above, and the slates add to 1`(index: Int) {
    let page = Self.pages[index]
    let found = slates(of: page)
    #expect(Set(found.map(\.slate)).count == found.count)
    var whole = 0.0
    for (slate, propensities) in found {
      #expect(Set(slate).count == slate.count)
      for place in slate.indices {
        let expected = odds(page, of: slate[place], after: Array(slate[..<place]))
        #expect(abs(propensities[place] - expected) <= 1e-12, "\(slate)")
      }
      // Only the last may be the no-op.
      #expect(!slate.dropLast().contains(page.values.count))
      whole += propensities.reduce(1, *)
    }
    #expect(abs(whole - 1) <= 1e-12)
  }

  /// 4! orders of four; of five actions in three groups of which each may stand once, 2 · 2 · 1 · 3!.
  @Test func `as many slates as there are orders`() {
    #expect(slates(of: Self.pages[0]).count == 24)
    #expect(slates(of: Self.pages[4]).count == 24)
    #expect(slates(of: Self.pages[4]).allSatisfy { $0.slate.count == 3 })
  }
}
