/// What is asked of a ledger (semantics.md C1, C2): a total `bool`.
public struct ConsentQuestion: Sendable, Hashable {
  /// Entries without a channel hold for every channel.
  public enum Channel: Sendable, Hashable {
    /// Entries without a channel only.
    case every
    case named(String)
    /// That of the candidate action, by its column; where it is null, as `every`.
    case ofAction(TableID, Int)
  }
  public let ledger: TableID
  public let purpose: String
  public let channel: Channel
  public let clock: ConsentClock
  public init(
    _ ledger: TableID, purpose: String, channel: Channel = .every, _ clock: ConsentClock = .decision
  ) {
    self.ledger = ledger
    self.purpose = purpose
    self.channel = channel
    self.clock = clock
  }

  /// The same asked at another time.
  public func asked(_ clock: ConsentClock) -> ConsentQuestion {
    ConsentQuestion(ledger, purpose: purpose, channel: channel, clock)
  }
}

public enum ConsentClock: Sendable, Hashable {
  /// At the decision.
  case decision
  /// At the program's run time.
  case run
  /// When the event at hand happened. In `Aggregate.permitted` only.
  case event
  /// At the decision and without interruption until this much later (outcomes; semantics.md C3).
  case throughout(Offset)
}
