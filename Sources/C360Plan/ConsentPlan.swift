import C360Columns

/// Whether purposes are granted at each row of a relation (semantics.md C1, C2): the last ledger entry
/// at or before the instant; at equal times withdrawal wins; no entry means not granted.
///
/// Of the ledger's rows each is up to two entries: a grant at `from` and a withdrawal at `until`. An
/// entry without a channel holds for every channel.
public struct ConsentStep: Sendable {
  public struct Test: Sendable {
    public enum Channel: Sendable, Hashable {
      /// Entries without a channel only.
      case every
      case named(String)
      /// By a text column of the actions relation; one answer a row and action. In decisions only.
      case ofAction(ColumnID)
    }
    public enum Clock: Sendable, Hashable {
      /// At the time of the row.
      case moment
      /// At the time of the row, and without interruption through that much later.
      case throughout(TimeOffset)
      /// µs UTC
      case instant(Int64)
    }
    public let purpose: String
    public let channel: Channel
    public let clock: Clock
    /// bool, never null
    public let column: ColumnID
    public init(purpose: String, channel: Channel, clock: Clock, column: ColumnID) {
      self.purpose = purpose
      self.channel = channel
      self.clock = clock
      self.column = column
    }
  }
  public let ledger: RelationID
  public let key: ColumnID
  public let purpose: ColumnID
  public let channel: ColumnID?
  public let from: ColumnID
  public let until: ColumnID?
  /// Rows in any order: of an exposure, or events.
  public let frame: RelationID
  public let frameKey: ColumnID
  public let frameTime: ColumnID
  public let tests: [Test]
  public let timezone: String
  public init(
    ledger: RelationID, key: ColumnID, purpose: ColumnID, channel: ColumnID? = nil, from: ColumnID,
    until: ColumnID?, frame: RelationID, frameKey: ColumnID, frameTime: ColumnID, tests: [Test],
    timezone: String
  ) {
    self.ledger = ledger
    self.key = key
    self.purpose = purpose
    self.channel = channel
    self.from = from
    self.until = until
    self.frame = frame
    self.frameKey = frameKey
    self.frameTime = frameTime
    self.tests = tests
    self.timezone = timezone
  }
}
