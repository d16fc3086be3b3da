import C360Columns
import C360Plan

/// The first rows of an order: those of the batches so far, and no others.
struct LeastRows: RowsOfStream {
  /// More of them are sorted all at once.
  private static let mostWanted = 1 << 16

  private let step: SortStep
  private let keys: [(column: ColumnID, isDescending: Bool)]
  private let tieBreakers: Int
  /// Whether rows that are equal in the keys at hand need those that were not read.
  private let watchesTies: Bool
  private let wanted: Int
  private var kept: JoinedBatches

  /// - Parameter missing: columns that were not read.
  /// - Returns: nil where batches are of no use.
  init?(_ step: SortStep, missing: Set<ColumnID>, in plan: Plan) {
    let keys = step.keys.prefix { !missing.contains($0.column) }
    // The order of texts is that of all texts, which a batch would have to sort anew.
    guard let take = step.take, take > 0, take <= Self.mostWanted,
      !keys.contains(where: { plan[$0.column].type.physical == .text }),
      !keys.isEmpty
    else { return nil }
    self.step = step
    self.keys = Array(keys)
    tieBreakers = max(0, step.tieBreakers - (step.keys.count - keys.count))
    watchesTies = keys.count < step.keys.count
    // One row more, since it may equal the last one.
    wanted = take + (watchesTies ? 1 : 0)
    let columns = Set(keys.map(\.column)).union(step.columns.map(\.from))
    kept = JoinedBatches(columns.sorted { $0.index < $1.index })
  }

  var heldBytes: Int { kept.byteCount }

  mutating func add(
    _ part: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    let vectors = kept.columns.map { part.vector($0) }
    // Where the first rows tie, those of all will.
    let ties = watchesTies && kept.rowCount == 0 ? TieWatch() : nil
    let (least, count) = try least(vectors, part.rowCount(step.input), ties: ties, context)
    if ties?.isFound == true { return false }
    kept.add(least, rowCount: count)
    if kept.rowCount > 4 * wanted + context.smallestPiece { try cut(in: part.plan, nil, context) }
    return true
  }

  /// Rows that cannot be among the first any more are dropped.
  private mutating func cut(
    in plan: Plan, _ ties: TieWatch?, _ context: ExecutionContext
  ) throws(EngineError) {
    let (least, count) = try least(kept.vectors(in: plan), kept.rowCount, ties: ties, context)
    kept = JoinedBatches(kept.columns)
    kept.add(least, rowCount: count)
  }

  /// The first of some rows, in order; equal ones stay as they come.
  private func least(
    _ vectors: [Vector], _ rowCount: Int, ties: TieWatch?, _ context: ExecutionContext
  ) throws(EngineError) -> (vectors: [Vector], count: Int) {
    let place = Dictionary(uniqueKeysWithValues: zip(kept.columns, vectors))
    let count = min(rowCount, wanted)
    let order = try SortOrder.rows(
      keys.compactMap { key in
        place[key.column].map { (vector: $0, isDescending: key.isDescending) }
      }, tieBreakers: tieBreakers, count: rowCount, first: count, ties: ties, context)
    var least: [Vector] = []
    for vector in vectors {
      least.append(
        try vector.gathered(
          order.elements(Int32.self), count: count, hasMissing: false, threads: context.threads))
    }
    return (least, count)
  }

  mutating func finish(
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    let ties = watchesTies ? TieWatch() : nil
    try cut(in: state.plan, ties, context)
    if ties?.isFound == true { return false }
    let count = min(kept.rowCount, step.take ?? kept.rowCount)
    let vectors = Dictionary(
      uniqueKeysWithValues: zip(kept.columns, kept.vectors(in: state.plan)))
    var relation = Relation(rowCount: count)
    for (from, to) in step.columns { relation.columns[to] = vectors[from]?.slice(0..<count) }
    state.relations[step.output] = relation
    return true
  }
}
