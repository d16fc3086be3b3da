import C360Diagnostics
import C360Semantics
import Foundation

/// The meaning of a program, row by row: slow and obvious, the oracle for the engine.
///
/// Every value is computed anew where it is asked for, from rows in a canonical order. Nothing is
/// shared with the engine but the typed program itself.
public struct ReferenceInterpreter {
  public let program: Program
  let calendar: LocalCalendar
  /// By table; defaults applied, in the order of the file.
  let rows: [[[Value]]]
  /// By table: the events of each entity in T2 order. Empty for other kinds.
  let events: [[Value: [Event]]]
  /// By table: the time of the newest event that was not taken back.
  let newest: [Int64?]
  /// By exposure, in canonical order.
  private(set) var exposures: [[ExposureRow]]
  /// By table: the links of an identity.
  private(set) var identities: [Identity?] = []
  /// What stands in the column `policyHash` for a canonical text; the reference knows no hash.
  public var semanticHash: @Sendable (_ canonicalText: String) -> String = { $0 }
  /// 2ˣ, by which values decay. Libraries differ in its last bit, so whoever compares bits gives both
  /// sides the same.
  public var powerOfTwo: @Sendable (_ exponent: Double) -> Double = { exp2($0) }

  public init(program: Program, data: ReferenceData) {
    self.program = program
    calendar = LocalCalendar(program.timezone)
    let rows = zip(program.tables, data.tables).map { table, contents in
      contents.rows.map { withDefaults($0, columns: table.columns) }
    }
    self.rows = rows
    events = zip(program.tables, rows).map { table, rows in eventsByEntity(of: table, rows: rows) }
    newest = zip(program.tables, rows).map { table, rows in
      guard case .events(let roles) = table.kind else { return nil }
      return zip(rows, histories(roles, rows: rows)).filter { $0.1.countsInTheEnd }
        .compactMap { $0.0[roles.time].integer }.max()
    }
    let sources = program.exposures.indices.map { index in
      data.exposures.indices.contains(index) ? data.exposures[index].rows : []
    }
    exposures = []
    identities = makeIdentities()
    exposures = zip(program.exposures, sources).map { [identities] exposure, source in
      exposureRows(
        of: exposure, fileRows: source, tables: program.tables, rows: rows, identities: identities)
    }
  }

  /// A feature at one time, for one action (nil: the no-op, or a feature that is not `for` actions).
  public func feature(
    _ id: FeatureID, entity: Value, at time: Int64, action: [Value]? = nil
  ) throws(ReferenceError) -> Value {
    try value(program[id].expression, Scope(entity: entity, time: time, action: action))
  }

  /// The rows that break each `expect`; an empty result means that the run may write.
  public func violations() throws(ReferenceError) -> [ReferenceViolation] {
    var result: [ReferenceViolation] = []
    for (index, expectation) in program.expectations.enumerated() {
      var broken: [[Value]] = []
      let source: Query.Source =
        switch expectation.rows {
        case .table(let table): .table(table)
        case .exposure(let exposure): .exposure(exposure)
        }
      for scope in try sourceScopes(source) where try !value(expectation.condition, scope).isTrue {
        broken.append(scope.exposure?.row.values ?? scope.row ?? [])
      }
      if !broken.isEmpty { result.append(ReferenceViolation(expectation: index, rows: broken)) }
    }
    return result
  }
}

/// What an expression can see.
struct Scope {
  var entity: Value = .null
  /// The decision time; inside an aggregate the time of the event.
  var time: Int64 = 0
  /// Row of the actions table; nil at the no-op, where all its columns are null.
  var action: [Value]?
  var exposure: (id: ExposureID, row: ExposureRow)?
  /// The event of an aggregate, or the row of a query or an `expect` over a table.
  var row: [Value]?
  /// The row of a query's previous stage.
  var cells: [Value] = []
  /// The rows of a group.
  var group: [[Value]] = []
  /// No policy: the decision of a composition.
  var decision: (policy: PolicyID?, ReferenceDecision)?
  /// One of those of the decision.
  var candidate: ReferenceCandidate?
  /// The value so far, in the step of a fold.
  var accumulator: Value = .null
  /// What stands elsewhere than it is.
  var moved: Stability.Shift?

  init(entity: Value = .null, time: Int64 = 0, action: [Value]? = nil) {
    self.entity = entity
    self.time = time
    self.action = action
  }
}

/// Foundation has an `Expression` too.
typealias Expression = C360Semantics.Expression

/// A value, null, or an error that `and`, `or`, `if` and `??` may still decide away.
typealias Evaluated = Result<Value, ReferenceError>

func withDefaults(_ row: [Value], columns: [Column]) -> [Value] {
  zip(row, columns).map { $0.isNull ? $1.defaultValue ?? .null : $0 }
}
