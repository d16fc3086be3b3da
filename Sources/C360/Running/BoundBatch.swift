import C360Columns
import C360Diagnostics
import C360Semantics

/// Rows that a host binds in memory, held to the contract like a file.
struct BoundBatch {
  let batch: Batch
  let origin: SourceOrigin

  init(_ batch: Batch, _ origin: SourceOrigin) {
    self.batch = batch
    self.origin = origin
  }

  /// The columns at these positions of the contract, in this order.
  func columns(_ positions: [Int]) throws(DiagnosticError) -> Batch {
    var columns: [Batch.Column] = []
    for position in positions {
      let contract = origin.columns[position]
      guard let found = batch[contract.name] else {
        throw complaint("has no column `\(contract.name)`", contract)
      }
      let type = contract.type.logical
      guard found.vector.type == type.physical else {
        throw complaint("column `\(contract.name)` holds \(found.type), not \(type)", contract)
      }
      if !contract.type.isOptional, contract.defaultValue == nil, found.vector.nullCount > 0,
        let row = (0..<batch.rowCount).first(where: { found.vector.isNull($0) })
      {
        throw complaint("column `\(contract.name)` is null in row \(row + 1)", contract)
      }
      columns.append(
        Batch.Column(name: contract.name, type: type, vector: found.vector))
    }
    return Batch(columns: columns, rowCount: batch.rowCount)
  }

  private func complaint(_ words: String, _ column: Column) -> DiagnosticError {
    DiagnosticError([
      HostDiagnostics.unfitBatch.diagnostic(
        "the rows bound to `\(origin.name)` do not fit: \(words)", at: column.span,
        label: "declared here")
    ])
  }
}
