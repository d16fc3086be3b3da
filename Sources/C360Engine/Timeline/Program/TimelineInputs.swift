import C360Columns
import C360Plan

/// All that the pieces of a timeline read, ready before they run side by side: clustered events with
/// the columns that the program needs in clustered order.
struct TimelineInputs: Sendable {
  /// A column of values by position.
  struct Column: @unchecked Sendable {
    let type: PhysicalType
    let values: Buffer
  }
  let program: TimelineProgram
  let clusters: EventClusters
  let zone: ZoneTable
  /// µs, by row of the frame.
  let times: Vector
  /// Known time by position; nil where no window waits. Events never known have the least time, so
  /// that they hold nobody up; conditions keep them out.
  let known: Buffer?
  /// By position the time after which an event no longer counts, the greatest for never; nil where
  /// none goes or no window asks.
  let gone: Buffer?
  let columns: [ColumnID: Column]
  let codes: [ColumnID: DenseCodes]
  /// Cells of `DistinctSketch` by position.
  let cells: [ColumnID: Buffer]
  let folds: [FoldStep: FoldProgram]
  /// By row of the event table: vectors, and what is read at few events.
  let sources: [ColumnID: Vector]
  /// By stream: 1 where an event passes its conditions; nil: all pass.
  let masks: [Buffer?]
  /// By stream: number of the class at each position, −1 for none; nil: no matches.
  let classes: [Buffer?]
  /// Place of a text code in the order of bytes; empty when nobody asks.
  let ranks: [Int32]
  let lists: ListPool
  let sequence: Vector?
  /// Times by row of the frame where windows begin.
  let markers: [ColumnID: Vector]
}

extension TimelineInputs {
  /// - Parameter classes: by stream, numbers of the class by row of the event table.
  init(
    _ program: TimelineProgram, _ step: TimelineStep, _ events: ClusteredEvents,
    classes: [Buffer?], _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let loader = ColumnLoader(step: step, events: events, state: state, context: context)
    var columns: [ColumnID: Column] = [:]
    var codes: [ColumnID: DenseCodes] = [:]
    var cells: [ColumnID: Buffer] = [:]
    var folds: [FoldStep: FoldProgram] = [:]
    var sources: [ColumnID: Vector] = [:]
    var needsRanks = false
    for instruction in program.instructions {
      for column in instruction.kernel.readColumns where columns[column] == nil {
        let vector = state.vector(column)
        if vector.type.width != nil {
          sources[column] = vector
          continue
        }
        columns[column] = Column(type: vector.type, values: try loader.values(column, vector))
        needsRanks = needsRanks || vector.type == .text
      }
      switch instruction.kernel {
      case .distinct(let column), .entropy(let column):
        codes[column] = try loader.codes(column, isOrdered: codes[column]?.isOrdered ?? false)
      case .approximateDistinct(let column): cells[column] = try loader.cells(column)
      case .fold(let fold) where folds[fold] == nil:
        folds[fold] = try FoldProgram(fold, state.plan.scalars, context.pool) {
          (column) throws(EngineError) in
          let vector = state.vector(column)
          return FoldProgram.Source(
            type: vector.type, values: try loader.values(column, vector),
            valid: vector.validity == nil
              ? nil : try loader.mask([.init(column: column, test: .isPresent)]))
        }
      case .mode(let column), .top(let column, _):
        codes[column] = try loader.codes(column, isOrdered: true)
      case .nth(let column, _), .listed(let column, _): sources[column] = state.vector(column)
      default: break
      }
    }
    var masks: [Buffer?] = []
    for stream in program.streams { masks.append(try loader.mask(stream.conditions)) }
    var byPosition: [Buffer?] = []
    for numbers in classes {
      byPosition.append(
        try numbers.map { (buffer) throws(EngineError) in
          try events.clusters.inOrder(
            buffer.elements(Int32.self), buffer, threads: context.threads)
        })
    }
    var markers: [ColumnID: Vector] = [:]
    for instant in program.moments {
      if case .since(let column) = instant.moment { markers[column] = state.vector(column) }
    }
    let waits = program.windows.contains { $0.waits }
    let known = waits ? try loader.known() : nil
    let gone = waits ? try loader.gone() : nil
    self.init(
      program: program, clusters: events.clusters, zone: try ZoneTable(step.timezone),
      times: state.vector(step.time),
      known: known, gone: gone,
      columns: columns, codes: codes, cells: cells, folds: folds, sources: sources, masks: masks,
      classes: byPosition,
      ranks: needsRanks ? context.pool.ranks() : [], lists: context.pool.lists,
      sequence: step.events.sequence.map { state.vector($0) }, markers: markers)
  }
}

extension TimelineProgram.Kernel {
  /// Columns of which every event in a window is read.
  fileprivate var readColumns: [ColumnID] {
    switch self {
    case .sum(let column), .mean(let column), .variance(let column, _, _), .least(let column),
      .greatest(let column), .quantile(let column, _), .slope(let column),
      .smoothed(let column, _), .histogram(let column, _), .weightedShare(_, let column):
      [column]
    case .ratio(let first, let second), .weightedSum(let first, let second): [first, second]
    case .weightedRatio(let first, let second, let weight):
      [first, second, weight].compactMap { $0 }
    case .decayed(.count, _, _, _): []
    case .decayed(_, let column, let weight, _): [column, weight].compactMap { $0 }
    default: []
    }
  }
}

/// Brings columns of the event table into clustered order.
private struct ColumnLoader {
  let step: TimelineStep
  let events: ClusteredEvents
  let state: ExecutionState
  let context: ExecutionContext

  func values(_ column: ColumnID, _ vector: Vector) throws(EngineError) -> Buffer {
    try events.columns.values(column, vector, events.clusters, threads: context.threads)
  }

  func codes(_ column: ColumnID, isOrdered: Bool) throws(EngineError) -> DenseCodes {
    try events.columns.codes(
      column, state.vector(column), events.clusters, isOrdered: isOrdered, context)
  }

  /// Under a null the cell is 0, which is none.
  func cells(_ column: ColumnID) throws(EngineError) -> Buffer {
    let vector = state.vector(column)
    let pool = context.pool
    return try events.columns.made(.cells(column)) { () throws(EngineError) in
      try events.clusters.inOrder(Int32.self, rows: vector.count, threads: context.threads) {
        vector.isNull($0) ? 0 : DistinctSketch.cell(vector, $0, pool)
      }
    }
  }

  func known() throws(EngineError) -> Buffer? {
    guard let column = step.events.known else { return nil }
    let vector = state.vector(column)
    guard let valid = vector.valid else { return try values(column, vector) }
    return try events.columns.made(.known(column)) { () throws(EngineError) in
      let filled = Buffer(byteCount: vector.count * 8)
      let target = filled.elements(Int64.self)
      for row in 0..<vector.count { target[row] = valid[row] == 0 ? .min : vector.int64s[row] }
      return try events.clusters.inOrder(target, filled, threads: context.threads)
    }
  }

  func gone() throws(EngineError) -> Buffer? {
    guard let column = step.events.gone else { return nil }
    let vector = state.vector(column)
    if let valid = vector.valid, !(0..<vector.count).contains(where: { valid[$0] != 0 }) {
      return nil
    }
    return try events.columns.made(.gone(column)) { () throws(EngineError) in
      let filled = Buffer(byteCount: vector.count * 8)
      let target = filled.elements(Int64.self)
      for row in 0..<vector.count { target[row] = vector.isNull(row) ? .max : vector.int64s[row] }
      return try events.clusters.inOrder(target, filled, threads: context.threads)
    }
  }

  /// 1 where all conditions hold; nil when there are none.
  func mask(_ conditions: [TimelineProgram.Condition]) throws(EngineError) -> Buffer? {
    if conditions.isEmpty { return nil }
    return try events.columns.made(.mask(conditions)) { () throws(EngineError) in
      let rows = state.rowCount(step.events.relation)
      let mask = Buffer(byteCount: rows)
      let target = mask.elements(UInt8.self)
      target.update(repeating: 1, count: rows)
      for condition in conditions { apply(condition, rows, target) }
      return try events.clusters.inOrder(target, mask, threads: context.threads)
    }
  }

  private func apply(
    _ condition: TimelineProgram.Condition, _ rows: Int, _ mask: UnsafeMutablePointer<UInt8>
  ) {
    let vector = state.vector(condition.column)
    switch condition.test {
    case .isTrue:
      let values = vector.bools
      for row in 0..<rows { mask[row] &= values[row] }
    case .isFalse:
      let values = vector.bools
      for row in 0..<rows { mask[row] &= values[row] ^ 1 }
    case .isPresent: break
    case .isAbsent:
      for row in 0..<rows { mask[row] &= vector.isNull(row) ? 1 : 0 }
      return
    case .never: mask.update(repeating: 0, count: rows)
    }
    if let valid = vector.valid {
      for row in 0..<rows { mask[row] &= valid[row] }
    }
  }
}
