import C360Columns

/// What holds at an instant: consents then, and what a row has once and for all (semantics.md C3).
public indirect enum ConsentCondition: Sendable {
  /// All tests of the step hold; their columns are not computed.
  case consent(ConsentStep)
  /// A bool of the frame; null as false.
  case column(ColumnID)
  case all([ConsentCondition])
  case any([ConsentCondition])

  /// The ledgers that it asks, in the order of the condition.
  public var consents: [ConsentStep] {
    switch self {
    case .consent(let step): [step]
    case .column: []
    case .all(let parts), .any(let parts): parts.flatMap(\.consents)
    }
  }

  public var columns: [ColumnID] {
    switch self {
    case .consent: []
    case .column(let column): [column]
    case .all(let parts), .any(let parts): parts.flatMap(\.columns)
    }
  }
}
