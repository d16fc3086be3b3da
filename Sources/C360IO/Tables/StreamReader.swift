import C360Columns
import C360Diagnostics
import CArrowABI

/// Reads a table from record batches that a host program hands over, and releases the stream.
///
/// - Parameter name: what messages call the source in place of a path.
/// - Throws: `DiagnosticError` for what breaks the contract.
public func readTable(
  _ contract: TableContract, from stream: UnsafeMutablePointer<ArrowArrayStream>, name: String,
  pool: TextPool
) throws -> Batch {
  let rules = try columnRules(contract)
  do throws(ArrowImportError) {
    let batch = try importArrow(
      stream, columns: zip(contract.columns, rules).map { ($0.name, $1) }, pool: pool)
    return Batch(
      columns: batch.columns.map { column in
        Batch.Column(
          name: column.name, type: column.type, vector: column.vector,
          lostDigits: column.lostDigits.map { $0.at(row: $0.row, of: name) })
      }, rowCount: batch.rowCount)
  } catch {
    let column = error.column ?? 0
    switch error.kind {
    case .missing(let names):
      throw DiagnosticError([contract.missingColumn(column, path: name, among: names)])
    case .wrongType(let found):
      throw DiagnosticError([contract.wrongType(column, path: name, found: found)])
    case .value(let value):
      let failure = ReadFailure(.value(value.problem), row: value.row, column: column)
      throw DiagnosticError([contract.diagnostic(failure, path: name, rowsBefore: 0)])
    case .stream(let message):
      let failure = ReadFailure(.damaged(message))
      throw DiagnosticError([contract.diagnostic(failure, path: name, rowsBefore: 0)])
    }
  }
}
