import C360Columns
import C360Plan

/// Groups too many to be held: rows in the order of their keys, and then some groups at a time.
final class GroupStage: RowStage {
  private let step: GroupStep
  private let place: Int
  private let run: FlowRun
  private let next: any RowStage
  /// The keys first.
  private let columns: [ColumnID]
  private var sorted: SortedRuns?
  private var rows: KeyedRows
  /// Of one group that has very many rows.
  private var large: GroupingRows?
  /// Groups so far.
  private var count = 0
  /// The aggregate that failed, and how: an earlier one may still fail in a later group.
  private var failure: (aggregate: Int, error: EngineError)?

  init(
    _ step: GroupStep, _ place: Int, _ run: FlowRun, _ next: any RowStage
  ) throws(EngineError) {
    self.step = step
    self.place = place
    self.run = run
    self.next = next
    let keys = step.keys.map(\.from)
    columns =
      keys
      + StepColumns(.group(step), in: run.plan).read.subtracting(keys)
      .sorted { $0.index < $1.index }
    let types = columns.map { run.plan[$0].type.physical }
    rows = KeyedRows(types, keyCount: keys.count)
    if !keys.isEmpty {
      sorted = try SortedRuns(types, by: keys.indices.map { ($0, isDescending: false) }, run)
    }
  }

  func take(_ piece: Relation) throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      let vectors = piece.vectors(columns)
      if let sorted {
        try sorted.add(vectors, rowCount: piece.rowCount)
      } else {
        try add(vectors, piece.rowCount)
      }
    }
  }

  func finish() throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      try sorted?.merge { (vectors, count) throws(EngineError) in try add(vectors, count) }
      sorted = nil
      try makeLast()
      if let failure { try run.note(failure.error, at: place) }
    }
    if failure == nil { try next.finish() }
  }

  private func add(_ vectors: [Vector], _ rowCount: Int) throws(EngineError) {
    // Once the rows of a group are wanted whole, all of this begins anew.
    guard run.asks(for: place) else { return }
    if let done = try rows.add(vectors, rowCount: rowCount, run.context) {
      try makeGroups(done.vectors, done.count)
    } else if rows.byteCount > run.share, rows.rowCount > 1, !run.wantsWholeGroups(at: place),
      let held = large ?? GroupingRows(step, in: run.plan, run.context.pool)
    {
      large = held
      let (vectors, count) = rows.takenButLast()
      try addToLarge(vectors, count)
    }
    try run.hold(
      rows.byteCount + 12 * rows.rowCount, at: place,
      ", all of one group at once,")
  }

  /// What is left, or the only group.
  private func makeLast() throws(EngineError) {
    guard run.asks(for: place) else { return }
    let (vectors, rowCount) = rows.taken()
    if large != nil || rowCount > 0 || count == 0 { try makeGroups(vectors, rowCount) }
  }

  /// - Parameter vectors: all rows of some groups, but for those that the large one holds.
  private func makeGroups(_ vectors: [Vector], _ rowCount: Int) throws(EngineError) {
    guard large != nil else { return try make(vectors, rowCount) }
    let keys = RowEquality(Array(vectors[..<step.keys.count]), run.context)
    let end = keys.endOfFirst(rowCount)
    try addToLarge(vectors.map { $0.slice(0..<end) }, end)
    guard run.asks(for: place) else { return }
    var state = ExecutionState(plan: run.plan)
    do throws(EngineError) {
      if try large?.finish(&state, run.context) == false { run.wantWholeGroups(at: place) }
    } catch {
      try note(error, groups: 1)
    }
    large = nil
    try handOn(state)
    if end < rowCount {
      try make(vectors.map { $0.slice(end..<rowCount) }, rowCount - end)
    }
  }

  private func addToLarge(_ vectors: [Vector], _ rowCount: Int) throws(EngineError) {
    if try large?.add(state(vectors, rowCount), run.context) == false {
      run.wantWholeGroups(at: place)
    }
  }

  private func make(_ vectors: [Vector], _ rowCount: Int) throws(EngineError) {
    var state = state(vectors, rowCount)
    do throws(EngineError) {
      try GroupOperator.run(step, &state, run.context)
    } catch {
      let keys = Array(vectors[..<step.keys.count])
      try note(error, groups: try GroupIndex(keys, rowCount: rowCount, run.context).count)
    }
    try handOn(state)
  }

  /// Aggregates fail one after the other, each at the first of all groups.
  ///
  /// - Parameter groups: how many there were where it failed.
  private func note(_ error: EngineError, groups: Int) throws(EngineError) {
    guard case .row(let origin, _, _, _) = error else { throw error }
    let aggregate = step.aggregates.firstIndex { $0.origin == origin } ?? 0
    if aggregate < failure?.aggregate ?? .max {
      let count = count
      failure = (aggregate, try error.movingRows { (_, row) in row + count })
    }
    count += groups
  }

  private func state(_ vectors: [Vector], _ rowCount: Int) -> ExecutionState {
    var state = ExecutionState(plan: run.plan)
    state.relations[step.input] = Relation(rowCount: rowCount, columns, vectors)
    return state
  }

  private func handOn(_ state: ExecutionState) throws(EngineError) {
    guard let groups = state.relations[step.output] else { return }
    count += groups.rowCount
    if failure == nil { try next.take(groups) }
  }
}
