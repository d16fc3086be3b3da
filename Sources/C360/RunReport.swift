import C360Columns
import C360Diagnostics
import C360Engine

/// What a run did.
public struct RunReport: Sendable {
  public struct Output: Sendable {
    public let name: String
    /// Absolute.
    public let path: String
    public let rows: Int
    /// The rows, when the session keeps them.
    public let table: ResultTable?
    /// Of the mask under which it is seen, line by line.
    public let hidden: [Hidden]
    /// Outcome → rows of which the mask hides it: the consent does not hold to the end of a window.
    public let hiddenOutcomes: [(outcome: String, rows: Int)]
  }
  /// What one line of a mask hid from an output.
  public struct Hidden: Sendable {
    /// As written: `orders unless consent("purchases")`.
    public let line: String
    /// Rows of the exposure at which the line hides.
    public let rows: Int
    /// Events of the table that it never shows; nil where events are not asked one by one.
    public let events: Int?
  }
  /// What happened at the rows of an exposure.
  public struct Exposure: Sendable {
    public let name: String
    public let rows: Int
    /// Rows that the `keep` rule keeps; nil where there is none, or nobody asks.
    public let kept: Int?
    /// Rows within the outcome window of an earlier one, where no rule says what to do with them.
    public let overlapping: Int?
    /// Outcome → rows whose window is not observed to its end; only outcomes that were asked for.
    public let censored: [(outcome: String, rows: Int)]
    /// The same by month of the exposure, for outcomes that have such rows.
    public let censoredMonths: [(outcome: String, months: MonthCounts)]
  }
  /// How far the choices of a policy move when something that they hang on moves by itself.
  public struct Shift: Sendable {
    /// What moves, as the clause names it.
    public let name: String
    /// `+10%`, `-1`
    public let change: String
    /// Over decisions, the mean of the total variation distance between the probabilities of the candidates
    /// as they are and as they would be: where nothing is drawn, the share of decisions that change.
    public let mean: Double
    /// Decisions whose probabilities change at all.
    public let decisions: Int
    /// The greatest distance of a decision.
    public let greatest: Double
    /// Behind `within`: the most that `mean` may be.
    public let bound: Double?
    public let because: String?

    public var isWithin: Bool { bound.map { mean <= $0 } ?? true }
  }
  /// The decisions of a policy at an exposure.
  public struct Decisions: Sendable {
    /// The policy's, with the exposure where it is not the policy's own.
    public let name: String
    public let policy: String
    public let exposure: String
    public let counts: DecisionCounts
    /// Whether a query asks for it, and not only a composition of which it is a member.
    public let isAsked: Bool
    /// Terms in the objective's order with their sums over decisions.
    public let terms: [(name: String, total: Double)]
    /// Of its `stable` clauses, in their order.
    public let shifts: [Shift]
    /// What the figures of its bounds are counted in.
    public let units: AllocationUnits
    /// The composition of which it is a member, where bounds count what it does there alone.
    public let within: String?
  }
  /// The decisions of an experiment or an arbitration at an exposure.
  public struct Composition: Sendable {
    /// An experiment or an arbitration in it, or itself.
    public struct Node: Sendable {
      public let name: String
      /// Who acted at how many decisions; of an experiment its arms, with their shares.
      public let acted: [(name: String, rows: Int, share: Double?)]
      /// Of an experiment: decisions about entities in no arm.
      public let outside: Int?
      public var rows: Int { acted.reduce(outside ?? 0) { $0 + $1.rows } }
    }
    /// Its own, with the exposure where it is not its own.
    public let name: String
    public let composition: String
    public let exposure: String
    public let counts: DecisionCounts
    /// Terms of all members with their sums over decisions.
    public let terms: [(name: String, total: Double)]
    /// The outermost first.
    public let nodes: [Node]
    /// What the figures of bounds on all its policies together are counted in.
    public let units: AllocationUnits
  }
  /// The path of the script.
  public let script: String
  public let runTime: Int64
  public let tables: [TableReading]
  public let exposures: [Exposure]
  public let decisions: [Decisions]
  public let compositions: [Composition]
  public let outputs: [Output]
  /// In the order of the script.
  public let shows: [ResultTable]
  /// Of the script and of the run.
  public let warnings: [Diagnostic]
  public let counts: RunCounts
  /// Absolute; nil when there are no outputs.
  public internal(set) var manifestPath: String?
  /// Nanoseconds from the script to the last file in place.
  public internal(set) var elapsed: UInt64

  /// A few lines for people: what was read, dropped, censored, decided and written (law 7).
  public var summary: String { RunSummary(self).text }
}
