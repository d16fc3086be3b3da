import C360Plan

/// What fails in a partitioned run, as a run in memory would find it: the first step of the plan, and
/// at that step the first row. Partitions after the one that failed may still hold an earlier one.
struct RunFailurePlace {
  /// Index into the plan's steps.
  let step: Int
  /// With rows of the whole relation.
  let error: EngineError

  /// Whether a step has to be run to know.
  func asks(for index: Int, _ step: Step, _ cut: PartitionedPlan) -> Bool {
    if index != self.step { return index < self.step }
    switch error {
    case .expectation: return true
    // Partitions ascend as the rows of frames do, but the rows of a source lie in all of them.
    case .row(_, let relation, _, _):
      return cut.scans.contains { $0.step.relation == relation }
        || cut.links.contains { $0.output == relation }
    default: return false
    }
  }

  func isBefore(_ other: RunFailurePlace) -> Bool {
    if step != other.step { return step < other.step }
    guard let row = error.row, let otherRow = other.error.row else { return false }
    return row < otherRow
  }

  func merged(with other: RunFailurePlace) -> RunFailurePlace {
    if case .expectation(let origin, let relation, let row, let count) = error,
      case .expectation(_, _, let otherRow, let otherCount) = other.error, step == other.step
    {
      return RunFailurePlace(
        step: step,
        error: .expectation(
          origin: origin, relation: relation, firstRow: min(row, otherRow),
          count: count + otherCount))
    }
    return other.isBefore(self) ? other : self
  }
}

extension EngineError {
  /// Whether it is about what rows hold, so that other rows may fail too.
  var isOfRows: Bool {
    switch self {
    case .row, .badRow, .expectation, .unusable: true
    case .cancelled, .memory, .unsatisfiable, .spill, .source: false
    }
  }

  var row: Int? {
    switch self {
    case .row(_, _, let row, _), .badRow(_, let row, _): row
    case .expectation(_, _, let row, _): row
    case .cancelled, .unusable, .memory, .unsatisfiable, .spill, .source: nil
    }
  }

  /// The same about another row.
  func movingRows(
    _ move: (RelationID, Int) throws(EngineError) -> Int
  ) throws(EngineError) -> EngineError {
    switch self {
    case .row(let origin, let relation, let row, let detail):
      .row(origin: origin, relation: relation, row: try move(relation, row), detail: detail)
    case .badRow(let relation, let row, let detail):
      .badRow(relation: relation, row: try move(relation, row), detail: detail)
    case .expectation(let origin, let relation, let row, let count):
      .expectation(
        origin: origin, relation: relation, firstRow: try move(relation, row), count: count)
    case .cancelled, .unusable, .memory, .unsatisfiable, .spill, .source: self
    }
  }
}
