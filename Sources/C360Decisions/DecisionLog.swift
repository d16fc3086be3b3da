import C360Columns
import C360Engine
import C360Plan

/// The columns that a decide step adds to its frame, filled tile by tile. Tiles write disjoint rows,
/// so that several threads may fill it at once.
final class DecisionLog: @unchecked Sendable {
  private struct Column {
    let output: DecideStep.Output
    let id: ColumnID
    let type: PhysicalType
    let values: Buffer
    /// nil: never null.
    let validity: Buffer?
  }
  private let rowCount: Int
  private let candidates: Candidates
  private let columns: [Column]

  init(outputs: [(DecideStep.Output, ColumnID)], candidates: Candidates, rowCount: Int) {
    self.rowCount = rowCount
    self.candidates = candidates
    columns = outputs.map { output, id in
      let (type, isNullable) = Self.form(output, candidates)
      return Column(
        output: output, id: id, type: type, values: Buffer(byteCount: rowCount * type.stride),
        validity: isNullable ? Buffer(byteCount: rowCount) : nil)
    }
  }

  private static func form(
    _ output: DecideStep.Output, _ candidates: Candidates
  ) -> (PhysicalType, isNullable: Bool) {
    switch output {
    case .action: (candidates.integers.isEmpty ? .text : .int64, false)
    case .position: (.int64, false)
    case .rank: (.int64, true)
    case .propensity, .probability, .value, .expectedValue, .term: (.float64, true)
    case .eligible: (.int64, false)
    case .reasons: (.text, false)
    case .isFallback, .repaired: (.bool, false)
    }
  }

  /// Writes the rows of a decided tile.
  /// - Parameters:
  ///   - start: row of the frame at which the tile begins.
  ///   - contributions: weight · term at the chosen candidate, a run of the tile's rows for each term.
  ///   - reasons: codes by row, when reasons are among the outputs.
  ///   - place: of the position in a slate, from 0.
  ///   - asked: the candidate, or −1, whose probability a column asks for at a row of the frame; nil: none.
  func write(
    _ tile: DecisionTile, at start: Int, contributions: UnsafePointer<Double>,
    reasons: UnsafePointer<Int32>?, place: Int = 0, asked: (ColumnID, Int) -> Int?
  ) {
    let rows = tile.rows
    for column in columns {
      let valid: UnsafeMutablePointer<UInt8>? = column.validity.map { $0.elements() + start }
      switch column.output {
      case .position:
        let positions: UnsafeMutablePointer<Int64> = column.values.elements() + start
        for row in 0..<rows { positions[row] = Int64(place + 1) }
      case .action: writeAction(tile, column.values, at: start)
      case .rank:
        tile.rank()
        let ranks: UnsafeMutablePointer<Int64> = column.values.elements() + start
        for row in 0..<rows {
          let isKnown = tile.isEligible(Int(tile.chosen[row]), row)
          ranks[row] = isKnown ? tile.ranks[row] : 0
          valid?[row] = isKnown ? 1 : 0
        }
      case .propensity:
        writeFloats(column.values, valid, at: start, rows) { tile.propensities[$0] }
      case .probability(of: let action):
        writeFloats(column.values, valid, at: start, rows) { row in
          asked(action, start + row).map { tile.probability(of: $0, row: row) } ?? .nan
        }
      case .value:
        writeFloats(column.values, valid, at: start, rows) { row in
          tile.values[Int(tile.chosen[row]) * rows + row]
        }
      case .expectedValue:
        writeFloats(column.values, valid, at: start, rows) { tile.expected[$0] }
      case .term(let index):
        writeFloats(column.values, valid, at: start, rows) { contributions[index * rows + $0] }
      case .eligible: (column.values.elements() + start).update(from: tile.eligible, count: rows)
      case .reasons:
        if let reasons {
          (column.values.elements() + start).update(from: reasons, count: rows)
        }
      case .isFallback:
        (column.values.elements() + start).update(from: tile.isFallback, count: rows)
      case .repaired:
        (column.values.elements() + start).update(from: tile.repaired, count: rows)
      }
    }
  }

  private func writeAction(_ tile: DecisionTile, _ values: Buffer, at start: Int) {
    if candidates.integers.isEmpty {
      let codes: UnsafeMutablePointer<Int32> = values.elements() + start
      for row in 0..<tile.rows { codes[row] = candidates.codes[Int(tile.chosen[row])] }
    } else {
      let keys: UnsafeMutablePointer<Int64> = values.elements() + start
      for row in 0..<tile.rows { keys[row] = candidates.integers[Int(tile.chosen[row])] }
    }
  }

  /// NaN is written as null.
  @inline(__always)
  private func writeFloats(
    _ values: Buffer, _ valid: UnsafeMutablePointer<UInt8>?, at start: Int, _ rows: Int,
    _ value: (Int) -> Double
  ) {
    let numbers: UnsafeMutablePointer<Double> = values.elements() + start
    for row in 0..<rows {
      let number = value(row)
      numbers[row] = number.isNaN ? 0 : number
      valid?[row] = number.isNaN ? 0 : 1
    }
  }

  /// The finished columns at some rows, in the order given.
  func vectors(
    at rows: UnsafePointer<Int32>, count: Int, threads: Int
  ) throws(EngineError) -> [(ColumnID, Vector)] {
    var vectors: [(ColumnID, Vector)] = []
    for column in columns {
      let vector = try Vector(
        type: column.type, count: rowCount, values: column.values, validity: column.validity
      ).gathered(rows, count: count, hasMissing: false, threads: threads)
      let hasNulls = vector.nullCount > 0
      vectors.append(
        (
          column.id,
          hasNulls ? vector : Vector(type: column.type, count: count, values: vector.values)
        ))
    }
    return vectors
  }

  /// The finished columns; those without nulls carry no validity.
  func vectors() -> [(ColumnID, Vector)] {
    columns.map { column in
      let vector = Vector(
        type: column.type, count: rowCount, values: column.values, validity: column.validity)
      guard vector.nullCount == 0 else { return (column.id, vector) }
      return (column.id, Vector(type: column.type, count: rowCount, values: column.values))
    }
  }
}
