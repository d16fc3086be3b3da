import C360Columns
import C360Plan

/// All rows of a sort, or too many of its first to be held.
final class SortStage: RowStage {
  private let step: SortStep
  private let place: Int
  private let run: FlowRun
  private let next: any RowStage
  /// Columns of the input that order rows or are in the result.
  private let columns: [ColumnID]
  private var sorted: SortedRuns

  init(
    _ step: SortStep, _ place: Int, _ run: FlowRun, _ next: any RowStage
  ) throws(EngineError) {
    self.step = step
    self.place = place
    self.run = run
    self.next = next
    let columns = Set(step.keys.map(\.column)).union(step.columns.map(\.from))
      .sorted { $0.index < $1.index }
    self.columns = columns
    sorted = try SortedRuns(
      columns.map { run.plan[$0].type.physical },
      by: step.keys.compactMap { key in
        columns.firstIndex(of: key.column).map { ($0, key.isDescending) }
      }, tieBreakers: step.tieBreakers, run)
  }

  func take(_ rows: Relation) throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      try sorted.add(rows.vectors(columns), rowCount: rows.rowCount)
    }
  }

  func finish() throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      try sorted.merge(first: step.take ?? .max) { (vectors, count) throws(EngineError) in
        let rows = Relation(rowCount: count, columns, vectors)
        try next.take(
          Relation(
            rowCount: count, step.columns.map(\.to), rows.vectors(step.columns.map(\.from))))
      }
    }
    sorted = try SortedRuns([], by: [], run)
    try next.finish()
  }
}
