import C360Columns
import C360Plan
import CKernels

@testable import C360Engine

/// An event as the definitions see it; `cells` are the columns of its table.
struct OracleEvent {
  let key: Scalar
  let time: Int64
  /// nil: never.
  let known: Int64?
  /// nil: it never goes.
  let gone: Int64?
  let cells: [ColumnID: Scalar]
}

/// Definitions of semantics.md, row by row and event by event.
struct Oracle {
  /// By entity, in T2 order.
  let events: [Scalar: [OracleEvent]]
  let zone: ZoneTable
  let floats: Set<ColumnID>

  /// - Parameter frame: the row of the frame, where windows read it.
  func answer(
    _ aggregate: WindowedAggregate, key: Scalar, at instant: Int64,
    action: [ColumnID: Scalar] = [:], frame: [ColumnID: Scalar] = [:]
  ) -> Scalar {
    let decision = aggregate.every.map { last($0, before: instant) } ?? instant
    let all = key == .null ? [] : events[key] ?? []
    var window = all.filter { isInWindow($0, aggregate, decision) }
    switch aggregate.window {
    case .session(let gap): window = openSession(window, gap, decision - aggregate.lag)
    case .since(let column):
      if let marker = frame[column]?.integer { window = window.filter { $0.time > marker } }
    default: break
    }
    var chosen: [(event: OracleEvent, passes: Bool)] = []
    for event in window {
      let passes = passes(event, aggregate, action)
      if passes || aggregate.function.asksOfAllEvents { chosen.append((event, passes)) }
    }
    if case .last(let count) = aggregate.window { chosen = chosen.suffix(count) }
    return summary(aggregate, chosen, decision)
  }

  private func isInWindow(
    _ event: OracleEvent, _ aggregate: WindowedAggregate, _ decision: Int64
  ) -> Bool {
    if case .following(let after, let within) = aggregate.window {
      return event.gone == nil && event.time > zone.moved(decision, by: after, times: 1)
        && event.time <= zone.moved(decision, by: within, times: 1)
    }
    guard let known = event.known, known < decision else { return false }
    if let gone = event.gone, gone < decision { return false }
    let end = decision - aggregate.lag
    guard event.time < end else { return false }
    switch aggregate.window {
    case .all, .last, .following, .session, .since: return true
    case .duration(let length): return event.time >= end - length
    case .span(let step):
      return event.time
        >= zone.moved(decision, by: .calendar(step), times: -1) - aggregate.lag
    case .calendar(let step):
      return event.time >= (zone.periodStart(step, of: decision) ?? .min) - aggregate.lag
    }
  }

  private func openSession(
    _ visible: [OracleEvent], _ gap: Int64, _ end: Int64
  ) -> [OracleEvent] {
    var session: [OracleEvent] = []
    var next = end
    for event in visible.reversed() {
      if next - event.time > gap { break }
      session = [event] + session
      next = event.time
    }
    return session
  }

  /// By trying one instant after the other: for coarse grids only.
  private func last(_ period: TimeOffset, before instant: Int64) -> Int64 {
    switch period {
    case .exact(let length):
      var multiple = instant / length * length + length
      while multiple >= instant { multiple -= length }
      return multiple
    case .calendar(let step):
      var earlier = instant - 1
      while true {
        guard let start = zone.periodStart(step, of: earlier) else { return .min }
        if start < instant { return start }
        earlier -= 3_600_000_000
      }
    }
  }

  private func passes(
    _ event: OracleEvent, _ aggregate: WindowedAggregate, _ action: [ColumnID: Scalar]
  ) -> Bool {
    if let filter = aggregate.filter, event.cells[filter] != .bool(true) { return false }
    return aggregate.matches.allSatisfy { match in
      let value = event.cells[match.event] ?? .null
      return value != .null && value == action[match.action]
    }
  }

  private func summary(
    _ aggregate: WindowedAggregate, _ chosen: [(event: OracleEvent, passes: Bool)],
    _ decision: Int64
  ) -> Scalar {
    func value(_ event: OracleEvent, _ column: ColumnID?) -> Scalar? {
      column.map { event.cells[$0] ?? .null }
    }
    let counted = chosen.filter { value($0.event, aggregate.argument) != .null }
    let values = counted.compactMap { value($0.event, aggregate.argument) }
    let numbers = values.compactMap(\.double)
    func isTrue(_ event: OracleEvent) -> Bool {
      value(event, aggregate.argument).map { $0 == .bool(true) } ?? true
    }
    switch aggregate.function {
    case .count: return .int(Int64(counted.count))
    case .any: return .bool(counted.contains { isTrue($0.event) })
    case .all: return .bool(counted.allSatisfy { isTrue($0.event) })
    case .share:
      let matching = counted.filter { $0.passes && isTrue($0.event) }
      return counted.isEmpty ? .null : .float(Double(matching.count) / Double(counted.count))
    case .sum:
      let isFloat = aggregate.argument.map { floats.contains($0) } ?? false
      return isFloat ? .float(exactSum(numbers)) : .int(values.compactMap(\.integer).reduce(0, +))
    case .mean:
      if numbers.isEmpty { return .null }
      if case .int = values[0] {
        return .float(Double(values.compactMap(\.integer).reduce(0, +)) / Double(values.count))
      }
      return .float(Exact.mean(numbers))
    case .ratio:
      let both = chosen.filter {
        value($0.event, aggregate.argument) != .null && value($0.event, aggregate.second) != .null
      }
      let ratio = Exact.ratio(
        both.compactMap { value($0.event, aggregate.argument)?.double },
        both.compactMap { value($0.event, aggregate.second)?.double })
      return ratio.map { .float($0) } ?? .null
    case .variance: return variance(numbers, 1, false)
    case .standardDeviation: return variance(numbers, 1, true)
    case .populationVariance: return variance(numbers, 0, false)
    case .populationStandardDeviation: return variance(numbers, 0, true)
    case .min: return values.min { precedes($0, $1) } ?? .null
    case .max: return values.max { precedes($0, $1) } ?? .null
    case .first: return values.first ?? .null
    case .last: return values.last ?? .null
    case .nth:
      guard case .position(let place) = aggregate.setting else { return .null }
      let index = place > 0 ? place - 1 : values.count + place
      return place != 0 && values.indices.contains(index) ? values[index] : .null
    case .distinct: return .int(Int64(Set(values.map(\.asKey)).count))
    case .mode:
      let counts = Dictionary(values.map { ($0.asKey, 1) }, uniquingKeysWith: +)
      let most = counts.values.max()
      return counts.filter { $0.value == most }.keys.min { precedes($0, $1) } ?? .null
    case .decayedSum, .decayedCount, .decayedMean:
      return decayed(aggregate, counted.map(\.event), decision)
    case .streak:
      return .int(Int64(chosen.reversed().prefix { $0.passes }.count))
    case .quantile, .median: return quantile(values, aggregate.setting)
    case .entropy: return entropy(values)
    // Tested over scripts: a step is an expression.
    case .fold: return .null
    case .approximateDistinct: return .int(sketched(values))
    case .ewma: return smoothed(numbers, aggregate.setting)
    case .slope:
      return Exact.slope(counted.map(\.event.time), numbers).map { .float($0) } ?? .null
    case .meanGap, .medianGap, .minGap, .maxGap, .gapStandardDeviation:
      return gap(aggregate.function, chosen.map(\.event.time))
    case .top, .list, .histogram: return collected(aggregate, values, numbers)
    }
  }

  private func decayed(
    _ aggregate: WindowedAggregate, _ events: [OracleEvent], _ decision: Int64
  ) -> Scalar {
    guard case .halfLife(let halfLife) = aggregate.setting else { return .null }
    func floor(_ time: Int64) -> Int64 {
      time / halfLife - (time % halfLife < 0 ? 1 : 0)
    }
    func left(_ age: Int64) -> Double { c360_exp2(-Double(age) / Double(halfLife)) }
    let cells = events.map { -floor(-$0.time) }
    guard let last = cells.last else {
      return aggregate.function == .decayedMean ? .null : .float(0)
    }
    // Powers of two are exact here: no scenario is so long that anything gets too small.
    let entering = zip(events, cells).filter { last - $0.1 <= 1074 }
    func total(_ value: (OracleEvent) -> Double) -> Double {
      exactSum(
        entering.map { event, cell in
          value(event) * left(cell * halfLife - event.time) * c360_exp2(Double(cell - last))
        })
    }
    let sum = total { event in aggregate.argument.flatMap { event.cells[$0]?.double } ?? 1 }
    let weight = total { _ in 1 }
    let anchor = floor(decision)
    let rest = c360_exp2(Double(last - anchor))
    switch aggregate.function {
    case .decayedSum: return .float(sum * rest * left(decision - anchor * halfLife))
    case .decayedCount: return .float(weight * rest * left(decision - anchor * halfLife))
    default: return .float(sum / weight)
    }
  }

  func variance(_ numbers: [Double], _ freedom: Int, _ isRoot: Bool) -> Scalar {
    guard numbers.count > freedom else { return .null }
    let variance = Exact.variance(numbers, over: numbers.count - freedom)
    return .float(isRoot ? variance.squareRoot() : variance)
  }
}

/// The correctly rounded sum, by Shewchuk's partial sums.
func exactSum(_ values: [Double]) -> Double {
  if values.contains(where: { !$0.isFinite }) {
    let sum = values.filter { !$0.isFinite }.reduce(0, +)
    return sum.isNaN ? .nan : sum
  }
  var partials: [Double] = []
  for value in values {
    var x = value
    var kept: [Double] = []
    for partial in partials {
      let (large, small) = abs(x) < abs(partial) ? (partial, x) : (x, partial)
      let high = large + small
      let low = small - (high - large)
      if low != 0 { kept.append(low) }
      x = high
    }
    partials = kept + [x]
  }
  guard var total = partials.popLast() else { return 0 }
  var rest = 0.0
  while let next = partials.popLast() {
    let before = total
    total = before + next
    rest = next - (total - before)
    if rest != 0 { break }
  }
  if let next = partials.last, (rest < 0) == (next < 0), rest != 0 {
    let doubled = rest * 2
    let moved = total + doubled
    if doubled == moved - total { total = moved }
  }
  return total == 0 ? 0 : total
}

extension Scalar {
  var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }
  var integer: Int64? { if case .int(let value) = self { value } else { nil } }
  var asKey: Scalar {
    guard case .float(let value) = self else { return self }
    return .float(value.isNaN ? .nan : value == 0 ? 0 : value)
  }
}

/// Numbers with −0 before 0, NaN behind, nulls last; texts by bytes.
func precedes(_ left: Scalar, _ right: Scalar) -> Bool {
  switch (left, right) {
  case (.null, _): return false
  case (_, .null): return true
  case (.bool(let a), .bool(let b)): return !a && b
  case (.int(let a), .int(let b)): return a < b
  case (.float(let a), .float(let b)):
    if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN }
    if a == 0 && b == 0 { return a.sign == .minus && b.sign == .plus }
    return a < b
  case (.text(let a), .text(let b)): return a.utf8.lexicographicallyPrecedes(b.utf8)
  default: return false
  }
}

func precedes(_ left: [Scalar], _ right: [Scalar]) -> Bool {
  for (a, b) in zip(left, right) {
    if precedes(a, b) { return true }
    if precedes(b, a) { return false }
  }
  return false
}
