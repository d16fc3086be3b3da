import C360Columns
import C360Plan

/// What comes behind a sort of all rows up to a sink: columns that are computed row by row, and rows
/// counted off.
struct SortTail {
  enum Part {
    case derive(DeriveStep)
    case limit(LimitStep)
  }
  /// In order, with their places in the plan.
  let parts: [(place: Int, step: Part)]
  /// The rows that sinks take.
  let output: RelationID

  /// nil: something else looks at the rows, or nobody.
  init?(of sort: SortStep, at place: Int, in plan: Plan) {
    var relation = sort.output
    var parts: [(place: Int, step: Part)] = []
    var last = place
    search: while true {
      guard !plan.lasting.contains(where: { plan[$0].relation == relation }) else { return nil }
      for user in plan.steps.indices
      where user > last && plan.steps[user].looks(at: relation, in: plan) {
        last = user
        switch plan.steps[user] {
        case .derive(let step):
          let read = StepColumns(plan.steps[user], in: plan).read
          guard step.relation == relation, read.allSatisfy({ plan[$0].relation == relation }) else {
            return nil
          }
          parts.append((user, .derive(step)))
        case .limit(let step):
          guard !plan.sinks.contains(where: { $0.relation == relation }),
            !plan.steps[(user + 1)...].contains(where: { $0.looks(at: relation, in: plan) })
          else { return nil }
          parts.append((user, .limit(step)))
          relation = step.output
          continue search
        default: return nil
        }
      }
      break
    }
    guard plan.sinks.contains(where: { $0.relation == relation }) else { return nil }
    self.parts = parts
    output = relation
  }
}

/// Rows in their order, piece by piece, on disk as sinks want them.
struct SortedResult {
  private let step: SortStep
  private let tail: SortTail
  private let plan: Plan
  private let rows: SpilledRows
  /// Rows so far.
  private var counts: [RelationID: Int] = [:]
  /// The first part that failed, and how: an earlier one may still fail in a later piece.
  private var failure: (part: Int, error: EngineError)?

  init(
    _ step: SortStep, _ tail: SortTail, _ directory: String, _ plan: Plan
  ) throws(EngineError) {
    self.step = step
    self.tail = tail
    self.plan = plan
    let wanted = Set(
      plan.sinks.filter { $0.relation == tail.output }.flatMap { $0.columns.map(\.column) })
    rows = SpilledRows(
      file: try SpillFile(directory: directory),
      columns: wanted.sorted { $0.index < $1.index }.map {
        (id: $0, type: plan[$0].type.physical)
      })
    for relation in [step.output, tail.output] { counts[relation] = 0 }
  }

  /// How many more rows of the sort are wanted.
  var rowsWanted: Int { step.take.map { $0 - counts[step.output, default: 0] } ?? .max }

  /// - Parameter piece: the next rows of the sort.
  mutating func add(_ piece: Relation, _ context: ExecutionContext) throws(EngineError) {
    var state = ExecutionState(plan: plan)
    state.relations[step.output] = piece
    for (number, part) in tail.parts.enumerated() where number < failure?.part ?? .max {
      do throws(EngineError) {
        switch part.step {
        case .derive(let derive): try DeriveOperator.run(derive, &state, context)
        case .limit(let limit): LimitOperator.run(rest(of: limit), &state)
        }
      } catch {
        guard error.isOfRows else { throw error }
        let counts = counts
        failure = (
          number,
          try error.movingRows { (relation, row) throws(EngineError) in
            row + counts[relation, default: 0]
          }
        )
      }
    }
    if failure == nil {
      try rows.append(
        count: state.rowCount(tail.output), rows.columns.map { state.vector($0.id) })
    }
    for (relation, rows) in state.relations { counts[relation, default: 0] += rows.rowCount }
  }

  /// What a limit leaves of the next rows, given those that it saw.
  private func rest(of limit: LimitStep) -> LimitStep {
    let seen = counts[limit.input, default: 0]
    let taken = counts[limit.output, default: 0]
    return LimitStep(
      input: limit.input, output: limit.output, skip: max(0, limit.skip - seen),
      take: limit.take.map { max(0, $0 - taken) }, columns: limit.columns)
  }

  /// - Throws: what failed, of all rows the first part and there the first row.
  func finish(_ state: inout ExecutionState) throws(EngineError) {
    if let failure { throw failure.error }
    for (relation, count) in counts { state.relations[relation] = Relation(rowCount: count) }
    state.spilled[tail.output] = rows
  }
}
