import C360Columns
import C360Plan

extension TimelineProgram {
  /// - Parameter isNullable: whether a column has nulls in this run.
  init(
    _ outputs: [TimelineStep.Output], of events: EventSource,
    type: @escaping (ColumnID) -> PhysicalType,
    isNullable: @escaping (ColumnID) -> Bool
  ) {
    self.init()
    for output in outputs {
      let compiler = AggregateCompiler(
        aggregate: output.aggregate, events: events, type: type, isNullable: isNullable)
      instructions.append(compiler.compile(into: &self, origin: output.origin))
    }
  }

  /// For the position of t itself, where nothing else asks for it.
  mutating func momentOfDecision() -> Int {
    interned(Instant(clock: .decision, moment: .before(0)), in: &moments)
  }
}

/// Compiles one aggregate.
private struct AggregateCompiler {
  let aggregate: WindowedAggregate
  let events: EventSource
  let type: (ColumnID) -> PhysicalType
  let isNullable: (ColumnID) -> Bool

  func compile(into program: inout TimelineProgram, origin: Int32) -> TimelineProgram.Instruction {
    let window = window(in: &program)
    func selection(_ conditions: [TimelineProgram.Condition], matches: Bool = true) -> Int {
      let stream = stream(conditions, matches: matches, in: &program)
      return interned(.init(stream: stream, window: window), in: &program.selections)
    }
    var kernel: TimelineProgram.Kernel
    var conditions = filter
    switch aggregate.function {
    case .any:
      conditions += truth(.isTrue)
      kernel = .isNotEmpty
    case .all:
      conditions += truth(.isFalse)
      kernel = .isEmpty
    case .share:
      conditions += truth(.isTrue)
      let all = selection(
        permission + presence(aggregate.argument) + presence(aggregate.second), matches: false)
      conditions += presence(aggregate.second)
      kernel = aggregate.second.map { .weightedShare(of: all, weight: $0) } ?? .share(of: all)
    case .streak: kernel = .streak(of: selection(permission, matches: false))
    default:
      conditions += presence(aggregate.argument)
      if aggregate.second != aggregate.argument { conditions += presence(aggregate.second) }
      kernel = valueKernel
    }
    return .init(kernel: kernel, selection: selection(conditions), origin: origin)
  }

  /// Of functions of values.
  private var valueKernel: TimelineProgram.Kernel {
    var halfLife: Int64 = 1
    if case .halfLife(let length) = aggregate.setting { halfLife = max(1, length) }
    if aggregate.function == .decayedCount {
      return .decayed(.count, aggregate.argument, weight: nil, halfLife: halfLife)
    }
    if let statistic { return .gap(statistic) }
    if case .fold(let fold) = aggregate.setting { return .fold(fold) }
    guard let argument = aggregate.argument else { return .count }
    switch aggregate.function {
    case .count, .any, .all, .share, .streak, .fold, .decayedCount, .meanGap, .medianGap, .minGap,
      .maxGap, .gapStandardDeviation:
      return .count
    case .sum:
      return aggregate.weight.map { .weightedSum(argument, weight: $0) } ?? .sum(argument)
    case .mean:
      return aggregate.weight.map { .weightedRatio(argument, over: nil, weight: $0) }
        ?? .mean(argument)
    case .ratio:
      let second = aggregate.second ?? argument
      return aggregate.weight.map { .weightedRatio(argument, over: second, weight: $0) }
        ?? .ratio(argument, second)
    case .variance: return .variance(argument, isPopulation: false, isRoot: false)
    case .standardDeviation: return .variance(argument, isPopulation: false, isRoot: true)
    case .populationVariance: return .variance(argument, isPopulation: true, isRoot: false)
    case .populationStandardDeviation: return .variance(argument, isPopulation: true, isRoot: true)
    case .min: return .least(argument)
    case .max: return .greatest(argument)
    case .first: return .nth(argument, 1)
    case .last: return .nth(argument, -1)
    case .nth:
      guard case .position(let position) = aggregate.setting else { return .nth(argument, 0) }
      return .nth(argument, position)
    case .distinct: return .distinct(argument)
    case .mode: return .mode(argument)
    case .top, .list:
      guard case .limit(let count) = aggregate.setting else { return .count }
      return aggregate.function == .top ? .top(argument, count) : .listed(argument, count)
    case .histogram:
      guard case .bounds(let bounds) = aggregate.setting else { return .count }
      return .histogram(argument, bounds)
    case .quantile:
      guard case .quantile(let billionths) = aggregate.setting else { return .count }
      return .quantile(argument, billionths: billionths)
    case .median: return .quantile(argument, billionths: 500_000_000)
    case .entropy: return .entropy(argument)
    case .approximateDistinct: return .approximateDistinct(argument)
    case .slope: return .slope(argument)
    case .ewma:
      guard case .smoothing(let alpha) = aggregate.setting else { return .count }
      return .smoothed(argument, alpha: alpha)
    case .decayedSum: return .decayed(.sum, argument, weight: nil, halfLife: halfLife)
    case .decayedMean:
      return .decayed(.mean, argument, weight: aggregate.second, halfLife: halfLife)
    }
  }

  private var statistic: TimelineProgram.GapStatistic? {
    switch aggregate.function {
    case .meanGap: .mean
    case .medianGap: .median
    case .minGap: .least
    case .maxGap: .greatest
    case .gapStandardDeviation: .standardDeviation
    default: nil
    }
  }

  private var filter: [TimelineProgram.Condition] {
    permission + (aggregate.filter.map { [.init(column: $0, test: .isTrue)] } ?? [])
  }

  /// Of the events that there are for the aggregate.
  private var permission: [TimelineProgram.Condition] {
    aggregate.permitted.map { [.init(column: $0, test: .isTrue)] } ?? []
  }

  /// For arguments that are conditions themselves.
  private func truth(
    _ test: TimelineProgram.Condition.Test
  ) -> [TimelineProgram.Condition] {
    // What is no condition counts as true.
    guard let argument = aggregate.argument, type(argument) == .bool else {
      return test == .isTrue
        ? presence(aggregate.argument) : [.init(column: events.key, test: .never)]
    }
    return [.init(column: argument, test: test)]
  }

  private func presence(_ column: ColumnID?) -> [TimelineProgram.Condition] {
    guard let column, isNullable(column) else { return [] }
    return [.init(column: column, test: .isPresent)]
  }

  private func stream(
    _ conditions: [TimelineProgram.Condition], matches: Bool, in program: inout TimelineProgram
  ) -> Int {
    var conditions = conditions
    if waits, let known = events.known, isNullable(known) {
      conditions.append(.init(column: known, test: .isPresent))
    }
    if looksForward, let gone = events.gone {
      conditions.append(.init(column: gone, test: .isAbsent))
    }
    // One order, so that equal filters are found equal.
    var unique: [TimelineProgram.Condition] = []
    for condition in conditions where !unique.contains(condition) { unique.append(condition) }
    unique.sort { ($0.column.index, $0.test.rawValue) < ($1.column.index, $1.test.rawValue) }
    let stream = TimelineProgram.Stream(
      conditions: unique, matches: matches ? aggregate.matches : [],
      versions: waits && events.gone != nil ? clock : nil)
    return interned(stream, in: &program.streams)
  }

  private var clock: TimelineProgram.Clock { aggregate.every.map { .every($0) } ?? .decision }

  private var looksForward: Bool {
    if case .following = aggregate.window { true } else { false }
  }

  /// Whether events have to be known before the decision, or can be gone at it.
  private var waits: Bool { !looksForward && (events.known != nil || events.gone != nil) }

  private func window(in program: inout TimelineProgram) -> Int {
    let lag = max(0, aggregate.lag)
    func moment(_ moment: TimelineProgram.Moment) -> Int {
      interned(TimelineProgram.Instant(clock: clock, moment: moment), in: &program.moments)
    }
    // An event known a fixed time after it happened is seen as late as one behind a lag.
    let delay = events.known == nil ? max(lag, events.arrivesWithin ?? 0) : lag
    var end = TimelineProgram.Moment.before(delay)
    let start: TimelineProgram.Start
    switch aggregate.window {
    case .all: start = .beginning
    case .duration(let length):
      let (shift, overflow) = lag.addingReportingOverflow(max(0, length))
      start = overflow ? .beginning : .moment(moment(.before(shift)))
    case .span(let step): start = .moment(moment(.spanBefore(lag: lag, step)))
    case .calendar(let step): start = .moment(moment(.periodStart(lag: lag, step)))
    case .last(let count):
      let isOfAll = aggregate.function.asksOfAllEvents
      start = .last(
        max(0, count),
        stream: stream(isOfAll ? permission : filter, matches: !isOfAll, in: &program))
    case .session(let gap):
      start = .session(
        gap: max(0, gap), lag: lag, stream: stream(permission, matches: false, in: &program))
    case .since(let column): start = .moment(moment(.since(column)))
    case .following(let after, let within):
      start = .moment(moment(.after(after)))
      end = .after(within)
    }
    let window = TimelineProgram.Window(
      clock: clock, start: start, end: moment(end), waits: waits, lag: waits ? delay : 0)
    return interned(window, in: &program.windows)
  }
}
