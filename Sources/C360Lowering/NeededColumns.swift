import C360Semantics

/// Which columns of each stage of a query a later one reads.
struct NeededColumns {
  /// Of the initial columns.
  private(set) var initial: Set<Int> = []
  /// By stage: of the columns it leaves.
  private(set) var after: [Set<Int>] = []

  init(_ query: Query) {
    var needed = Set(query.columns.indices)
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
    case .group(let keys, let aggregates):
      for projection in keys + aggregates { add(projection.expression) }
    case .sort(let keys):
      for key in keys { add(key.expression) }
      read.formUnion(needed)
    case .take, .skip: read = needed
    }
    return read
  }
}

extension Query {
  /// Whether the order of the source's rows can be seen in the result: not where a group is formed
  /// before rows are counted off.
  var showsOrder: Bool {
    for stage in stages {
      switch stage {
      case .group: return false
      case .take, .skip: return true
      case .filter, .project, .sort: continue
      }
    }
    return true
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
