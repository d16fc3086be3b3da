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
  /// `histogram`: ascending, finite, at least one.
  case bounds([Double])
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

/// The decision moments: rows in canonical order (entity key, time, then values in column order),
/// from the rows of a file or generated.
public struct FrameStep: Sendable {
  public enum Origin: Sendable {
    /// Rows of `input`, reordered. `columns` carries them over; they are listed in the order that
    /// breaks ties.
    case rows(input: RelationID, columns: [(from: ColumnID, to: ColumnID)])
    /// Each entity of the population at start, start + 1·step, … through, where it is known before
    /// that time.
    case every(TimeOffset, start: Int64, through: Int64, population: [Population])
    case instant(Int64, population: [Population])
    /// One row.
    case row(key: Constant, time: Int64)
  }
  /// Rows that make an entity known at their time (both clocks, strictly before).
  public struct Population: Sendable {
    public let relation: RelationID
    public let key: ColumnID
    /// nil: always.
    public let time: ColumnID?
    public let known: ColumnID?
    public let arrivesWithin: Int64?
    /// Profiles: from here on the version no longer holds.
    public let until: ColumnID?
    /// Events: as `EventSource.gone`.
    public let gone: ColumnID?
    /// Profiles: later than this after their time versions no longer hold.
    public let expiresAfter: TimeOffset?
    public init(
      relation: RelationID, key: ColumnID, time: ColumnID?, known: ColumnID?,
      arrivesWithin: Int64?, until: ColumnID?, gone: ColumnID? = nil,
      expiresAfter: TimeOffset? = nil
    ) {
      self.relation = relation
      self.key = key
      self.time = time
      self.known = known
      self.arrivesWithin = arrivesWithin
      self.until = until
      self.gone = gone
      self.expiresAfter = expiresAfter
    }
  }
  public enum KeepRule: Sendable {
    case all
    case first
    case firstPer(TimeOffset)
    case nonOverlapping(TimeOffset)
    case washout(TimeOffset)
  }
  public let relation: RelationID
  public let origin: Origin
  /// Columns of the new relation that hold the entity key and the time.
  public let key: ColumnID
  public let time: ColumnID
  /// int: 0-based number among rows of equal (key, time). Always computed.
  public let number: ColumnID
  /// bool: whether the rule keeps the row; nil when nobody asks.
  public let kept: ColumnID?
  public let keep: KeepRule
  public let timezone: String
  public init(
    relation: RelationID, origin: Origin, key: ColumnID, time: ColumnID, number: ColumnID,
    kept: ColumnID?, keep: KeepRule, timezone: String
  ) {
    self.relation = relation
    self.origin = origin
    self.key = key
    self.time = time
    self.number = number
    self.kept = kept
    self.keep = keep
    self.timezone = timezone
  }
}

/// The events side of a timeline.
public struct EventSource: Sendable {
  public let relation: RelationID
  public let key: ColumnID
  public let time: ColumnID
  /// Null in it: never visible. nil and no `arrivesWithin`: known when it happens.
  public let known: ColumnID?
  public let arrivesWithin: Int64?
  /// A time column: the event counts at x only while not (gone < x.t), and in a window that looks
  /// forward only where this is null. Null: it never goes. nil: no event does.
  public let gone: ColumnID?
  /// Columns that order events of equal time: the sequence column, then all columns of the contract.
  public let tieBreak: [ColumnID]
  /// The declared order among equal times; answers that it decides are not counted as resolved ties.
  public let sequence: ColumnID?
  /// µs UTC, inclusive; nil: the newest event.
  public var observedThrough: Int64?
  /// The times among which the newest is looked for, and which of them go; nil: `time` and `gone`.
  public let newest: (time: ColumnID, gone: ColumnID?)?
  /// Whether a step before gave events of identifiers to their entities.
  public var isLinked: Bool { newest != nil }
  public var newestColumns: (time: ColumnID, gone: ColumnID?) { newest ?? (time, gone) }
  /// Whether its rows are those of a table, which the report counts.
  public var isOfTable = true
  public init(
    relation: RelationID, key: ColumnID, time: ColumnID, known: ColumnID?, arrivesWithin: Int64?,
    gone: ColumnID? = nil, tieBreak: [ColumnID], sequence: ColumnID? = nil,
    observedThrough: Int64?, newest: (time: ColumnID, gone: ColumnID?)? = nil
  ) {
    self.relation = relation
    self.key = key
    self.time = time
    self.known = known
    self.arrivesWithin = arrivesWithin
    self.gone = gone
    self.tieBreak = tieBreak
    self.sequence = sequence
    self.observedThrough = observedThrough
    self.newest = newest
  }
}

/// When each row of an event relation stops to count: rows of one id are versions of one event, of
/// which the one that became known last counts (semantics.md S4).
public struct VersionsStep: Sendable {
  public let relation: RelationID
  public let id: ColumnID
  public let time: ColumnID
  /// As in `EventSource`.
  public let known: ColumnID?
  public let arrivesWithin: Int64?
  /// `bool`: the row takes its event back. Null: it does not.
  public let retracted: ColumnID?
  /// Orders versions that became known at the same time, after their event time.
  public let tieBreak: [ColumnID]
  /// Made by the step: the known time of the next version, the least time for retracted rows and for
  /// those that became known never and were followed; null for what nothing follows.
  public let gone: ColumnID
  public init(
    relation: RelationID, id: ColumnID, time: ColumnID, known: ColumnID?, arrivesWithin: Int64?,
    retracted: ColumnID?, tieBreak: [ColumnID], gone: ColumnID
  ) {
    self.relation = relation
    self.id = id
    self.time = time
    self.known = known
    self.arrivesWithin = arrivesWithin
    self.retracted = retracted
    self.tieBreak = tieBreak
    self.gone = gone
  }
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

/// All windowed aggregates of one event table at the rows of one frame, in one merge.
public struct TimelineStep: Sendable {
  public struct Output: Sendable {
    public let aggregate: WindowedAggregate
    public let column: ColumnID
    /// For an overflow of an integer sum.
    public let origin: Int32
    public init(aggregate: WindowedAggregate, column: ColumnID, origin: Int32) {
      self.aggregate = aggregate
      self.column = column
      self.origin = origin
    }
  }
  /// Whether t + within lies inside what the table has observed: `bool`, never null.
  public struct Coverage: Sendable {
    public let within: TimeOffset
    public let column: ColumnID
    public init(within: TimeOffset, column: ColumnID) {
      self.within = within
      self.column = column
    }
  }
  public var events: EventSource
  public let frame: RelationID
  public let key: ColumnID
  public let time: ColumnID
  public let outputs: [Output]
  public let coverages: [Coverage]
  public let timezone: String
  /// Whether the frame is made of events: then nothing is counted of exposures.
  public var isOfEvents = false
  public init(
    events: EventSource, frame: RelationID, key: ColumnID, time: ColumnID, outputs: [Output],
    coverages: [Coverage], timezone: String
  ) {
    self.events = events
    self.frame = frame
    self.key = key
    self.time = time
    self.outputs = outputs
    self.coverages = coverages
    self.timezone = timezone
  }
}

/// Events as moments of their own: their rows in the order of key and time (semantics.md G5).
public struct EventMomentsStep: Sendable {
  public let events: RelationID
  public let key: ColumnID
  public let time: ColumnID
  /// The new relation, with as many rows.
  public let moments: RelationID
  public let momentKey: ColumnID
  public let momentTime: ColumnID
  /// int, of the events: the row among the moments.
  public let place: ColumnID
  public init(
    events: RelationID, key: ColumnID, time: ColumnID, moments: RelationID, momentKey: ColumnID,
    momentTime: ColumnID, place: ColumnID
  ) {
    self.events = events
    self.key = key
    self.time = time
    self.moments = moments
    self.momentKey = momentKey
    self.momentTime = momentTime
    self.place = place
  }
}

/// What was computed at the moments of events becomes columns of the events.
public struct EventValuesStep: Sendable {
  public let events: RelationID
  public let place: ColumnID
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    events: RelationID, place: ColumnID, columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.events = events
    self.place = place
    self.columns = columns
  }
}

/// How much of the time of windows is covered (semantics.md N2): the share that lies at or after the
/// time from which a table is observed.
public struct CoverageStep: Sendable {
  public struct Window: Sendable {
    /// `duration`, `span` or `calendar`.
    public let window: WindowSpec
    /// µs
    public let lag: Int64
    /// As in `WindowedAggregate`.
    public let every: TimeOffset?
    /// µs UTC, inclusive; nil: ever since.
    public let observedFrom: Int64?
    /// Covered are instants at which all tests of all of these hold, too; their columns are not
    /// computed.
    public var permitted: [ConsentStep] = []
    /// float in 0...1, never null; of a window of no time 1 or 0.
    public let column: ColumnID
    public init(
      window: WindowSpec, lag: Int64, every: TimeOffset? = nil, observedFrom: Int64?,
      column: ColumnID
    ) {
      self.window = window
      self.lag = lag
      self.every = every
      self.observedFrom = observedFrom
      self.column = column
    }
  }
  public let frame: RelationID
  public let time: ColumnID
  public let windows: [Window]
  public let timezone: String
  public init(frame: RelationID, time: ColumnID, windows: [Window], timezone: String) {
    self.frame = frame
    self.time = time
    self.windows = windows
    self.timezone = timezone
  }
}

/// The version of a profile that holds at each row of a frame: the latest `from` (then the row's
/// values) with from < t, known < t, and not until <= t; none when it expired, t > from + expiresAfter.
public struct AsOfStep: Sendable {
  public let versions: RelationID
  public let key: ColumnID
  public let from: ColumnID?
  public let known: ColumnID?
  public let until: ColumnID?
  /// On the local calendar of `timezone`.
  public let expiresAfter: TimeOffset?
  public let timezone: String
  public let tieBreak: [ColumnID]
  public let frame: RelationID
  public let frameKey: ColumnID
  public let frameTime: ColumnID
  /// Null where no version holds; defaults are applied by a derive step.
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    versions: RelationID, key: ColumnID, from: ColumnID?, known: ColumnID?, until: ColumnID?,
    expiresAfter: TimeOffset? = nil, timezone: String = "UTC", tieBreak: [ColumnID],
    frame: RelationID, frameKey: ColumnID, frameTime: ColumnID,
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.versions = versions
    self.key = key
    self.from = from
    self.known = known
    self.until = until
    self.expiresAfter = expiresAfter
    self.timezone = timezone
    self.tieBreak = tieBreak
    self.frame = frame
    self.frameKey = frameKey
    self.frameTime = frameTime
    self.columns = columns
  }
}
