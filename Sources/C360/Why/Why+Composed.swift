import C360Columns
import C360Decisions

extension Why {
  /// How an arbitration or an experiment came to who acted, node by node.
  public struct Composed: Sendable {
    public let course: WatchedComposition
    /// By node of the course.
    public let nodes: [Node]
    /// By node and member: value less what bounds on all members charge for what it would do; nil: no such
    /// bounds hold, or it is no policy.
    public let adjusted: [[Double?]]

    /// Whether bounds hold for all members together.
    var isBound: Bool { adjusted.contains { $0.contains { $0 != nil } } }
  }
  public enum Node: Sendable {
    case arbitration(Arbitration)
    case experiment(Experiment)
  }
  public struct Arbitration: Sendable {
    public enum Condition: String, Sendable {
      /// The line has none, and was reached.
      case always = "always"
      case holds = "yes"
      case fails = "no"
      /// A line before it was taken.
      case notAsked = "not asked"
    }
    /// Under which the conditions are seen.
    public let mask: String?
    /// What the conditions read.
    public let reads: [Read]
    /// Lines in their order.
    public let turns: [Part]
    /// By line.
    public let conditions: [Condition]
    /// By `reads`; nil: it has no value here.
    public let values: [Scalar?]
    /// By `reads`.
    public let events: [[Events]]
  }
  /// An experiment as the entity met it.
  public struct Experiment: Sendable {
    public struct Arm: Sendable {
      public let name: String
      public let share: Double
      /// Its stretch of [0, 1), whoever takes part: [lower, upper).
      public let lower: Double
      public let upper: Double
    }
    public struct Layer: Sendable {
      public let name: String
      /// The slot is [lower, upper).
      public let lower: Double
      public let upper: Double
      /// Where the entity stands, in [0, 1).
      public let place: Double
      public var isIn: Bool { lower <= place && place < upper }
    }
    public struct Nesting: Sendable {
      public let experiment: String
      /// Whose entities take part.
      public let arm: String
      /// The arm in which the entity is there; nil: none.
      public let found: String?
      public var isIn: Bool { found == arm }
    }
    public let salt: String
    /// Where the entity stands among the arms, in [0, 1).
    public let place: Double
    /// µs UTC, both included; nil: no bound.
    public let from: Int64?
    public let through: Int64?
    public let isInTime: Bool
    public let layer: Layer?
    public let within: Nesting?
    /// The share of each arm that takes part.
    public let ramp: Double
    public let arms: [Arm]
    /// In whose stretch the place is, whether it takes part or not.
    public let arm: Int

    /// Whether the ramp lets the entity take part.
    public var isInRamp: Bool {
      ramp == 1 || place < arms[arm].lower + (arms[arm].upper - arms[arm].lower) * ramp
    }

    /// The entity takes part at every ramp above it; in [0, 1].
    public var leastRamp: Double {
      (place - arms[arm].lower) / (arms[arm].upper - arms[arm].lower)
    }
  }
}
