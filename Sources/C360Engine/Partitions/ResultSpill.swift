import C360Columns
import C360Plan

/// What partitions leave for later: rows of sinks, and columns that steps after them read.
struct ResultSpill {
  private(set) var rows: [RelationID: SpilledRows] = [:]

  init(_ cut: PartitionedPlan, directory: String) throws(EngineError) {
    for (relation, wanted) in cut.collected {
      let columns = wanted.sorted { $0.index < $1.index }.map {
        (id: $0, type: cut.plan[$0].type.physical)
      }
      rows[relation] = SpilledRows(file: try SpillFile(directory: directory), columns: columns)
    }
  }

  /// Adds the rows of the next partition.
  func append(_ state: ExecutionState) throws(EngineError) {
    for (relation, rows) in rows {
      try rows.append(
        count: state.rowCount(relation), rows.columns.map { state.vector($0.id) })
    }
  }
}
