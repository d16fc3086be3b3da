import C360Diagnostics
import C360Semantics

/// The rows of one table or exposure file, one cell a column of its contract, typed by it.
/// Cells are as read: a null whose column has a default is replaced by it here, not by the caller.
public struct ReferenceTable: Sendable {
  public var rows: [[Value]]
  public init(rows: [[Value]] = []) { self.rows = rows }
}

/// All that a program reads.
public struct ReferenceData: Sendable {
  /// By the index of the table.
  public var tables: [ReferenceTable]
  /// By the index of the exposure; empty for generated ones.
  public var exposures: [ReferenceTable]
  public init(tables: [ReferenceTable], exposures: [ReferenceTable] = []) {
    self.tables = tables
    self.exposures = exposures
  }
}

/// A run-time error: an overflow, a bad conversion, a remainder by zero, a decision without an action.
public struct ReferenceError: Error, Sendable, CustomStringConvertible {
  public let message: String
  /// What was being computed.
  public let span: Span
  public init(_ message: String, _ span: Span) {
    self.message = message
    self.span = span
  }
  public var description: String { "\(message): \(span.text)" }
}

/// Rows in order.
public struct ReferenceResult: Sendable {
  public let columns: [(name: String, type: Type)]
  public let rows: [[Value]]
}

extension ReferenceResult: CustomStringConvertible {
  /// One line a row, cells set apart by ` | `; null is `·`.
  public var description: String {
    rows.map { row in
      row.map { $0.isNull ? "·" : text(of: $0) }.joined(separator: " | ")
    }.joined(separator: "\n")
  }
}

/// The rows that break one `expect`.
public struct ReferenceViolation: Sendable {
  /// Position in `Program.expectations`.
  public let expectation: Int
  /// In canonical order.
  public let rows: [[Value]]
}

/// One decision.
public struct ReferenceDecision: Sendable {
  public let entity: Value
  /// µs UTC.
  public let time: Int64
  /// Among exposures of equal (entity, time), from 0.
  public let number: Int
  /// In a slate, from 1; nil: the decision is a single action.
  public var position: Int?
  /// Key of the action or name of the no-op, as the column shows it.
  public let action: Value
  public let rank: Value
  public let propensity: Double
  public let value: Value
  public let expectedValue: Value
  public let terms: [Value]
  public let eligible: Int
  public let reasons: String
  public let isFallback: Bool
  /// Every candidate in order (the no-op last) with its probability.
  public let distribution: [(action: Value, propensity: Double)]
  /// The uniform draw in [0, 1).
  public let draw: Double
  /// Row of the chosen action in the actions table; nil at the no-op.
  let actionRow: [Value]?
  /// Of a composition: the member that acted, by name, and its canonical text; `none` and nil where
  /// the composition itself left things alone.
  var acted: (name: String, canonicalText: String?)?
  /// Of a composition: the arm of the outermost experiment that acted.
  var arm: Value = .null
  /// Of a policy: what it chose from, in order.
  var candidates: [ReferenceCandidate] = []
}

/// How far choices move when something moves that they hang on.
public struct ReferenceShift: Sendable {
  public let mean: Double
  /// Those that move at all.
  public let decisions: Int
  public let greatest: Double
}

/// An action or the no-op at one decision.
struct ReferenceCandidate: Sendable {
  let action: Value
  /// In the actions table; nil at the no-op.
  let row: [Value]?
  let reasons: String
  let value: Value
  /// Null where it is not eligible.
  let terms: [Value]
  let rank: Value
  let propensity: Double
  let isChosen: Bool
}
