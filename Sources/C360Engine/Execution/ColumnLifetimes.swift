import C360Columns
import C360Plan

/// After which step each column is no longer needed.
struct ColumnLifetimes {
  /// By step: columns that no later step and no sink reads.
  private(set) var endingAt: [[ColumnID]]
  /// No step from here on reads events.
  private(set) var lastTimeline = -1

  init(_ plan: Plan) {
    endingAt = Array(repeating: [], count: plan.steps.count)
    var last: [ColumnID: Int] = [:]
    for (index, step) in plan.steps.enumerated() {
      let columns = StepColumns(step, in: plan)
      // A column that nobody reads goes right after it was made.
      for column in columns.written where last[column] == nil { last[column] = index }
      for column in columns.read { last[column] = index }
      switch step {
      case .timeline, .frame, .asOf, .coverage, .consent, .decide: lastTimeline = index
      case .compose(let step) where !step.together.isEmpty: lastTimeline = index
      default: break
      }
    }
    for sink in plan.sinks { for (_, column) in sink.columns { last[column] = nil } }
    for column in plan.lasting { last[column] = nil }
    for (column, step) in last { endingAt[step].append(column) }
  }

  func free(after step: Int, in state: inout ExecutionState) {
    for column in endingAt[step] {
      state.relations[state.plan[column].relation]?.columns[column] = nil
    }
    if step == lastTimeline { state.timelines.removeAll() }
  }
}

/// Which columns a step reads and makes.
struct StepColumns {
  private(set) var read: Set<ColumnID> = []
  private(set) var written: [ColumnID] = []

  init(_ step: Step, in plan: Plan) {
    switch step {
    case .scan(let step): written = step.columns.map(\.column)
    case .versions(let step):
      read.formUnion([step.id, step.time] + step.tieBreak)
      read.formUnion([step.known, step.retracted].compactMap { $0 })
      written = [step.gone]
    case .frame(let step): add(step)
    case .link(let step): add(step)
    case .timeline(let step): add(step)
    case .eventMoments(let step):
      read = [step.key, step.time]
      written = [step.momentKey, step.momentTime, step.place]
    case .eventValues(let step):
      read.insert(step.place)
      add(step.columns)
    case .coverage(let step):
      for consent in step.consents { add(consent) }
      read.insert(step.time)
      read.formUnion(step.holds.flatMap(\.condition.columns))
      written = step.windows.map(\.column) + step.holds.map(\.column)
    case .asOf(let step):
      read.formUnion([step.key, step.frameKey, step.frameTime] + step.tieBreak)
      read.formUnion([step.from, step.known, step.until].compactMap { $0 })
      add(step.columns)
    case .consent(let step):
      add(step)
      written = step.tests.map(\.column)
    case .derive(let step):
      for (scalar, _) in step.columns { add(scalar, plan) }
      written = step.columns.map(\.column)
    case .filter(let step):
      add(step.condition, plan)
      add(step.columns)
    case .group(let step):
      add(step.keys)
      for aggregate in step.aggregates {
        read.formUnion(
          [aggregate.argument, aggregate.second, aggregate.filter].compactMap { $0 })
        written.append(aggregate.column)
      }
    case .sort(let step):
      read.formUnion(step.keys.map(\.column))
      add(step.columns)
    case .limit(let step): add(step.columns)
    case .sample(let step):
      read.formUnion(step.by)
      add(step.columns)
    case .stack(let step):
      for (from, to) in step.columns {
        read.formUnion(from)
        written.append(to)
      }
    case .join(let step):
      for (left, right) in step.keys { read.formUnion([left, right]) }
      add(step.leftColumns + step.rightColumns)
    case .window(let step):
      read.formUnion(step.partition + step.order.map(\.column))
      for output in step.outputs {
        read.formUnion(output.reads)
        written.append(output.column)
      }
      add(step.columns)
    case .decide(let step): add(step, plan)
    case .unfold(let step):
      read.insert(step.origin)
      add(step.columns)
    case .draw(let step):
      read.insert(step.key)
      for case .member(_, _, let time, let number) in step.draws.map(\.0) {
        read.formUnion([time, number])
      }
      written = step.draws.map(\.1)
    case .compose(let step):
      for member in step.together { add(member, plan) }
      read.formUnion(step.reads)
      for value in step.watched?.scalars ?? [] { add(value, plan) }
      written += step.outputs.map { $0.1 }
    case .expect(let step): add(step.condition, plan)
    }
  }

  private mutating func add(_ columns: [(from: ColumnID, to: ColumnID)]) {
    for (from, to) in columns {
      read.insert(from)
      written.append(to)
    }
  }

  private mutating func add(_ step: FrameStep) {
    switch step.origin {
    case .rows(_, let columns): add(columns)
    case .every(_, _, _, let population), .instant(_, let population):
      for rows in population {
        read.insert(rows.key)
        read.formUnion([rows.time, rows.known, rows.until, rows.gone].compactMap { $0 })
      }
    case .row: break
    }
    written += [step.key, step.time, step.number] + [step.kept].compactMap { $0 }
  }

  private mutating func add(_ step: LinkStep) {
    let links = step.links
    read.formUnion([links.identifier, links.entity, links.weight] + links.tieBreak)
    read.formUnion(
      [
        links.known, step.events?.key, step.events?.time, step.events?.known, step.events?.gone,
      ].compactMap { $0 })
    written += [step.entity] + [step.known, step.gone, step.weight].compactMap { $0 }
    add(step.columns)
  }

  private mutating func add(_ step: TimelineStep) {
    let events = step.events
    read.formUnion([events.key, events.time, step.key, step.time] + events.tieBreak)
    read.formUnion(
      [
        events.known, events.gone, events.newest?.time, events.newest?.gone,
      ].compactMap { $0 })
    for output in step.outputs {
      let aggregate = output.aggregate
      read.formUnion(
        [
          aggregate.argument, aggregate.second, aggregate.weight, aggregate.filter,
          aggregate.permitted,
        ].compactMap { $0 })
      read.formUnion(aggregate.setting.reads)
      for match in aggregate.matches { read.formUnion([match.event, match.action]) }
      if case .since(let marker) = aggregate.window { read.insert(marker) }
      written.append(output.column)
    }
    written += step.coverages.map(\.column)
  }

  private mutating func add(_ step: ConsentStep) {
    read.formUnion([step.key, step.purpose, step.from, step.frameKey, step.frameTime])
    read.formUnion([step.until, step.channel].compactMap { $0 })
    for test in step.tests {
      if case .ofAction(let column) = test.channel { read.insert(column) }
    }
  }

  private mutating func add(_ step: DecideStep, _ plan: Plan) {
    read.formUnion([step.key, step.time, step.number, step.actionKey])
    for timeline in step.actionTimelines { add(timeline) }
    for consent in step.actionConsents { add(consent) }
    for rule in step.rules { add(rule.condition, plan) }
    for term in step.terms { add(term.value, plan) }
    if case .threshold(let condition) = step.choice { add(condition, plan) }
    if let stage = step.firstStage { add(stage.score, plan) }
    for variant in step.variants { for scalar in variant.scalars { add(scalar, plan) } }
    if let slate = step.slate {
      read.formUnion(slate.limits.map(\.column))
      written.append(slate.origin)
    }
    for constraint in step.constraints { add(constraint, plan) }
    for cap in step.entityCaps {
      add(cap.quantity, plan)
      read.insert(cap.bound)
    }
    for prior in step.prior { add(prior, plan) }
    if let acting = step.acting { read.formUnion(ComposeStep.reads(of: .node(acting.root))) }
    for case .probability(let column) in step.outputs.map(\.0) { read.insert(column) }
    for value in step.watched { add(value, plan) }
    written += step.outputs.map { $0.1 }
    if let listing = step.listing {
      written += [listing.row] + listing.outputs.map { $0.1 }
      for scalar in listing.scalars { add(scalar, plan) }
    }
  }

  private mutating func add(_ constraint: DecideConstraint, _ plan: Plan) {
    switch constraint.measure {
    case .total(let quantity), .rate(let quantity): add(quantity, plan)
    case .proportion(let quantity, let whole):
      add(quantity, plan)
      add(whole, plan)
    case .parity(let quantity, let group, _, _):
      add(quantity, plan)
      read.insert(group)
    case .entropy, .divergence: break
    }
    switch constraint.limits {
    case .actions(let bound, _): read.insert(bound)
    case .rows(let bound, let keys, _):
      read.insert(bound)
      for key in keys {
        switch key {
        case .group(let column, _), .day(let column): read.insert(column)
        }
      }
    case nil: break
    }
    for group in constraint.groups {
      switch group {
      case .decisions(let column), .actions(let column): read.insert(column)
      }
    }
  }

  private mutating func add(_ quantity: DecideConstraint.Quantity, _ plan: Plan) {
    switch quantity {
    case .constant: break
    case .perAction(let column): read.insert(column)
    case .pairs(let scalar): add(scalar, plan)
    }
  }

  /// The columns of a scalar.
  private mutating func add(_ scalar: ScalarID, _ plan: Plan) {
    var seen = Set<ScalarID>()
    var open = [scalar]
    while let id = open.popLast() {
      guard seen.insert(id).inserted else { continue }
      if case .column(let column) = plan.scalars[id].operation { read.insert(column) }
      open += plan.scalars[id].inputs
    }
  }
}
