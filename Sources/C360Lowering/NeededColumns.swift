import C360Semantics

/// Which columns of each stage of a query a later one reads.
struct NeededColumns {
  /// Of the initial columns.
  private(set) var initial: Set<Int> = []
  /// By stage: of the columns it leaves.
  private(set) var after: [Set<Int>] = []

  /// - Parameter wanted: columns of the result; nil: all.
  init(_ query: Query, wanted: Set<Int>? = nil) {
    var needed = wanted ?? Set(query.columns.indices)
    for stage in query.stages.reversed() {
      after.append(needed)
      needed = Self.read(by: stage, needed)
    }
    after.reverse()
    initial = needed
  }

  private static func read(by stage: Query.Stage, _ needed: Set<Int>) -> Set<Int> {
    var read: Set<Int> = []
    func add(_ expression: Expression) { expression.forEachQueryColumn { read.insert($0) } }
    switch stage {
    case .filter(let condition):
      add(condition)
      read.formUnion(needed)
    case .project(let projections):
      for (index, projection) in projections.enumerated()
      where needed.contains(index) || !projection.expression.isPlain {
        add(projection.expression)
      }
    case .derive(let projections, let firstColumn):
      // What is needed of the columns before stays so: nothing of it is looked at one by one.
      read = needed
      for place in projections.indices { read.remove(firstColumn + place) }
      for (place, projection) in projections.enumerated()
      where needed.contains(firstColumn + place) || !projection.expression.isPlain {
        add(projection.expression)
      }
    case .group(let keys, let aggregates):
      for projection in keys + aggregates { add(projection.expression) }
    case .sort(let keys):
      for key in keys { add(key.expression) }
      read.formUnion(needed)
    case .take, .skip: read = needed
    case .sample(_, let columns): read = needed.union(columns)
    case .stack(let rows): for row in rows { for place in needed { read.insert(row[place]) } }
    case .join(let join):
      join.keys.forEach(add)
      read.formUnion(needed.subtracting(join.columns))
    case .window(let windows):
      for value in windows.partition + windows.order.map(\.expression) { add(value) }
      for function in windows.functions { function.expressions.forEach(add) }
      // Those behind are its own.
      read.formUnion(needed.subtracting(windows.columns))
    }
    return read
  }
}

extension Query {
  /// Whether the order of the source's rows can be seen in the result: not where a group is formed
  /// before rows are counted off.
  ///
  /// - Parameter isOrdered: whether the order of the result can be seen.
  func showsOrder(isOrdered: Bool = true) -> Bool {
    var width = initial.count
    for stage in stages {
      switch stage {
      case .group: return false
      case .take, .skip: return true
      case .window(let windows) where windows.showsOrder: return true
      // Rows that are chosen by all their columns are chosen whatever their order.
      case .sample(_, let columns) where columns.count < width: return true
      case .project(let columns): width = columns.count
      case .derive(let columns, _): width += columns.count
      case .window(let windows): width += windows.functions.count
      case .stack(let rows): width = rows.first?.count ?? 0
      case .join(let join): width += join.columns.count
      case .filter, .sort, .sample: continue
      }
    }
    return isOrdered
  }
}

extension Expression {
  /// A column or a constant: nothing is computed and nothing can fail.
  var isPlain: Bool {
    switch kind {
    case .literal, .parameter, .decisionTime, .tableColumn, .profileColumn, .exposureColumn, .kept,
      .queryColumn, .decision:
      true
    default: false
    }
  }
}
