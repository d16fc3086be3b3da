import C360Columns
import C360Plan

/// How the rows of a plan about tables alone flow from scans to sinks where they do not all fit in
/// memory: in chains of steps, each of which takes rows piece by piece and hands on what it makes.
/// Rows that several look at lie on disk in between.
struct RowFlow {
  /// Steps that lead from one relation to another.
  struct Chain {
    let origin: RelationID
    /// By their places in the plan, ascending; each takes what the one before makes.
    let places: [Int]
    let output: RelationID
  }

  let plan: Plan
  /// Steps that add columns to the rows of a relation, or ask something of them.
  private(set) var own: [RelationID: [Int]] = [:]
  /// The step that makes the rows of a relation.
  private var makers: [RelationID: Int] = [:]
  /// How many take the rows of a relation, sinks included.
  private var takers: [RelationID: Int] = [:]
  /// Columns that steps and sinks read of relations, but for those that add to the same.
  private var wanted: [RelationID: Set<ColumnID>] = [:]
  private var rights: Set<RelationID> = []

  /// nil: not all of its steps are about tables alone, or columns have to stay until its end.
  init?(_ plan: Plan) {
    guard plan.lasting.isEmpty else { return nil }
    self.plan = plan
    for (place, step) in plan.steps.enumerated() {
      guard add(step, at: place) else { return nil }
    }
    for sink in plan.sinks { take(sink.relation, sink.columns.map(\.column)) }
  }

  /// - Returns: false where the step is about entities over time.
  private mutating func add(_ step: Step, at place: Int) -> Bool {
    // Every kind of step decides here whether it can be part of a chain.
    switch step {
    case .scan(let scan): makers[scan.relation] = place
    case .derive(let derive): own[derive.relation, default: []].append(place)
    case .expect(let expect): own[expect.relation, default: []].append(place)
    case .join(let join):
      rights.insert(join.right)
      makers[join.output] = place
      take(join.left, StepColumns(step, in: plan).read)
      wanted[join.right, default: []].formUnion(
        join.keys.map(\.right) + join.rightColumns.map(\.from))
    case .filter, .group, .sort, .limit, .sample, .window, .stack:
      guard let input = step.input else { return false }
      makers[StepName.target(of: step)] = place
      take(input, StepColumns(step, in: plan).read)
    case .versions, .link, .frame, .eventMoments, .eventValues, .timeline, .coverage, .asOf,
      .consent, .decide, .unfold, .draw, .compose:
      return false
    }
    return true
  }

  private mutating func take(_ relation: RelationID, _ columns: some Sequence<ColumnID>) {
    takers[relation, default: 0] += 1
    wanted[relation, default: []].formUnion(columns)
  }

  /// Columns of a relation that are put on disk.
  func stored(_ relation: RelationID) -> [ColumnID] {
    (wanted[relation] ?? []).filter { plan[$0].relation == relation }
      .sorted { $0.index < $1.index }
  }

  /// In an order in which each finds what it begins with, and the tables that it joins.
  var chains: [Chain] {
    let sinks = Set(plan.sinks.map(\.relation))
    let stored = Set(
      makers.keys.filter { takers[$0] != 1 || rights.contains($0) || sinks.contains($0) })
    return stored.sorted { makers[$0] ?? 0 < makers[$1] ?? 0 }.map { output in
      var places: [Int] = []
      var relation = output
      while let place = makers[relation], let input = plan.steps[place].input {
        places.append(place)
        relation = input
        if stored.contains(relation) { break }
      }
      return Chain(origin: relation, places: places.reversed(), output: output)
    }
  }

  /// nil: it is made by other steps.
  func scan(of relation: RelationID) -> (place: Int, step: ScanStep)? {
    guard let place = makers[relation], case .scan(let scan) = plan.steps[place] else { return nil }
    return (place, scan)
  }
}

extension Step {
  /// The relation whose rows a step turns into those of another: of a join the left one.
  fileprivate var input: RelationID? {
    switch self {
    case .filter(let step): step.input
    case .group(let step): step.input
    case .sort(let step): step.input
    case .limit(let step): step.input
    case .sample(let step): step.input
    case .window(let step): step.input
    case .stack(let step): step.input
    case .join(let step): step.left
    case .scan, .derive, .expect, .versions, .link, .frame, .eventMoments, .eventValues, .timeline,
      .coverage, .asOf, .consent, .decide, .unfold, .draw, .compose:
      nil
    }
  }
}
