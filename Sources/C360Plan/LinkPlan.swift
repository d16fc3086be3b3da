import C360Columns

/// Events of identifiers as events of the entities that they belong to (semantics.md I1–I3): one row
/// for each event and each spell of time in which a link assigns it. A row is visible at x from when
/// event and link are known until the link is superseded.
public struct LinkStep: Sendable {
  public enum Rule: String, Sendable {
    /// To the most confident entity, ties to the smaller key.
    case best
    /// To every entity, with the probability of the link.
    case weighted
    /// To the smallest identifier of the connected component of accepted links.
    case clusters
  }
  /// The rows of the identity. Rows of one (identifier, entity) are versions, the last of them in
  /// order of `known`, then of `tieBreak`, counts.
  public struct Links: Sendable {
    public let relation: RelationID
    public let identifier: ColumnID
    public let entity: ColumnID
    /// float, never null; outside 0…1 ends the run.
    public let weight: ColumnID
    /// Null in it: never. nil: since ever.
    public let known: ColumnID?
    public let tieBreak: [ColumnID]
    public let rule: Rule
    /// Links below it are none, nor are those of weight 0.
    public let threshold: Double
    public init(
      relation: RelationID, identifier: ColumnID, entity: ColumnID, weight: ColumnID,
      known: ColumnID?, tieBreak: [ColumnID], rule: Rule, threshold: Double
    ) {
      self.relation = relation
      self.identifier = identifier
      self.entity = entity
      self.weight = weight
      self.known = known
      self.tieBreak = tieBreak
      self.rule = rule
      self.threshold = threshold
    }
  }
  /// The events side.
  public struct Events: Sendable {
    public let relation: RelationID
    /// Identifiers.
    public let key: ColumnID
    public let time: ColumnID
    public let known: ColumnID?
    public let arrivesWithin: Int64?
    /// As in `EventSource`.
    public let gone: ColumnID?
    public init(
      relation: RelationID, key: ColumnID, time: ColumnID, known: ColumnID?, arrivesWithin: Int64?,
      gone: ColumnID?
    ) {
      self.relation = relation
      self.key = key
      self.time = time
      self.known = known
      self.arrivesWithin = arrivesWithin
      self.gone = gone
    }
  }
  public let links: Links
  /// nil: the links themselves, one row for each spell of time in which an identifier is an entity's;
  /// `known` says since when, and `weight` has the probability under every rule.
  public let events: Events?
  public let output: RelationID
  /// The entity's key.
  public let entity: ColumnID
  /// Where links have a known time: when both event and link are known, null for never.
  public let known: ColumnID?
  /// Where links have a known time or events go: when the one is superseded or the other gone, null for
  /// never.
  public let gone: ColumnID?
  /// float: the probability; for `weighted`.
  public let weight: ColumnID?
  /// Of the events, carried over.
  public let columns: [(from: ColumnID, to: ColumnID)]
  /// The relation that it makes more or less one row of for each row.
  public var rows: RelationID { events?.relation ?? links.relation }
  public init(
    links: Links, events: Events?, output: RelationID, entity: ColumnID,
    known: ColumnID?, gone: ColumnID?, weight: ColumnID?,
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.links = links
    self.events = events
    self.output = output
    self.entity = entity
    self.known = known
    self.gone = gone
    self.weight = weight
    self.columns = columns
  }
}
