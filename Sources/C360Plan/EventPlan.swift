import C360Columns

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
  /// µs UTC, inclusive; nil: the newest event, and no more than `observedAtMost`.
  public var observedThrough: Int64?
  /// What a run as of an instant can have observed of events whose newest says how far that is.
  public let observedAtMost: Int64?
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
    observedThrough: Int64?, observedAtMost: Int64? = nil,
    newest: (time: ColumnID, gone: ColumnID?)? = nil
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
    self.observedAtMost = observedAtMost
    self.newest = newest
  }

  /// How far the events are observed, where `newest` is the last of them; nil: there is none.
  public func observed(newest: Int64?) -> Int64? {
    observedThrough ?? newest.map { min($0, observedAtMost ?? .max) }
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
