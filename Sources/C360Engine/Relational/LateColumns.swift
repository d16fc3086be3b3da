import C360Columns
import C360Plan

/// Columns of scans whose only use is to break ties of one sort: they are read where there are ties.
struct LateColumns {
  private var scans: [RelationID: (step: ScanStep, late: Set<ColumnID>)] = [:]

  init(_ plan: Plan, _ tables: any TableProvider) {
    var users: [ColumnID: Int] = [:]
    let steps = plan.steps.map { StepColumns($0, in: plan) }
    for step in steps { for column in step.read { users[column, default: 0] += 1 } }
    var wanted = plan.lasting
    for sink in plan.sinks { wanted.formUnion(sink.columns.map(\.column)) }
    for case .sort(let sort) in plan.steps {
      guard let scan = plan.scan(of: sort.input), tables.isReadOnDemand(source: scan.source),
        ScanConditions(of: scan, in: plan).comparisons.isEmpty
      else { continue }
      let asked = Set(sort.keys.dropLast(sort.tieBreakers).map(\.column) + sort.columns.map(\.from))
      let late = scan.columns.map(\.column).filter {
        users[$0] == 1 && !asked.contains($0) && !wanted.contains($0)
          && sort.keys.map(\.column).contains($0)
      }
      if !late.isEmpty { scans[scan.relation] = (scan, Set(late)) }
    }
  }

  /// What of a scan is read at once.
  func early(_ scan: ScanStep) -> ScanStep {
    guard let late = scans[scan.relation]?.late else { return scan }
    return ScanStep(
      source: scan.source, relation: scan.relation,
      columns: scan.columns.filter { !late.contains($0.column) })
  }

  /// What of a scan has still to be read; nil: nothing.
  func missing(_ relation: RelationID, _ state: ExecutionState) -> ScanStep? {
    guard let (scan, late) = scans[relation],
      state.relations[relation]?.columns.keys.contains(where: late.contains) == false
    else { return nil }
    return ScanStep(
      source: scan.source, relation: relation,
      columns: scan.columns.filter { late.contains($0.column) })
  }
}

extension Plan {
  fileprivate func scan(of relation: RelationID) -> ScanStep? {
    for case .scan(let scan) in steps where scan.relation == relation { return scan }
    return nil
  }
}
