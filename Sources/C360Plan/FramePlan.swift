import C360Columns

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
