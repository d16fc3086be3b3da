import C360Diagnostics

/// `stable under spend_90d 10%, orders_30d 1 within 5%`: how far the choices of a policy move when
/// something that it reads moves, one thing and direction at a time.
public struct Stability: Sendable {
  /// What may move: wherever the policy reads it, through whatever is made of it.
  public enum Target: Sendable, Hashable {
    case feature(FeatureID)
    case score(ScoreID)
    case profileColumn(TableID, Int)
    case exposureColumn(ExposureID, Int)
    case actionColumn(TableID, Int)

    /// nil: an expression of another kind.
    public init?(_ expression: Expression) {
      switch expression.kind {
      case .feature(let id): self = .feature(id)
      case .score(let id): self = .score(id)
      case .profileColumn(let table, let column): self = .profileColumn(table, column)
      case .exposureColumn(let exposure, let column): self = .exposureColumn(exposure, column)
      case .actionColumn(let table, let column): self = .actionColumn(table, column)
      default: return nil
      }
    }
  }
  /// One thing moved by an amount in one direction.
  public struct Shift: Sendable {
    /// As written: `spend_90d`.
    public let name: String
    /// `+10%`, `-1`
    public let change: String
    public let target: Target
    /// What stands in the place of the target, made of the target itself, as it is; of its type, and null
    /// where it is null.
    public let value: Expression
    public let span: Span
    public init(name: String, change: String, target: Target, value: Expression, span: Span) {
      self.name = name
      self.change = change
      self.target = target
      self.value = value
      self.span = span
    }
  }
  /// Up, then down, of each thing in the order of the clause.
  public let shifts: [Shift]
  /// In 0...1: the most that the choices may move by any shift; nil: it is only reported.
  public let bound: Double?
  public let because: String?
  /// As written: `stable under spend_90d 10% within 5%`.
  public let words: String
  public let span: Span
  public init(shifts: [Shift], bound: Double?, because: String?, words: String, span: Span) {
    self.shifts = shifts
    self.bound = bound
    self.words = words
    self.because = because
    self.span = span
  }
}

extension Policy {
  /// Of all `stable` clauses, in their order.
  public var shifts: [Stability.Shift] { stabilities.flatMap(\.shifts) }
}

/// Which expressions change when something moves. Looks through features and scores, each once.
public struct Reach: Sendable {
  private let target: Stability.Target
  private var features: [FeatureID: Bool] = [:]
  private var scores: [ScoreID: Bool] = [:]

  public init(of target: Stability.Target) { self.target = target }

  /// Whether an expression is made of the target.
  public mutating func includes(_ expression: Expression, in program: Program) -> Bool {
    if Stability.Target(expression) == target { return true }
    switch expression.kind {
    case .feature(let id):
      if let known = features[id] { return known }
      let found = includes(program[id].expression, in: program)
      features[id] = found
      return found
    case .score(let id):
      if let known = scores[id] { return known }
      let found = includes(program[id].expression, in: program)
      scores[id] = found
      return found
    default:
      for child in ExpressionWalk.children(expression) where includes(child, in: program) {
        return true
      }
      return false
    }
  }
}
