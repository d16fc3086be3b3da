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
  /// The decisions of a policy at an exposure.
  public struct Decisions: Sendable {
    /// The policy's, with the exposure where it is not the policy's own.
    public let name: String
    public let policy: String
    public let exposure: String
    public let counts: DecisionCounts
    /// Terms in the objective's order with their sums over decisions.
    public let terms: [(name: String, total: Double)]
  }
  /// The path of the script.
  public let script: String
  public let runTime: Int64
  public let tables: [TableReading]
  public let exposures: [Exposure]
  public let decisions: [Decisions]
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
