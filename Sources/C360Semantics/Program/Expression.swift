import C360Diagnostics
import C360Models

/// A typed expression: an immutable tree. Integers that widen stand under an explicit `toFloat`.
public final class Expression: Sendable {
  public indirect enum Kind: Sendable {
    case literal(Value)
    case parameter(ParameterID)
    /// `at`: the decision time; inside an aggregate never.
    case decisionTime
    /// A column of the row at hand: an event inside an aggregate, a row in `expect`.
    case tableColumn(TableID, Int)
    /// As of (entity, decision time), default applied.
    case profileColumn(TableID, Int)
    /// Of the candidate action; null at the no-op.
    case actionColumn(TableID, Int)
    /// Of the exposure row; key and time columns too.
    case exposureColumn(ExposureID, Int)
    /// Whether the exposure's `keep` rule keeps the row.
    case kept(ExposureID)
    /// As seen under a mask: the outcome's expression with what the mask hides made explicit.
    case outcome(ExposureID, Int, Expression)
    case feature(FeatureID)
    case score(ScoreID)
    case call(Builtin, [Expression])
    /// A sum of an imported model of floats, one for each input that it uses; null is missing.
    case model(ModelSum, [Expression])
    /// Kleene logic; an error on one side is suppressed when the other side decides.
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    /// A null condition takes the second branch. Errors of the branch not taken are suppressed.
    case conditional(Expression, Expression, Expression)
    /// `a ?? b`
    case coalesce(Expression, Expression)
    case isNull(Expression)
    /// Equality with any of the constants; null in, null out.
    case isIn(Expression, [Value])
    case aggregate(Aggregate)
    /// `acc` in the step of a `fold`: the value so far.
    case accumulator
    /// The share of a window's time that lies at or after its table's `observed from`: float in 0...1;
    /// of a window of no time 1 or 0.
    case coverage(CoveredWindow)
    case consent(ConsentQuestion)
    /// Whether a condition of consents behind `and` and `or` holds at the decision and at every instant
    /// until that much later, its other parts as they are at the decision (semantics.md C3): a total
    /// `bool`.
    case throughout(Expression, Offset)
    /// The greatest probability with which an identifier is the entity's by the links of the identity
    /// that are known before the decision and accepted; null where there is none (semantics.md I1).
    case confidence(TableID)
    /// The name of the arm in which the entity is at the decision time; null: in none.
    case arm(AssignmentID)
    /// A column of the row of a query, by position in the columns of the previous stage.
    case queryColumn(Int)
    /// In `group` only: an aggregate over the rows of a group.
    case rowAggregate(RowAggregate)
    /// In the initial columns of a query over a policy only.
    case decision(DecisionColumn)
  }
  public let kind: Kind
  public let type: Type
  /// Where it was written; the place run-time errors point at.
  public let span: Span
  public let facts: Facts

  public init(_ kind: Kind, type: Type, span: Span, facts: Facts) {
    self.kind = kind
    self.type = type
    self.span = span
    self.facts = facts
  }
}

/// What the laws are about: phase, grain and labels of an expression.
public struct Facts: Sendable, Hashable {
  public enum Phase: UInt8, Sendable, Comparable {
    case constant
    case before
    case after
    public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
  }
  public var phase: Phase
  public var grain: Grain
  public var labels: Set<String>
  /// What a mask hides from everybody, where this is all that it leaves of it.
  var replaced: MaskTarget?
  public init(phase: Phase, grain: Grain, labels: Set<String> = []) {
    self.phase = phase
    self.grain = grain
    self.labels = labels
  }
}

/// The row space in which an expression has a value.
public struct Grain: Sendable, Hashable {
  public enum Row: Sendable, Hashable {
    case constant
    /// A row of a table (inside an aggregate, `expect`).
    case row(TableID)
    /// A function of (entity, time): features, profile columns, consent.
    case decision(entity: String)
    /// Bound to one exposure: its columns and outcomes.
    case exposure(ExposureID)
    /// A row of a query's previous stage.
    case query
  }
  public var row: Row
  /// Also a function of the action.
  public var actions: TableID?
  public init(_ row: Row, actions: TableID? = nil) {
    self.row = row
    self.actions = actions
  }
}

/// A length of time: exact, or on the local calendar.
public enum Offset: Sendable, Hashable {
  /// Microseconds.
  case exact(Int64)
  case calendar(CalendarSpan)
}

/// The columns of a decision.
public enum DecisionColumn: Sendable, Hashable {
  /// Of the exposure.
  case entity
  case time
  /// 0-based number among exposures of equal (entity, time), in T2 order.
  case number
  /// Of a slate, from 1.
  case position
  /// Key of the action or name of the no-op. Text when the key is text or a no-op exists, else int.
  case action
  /// Rank of the chosen action by value among the eligible ones, from 1; null for a fallback.
  case rank
  /// Of the chosen action under the full mixture.
  case propensity
  /// Scalar objective of the chosen action; null for a fallback that is not eligible.
  case value
  /// Mean of the scalar objective under the policy's distribution.
  case expectedValue
  /// The weighted contribution of a term at the chosen action, by position in `Policy.terms` or
  /// `Composition.terms`; null where the policy that acted has no such term.
  case term(Int)
  /// Number of eligible actions, the no-op included.
  case eligible
  /// Of a candidate: whether it may be chosen. At candidates the other columns are the candidate's own,
  /// `reasons` are those that forbid it, and `propensity` is that with which the policy takes it.
  case isEligible
  /// Of a candidate: whether it is the action.
  case isChosen
  /// `rule: action, action; rule: …` in order of rules and actions; empty when all are eligible.
  case reasons
  /// Whether the fallback acted.
  case isFallback
  /// Whether the decision was changed so that bounds hold; its propensity is then null.
  case repaired
  /// Name and semantic hash of the policy; of a composition, of the member that acted: `none` and null
  /// where the composition itself left things alone.
  case policy
  case policyHash
  /// Of a composition: the arm of the outermost experiment that acted; null for none.
  case arm
}
