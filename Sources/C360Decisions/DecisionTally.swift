import C360Engine
import C360Plan

/// What one thread counts of its decisions. Merging in any order gives the same counts.
struct DecisionTally {
  private var rows = 0
  /// Of slates.
  private var positions = 0
  private var fallbacks = 0
  private var actions: [Int]
  private var terms: [ExactSum]

  init(candidates: Int, terms: Int) {
    actions = [Int](repeating: 0, count: candidates)
    self.terms = [ExactSum](repeating: ExactSum(), count: terms)
  }

  /// - Parameter contributions: weight · term at the chosen candidate, a run of the tile's rows for
  ///   each term; NaN: none.
  ///   - place: of the position in a slate, from 0.
  ///   - isOpen: the rows whose slates have this position; nil: all.
  mutating func add(
    _ tile: DecisionTile, contributions: UnsafePointer<Double>, place: Int = 0,
    where isOpen: UnsafePointer<UInt8>? = nil
  ) {
    if place == 0 { rows += tile.rows }
    let (chosen, isFallback) = (tile.chosen, tile.isFallback)
    var counted = (positions: 0, fallbacks: 0)
    actions.withUnsafeMutableBufferPointer { actions in
      for row in 0..<tile.rows where isOpen.map({ $0[row] != 0 }) ?? true {
        actions[Int(chosen[row])] += 1
        counted.fallbacks += Int(isFallback[row])
        counted.positions += 1
      }
    }
    positions += counted.positions
    fallbacks += counted.fallbacks
    terms.withUnsafeMutableBufferPointer { terms in
      for term in terms.indices {
        let parts = contributions + term * tile.rows
        for row in 0..<tile.rows where isOpen.map({ $0[row] != 0 }) ?? true {
          // Zeros change no sum.
          if !parts[row].isNaN, parts[row] != 0 { terms[term].add(parts[row]) }
        }
      }
    }
  }

  mutating func merge(_ other: DecisionTally) {
    rows += other.rows
    positions += other.positions
    fallbacks += other.fallbacks
    for index in actions.indices { actions[index] += other.actions[index] }
    for index in terms.indices { terms[index].merge(other.terms[index]) }
  }

  /// - Parameters:
  ///   - forbidden: pairs by rule, then those without a value.
  func counts(
    of step: DecideStep, candidates: Candidates, forbidden: [Int]
  ) -> DecisionCounts {
    var counts = DecisionCounts()
    counts.rows = rows
    if step.slate != nil { counts.positions = positions }
    counts.fallbacks = fallbacks
    for (index, name) in candidates.names.enumerated() where actions[index] > 0 {
      counts.actions[name, default: 0] += actions[index]
    }
    // What stands above is no news.
    for (index, (name, pairs)) in zip(step.reasonNames, forbidden).enumerated()
    where step.slate == nil || index != step.slateReasons.lowerBound {
      counts.forbidden[name, default: 0] += pairs
    }
    for (index, term) in step.terms.enumerated() {
      counts.sums[term.name] = terms[index]
    }
    return counts
  }
}

extension DecideStep {
  /// Why an action may be ineligible, in the order in which reasons are written.
  var reasonNames: [String] {
    rules.map(\.name) + (firstStage == nil ? [] : ["candidates"]) + entityCaps.map(\.name)
      + (slate.map { ["above"] + $0.limits.map(\.name) } ?? []) + ["null_value"]
  }

  /// Where the bounds for each entity begin among the reasons.
  var firstCapReason: Int { rules.count + (firstStage == nil ? 0 : 1) }

  /// Why an action is out at a later position of a slate: it stands above; then the limits.
  var slateReasons: Range<Int> {
    let first = firstCapReason + entityCaps.count
    return first..<first + (slate.map { 1 + $0.limits.count } ?? 0)
  }
}
