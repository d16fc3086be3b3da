import C360Columns
import C360Plan

enum WindowOperator {
  static func run(
    _ step: WindowStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let count = state.rowCount(step.input)
    var relation = Relation(rowCount: count)
    for (from, to) in step.columns { relation.columns[to] = state.vector(from) }
    let groups =
      step.partition.isEmpty
      ? GroupIndex(single: count)
      : try GroupIndex(step.partition.map { state.vector($0) }, rowCount: count, context)
    var rows: WindowRows?
    for output in step.outputs {
      try context.checkCancelled()
      if output.frame == .all, case .aggregate(let aggregate) = output.function,
        aggregate.function != .first, aggregate.function != .last
      {
        let values = try GroupAggregation(
          aggregate, groups, order: nil, rowCount: count, output: step.output, state, context
        ).result()
        relation.columns[output.column] = try values.gathered(
          UnsafeRawPointer(groups.ids).assumingMemoryBound(to: Int32.self), count: count,
          hasMissing: false, threads: context.threads)
        continue
      }
      let ordered: WindowRows
      if let rows {
        ordered = rows
      } else {
        ordered = try WindowRows(
          groups,
          order: step.order.map {
            (vector: state.vector($0.column), isDescending: $0.isDescending)
          },
          rowCount: count, tellsPeers: step.outputs.contains { $0.function.isRank }, context)
      }
      rows = ordered
      relation.columns[output.column] = try column(output, ordered, step, state, context)
    }
    state.relations[step.output] = relation
  }

  private static func column(
    _ output: WindowStep.Output, _ rows: WindowRows, _ step: WindowStep, _ state: ExecutionState,
    _ context: ExecutionContext
  ) throws(EngineError) -> Vector {
    switch output.function {
    case .rowNumber: return rows.rowNumbers()
    case .rank: return rows.ranks(isDense: false)
    case .denseRank: return rows.ranks(isDense: true)
    case .shifted(let column, let distance):
      return try rows.shifted(state.vector(column), by: distance, threads: context.threads)
    case .aggregate(let aggregate):
      return try WindowAggregation(aggregate, output.frame, rows, step.output, state, context)
        .result()
    }
  }
}

/// Rows of each partition side by side, in the order of the window.
struct WindowRows: @unchecked Sendable {
  let count: Int
  /// Row at each position.
  let places: UnsafeMutablePointer<Int32>
  /// Position at which each partition starts, and the end of the last.
  let starts: UnsafeMutablePointer<Int32>
  let partitionCount: Int
  let keys: [SortOrder.Key]
  /// By row: equal for rows that the order leaves equal; nil: nobody asks, or all are.
  private let peers: GroupIndex?
  private let owners: [Buffer]

  init(
    _ groups: GroupIndex, order keys: [SortOrder.Key], rowCount: Int, tellsPeers: Bool,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let sorted = keys.isEmpty ? nil : try SortOrder.rows(keys, count: rowCount, context)
    let placeBuffer = Buffer(byteCount: rowCount * 4)
    let startBuffer = Buffer(byteCount: (groups.count + 1) * 4)
    let places = placeBuffer.elements(Int32.self)
    let starts = startBuffer.elements(Int32.self)
    starts.update(repeating: 0, count: groups.count + 1)
    for row in 0..<rowCount { starts[Int(groups.ids[row]) + 1] += 1 }
    for group in 0..<groups.count { starts[group + 1] += starts[group] }
    let nextBuffer = Buffer(byteCount: (groups.count + 1) * 4)
    let next = nextBuffer.elements(Int32.self)
    next.update(from: starts, count: groups.count + 1)
    let order = sorted?.elements(Int32.self)
    for place in 0..<rowCount {
      let row = order.map { $0[place] } ?? Int32(truncatingIfNeeded: place)
      let group = Int(groups.ids[Int(row)])
      places[Int(next[group])] = row
      next[group] += 1
    }
    self.places = places
    self.starts = starts
    self.keys = keys
    count = rowCount
    partitionCount = groups.count
    owners = [placeBuffer, startBuffer]
    peers =
      keys.isEmpty || !tellsPeers
      ? nil : try GroupIndex(keys.map(\.vector), rowCount: rowCount, context)
  }

  func partition(_ index: Int) -> Range<Int> { Int(starts[index])..<Int(starts[index + 1]) }

  /// Whether the order tells the row at a position from the one before.
  func isNew(_ position: Int) -> Bool {
    guard let peers else { return false }
    return peers.ids[Int(places[position])] != peers.ids[Int(places[position - 1])]
  }

  func rowNumbers() -> Vector {
    let values = Buffer(byteCount: count * 8)
    let target = values.elements(Int64.self)
    for index in 0..<partitionCount {
      let range = partition(index)
      for position in range {
        target[Int(places[position])] = Int64(position - range.lowerBound + 1)
      }
    }
    return Vector(type: .int64, count: count, values: values)
  }

  func ranks(isDense: Bool) -> Vector {
    let values = Buffer(byteCount: count * 8)
    let target = values.elements(Int64.self)
    for index in 0..<partitionCount {
      let range = partition(index)
      var rank: Int64 = 0
      for position in range {
        if position == range.lowerBound || isNew(position) {
          rank = isDense ? rank + 1 : Int64(position - range.lowerBound + 1)
        }
        target[Int(places[position])] = rank
      }
    }
    return Vector(type: .int64, count: count, values: values)
  }

  /// The value at the row so many positions behind (negative: before), in the same partition.
  func shifted(
    _ vector: Vector, by distance: Int, threads: Int
  ) throws(EngineError) -> Vector {
    let found = Buffer(byteCount: count * 4)
    let rows = found.elements(Int32.self)
    for index in 0..<partitionCount {
      let range = partition(index)
      for position in range {
        let other = position + distance
        rows[Int(places[position])] = range.contains(other) ? places[other] : -1
      }
    }
    return try vector.gathered(rows, count: count, hasMissing: true, threads: threads)
  }
}

extension WindowStep.Function {
  fileprivate var isRank: Bool {
    switch self {
    case .rank, .denseRank: true
    case .rowNumber, .shifted, .aggregate: false
    }
  }
}
