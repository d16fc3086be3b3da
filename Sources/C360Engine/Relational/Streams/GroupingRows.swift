import C360Columns
import C360Plan

/// Groups of rows that come batch by batch: of each its keys and a state an aggregate, never the rows.
struct GroupingRows: RowsOfStream {
  /// With more groups, merging those of each batch costs more than holding the columns.
  private static let mostGroups = 1 << 16

  private let step: GroupStep
  private var aggregates: [any PartialAggregate]
  /// A value a group.
  private var keys: [Vector] = []
  private var count = 0
  private var isFirst = true

  /// nil: some aggregate needs all rows at once.
  init?(_ step: GroupStep, in plan: Plan, _ pool: TextPool) {
    self.step = step
    aggregates = step.aggregates.compactMap { $0.partial(in: plan, pool) }
    if aggregates.count < step.aggregates.count { return nil }
  }

  /// Rows whose keys are looked at to tell whether there will be too many groups.
  private static let sampleRows = 1 << 15

  /// Whether the keys of some of the first rows are so many that those of all will be too many.
  static func areTooMany(
    _ keys: [Vector], rowCount: Int, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    let rows = min(rowCount, sampleRows)
    let groups = try GroupIndex(keys.map { $0.slice(0..<rows) }, rowCount: rows, context)
    return groups.count > mostGroups / 8
  }

  mutating func add(
    _ part: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    let rowCount = part.rowCount(step.input)
    let groups = try GroupIndex(
      step.keys.map { part.vector($0.from) }, rowCount: rowCount, context)
    if groups.count > Self.mostGroups { return false }
    let places = try merge(groups, part, context)
    if count > Self.mostGroups { return false }
    for (number, aggregate) in step.aggregates.enumerated() {
      try context.checkCancelled()
      let batch = GroupAggregation(
        aggregate, groups, order: nil, rowCount: rowCount, output: step.output, part, context)
      guard try aggregates[number].add(batch, at: places) else { return false }
    }
    return true
  }

  /// Adds the groups of a batch to those known.
  private mutating func merge(
    _ groups: GroupIndex, _ part: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> GroupPlaces {
    var own: [Vector] = []
    for key in step.keys {
      own.append(
        try part.vector(key.from).gathered(
          groups.firstRows.elements(Int32.self), count: groups.count, hasMissing: false,
          threads: 1))
    }
    defer { isFirst = false }
    if isFirst || keys.isEmpty {
      keys = own
      count = groups.count
      return GroupPlaces(count: count, known: nil, own: nil)
    }
    let both = zip(keys, own).map { Vector.joined([$0, $1], $0.type) }
    let all = try GroupIndex(both, rowCount: count + groups.count, context)
    let known = (0..<count).map { all.ids[$0] }
    let added = (count..<(count + groups.count)).map { all.ids[$0] }
    for place in keys.indices {
      keys[place] = try both[place].gathered(
        all.firstRows.elements(Int32.self), count: all.count, hasMissing: false, threads: 1)
    }
    count = all.count
    return GroupPlaces(count: count, known: known, own: added)
  }

  /// What is held is bounded by the number of groups.
  var heldBytes: Int { 0 }

  func finish(
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    var relation = Relation(rowCount: count)
    var order: Buffer?
    if !keys.isEmpty {
      let columns = keys.map { GroupOperator.canonicalKeys($0) }
      let places = try SortOrder.rows(
        columns.map { (vector: $0, isDescending: false) }, count: count, context)
      order = places
      for (target, column) in zip(step.keys, columns) {
        relation.columns[target.to] = try inOrder(column, places)
      }
    }
    for (aggregate, partial) in zip(step.aggregates, aggregates) {
      let vector = try partial.result(
        GroupResults(
          aggregate: aggregate, count: count, order: order, output: step.output,
          type: state.plan[aggregate.column].type.physical))
      relation.columns[aggregate.column] =
        try order.map { (places) throws(EngineError) in
          try inOrder(vector, places)
        } ?? vector
    }
    state.relations[step.output] = relation
    return true
  }

  private func inOrder(_ vector: Vector, _ places: Buffer) throws(EngineError) -> Vector {
    try vector.gathered(
      places.elements(Int32.self), count: count, hasMissing: false, threads: 1)
  }
}
