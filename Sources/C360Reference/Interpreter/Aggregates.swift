import C360Diagnostics
import C360Semantics
import Foundation

/// One row that an aggregate looks at.
struct AggregateItem {
  var time: Int64 = 0
  /// nil: the aggregate has no argument, so that no row is skipped.
  var argument: Value?
  var second: Value?
  /// `share`: whether the row is counted; elsewhere always true.
  var condition = true
  /// The probability of the event's link, where events are weighted; else 1.
  var weight = 1.0
}

extension ReferenceInterpreter {
  func aggregate(
    _ aggregate: Aggregate, in expression: Expression, _ scope: Scope
  ) throws(ReferenceError) -> Value {
    if case .following = aggregate.window, !isObserved(aggregate, scope) { return .null }
    var scope = scope
    if let period = aggregate.every {
      scope.time = calendar.lastMultiple(of: period, before: scope.time)
    }
    var marked: Int64?
    if let marker = aggregate.marker {
      marked = try timeOfLast(marker, aggregate, scope)
      if marked == nil, !marker.orAll { return .null }
    }
    let mixes = program.isWeighted(aggregate.table) && aggregate.function.mixes
    var chosen: [(event: Event, scope: Scope, condition: Bool)] = []
    for event in try inWindow(aggregate, since: marked, scope) {
      var eventScope = Scope(entity: scope.entity, time: event.time)
      eventScope.row = event.row
      eventScope.moved = scope.moved
      let condition = try matches(aggregate, eventScope, action: scope.action)
      if condition || aggregate.function.asksOfAllEvents {
        chosen.append((event, eventScope, condition))
      }
    }
    if case .last(let count) = aggregate.window { chosen = chosen.suffix(count) }
    if case .fold(var state) = aggregate.setting, let step = aggregate.argument {
      for (_, eventScope, _) in chosen {
        var eventScope = eventScope
        eventScope.accumulator = state
        let next = try value(step, eventScope)
        if !next.isNull { state = next }
      }
      return state
    }
    var items: [AggregateItem] = []
    for (event, eventScope, condition) in chosen {
      var item = AggregateItem(time: event.time, condition: condition, weight: event.weight)
      if let argument = aggregate.argument { item.argument = try value(argument, eventScope) }
      if let second = aggregate.second { item.second = try value(second, eventScope) }
      items.append(item)
    }
    if mixes {
      let time = scope.time
      func mixed(_ items: [AggregateItem]) -> Value {
        mixture(aggregate.function, items, setting: aggregate.setting, at: time, powerOfTwo)
      }
      guard let width = vectorWidth(of: aggregate.argument), aggregate.function.isElementwise
      else { return mixed(items) }
      return try byElement(of: items, width) { elements in mixed(elements) }
    }
    return try summary(
      aggregate.function, items, argument: aggregate.argument, in: expression,
      setting: aggregate.setting, at: scope.time, powerOfTwo)
  }

  /// The events of the entity in the window (semantics.md S1, S2, O2), in T2 order.
  private func inWindow(
    _ aggregate: Aggregate, since marked: Int64?, _ scope: Scope
  ) throws(ReferenceError) -> [Event] {
    var isForward = false
    if case .following = aggregate.window { isForward = true }
    let events = try permitted(
      aggregate.permitted, aggregate.table, scope.entity, before: isForward ? nil : scope.time,
      takesAnyWeight: aggregate.function.mixes || aggregate.takesAnyWeight)
    let end = saturatingSum(scope.time, -aggregate.lag)
    let start: Int64
    switch aggregate.window {
    case .all, .last: start = .min
    case .duration(let length): start = saturatingSum(end, -length)
    case .span(let span):
      start = saturatingSum(calendar.moved(scope.time, by: span, times: -1), -aggregate.lag)
    case .calendar(let span):
      start = saturatingSum(calendar.periodStart(scope.time, of: span), -aggregate.lag)
    case .session(let gap):
      let visible = events.filter { $0.isVisible(before: end, at: scope.time) }
      return openSession(visible, gap: gap, at: end)
    case .sinceLast:
      let visible = events.filter { $0.isVisible(before: end, at: scope.time) }
      return visible.filter { event in marked.map { event.time > $0 } ?? true }
    case .following(let after, let within):
      let first = calendar.moved(scope.time, by: after, times: 1)
      let last = calendar.moved(scope.time, by: within, times: 1)
      return events.filter {
        $0.time > first && $0.time <= last && $0.history.countsInTheEnd
      }
    }
    return events.filter { $0.time >= start && $0.isVisible(before: end, at: scope.time) }
  }

  /// The events of an entity that a mask leaves visible (semantics.md C2); of weighted ones those that
  /// are the entity's more likely than not, unless any will do (I2).
  private func permitted(
    _ permission: Expression?, _ table: TableID, _ entity: Value, before time: Int64?,
    takesAnyWeight: Bool = false
  ) throws(ReferenceError) -> [Event] {
    var result: [Event] = []
    for event in events(of: entity, in: table, before: time)
    where takesAnyWeight || event.weight >= 0.5 {
      var eventScope = Scope(entity: entity, time: event.time)
      eventScope.row = event.row
      if let permission, try !value(permission, eventScope).isTrue { continue }
      result.append(event)
    }
    return result
  }

  /// The events of the session that is still open at `end` (semantics.md G3).
  private func openSession(_ visible: [Event], gap: Int64, at end: Int64) -> [Event] {
    var session: [Event] = []
    var next = end
    for event in visible.reversed() {
      if Int128(next) - Int128(event.time) > Int128(gap) { break }
      session.insert(event, at: 0)
      next = event.time
    }
    return session
  }

  /// When the last visible event of a marker happened (semantics.md G4).
  private func timeOfLast(
    _ marker: Aggregate.Marker, _ aggregate: Aggregate, _ scope: Scope
  ) throws(ReferenceError) -> Int64? {
    let end = saturatingSum(scope.time, -aggregate.lag)
    var last: Int64?
    for event in try permitted(
      marker.permitted, marker.table, scope.entity, before: scope.time)
    where event.isVisible(before: end, at: scope.time) {
      var eventScope = Scope(entity: scope.entity, time: event.time)
      eventScope.row = event.row
      if let filter = marker.filter, try !value(filter, eventScope).isTrue { continue }
      last = event.time
    }
    return last
  }

  private func matches(
    _ aggregate: Aggregate, _ scope: Scope, action: [Value]?
  ) throws(ReferenceError) -> Bool {
    if let filter = aggregate.filter, try !value(filter, scope).isTrue { return false }
    for match in aggregate.actionMatches {
      let wanted = action?[match.actionColumn] ?? .null
      if try !isEqual(value(match.event, scope), wanted) { return false }
    }
    return true
  }

  /// Whether the table has been observed to the end of a window that looks forward (O3).
  func isObserved(_ aggregate: Aggregate, _ scope: Scope) -> Bool {
    guard case .following(_, let within) = aggregate.window,
      case .events(let roles) = program[aggregate.table].kind
    else { return true }
    guard let through = roles.observedThrough ?? newest[aggregate.table.index] else { return false }
    return calendar.moved(scope.time, by: within, times: 1) <= through
  }

  func rowAggregate(
    _ aggregate: RowAggregate, in expression: Expression, _ scope: Scope
  ) throws(ReferenceError) -> Value {
    var items: [AggregateItem] = []
    for cells in scope.group {
      var row = scope
      row.cells = cells
      var item = AggregateItem()
      if let filter = aggregate.filter { item.condition = try value(filter, row).isTrue }
      guard item.condition || aggregate.function.asksOfAllEvents else { continue }
      if let argument = aggregate.argument { item.argument = try value(argument, row) }
      if let second = aggregate.second { item.second = try value(second, row) }
      items.append(item)
    }
    return try summary(
      aggregate.function, items, argument: aggregate.argument, in: expression,
      setting: aggregate.setting, at: 0, powerOfTwo)
  }
}

/// Aggregates over events of which each is the entity's with a probability p (semantics.md I2): a
/// product p · v is rounded once where v is a float and exact where it is an integer, their sum is exact.
private func mixture(
  _ function: AggregateFunction, _ items: [AggregateItem], setting: AggregateSetting,
  at time: Int64, _ powerOfTwo: (Double) -> Double
) -> Value {
  let counted = items.filter { $0.argument.map { !$0.isNull } ?? true }
  let weight = exactSum(counted.map(\.weight))
  func products(_ items: [AggregateItem], _ values: [Value?]) -> [any Summand] {
    zip(items, values).map { item, value in
      switch value {
      case .int(let whole)?: ExactNumber(item.weight) * ExactNumber(whole)
      default: item.weight * (value?.double ?? 1)
      }
    }
  }
  let values = products(counted, counted.map(\.argument))
  switch function {
  case .count: return .float(weight)
  case .sum: return .float(exactSum(values))
  case .mean: return exactRatio(values, counted.map(\.weight)).map { .float($0) } ?? .null
  case .ratio:
    let both = counted.filter { $0.second?.isNull == false }
    let ratio = exactRatio(
      products(both, both.map(\.argument)), products(both, both.map(\.second)))
    return ratio.map { .float($0) } ?? .null
  case .effectiveCount:
    let squares = exactSum(counted.map { $0.weight * $0.weight })
    return .float(squares == 0 ? 0 : weight / squares * weight)
  case .share:
    let matching = counted.filter { $0.condition && ($0.argument.map(\.isTrue) ?? true) }
    return exactRatio(matching.map(\.weight), counted.map(\.weight)).map { .float($0) } ?? .null
  default:
    guard case .halfLife(let halfLife) = setting else { return .null }
    return decayed(function, counted, halfLife: halfLife, at: time, powerOfTwo)
  }
}

/// The table of aggregates over rows in order. `expression` gives type and place.
private func summary(
  _ function: AggregateFunction, _ items: [AggregateItem], argument: Expression?,
  in expression: Expression, setting: AggregateSetting, at time: Int64,
  _ powerOfTwo: (Double) -> Double
) throws(ReferenceError) -> Value {
  let counted = items.filter { $0.argument.map { !$0.isNull } ?? true }
  if let width = vectorWidth(of: argument), function.isElementwise {
    let float = Expression(
      expression.kind, type: .float.optional, span: expression.span, facts: expression.facts)
    return try byElement(of: items, width) { (elements) throws(ReferenceError) in
      try summary(
        function, elements, argument: nil, in: float, setting: setting, at: time, powerOfTwo)
    }
  }
  let values = counted.compactMap(\.argument)
  let numbers = values.compactMap(\.summand)
  let n = values.count
  switch function {
  case .count: return .int(Int64(counted.count))
  case .any: return .bool(counted.contains { $0.argument.map(\.isTrue) ?? true })
  case .all: return .bool(counted.allSatisfy { $0.argument.map(\.isTrue) ?? true })
  case .share:
    let matching = counted.filter { $0.condition && ($0.argument.map(\.isTrue) ?? true) }
    return counted.isEmpty ? .null : .float(Double(matching.count) / Double(counted.count))
  case .sum: return try sum(values, in: expression)
  case .mean: return mean(values, in: expression)
  case .min: return values.min { compareTotally($0, $1) < 0 } ?? .null
  case .max: return values.max { compareTotally($0, $1) < 0 } ?? .null
  case .first: return values.first ?? .null
  case .last: return values.last ?? .null
  case .nth:
    guard case .position(let wanted) = setting else { return .null }
    let index = wanted > 0 ? wanted - 1 : n + wanted
    return wanted != 0 && values.indices.contains(index) ? values[index] : .null
  case .distinct: return .int(Int64(Set(values.map(\.asKey)).count))
  case .mode: return mode(values)
  case .top:
    guard case .limit(let limit) = setting else { return .null }
    let counts = Dictionary(values.map { ($0.asKey, 1) }, uniquingKeysWith: +)
    let order = counts.sorted { left, right in
      left.value != right.value ? left.value > right.value : compare(left.key, right.key) < 0
    }
    return .list(order.prefix(limit).map(\.key))
  case .list:
    guard case .limit(let limit) = setting else { return .null }
    return .list(values.suffix(limit))
  case .histogram:
    if case .limit(let limit) = setting { return evenHistogram(values, limit) }
    guard case .bounds(let bounds) = setting else { return .null }
    return .list(
      (0...bounds.count).map { bin in
        let inside = values.filter { value in
          value.double?.isNaN != true && (bin == 0 || isAtLeast(value, bounds[bin - 1]))
            && (bin == bounds.count || !isAtLeast(value, bounds[bin]))
        }
        return .int(Int64(inside.count))
      })
  case .ratio:
    let both = items.filter { $0.argument?.isNull == false && $0.second?.isNull == false }
    let ratio = exactRatio(
      both.compactMap { $0.argument?.summand }, both.compactMap { $0.second?.summand })
    return ratio.map { .float($0) } ?? .null
  case .variance: return n < 2 ? .null : .float(exactVariance(numbers, over: n - 1))
  case .standardDeviation:
    return n < 2 ? .null : .float(exactVariance(numbers, over: n - 1).squareRoot())
  case .populationVariance: return n < 1 ? .null : .float(exactVariance(numbers, over: n))
  case .populationStandardDeviation:
    return n < 1 ? .null : .float(exactVariance(numbers, over: n).squareRoot())
  case .decayedSum, .decayedCount, .decayedMean:
    guard case .halfLife(let halfLife) = setting else { return .null }
    return decayed(function, counted, halfLife: halfLife, at: time, powerOfTwo)
  case .median: return quantile(values, billionths: 500_000_000)
  case .quantile:
    guard case .quantile(let billionths) = setting else { return .null }
    return quantile(values, billionths: billionths)
  case .entropy: return entropy(values)
  case .approximateDistinct: return .int(DistinctEstimate(values).rounded)
  case .slope: return slope(counted)
  // Answered where its events are at hand, or their weights.
  case .fold, .effectiveCount: return .null
  case .streak: return .int(Int64(items.reversed().prefix(while: \.condition).count))
  case .ewma:
    guard case .smoothing(let alpha) = setting else { return .null }
    return smoothed(values.compactMap(\.double), alpha: alpha)
  case .meanGap: return mean(gaps(items), in: expression)
  case .medianGap: return quantile(gaps(items), billionths: 500_000_000)
  case .minGap: return gaps(items).min { compareTotally($0, $1) < 0 } ?? .null
  case .maxGap: return gaps(items).max { compareTotally($0, $1) < 0 } ?? .null
  case .gapStandardDeviation:
    let lengths = gaps(items).compactMap(\.summand)
    if lengths.count < 2 { return .null }
    let deviation = exactVariance(lengths, over: lengths.count - 1).squareRoot()
    return .duration(Int64(deviation.rounded(.toNearestOrEven)))
  }
}

extension AggregateFunction {
  /// Whether vectors are taken element by element.
  fileprivate var isElementwise: Bool {
    [.sum, .mean, .decayedSum, .decayedMean].contains(self)
  }
}

/// Of vectors: at each place what the function gives for the floats there; null where one is. Items whose
/// vector is null are skipped.
private func byElement(
  of items: [AggregateItem], _ width: Int,
  _ function: ([AggregateItem]) throws(ReferenceError) -> Value
) throws(ReferenceError) -> Value {
  var result: [Double] = []
  for place in 0..<width {
    let elements = items.filter { $0.argument?.isNull == false }.map { item in
      var item = item
      item.argument = item.argument?.elements?[place]
      return item
    }
    guard case .float(let number) = try function(elements) else { return .null }
    result.append(number)
  }
  return .vector(result)
}

private func vectorWidth(of argument: Expression?) -> Int? {
  if case .vector(let width)? = argument?.type.base { width } else { nil }
}

/// Of integers and durations exact, an error when it does not fit; of floats exact, rounded once.
private func sum(_ values: [Value], in expression: Expression) throws(ReferenceError) -> Value {
  if case .float = expression.type.base { return .float(exactSum(values.compactMap(\.double))) }
  let total = values.compactMap(\.integer).reduce(Int128(0)) { $0 + Int128($1) }
  guard let total = Int64(exactly: total) else {
    throw ReferenceError("the sum does not fit 64 bits", expression.span)
  }
  return expression.type.base == .duration ? .duration(total) : .int(total)
}

/// The sum over the number, rounded once; of durations to the nearest microsecond, halves to even.
private func mean(_ values: [Value], in expression: Expression) -> Value {
  if values.isEmpty { return .null }
  let count = Int128(values.count)
  guard expression.type.base == .duration || expression.type.base == .time else {
    return .float(exactMean(values.compactMap(\.summand)))
  }
  let total = values.compactMap(\.integer).reduce(Int128(0)) { $0 + Int128($1) }
  var quotient = total / count
  if total % count < 0 { quotient -= 1 }
  let twice = 2 * (total - quotient * count)
  if twice > count || (twice == count && quotient % 2 != 0) { quotient += 1 }
  return expression.type.base == .time ? .time(Int64(quotient)) : .duration(Int64(quotient))
}

/// The most frequent value, ties to the smaller.
private func mode(_ values: [Value]) -> Value {
  let counts = Dictionary(values.map { ($0.asKey, 1) }, uniquingKeysWith: +)
  let most = counts.values.max()
  return counts.filter { $0.value == most }.keys.min { compare($0, $1) < 0 } ?? .null
}
