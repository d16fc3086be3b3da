import C360Columns
import C360Diagnostics
import C360Semantics

/// Rows that a host binds in memory, held to the contract like a file.
struct BoundBatch {
  let batch: Batch
  let origin: SourceOrigin
  private let texts: TextPool

  /// - Parameter texts: what codes of texts and lists mean.
  init(_ batch: Batch, _ origin: SourceOrigin, _ texts: TextPool) {
    self.batch = batch
    self.origin = origin
    self.texts = texts
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
      if let (row, value) = unknownTime(in: found.vector, type) {
        throw complaint(
          "column `\(contract.name)` holds \(value) in row \(row + 1), out of the range of times",
          contract,
          help: [
            "times and dates reach from the year \(TimeRange.years.lowerBound) to"
              + " \(TimeRange.years.upperBound)"
          ])
      }
      columns.append(
        Batch.Column(
          name: contract.name, type: type, vector: found.vector, lostDigits: found.lostDigits))
    }
    return Batch(columns: columns, rowCount: batch.rowCount)
  }

  /// The first time or date that there is not, by itself or in a list.
  private func unknownTime(in vector: Vector, _ type: LogicalType) -> (row: Int, String)? {
    let isPresent = { (row: Int) in !vector.isNull(row) }
    if let range = type.timeRange {
      let row = range.firstOutside(vector.int64s, batch.rowCount, where: isPresent)
      return row.map { ($0, words(of: vector.int64s[$0], type)) }
    }
    guard case .list(let element) = type, let range = element.timeRange else { return nil }
    for row in 0..<batch.rowCount where isPresent(row) {
      let values = texts.lists.words(of: vector.codes[row]).map { Int64(bitPattern: $0) }
      if let outside = values.first(where: { !range.contains($0) }) {
        return (row, words(of: outside, element))
      }
    }
    return nil
  }

  private func words(of value: Int64, _ type: LogicalType) -> String {
    type == .time ? ValueText.time(value) : ValueText.date(value)
  }

  private func complaint(
    _ words: String, _ column: Column, help: [String] = []
  ) -> DiagnosticError {
    DiagnosticError([
      HostDiagnostics.unfitBatch.diagnostic(
        "the rows bound to `\(origin.name)` do not fit: \(words)", at: column.span,
        label: "declared here", help: help)
    ])
  }
}
