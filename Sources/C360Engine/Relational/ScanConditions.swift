import C360Columns
import C360Plan

/// What the rows of a scan must be to go further than the condition that is the only thing to look at
/// them: comparisons of columns with constants, all of which must hold.
public struct ScanConditions: Sendable {
  public enum Order: Sendable { case less, lessOrEqual, equal, greaterOrEqual, greater }
  public struct Comparison: Sendable {
    /// Place among the columns of the scan.
    public let column: Int
    public let order: Order
    public let value: Constant
  }
  public private(set) var comparisons: [Comparison] = []

  /// None where rows are looked at by anything but one condition: a step that drops them, and counts
  /// nothing but those for which it is null. A comparison that is false makes the whole condition
  /// false, neither null nor a failure (see `ScalarOperation`).
  public init(of scan: ScanStep, in plan: Plan) {
    guard !plan.sinks.contains(where: { $0.relation == scan.relation }) else { return }
    var condition: ScalarID?
    for step in plan.steps where step.looks(at: scan.relation, in: plan) {
      if case .scan = step { continue }
      guard condition == nil, case .filter(let filter) = step else { return }
      condition = filter.condition
    }
    if let condition { add(condition, scan, plan.scalars) }
  }

  private mutating func add(_ scalar: ScalarID, _ scan: ScanStep, _ scalars: ScalarArena) {
    let node = scalars[scalar]
    switch node.operation {
    case .and: for input in node.inputs { add(input, scan, scalars) }
    case .less: add(.less, .greater, node.inputs, scan, scalars)
    case .lessEqual: add(.lessOrEqual, .greaterOrEqual, node.inputs, scan, scalars)
    case .equal: add(.equal, .equal, node.inputs, scan, scalars)
    default: break
    }
  }

  private mutating func add(
    _ order: Order, _ turned: Order, _ inputs: [ScalarID], _ scan: ScanStep,
    _ scalars: ScalarArena
  ) {
    guard inputs.count == 2 else { return }
    switch (scalars[inputs[0]].operation, scalars[inputs[1]].operation) {
    case (.column(let column), .constant(let value)): add(column, order, value, scan)
    case (.constant(let value), .column(let column)): add(column, turned, value, scan)
    default: break
    }
  }

  private mutating func add(
    _ column: ColumnID, _ order: Order, _ value: Constant, _ scan: ScanStep
  ) {
    guard let place = scan.columns.firstIndex(where: { $0.column == column }) else { return }
    comparisons.append(Comparison(column: place, order: order, value: value))
  }
}

extension Step {
  /// Whether it reads rows of a relation, or counts them, or adds to them.
  func looks(at relation: RelationID, in plan: Plan) -> Bool {
    let columns = StepColumns(self, in: plan)
    var relations = Set((columns.read + columns.written).map { plan[$0].relation })
    relations.insert(StepName.target(of: self))
    relations.formUnion(StepName.inputs(of: self))
    switch self {
    case .filter(let step): relations.insert(step.input)
    case .frame(let step):
      switch step.origin {
      case .rows(let input, _): relations.insert(input)
      case .every(_, _, _, let population), .instant(_, let population):
        relations.formUnion(population.map(\.relation))
      case .row: break
      }
    case .link(let step): relations.formUnion([step.links.relation, step.rows])
    case .timeline(let step): relations.insert(step.events.relation)
    case .eventMoments(let step): relations.insert(step.events)
    case .asOf(let step): relations.insert(step.versions)
    case .coverage(let step): relations.formUnion(step.consents.map(\.ledger))
    case .consent(let step): relations.insert(step.ledger)
    case .decide(let step): relations.formUnion(step.relations)
    case .unfold(let step): relations.insert(step.frame)
    case .compose(let step):
      relations.formUnion(step.policies.map(\.actions) + step.together.flatMap(\.relations))
    case .scan, .versions, .eventValues, .derive, .group, .sort, .limit, .draw, .sample,
      .window, .join, .stack, .expect:
      break
    }
    return relations.contains(relation)
  }
}

extension DecideStep {
  /// Of which it reads rows, beside its frame.
  fileprivate var relations: [RelationID] {
    [actions] + actionTimelines.map(\.events.relation) + actionConsents.map(\.ledger)
  }
}
