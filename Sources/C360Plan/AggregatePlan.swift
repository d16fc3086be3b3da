import C360Columns

/// Aggregates over windows; the names are the language's.
public enum AggregateFunction: String, Sendable, Hashable, CaseIterable {
  case count, any, all, sum, mean, min, max, first, last, nth, distinct, mode, share, ratio
  case variance = "var"
  case standardDeviation = "stddev"
  case populationVariance = "var_pop"
  case populationStandardDeviation = "stddev_pop"
  case decayedSum = "decayed_sum"
  case decayedCount = "decayed_count"
  case decayedMean = "decayed_mean"
  case quantile, median, slope, entropy, streak, ewma, fold, top, list, histogram
  case approximateDistinct = "approx_distinct"
  case meanGap = "mean_gap"
  case medianGap = "median_gap"
  case minGap = "min_gap"
  case maxGap = "max_gap"
  case gapStandardDeviation = "stddev_gap"
}

/// What an aggregate is told besides its values.
public enum AggregateSetting: Hashable, Sendable {
  case none
  /// `nth`: from 1, negative from the end.
  case position(Int)
  /// `decayed_*`: µs, > 0.
  case halfLife(Int64)
  /// `quantile`: from 0 to 10⁹ billionths.
  case quantile(billionths: Int64)
  case fold(FoldStep)
  /// `ewma`: the weight of the newest value, above 0 and at most 1.
  case smoothing(Double)
  /// `top`, `list`: at most so many values, > 0. `histogram` of a group: at most so many bins, of equal
  /// width from the least finite value to the greatest; of texts that many of the most frequent.
  case limit(Int)
  case bounds(HistogramBounds)
}

/// Where the bins of a `histogram` begin, but for the first one.
public struct HistogramBounds: Hashable, Sendable {
  /// For values that are floats: ascending, finite, at least one.
  public let floats: [Double]
  /// For values that are integers: the least ones that are not below the bounds, as many of the bounds
  /// as have one.
  public let integers: [Int64]

  public init(_ floats: [Double]) {
    self.floats = floats
    integers = floats.compactMap { bound in
      bound < -0x1p63 ? .min : Int64(exactly: bound.rounded(.up))
    }
  }

  public init(_ integers: [Int64]) {
    floats = integers.map { Double($0) }
    self.integers = integers
  }

  public var binCount: Int { floats.count + 1 }
}

/// A value that each event of a window changes, in their order. Where the step is null it stays.
public struct FoldStep: Hashable, Sendable {
  /// int64 or float64; what nothing changed.
  public let initial: Constant
  public let step: ScalarID
  /// Stands in the step for the value so far. No step of a plan ever fills it.
  public let accumulator: ColumnID
  /// The columns of the event that the step reads.
  public let reads: [ColumnID]
  public init(initial: Constant, step: ScalarID, accumulator: ColumnID, reads: [ColumnID]) {
    self.initial = initial
    self.step = step
    self.accumulator = accumulator
    self.reads = reads
  }
}

extension AggregateSetting {
  /// Columns of the event that are read besides arguments and filters.
  public var reads: [ColumnID] { if case .fold(let fold) = self { fold.reads } else { [] } }
}

extension AggregateFunction {
  /// Whether the filter is what is asked of all events, no choice among them.
  public var asksOfAllEvents: Bool { self == .share || self == .streak }
}

/// One windowed aggregate. Argument, filter and match values are columns of the event relation,
/// computed by a derive step where they are not plain columns.
public struct WindowedAggregate: Sendable, Hashable {
  public struct Match: Sendable, Hashable {
    /// Column of the event relation.
    public let event: ColumnID
    /// Column of the actions relation, of the same physical type.
    public let action: ColumnID
    public init(event: ColumnID, action: ColumnID) {
      self.event = event
      self.action = action
    }
  }
  public let function: AggregateFunction
  public let argument: ColumnID?
  /// Of `ratio`; of `decayed_mean` the weight that the values were multiplied with.
  public let second: ColumnID?
  /// `bool`; null counts as false. For `share` the condition.
  public let filter: ColumnID?
  /// Empty: one value an exposure. Else one value an exposure and action; matches are part of the
  /// filter (for `share`: of the condition); null equals nothing.
  public let matches: [Match]
  public let window: WindowSpec
  /// µs
  public let lag: Int64
  /// The last multiple of it strictly before t takes the place of t: exact ones from 1970-01-01 UTC,
  /// local starts of periods. nil: t itself. Not with a window that looks forward.
  public let every: TimeOffset?
  public let setting: AggregateSetting
  /// Of `sum`, `mean` and `ratio` of numbers: float64, never null, what each is multiplied with. Integers
  /// are so exactly. A mean is over the sum of the weights.
  public var weight: ColumnID? = nil
  /// `bool`, never null: the events that exist for this aggregate, for `last` windows and the whole of
  /// a share too.
  public var permitted: ColumnID? = nil
  public init(
    function: AggregateFunction, argument: ColumnID?, second: ColumnID?, filter: ColumnID?,
    matches: [Match], window: WindowSpec, lag: Int64, every: TimeOffset? = nil,
    setting: AggregateSetting = .none
  ) {
    self.function = function
    self.argument = argument
    self.second = second
    self.filter = filter
    self.matches = matches
    self.window = window
    self.lag = lag
    self.every = every
    self.setting = setting
  }
}

/// A number of local days, weeks, months, quarters or years.
public struct CalendarStep: Hashable, Sendable {
  public enum Unit: UInt8, Hashable, Sendable { case day, week, month, quarter, year }
  public let count: Int
  public let unit: Unit
  public init(_ count: Int, _ unit: Unit) {
    self.count = count
    self.unit = unit
  }
}

/// A length of time: exact in µs, or on the local calendar.
public enum TimeOffset: Hashable, Sendable {
  case exact(Int64)
  case calendar(CalendarStep)
}

/// Which events count, relative to the decision time t; u = t − lag.
public enum WindowSpec: Hashable, Sendable {
  /// (−∞, u)
  case all
  /// [u − w, u), µs
  case duration(Int64)
  /// [u − span on the local calendar, u)
  case span(CalendarStep)
  /// [local start of the period that holds u, u)
  case calendar(CalendarStep)
  /// The last n of the visible events before u that pass the filter, in event order
  case last(Int)
  /// The visible events, whatever the filter, from the start of the session that is still open at u:
  /// consecutive ones at most this gap (µs) apart, the last at most so far before u; else nothing
  case session(gap: Int64)
  /// (the time in a column of the frame, u); from the beginning where that is null
  case since(ColumnID)
  /// (t + after, t + within]; neither lag nor known time plays a part
  case following(after: TimeOffset, within: TimeOffset)
}
