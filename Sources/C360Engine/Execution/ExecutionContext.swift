import C360Columns
import C360Plan

/// What a run may use and whom it tells. Nothing in it changes a result.
public struct ExecutionContext: Sendable {
  /// ≥ 1
  public let threads: Int
  /// Rows of a batch in scalar programs; ≥ 1. 2048 unless a test wants edges.
  public let batchSize: Int
  public let pool: TextPool
  /// Take less memory where that costs time.
  public let sparesMemory: Bool
  public let cancellation: Cancellation
  public let progress: (@Sendable (ProgressReport) -> Void)?

  public init(
    threads: Int, batchSize: Int = 2048, pool: TextPool, sparesMemory: Bool = false,
    cancellation: Cancellation = Cancellation(),
    progress: (@Sendable (ProgressReport) -> Void)? = nil
  ) {
    self.threads = max(1, threads)
    self.batchSize = max(1, batchSize)
    self.pool = pool
    self.sparesMemory = sparesMemory
    self.cancellation = cancellation
    self.progress = progress
  }
}

/// How far one operator is.
public struct ProgressReport: Sendable {
  public let operation: String
  public let done: Int
  public let total: Int
  public init(operation: String, done: Int, total: Int) {
    self.operation = operation
    self.done = done
    self.total = total
  }
}

extension ExecutionContext {
  /// The same with other words for how far it is.
  func reporting(
    _ progress: @escaping @Sendable (ProgressReport) -> ProgressReport
  ) -> ExecutionContext {
    guard let report = self.progress else { return self }
    return ExecutionContext(
      threads: threads, batchSize: batchSize, pool: pool, sparesMemory: sparesMemory,
      cancellation: cancellation,
      progress: { report(progress($0)) })
  }

  /// The same for a piece of work that has one thread.
  var onOneThread: ExecutionContext {
    ExecutionContext(
      threads: 1, batchSize: batchSize, pool: pool, sparesMemory: sparesMemory,
      cancellation: cancellation)
  }

  /// For operators, between tiles.
  public func checkCancelled() throws(EngineError) {
    if cancellation.isCancelled { throw .cancelled }
  }
}

/// Why a run ended early.
public enum EngineError: Error, Sendable {
  case cancelled
  /// A row for which an operation has no value: overflow, bad cast, division by zero of integers.
  /// `origin` indexes the host's list of places; `detail` says what happened, in words.
  case row(origin: Int32, relation: RelationID, row: Int, detail: String)
  /// A row of a table that cannot be used as what the table is: a link whose probability is none.
  /// `detail` says what is wrong, in words.
  case badRow(relation: RelationID, row: Int, detail: String)
  /// A relation that cannot be used as a whole: equal or null keys of actions, a fallback that is not
  /// among them. `detail` says what is wrong, in words.
  case unusable(relation: RelationID, detail: String)
  /// An `expect` that does not hold: number of rows, and the first.
  case expectation(origin: Int32, relation: RelationID, firstRow: Int, count: Int)
  /// Asked for more memory than `--memory` allows, in bytes.
  case memory(limit: Int, needed: Int, operation: String)
  /// No decisions of a policy satisfy its hard bounds, or none were found.
  case unsatisfiable(policy: String, UnsatisfiedBounds)
  /// Columns could not be put on disk, or taken from there.
  case spill(directory: String, detail: String)
  /// The host's reader failed; carries its own diagnostics.
  case source(any Error)
}

/// Columns of equal length that exist at this moment of a run.
public struct Relation: Sendable {
  public var rowCount: Int
  public var columns: [ColumnID: Vector]
  public init(rowCount: Int, columns: [ColumnID: Vector] = [:]) {
    self.rowCount = rowCount
    self.columns = columns
  }
}

/// All relations of a run. Operators add relations and columns; nothing is ever changed in place.
public struct ExecutionState: Sendable {
  public let plan: Plan
  public var relations: [RelationID: Relation] = [:]
  public var counts = RunCounts()
  /// What timelines share; copies of a state share it too.
  package let timelines = TimelineCache()
  public init(plan: Plan) { self.plan = plan }

  public func vector(_ column: ColumnID) -> Vector {
    guard let vector = relations[plan[column].relation]?.columns[column] else {
      preconditionFailure("column \(plan[column].name) is read before it is computed")
    }
    return vector
  }

  public func rowCount(_ relation: RelationID) -> Int { relations[relation]?.rowCount ?? 0 }

  public mutating func set(_ column: ColumnID, _ vector: Vector) {
    let relation = plan[column].relation
    relations[relation, default: Relation(rowCount: vector.count)].columns[column] = vector
  }
}

/// What law 7 wants counted; keys are names of relations or of rules, for people. Runs in partitions
/// add up what each of them counts: see `merge`.
public struct RunCounts: Sendable {
  /// Rows a `where` dropped because its condition was null.
  public var nullConditions: [String: Int] = [:]
  /// Frame → column name of the coverage → rows whose outcome window is not observed to its end.
  public var censored: [String: [String: Int]] = [:]
  /// Event table → rows never visible because `@known` is null.
  public var neverKnown: [String: Int] = [:]
  /// Event table → rows whose entity occurs in no frame that asks.
  public var unusedEvents: [String: Int] = [:]
  /// Event table → exposures with an event at exactly their time.
  public var tiedExposures: [String: Int] = [:]
  /// Event table → first/last/nth answers that hung on a tie no `@sequence` resolves.
  public var resolvedTies: [String: Int] = [:]
  /// Event table → rows that are exact copies of another.
  public var duplicates: [String: Int] = [:]
  /// Ledger → purpose that is asked and in none of its rows → the purposes that are.
  public var unmentionedPurposes: [String: [String: [String]]] = [:]
  /// Ledger → purposes that are asked and in some row of it.
  public var mentionedPurposes: [String: Set<String>] = [:]
  /// Ledger → purpose that is asked → grants to whom already had one.
  public var overlappingGrants: [String: [String: Int]] = [:]
  /// Event table → rows that a later version of their event replaces.
  public var superseded: [String: Int] = [:]
  /// Event table → rows that take their event back.
  public var retracted: [String: Int] = [:]
  /// Ledger → purpose that is asked → rows whose `@until` is before their `@from`.
  public var reversedConsents: [String: [String: Int]] = [:]
  /// Event table → rows whose identifier never belongs to an entity.
  public var unlinked: [String: Int] = [:]
  /// Identity → identifiers with links none of which is ever accepted.
  public var unresolved: [String: Int] = [:]
  /// Identity → what its links leave open.
  public var links: [String: LinkFindings] = [:]
  /// Profile → rows whose `@until` is before their `@from`.
  public var reversedVersions: [String: Int] = [:]
  /// Event table → findings by month.
  public var findings: [String: EventFindings] = [:]
  /// Frame → column name of the coverage → rows whose outcome window is not observed to its end.
  public var censoredMonths: [String: [String: MonthCounts]] = [:]
  /// Frame → rows its keep rule keeps.
  public var kept: [String: Int] = [:]
  /// Policy → counts of its decisions.
  public var decisions: [String: DecisionCounts] = [:]
  /// Composition → who acted how often.
  public var compositions: [String: CompositionCounts] = [:]
  public init() {}
}

/// What links of an identity leave open; a rule decides each, and how often it had to is counted.
public struct LinkFindings: Sendable, Equatable {
  /// Rows that another one of the same link, known since the same moment, speaks against; the last in
  /// the order of values counts.
  public var contradicted = 0
  /// Under `best`: identifiers whose most probable links are at some time equally probable.
  public var tied = 0
  /// Under `best`: identifiers whose probabilities at some time add up to more than 1.
  public var excessive = 0
  public init() {}
}

/// Who acted in a composition, and what came of it.
public struct CompositionCounts: Sendable {
  /// Of the decisions that the composition made; pairs that rules forbid are counted by its members.
  public var decisions = DecisionCounts()
  /// By node of the step's tree, the outermost first, and slot of the node: rows at which it acted.
  public var acted: [[Int]] = []
  public init() {}
}

public struct DecisionCounts: Sendable {
  /// Exposures decided.
  public var rows = 0
  /// Of slates: rows of the log; nil: decisions are single actions.
  public var positions: Int?
  public var fallbacks = 0
  /// Action → decisions, or positions of slates.
  public var actions: [String: Int] = [:]
  /// Rule (or `null_value`) → pairs of exposure and action it forbids.
  public var forbidden: [String: Int] = [:]
  /// Term → sum over decisions of its weighted contribution at the chosen action.
  public var sums: [String: ExactSum] = [:]
  /// Of a policy under bounds on all its decisions.
  public var allocation: AllocationCounts?
  /// By variant of its step.
  public var shifts: [ShiftCounts] = []
  public init() {}

  /// The sums, rounded; infinities of both signs have none.
  public var terms: [String: Double] {
    sums.mapValues(\.rounded).filter { !$0.value.isNaN }
  }
}
