/// An aggregate over the events of one table that one entity has in a window at one time.
public struct Aggregate: Sendable {
  public let function: AggregateFunction
  public let table: TableID
  /// At event grain; `nil` for `count(events)`, `any(events)`, `share(events where …)`,
  /// `decayed_count(events)`. Rows whose argument is null are skipped.
  public let argument: Expression?
  /// Second argument of `ratio`.
  public let second: Expression?
  /// Total or nullable `bool` at event grain, constant in the action; null counts as false.
  /// For `share` and `streak` it is the condition that is asked, not a filter.
  public let filter: Expression?
  /// In a feature `for` actions: event expression == column of the actions table. All must hold;
  /// null equals nothing. For `share` they belong to the condition.
  public let actionMatches: [ActionMatch]
  public let window: Window
  /// Microseconds by which both ends of a backward window move into the past; 0 by default.
  public let lag: Int64
  /// `every P`: the last multiple of P strictly before t takes the place of t, for both clocks.
  /// Multiples of an exact length count from 1970-01-01 UTC; on the calendar they are the local starts
  /// of periods. nil: t itself. Never with a window that looks forward.
  public let every: Offset?
  /// With `Window.sinceLast`: which events end the past.
  public var marker: Marker?
  public let setting: AggregateSetting
  /// Total `bool` at event grain: which events a mask leaves visible (`hide … unless consent(…, at:
  /// event)`). The others are as if they were not there, for windows and shares too.
  public var permitted: Expression? = nil
  /// `weight: any`: over weighted events also those that are another's more likely (I2).
  public var takesAnyWeight = false

  public struct ActionMatch: Sendable {
    public let event: Expression
    public let actionColumn: Int
    public init(event: Expression, actionColumn: Int) {
      self.event = event
      self.actionColumn = actionColumn
    }
  }

  /// `last(E where c)` in a window: the last visible event of E that passes.
  public struct Marker: Sendable {
    public let table: TableID
    /// At the grain of E; null counts as false.
    public let filter: Expression?
    /// `else all`: without such an event the window is the whole past. Otherwise the aggregate is null.
    public let orAll: Bool
    /// Which events of E a mask leaves visible; the others are as if they were not there.
    public var permitted: Expression? = nil
    public init(table: TableID, filter: Expression?, orAll: Bool) {
      self.table = table
      self.filter = filter
      self.orAll = orAll
    }
  }

  public init(
    function: AggregateFunction, table: TableID, argument: Expression?, second: Expression?,
    filter: Expression?, actionMatches: [ActionMatch], window: Window, lag: Int64,
    every: Offset? = nil, marker: Marker? = nil, setting: AggregateSetting = .none
  ) {
    self.function = function
    self.table = table
    self.argument = argument
    self.second = second
    self.filter = filter
    self.actionMatches = actionMatches
    self.window = window
    self.lag = lag
    self.every = every
    self.marker = marker
    self.setting = setting
  }
}

/// What an aggregate is told besides its values.
public enum AggregateSetting: Sendable {
  case none
  /// `nth`: from 1, negative from the end.
  case position(Int)
  /// `decayed_*`: µs, > 0.
  case halfLife(Int64)
  /// `quantile`: from 0 to 10⁹ billionths.
  case quantile(billionths: Int64)
  /// `fold`: what it starts from, an int or a float; the argument is the step.
  case fold(from: Value)
  /// `ewma`: the weight of the newest value, above 0 and at most 1.
  case smoothing(Double)
  /// `top`, `list`: at most so many values, > 0.
  case limit(Int)
  /// `histogram`: ints, floats or durations, all of one type; ascending, finite, at least one.
  case bounds([Value])
}

/// A window of time over a table, of which a part may not be covered (semantics.md N2): of the kinds
/// `duration`, `span` and `calendar`.
public struct CoveredWindow: Sendable {
  /// Covered are instants at which all of these are held, too: what a mask asks of each event.
  public var permitted: [ConsentQuestion] = []
  public let table: TableID
  public let window: Window
  /// µs
  public let lag: Int64
  /// As in `Aggregate`.
  public let every: Offset?
  public init(table: TableID, window: Window, lag: Int64, every: Offset?) {
    self.table = table
    self.window = window
    self.lag = lag
    self.every = every
  }
}

/// Which events count, relative to the decision time t (semantics.md S2, O2).
public enum Window: Sendable, Hashable {
  /// (−∞, t − lag)
  case all
  /// [t − lag − w, t − lag), w in µs
  case duration(Int64)
  /// `over 1mo`: [t − lag − span on the local calendar, t − lag)
  case span(CalendarSpan)
  /// `over calendar 1mo`: [local start of the period that holds t − lag, t − lag)
  case calendar(CalendarSpan)
  /// The last n of the visible events before t − lag that pass the filter, in T2 order.
  case last(Int)
  /// `over session(gap)`, µs: the visible events of the table, whatever the filter, that end in one not
  /// more than the gap before t − lag and follow each other by at most the gap; none where there is no
  /// such last one (semantics.md G3).
  case session(Int64)
  /// `over since last(E)`: strictly after the time of the aggregate's marker, up to t − lag
  /// (semantics.md G4).
  case sinceLast
  /// `after d within w`: (t + d, t + w]. Outcomes only.
  case following(after: Offset, within: Offset)
}

/// Aggregates over windows; names as written in the language.
public enum AggregateFunction: String, Sendable, CaseIterable {
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
  /// Over weighted events only.
  case effectiveCount = "effective_count"
}

extension AggregateFunction {
  /// Whether the filter is what is asked of all events, no choice among them.
  public var asksOfAllEvents: Bool { self == .share || self == .streak }

  /// In `window`: whether the value hangs on the order of the rows.
  public var isByOrder: Bool { self == .first || self == .last }
}

/// An aggregate over the rows of a group in a query, or over a frame of `window`. Of the order-bound
/// functions only `first` and `last` occur, in frames; the decayed ones do not.
public struct RowAggregate: Sendable {
  public let function: AggregateFunction
  public let argument: Expression?
  public let second: Expression?
  /// For `share` the condition, else a filter; null counts as false.
  public let filter: Expression?
  public let setting: AggregateSetting
  public init(
    function: AggregateFunction, argument: Expression?, second: Expression?, filter: Expression?,
    setting: AggregateSetting = .none
  ) {
    self.function = function
    self.argument = argument
    self.second = second
    self.filter = filter
    self.setting = setting
  }
}
