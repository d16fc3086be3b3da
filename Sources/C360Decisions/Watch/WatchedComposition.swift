import C360Columns

/// Who of several policies acted at one decision, and with what probability each of them takes the action that
/// was taken, in the bits in which it was found.
public struct WatchedComposition: Sendable {
  /// A composition in it, or itself, with the choice that it made.
  public struct Node: Sendable {
    public let name: String
    /// Whether it was asked: it stands on the way to who acted.
    public let isAsked: Bool
    /// Which of its choices was made: of an arbitration, which line, one more than there are where none
    /// holds; of an experiment 0 for its arms, 1 for who is outside of its time, layer or nesting.
    public let turn: Int
    /// What was drawn for it, in [0, 1); of an experiment, where the entity stands. nil: nothing is drawn.
    public let place: Double?
    /// Whether the place says who acts; else it is the greatest expected value, or the one there is.
    public let isDrawn: Bool
    public internal(set) var members: [Member]
    /// Which of `members` acts.
    public let acting: Int
    /// With what probability it takes the action that was taken; nil: the decision was repaired.
    public let probability: Double?
  }
  public struct Member: Sendable {
    /// Of the policy or composition; `none`.
    public let name: String
    /// The arm that it acts in.
    public let arm: String?
    /// It acts where the place is in [lower, upper); nil: nowhere else does anybody.
    public let piece: (lower: Double, upper: Double)?
    /// With what probability it is drawn.
    public let share: Double?
    /// Among `nodes`, where it is a composition.
    public let node: Int?
    /// Among the policies of the composition.
    public let policy: Int?
    /// What it does here, whether it acts or not; nil: it is a composition.
    public let action: String?
    /// Of that action; nil: it has none.
    public let value: Double?
    /// The mean of the objective over all that it may do here; nil: it has none.
    public let expectedValue: Double?
    /// With what probability it takes the action that was taken; nil: the decision was repaired.
    public let probability: Double?
  }
  /// µs UTC.
  public let time: Int64
  /// Among decisions of equal entity and time, from 0.
  public let number: Int
  /// The outermost first, each before those in it.
  public let nodes: [Node]
  /// Among the policies of the composition; nil: the composition itself took the no-op.
  public let actor: Int?
  public let action: String
  /// nil: repaired.
  public let propensity: Double?
  /// By `ComposeStep.watched`; nil: it has no value here (an overflow, a bad cast).
  public let reads: [Scalar?]
}
