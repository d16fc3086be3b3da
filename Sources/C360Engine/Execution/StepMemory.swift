import C360Columns
import C360Plan

/// What a step takes in memory, from the number of rows it meets: an estimate that is rather high.
enum StepMemory {
  /// Bytes of the columns that a step adds and keeps.
  static func added(
    by step: Step, in plan: Plan, rows: (RelationID) -> Int
  ) -> Int {
    switch step {
    case .scan(let step): return width(step.columns.map(\.column), plan) * rows(step.relation)
    case .group, .limit, .expect: return 0
    case .filter(let step): return rows(step.output) * width(step.columns.map(\.to), plan)
    case .sort(let step):
      return min(rows(step.input), step.take ?? .max) * width(step.columns.map(\.to), plan)
    case .sample(let step): return rows(step.output) * width(step.columns.map(\.to), plan)
    case .stack(let step):
      return rows(step.input) * step.height * width(step.columns.map(\.to), plan)
    case .join(let step):
      return rows(step.left) * width((step.leftColumns + step.rightColumns).map(\.to), plan)
    // The columns that were there are shared.
    case .window(let step): return rows(step.input) * width(step.outputs.map(\.column), plan)
    // Every position is counted, though slates may end before the last.
    case .decide(let step):
      let positions = step.slate.map { $0.width(actions: rows(step.actions)) } ?? 1
      return rows(step.frame) * positions
        * width(StepColumns(.decide(step), in: plan).written, plan)
    case .versions, .link, .frame, .eventMoments, .eventValues, .timeline, .coverage, .asOf,
      .consent, .derive, .unfold, .draw, .compose:
      return rows(StepName.target(of: step)) * width(StepColumns(step, in: plan).written, plan)
    }
  }

  /// Bytes that a step takes while it runs, without what timelines share.
  static func working(
    of step: Step, in plan: Plan, rows: (RelationID) -> Int
  ) -> Int {
    switch step {
    case .scan, .limit, .stack, .timeline, .coverage, .consent, .derive, .draw, .compose: return 0
    // Slates are written position by position and then put in the order of their rows.
    case .decide(let step):
      return step.slate == nil ? 0 : added(by: .decide(step), in: plan, rows: rows)
    case .unfold(let step): return 4 * rows(step.output)
    case .expect(let step): return rows(step.relation)
    case .filter(let step): return 5 * rows(step.input)
    // A table of ids half full, and the first row of each.
    case .versions(let step): return 36 * rows(step.relation)
    // The rows to gather, and spells of links with their index.
    case .link(let step): return 4 * rows(step.output) + 80 * rows(step.links.relation)
    case .asOf(let step): return 4 * rows(step.frame)
    case .eventMoments(let step): return 32 * rows(step.events)
    case .eventValues(let step): return 4 * rows(step.events)
    // Entries of the sort, twice.
    case .frame(let step): return 32 * rows(step.relation)
    case .sort(let step): return 16 * rows(step.input)
    case .group(let step): return 12 * rows(step.input)
    // A hash, a number among equals and a table of them half full.
    case .sample(let step): return 72 * rows(step.input)
    case .join(let step): return 64 * rows(step.right) + 12 * rows(step.left)
    // Order, frames, and values and sums in that order.
    case .window(let step): return 64 * rows(step.input)
    }
  }

  /// Bytes that timelines keep of events and frames from this step on: the order of the events and
  /// their columns in that order.
  static func clustered(
    by step: Step, in plan: Plan, rows: (RelationID) -> Int
  ) -> [ColumnID: Int] {
    func events(_ step: TimelineStep) -> [ColumnID: Int] {
      var columns: Set<ColumnID> = []
      for output in step.outputs {
        let aggregate = output.aggregate
        columns.formUnion(
          [aggregate.argument, aggregate.second, aggregate.filter].compactMap { $0 })
        columns.formUnion(aggregate.matches.map(\.event) + aggregate.setting.reads)
      }
      if let known = step.events.known { columns.insert(known) }
      return [
        step.events.key: rows(step.events.relation) * (orderWidth + width(Array(columns), plan)),
        step.key: rows(step.frame) * entityWidth,
      ]
    }
    switch step {
    case .timeline(let step): return events(step)
    case .decide(let step):
      return step.actionTimelines.map(events).reduce(into: [:]) {
        $0.merge($1, uniquingKeysWith: +)
      }
    case .compose(let step):
      return step.together.flatMap(\.actionTimelines).map(events).reduce(into: [:]) {
        $0.merge($1, uniquingKeysWith: +)
      }
    case .asOf(let step):
      return [
        step.key: rows(step.versions) * orderWidth, step.frameKey: rows(step.frame) * entityWidth,
      ]
    case .coverage(let step):
      return step.consents.map { consents($0, rows) }.reduce(into: [:]) {
        $0.merge($1, uniquingKeysWith: max)
      }
    case .consent(let step): return consents(step, rows)
    case .frame(let step): return [step.key: rows(step.relation) * entityWidth]
    case .eventMoments(let step): return [step.momentKey: rows(step.events) * entityWidth]
    case .scan, .versions, .link, .eventValues, .derive, .filter, .group, .sort, .limit,
      .unfold, .draw, .sample, .window, .join, .stack, .expect:
      return [:]
    }
  }

  private static func consents(
    _ step: ConsentStep, _ rows: (RelationID) -> Int
  ) -> [ColumnID: Int] {
    [step.key: rows(step.ledger) * orderWidth, step.frameKey: rows(step.frame) * entityWidth]
  }

  /// Of an event: its entity, its time, its row and where it came from.
  private static let orderWidth = 4 + 8 + 4 + 4
  /// Of a row of a frame, at worst an entity of its own: row, key and a slot of a table half full.
  private static let entityWidth = 4 + 8 + 32

  static func width(_ columns: [ColumnID], _ plan: Plan) -> Int {
    columns.reduce(0) { sum, column in
      let info = plan[column]
      return sum + info.type.physical.stride + (info.isNullable ? 1 : 0)
    }
  }
}

/// How much memory a plan will take at its peak, were it run with so many rows of each source.
struct MemoryForecast {
  private let plan: Plan
  private let lifetimes: ColumnLifetimes
  private let passing: Set<RelationID>

  /// - Parameter passing: relations whose rows come and go batch by batch.
  init(_ plan: Plan, passing: Set<RelationID> = []) {
    self.plan = plan
    self.passing = passing
    lifetimes = ColumnLifetimes(plan)
  }

  /// - Parameter rows: of relations that are read. Those of generated frames are not known before:
  ///   they count as one row a row of the population.
  func peak(rows known: [RelationID: Int]) -> Int {
    var rows = known
    // Relations that are there before the first step, as in a partition.
    let written = Set(plan.steps.flatMap { StepColumns($0, in: plan).written })
    var resident: [ColumnID: Int] = [:]
    for index in plan.columns.indices {
      let column = ColumnID(index)
      if written.contains(column) { continue }
      if let count = rows[plan[column].relation] {
        resident[column] = count * StepMemory.width([column], plan)
      }
    }
    var clustered: [ColumnID: Int] = [:]
    var peak = 0
    for (index, step) in plan.steps.enumerated() {
      setRows(step, &rows)
      let count = { (relation: RelationID) in
        passing.contains(relation) ? 0 : rows[relation] ?? 0
      }
      for column in StepColumns(step, in: plan).written {
        resident[column] = count(plan[column].relation) * StepMemory.width([column], plan)
      }
      clustered.merge(StepMemory.clustered(by: step, in: plan, rows: count), uniquingKeysWith: max)
      let bytes =
        resident.values.reduce(0, +) + clustered.values.reduce(0, +)
        + StepMemory.working(of: step, in: plan, rows: count)
      peak = max(peak, bytes)
      for column in lifetimes.endingAt[index] {
        resident[column] = nil
        clustered[column] = nil
      }
      if index == lifetimes.lastTimeline { clustered = [:] }
    }
    return peak
  }

  private func setRows(_ step: Step, _ rows: inout [RelationID: Int]) {
    switch step {
    case .frame(let step):
      switch step.origin {
      case .rows(let input, _): rows[step.relation] = rows[input] ?? 0
      case .every(_, _, _, let population), .instant(_, let population):
        rows[step.relation] = population.map { rows[$0.relation] ?? 0 }.max() ?? 0
      case .row: rows[step.relation] = 1
      }
    // Few identifiers belong to several entities.
    case .link(let step): rows[step.output] = rows[step.rows] ?? 0
    case .filter(let step): rows[step.output] = rows[step.input] ?? 0
    case .sort(let step): rows[step.output] = min(rows[step.input] ?? 0, step.take ?? .max)
    case .sample(let step): rows[step.output] = rows[step.input] ?? 0
    case .window(let step): rows[step.output] = rows[step.input] ?? 0
    case .join(let step): rows[step.output] = rows[step.left] ?? 0
    case .stack(let step): rows[step.output] = step.height * (rows[step.input] ?? 0)
    case .limit(let step): rows[step.output] = min(rows[step.input] ?? 0, step.take ?? .max)
    case .group(let step): rows[step.output] = 0
    case .eventMoments(let step): rows[step.moments] = rows[step.events] ?? 0
    case .decide(let step):
      if let slate = step.slate {
        rows[slate.rows] = (rows[step.frame] ?? 0) * slate.width(actions: rows[step.actions] ?? 0)
      }
      if let listing = step.listing {
        rows[listing.relation] = (rows[step.frame] ?? 0) * ((rows[step.actions] ?? 0) + 1)
      }
    case .scan, .versions, .eventValues, .timeline, .coverage, .asOf, .consent, .derive, .unfold,
      .draw, .compose, .expect:
      break
    }
  }
}
