import C360Columns

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
/// time from which a table is observed. And whether conditions hold all the time of windows that follow.
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
  /// Whether a condition holds at t and at every instant through t + within.
  public struct Hold: Sendable {
    public let condition: ConsentCondition
    public let within: TimeOffset
    /// bool, never null
    public let column: ColumnID
    public init(condition: ConsentCondition, within: TimeOffset, column: ColumnID) {
      self.condition = condition
      self.within = within
      self.column = column
    }
  }
  public let frame: RelationID
  public let time: ColumnID
  public let windows: [Window]
  public let holds: [Hold]
  public let timezone: String
  public init(
    frame: RelationID, time: ColumnID, windows: [Window], holds: [Hold] = [], timezone: String
  ) {
    self.frame = frame
    self.time = time
    self.windows = windows
    self.holds = holds
    self.timezone = timezone
  }

  /// All ledgers that it asks.
  public var consents: [ConsentStep] {
    windows.flatMap(\.permitted) + holds.flatMap(\.condition.consents)
  }
}
