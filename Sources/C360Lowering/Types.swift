import C360Columns
import C360Plan
import C360Semantics

extension Type {
  /// What a column of this type holds. The type of a bare `null` has no column of its own: `bool`.
  package var logical: LogicalType {
    switch base {
    case .bool, .null: .bool
    case .int: .int
    case .float(let unit): unit.currency.map { .money($0) } ?? .float
    case .text: .text
    case .time: .time
    case .date: .date
    case .duration, .calendarSpan: .duration
    case .vector(let width): .vector(width)
    case .list(let element): .list(Type(element).logical)
    }
  }

  package var physical: PhysicalType { logical.physical }

  var isFloat: Bool { if case .float = base { true } else { false } }
}

extension Value {
  /// Calendar spans have no constant: they are part of an operation.
  var constant: Constant {
    switch self {
    case .null, .calendarSpan: .null
    case .bool(let value): .bool(value)
    case .int(let value), .time(let value), .date(let value), .duration(let value): .int(value)
    case .float(let value): .float(bits: value.bitPattern)
    case .text(let value): .text(value)
    case .vector(let elements): .vector(elements.map(\.bitPattern))
    case .list(let elements): .list(elements.map(\.constant))
    }
  }
}

extension CalendarSpan {
  package var step: CalendarStep {
    let unit: CalendarStep.Unit =
      switch self.unit {
      case .day: .day
      case .week: .week
      case .month: .month
      case .quarter: .quarter
      case .year: .year
      }
    return CalendarStep(count, unit)
  }
}

extension Offset {
  package var offset: TimeOffset {
    switch self {
    case .exact(let length): .exact(length)
    case .calendar(let span): .calendar(span.step)
    }
  }
}

extension Window {
  /// - Parameter marker: the column with the time of an aggregate's marker.
  func spec(since marker: ColumnID?) -> WindowSpec {
    switch self {
    case .all: .all
    case .duration(let length): .duration(length)
    case .span(let span): .span(span.step)
    case .calendar(let span): .calendar(span.step)
    case .last(let count): .last(count)
    case .session(let gap): .session(gap: gap)
    case .sinceLast: marker.map { .since($0) } ?? .all
    case .following(let after, let within):
      .following(after: after.offset, within: within.offset)
    }
  }
}

extension C360Semantics.AggregateSetting {
  var planned: C360Plan.AggregateSetting {
    switch self {
    case .none: .none
    case .position(let position): .position(position)
    case .halfLife(let length): .halfLife(length)
    case .quantile(let billionths): .quantile(billionths: billionths)
    case .smoothing(let alpha): .smoothing(alpha)
    // Its step is lowered where columns are at hand.
    case .fold: .none
    case .limit(let count): .limit(count)
    case .bounds(let bounds): .bounds(HistogramBounds(of: bounds))
    }
  }
}

extension HistogramBounds {
  /// Of numbers or lengths, all of one type.
  init(of bounds: [Value]) {
    var integers: [Int64] = []
    var floats: [Double] = []
    for bound in bounds {
      switch bound {
      case .int(let value), .duration(let value): integers.append(value)
      case .float(let value): floats.append(value)
      default: preconditionFailure("the checker takes numbers and lengths only")
      }
    }
    self = floats.isEmpty ? HistogramBounds(integers) : HistogramBounds(floats)
  }
}

extension C360Semantics.AggregateFunction {
  var planned: C360Plan.AggregateFunction {
    switch self {
    case .count: .count
    case .any: .any
    case .all: .all
    case .sum: .sum
    case .mean: .mean
    case .min: .min
    case .max: .max
    case .first: .first
    case .last: .last
    case .nth: .nth
    case .distinct: .distinct
    case .mode: .mode
    case .share: .share
    case .ratio: .ratio
    case .variance: .variance
    case .standardDeviation: .standardDeviation
    case .populationVariance: .populationVariance
    case .populationStandardDeviation: .populationStandardDeviation
    case .decayedSum: .decayedSum
    case .decayedCount: .decayedCount
    case .decayedMean: .decayedMean
    case .quantile: .quantile
    case .median: .median
    case .slope: .slope
    case .entropy: .entropy
    case .streak: .streak
    case .ewma: .ewma
    case .fold: .fold
    case .top: .top
    case .list: .list
    case .histogram: .histogram
    case .approximateDistinct: .approximateDistinct
    case .meanGap: .meanGap
    case .medianGap: .medianGap
    case .minGap: .minGap
    case .maxGap: .maxGap
    case .gapStandardDeviation: .gapStandardDeviation
    // Has weights, so that it is lowered as a mixture.
    case .effectiveCount: .count
    }
  }
}

extension Table {
  /// Whether its rows make entities known: links alone make nobody known.
  var hasEntities: Bool {
    switch kind {
    case .identity, .limits: false
    case .events, .profile, .consents, .actions: true
    }
  }
}
