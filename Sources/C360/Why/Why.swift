import C360Columns
import C360Decisions
import C360Diagnostics

/// Why one entity was decided for as it was: what the policy saw, which actions were forbidden by
/// what, what the others were worth, and how one of them was chosen. All of it in the bits of the run.
public struct Why: Sendable {
  /// Something that a rule, a term, a threshold or a bound reads.
  public struct Read: Sendable {
    public enum Kind: String, Sendable {
      case feature, score, profile, action, exposure, consent, parameter, expression
    }
    public let kind: Kind
    /// As the script says it.
    public let name: String
    public let type: LogicalType
    /// Whether it differs by action.
    public let isOfAction: Bool
    /// Of the windows over events behind it; features that it names have their own.
    let windows: [EventWindow]
  }
  /// A rule, a first stage, a term, a threshold, a limit of its slates or a bound of the policy; a line of
  /// an arbitration.
  public struct Part: Sendable {
    public enum Kind: String, Sendable {
      case rule, candidates, term, threshold, limit, constraint, turn
    }
    public let kind: Kind
    public let name: String
    /// In the script's words, on one line.
    public let words: String
    public let because: String?
    /// Places among `reads`.
    public let reads: [Int]
  }
  /// Events behind a value at a decision.
  public struct Events: Sendable {
    public let table: String
    /// The aggregate in the script's words.
    public let words: String
    /// µs UTC; nil: from the beginning of time.
    public let from: Int64?
    /// Events are strictly after `from`, not at or after it.
    public let isFromExclusive: Bool
    /// µs UTC, not in the window.
    public let to: Int64
    /// How many counted; a float where they belong to the entity with a probability.
    public let count: Scalar
    /// Then also how many whole events tell as much, (Σp)² / Σp²; a float.
    public let effective: Scalar?
    /// Of those that counted; µs UTC.
    public let first: Int64?
    public let last: Int64?
  }
  /// A policy as its decisions are explained.
  public struct Policy: Sendable {
    public let name: String
    public let mask: String?
    public let reads: [Read]
    public let parts: [Part]
    /// Names of rules, of the first stage, of bounds for the entity, of what keeps a slate diverse: what
    /// `WatchedDecision.Candidate.forbiddenBy` means.
    public let refusals: [String]
    public let terms: [String]
  }
  /// What a policy saw at a decision and made of it.
  public struct Choice: Sendable {
    public let policy: Policy
    public let course: WatchedDecision
    /// By `reads`, of those that are the same for every action; nil: it has no value (an overflow, a
    /// bad cast), or differs by action.
    public let values: [Scalar?]
    /// By `reads`.
    public let events: [[Events]]
    /// By action, by `reads`: of those that differ by action.
    public let actionValues: [[Scalar?]]
    public let actionEvents: [[[Events]]]
  }
  /// A decision as it was written, and how it came about.
  public struct Decision: Sendable {
    /// µs UTC.
    public let time: Int64
    /// Among decisions of equal entity and time, from 0.
    public let number: Int
    /// Columns of the decision log.
    public let log: [(name: String, value: Scalar, type: LogicalType)]
    /// Who acted, and why that one; nil: a policy was asked about.
    public let composed: Composed?
    /// Of the policy that acted; nil: none did, the composition itself took the no-op.
    public let choice: Choice?

    public var course: WatchedDecision? { choice?.course }
    /// In a slate, from 1; nil: the decision is a single action.
    public var position: Int? { course?.position }
  }
  /// Name of the policy, arbitration or experiment.
  public let policy: String
  public let exposure: String
  public let entity: String
  public let key: Scalar
  public let seed: UInt64
  /// µs UTC.
  public let runTime: Int64
  /// The newest first; of a slate one a position, in their order.
  public let decisions: [Decision]
  /// Decisions of the entity that were asked for, shown or not.
  public let decisionCount: Int
  /// Of the script.
  public let warnings: [Diagnostic]

  /// For people.
  public var text: String { text(width: nil) }
  /// - Parameter width: columns of the screen, to which the tables are fitted; nil: no bound.
  public func text(width: Int?) -> String { WhyText(self, width: width).text }
  /// For machines: everything, with all digits.
  public var json: String { WhyJSON(self).text }
}

extension Session {
  /// Why a policy, an arbitration or an experiment decided as it did for one entity, at its own exposure.
  ///
  /// The whole script is run, since bounds let decisions depend on each other; nothing is written.
  ///
  /// - Parameters:
  ///   - policy: name of the policy, arbitration or experiment.
  ///   - entity: name, as of `for customer=42`; nil: that of the policy's exposure.
  ///   - key: as written; an integer where keys are.
  ///   - at: decision time, µs UTC; nil: all, the newest first.
  ///   - limit: decisions, at most.
  /// - Throws: `DiagnosticError` for a script with errors, an unknown policy or a key of another type;
  ///   `RunFailure` where the run fails or there is no such decision; `CancellationError`.
  public func why(
    policy: String, entity: String? = nil, key: String, at: Int64? = nil, limit: Int = 5
  ) throws -> Why {
    try Compiler(self).why(
      WhyQuestion(policy: policy, entity: entity, key: key, time: at, limit: max(1, limit)))
  }
}
