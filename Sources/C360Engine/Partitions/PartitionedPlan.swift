import C360Columns
import C360Plan

/// How the rows of a relation are cut when not all of them are in memory at one time.
enum RelationCut: Sendable {
  /// By entity: all rows of a key are in one partition, and partitions ascend by key.
  case byKey
  /// Anyhow: its rows are computed one by one.
  case anyhow
  /// Not at all: every partition needs the whole of it.
  case whole
  /// It is made of rows of all partitions, so it exists when they are all done.
  case afterwards
}

/// When a step runs: once before the partitions, in every partition, or once after them.
enum StepPlacement: Sendable {
  case before, inPartitions, after
}

/// A plan cut into what is computed partition by partition, and what comes before and after.
struct PartitionedPlan {
  let plan: Plan
  /// By step of the plan.
  private(set) var placements: [StepPlacement] = []
  private(set) var cuts: [RelationID: RelationCut] = [:]
  /// Of sources that are cut by key.
  let keys: [RelationID: ColumnID]
  /// Event tables whose newest event bounds what they have observed, by the relation whose rows tell.
  let newest: [RelationID: EventSource]
  /// Steps that set versions of an event against each other, by relation. A later version may be of
  /// another entity, so they run before rows are cut by key.
  let versions: [RelationID: VersionsStep]
  /// Steps that give events of identifiers to entities: all links are read before, and the events
  /// linked as they are read.
  let links: [LinkStep]
  /// Columns of relations in partitions that steps after them read; none where only rows count.
  private(set) var collected: [RelationID: Set<ColumnID>] = [:]
  /// Columns of relations in partitions that are made when those are done: bounded decisions, and
  /// what is computed of them.
  private(set) var late: Set<ColumnID> = []

  /// nil: the plan cannot be cut.
  init?(_ plan: Plan) {
    self.plan = plan
    guard let claims = PartitionClaims(plan) else { return nil }
    keys = claims.keys
    newest = claims.newest
    versions = claims.versions
    links = claims.links
    for step in plan.steps {
      guard let placement = placement(of: step, claims) else { return nil }
      placements.append(placement)
    }
    guard holds(claims) else { return nil }
    for (step, placement) in zip(plan.steps, placements) where placement == .after {
      collect(StepName.inputs(of: step), StepColumns(step, in: plan).read)
    }
    for sink in plan.sinks { collect([sink.relation], Set(sink.columns.map(\.column))) }
  }

  /// Whether all of its columns are there when the partitions are done.
  func isInPartitions(_ sink: Sink) -> Bool {
    isInPartitions(sink.relation) && !sink.columns.contains { late.contains($0.column) }
  }

  /// nil: it meets rows of the same key in other relations, and its own are not there in time.
  private mutating func placement(of step: Step, _ claims: PartitionClaims) -> StepPlacement? {
    let columns = StepColumns(step, in: plan)
    let isLate = step.couplesDecisions || !late.isDisjoint(with: columns.read)
    guard isLate else { return place(step, claims) }
    switch step {
    // No slate hangs on decisions that are coupled.
    case .decide(let step) where step.slate != nil: return nil
    case .decide(let step):
      late.formUnion(columns.written)
      if let listing = step.listing { cuts[listing.relation] = .afterwards }
    case .derive, .draw, .compose, .expect: late.formUnion(columns.written)
    case .filter(let step): cuts[step.output] = .afterwards
    case .group, .sort, .limit, .sample, .window, .join, .stack: return place(step, claims)
    case .scan, .versions, .link, .frame, .eventMoments, .eventValues, .timeline, .coverage, .asOf,
      .consent, .unfold:
      return nil
    }
    return .after
  }

  func isInPartitions(_ relation: RelationID) -> Bool {
    cuts[relation] == .byKey || cuts[relation] == .anyhow
  }

  /// Scans whose rows are spread over partitions, with their places among the steps.
  var scans: [(index: Int, step: ScanStep)] {
    plan.steps.enumerated().compactMap { index, step in
      if case .scan(let scan) = step, placements[index] == .inPartitions {
        (index, scan)
      } else {
        nil
      }
    }
  }

  private mutating func place(_ step: Step, _ claims: PartitionClaims) -> StepPlacement {
    // Every kind of step decides here how its rows are cut.
    switch step {
    case .scan(let step):
      let cut: RelationCut =
        keys[step.relation] != nil
        ? .byKey : claims.whole.contains(step.relation) ? .whole : .anyhow
      cuts[step.relation] = cut
      return cut == .whole ? .before : .inPartitions
    case .frame(let step):
      cuts[step.relation] = .byKey
      return .inPartitions
    case .link(let step):
      cuts[step.output] = .byKey
      return .inPartitions
    case .eventMoments(let step):
      cuts[step.moments] = .byKey
      return .inPartitions
    case .versions(let step): return placement(of: step.relation)
    case .eventValues, .timeline, .coverage, .asOf, .consent: return .inPartitions
    case .decide(let step):
      if let slate = step.slate { cuts[slate.rows] = .byKey }
      if let listing = step.listing { cuts[listing.relation] = .anyhow }
      return .inPartitions
    case .unfold(let step): return placement(of: step.frame)
    case .draw(let step): return placement(of: step.frame)
    case .compose(let step): return placement(of: step.frame)
    case .derive(let step): return placement(of: step.relation)
    case .expect(let step): return placement(of: step.relation)
    case .filter(let step):
      cuts[step.output] = cuts[step.input]
      return placement(of: step.input)
    case .group(let step): return gather(step.input, step.output)
    case .sort(let step): return gather(step.input, step.output)
    case .limit(let step): return gather(step.input, step.output)
    case .sample(let step): return gather(step.input, step.output)
    case .window(let step): return gather(step.input, step.output)
    case .stack(let step): return gather(step.input, step.output)
    case .join(let step):
      let isWhole = cuts[step.left] == .whole && cuts[step.right] == .whole
      cuts[step.output] = isWhole ? .whole : .afterwards
      return isWhole ? .before : .after
    }
  }

  /// A step that needs all rows of its input.
  private mutating func gather(_ input: RelationID, _ output: RelationID) -> StepPlacement {
    let isWhole = cuts[input] == .whole
    cuts[output] = isWhole ? .whole : .afterwards
    return isWhole ? .before : .after
  }

  private func placement(of relation: RelationID) -> StepPlacement {
    switch cuts[relation] {
    case .byKey, .anyhow: .inPartitions
    case .whole: .before
    case .afterwards, nil: .after
    }
  }

  /// What is claimed to be cut by key, or to be whole, must be so.
  private func holds(_ claims: PartitionClaims) -> Bool {
    claims.keys.keys.allSatisfy { cuts[$0] == .byKey }
      && claims.whole.allSatisfy { cuts[$0] == .whole }
      && claims.versions.keys.allSatisfy(isInPartitions)
  }

  private mutating func collect(_ relations: [RelationID], _ columns: Set<ColumnID>) {
    for relation in Set(relations + columns.map { plan[$0].relation })
    where isInPartitions(relation) {
      collected[relation, default: []].formUnion(
        columns.filter { plan[$0].relation == relation && !late.contains($0) })
    }
  }

  /// The steps in partitions that make columns of the event tables whose newest event is asked for;
  /// nil when the newest events can be seen in the rows as they are read.
  var newestPart: Plan? {
    var wanted = Set(
      newest.values.map(\.newestColumns).flatMap { [$0.time, $0.gone].compactMap { $0 } })
    let scanned = Set(scans.flatMap { $0.step.columns.map(\.column) })
    let isSeen = newest.allSatisfy { relation, events in
      let (time, gone) = events.newestColumns
      return scanned.contains(time) && (gone == nil || gone == versions[relation]?.gone)
    }
    if isSeen { return nil }
    var part = self.part(.inPartitions).plan
    part.lasting = wanted
    var steps: [Step] = []
    for step in part.steps.reversed() {
      let columns = StepColumns(step, in: plan)
      if wanted.isDisjoint(with: columns.written) { continue }
      wanted.formUnion(columns.read)
      steps.append(step)
    }
    part.steps = steps.reversed()
    return part
  }

  /// The plan of one part of the run, and where its steps stand in the whole. Scans of partitions,
  /// versions of events and links are left out: their columns come from the spill.
  func part(
    _ placement: StepPlacement, newest: [RelationID: Int64] = [:]
  ) -> (plan: Plan, steps: [Int]) {
    var part = plan
    var steps: [Int] = []
    part.steps = []
    for (index, step) in plan.steps.enumerated() where placements[index] == placement {
      if placement == .inPartitions, step.comesFromSpill { continue }
      part.steps.append(step.observing(newest, in: plan))
      steps.append(index)
    }
    switch placement {
    case .before:
      part.sinks = []
      // What partitions and later steps read of it stays.
      part.lasting.formUnion(
        plan.columns.indices.map { ColumnID($0) }.filter { cuts[plan[$0].relation] == .whole })
    case .inPartitions:
      part.sinks = []
      for columns in collected.values { part.lasting.formUnion(columns) }
    case .after:
      part.sinks = plan.sinks.filter { !isInPartitions($0) }
    }
    return (part, steps)
  }
}

/// What the steps of a plan ask of the relations they read, if they are to run in partitions.
private struct PartitionClaims {
  /// Relations whose rows must meet those of the same key in other relations.
  private(set) var keys: [RelationID: ColumnID] = [:]
  private(set) var whole: Set<RelationID> = []
  private(set) var newest: [RelationID: EventSource] = [:]
  private(set) var versions: [RelationID: VersionsStep] = [:]
  private(set) var links: [LinkStep] = []

  /// nil: one relation is claimed under two keys, or for a key that is not as it was read.
  init?(_ plan: Plan) {
    var scanned: Set<ColumnID> = []
    var frames: Set<RelationID> = []
    var claims: [(relation: RelationID, key: ColumnID)] = []
    for step in plan.steps {
      // Every kind of step decides here which rows it must meet.
      switch step {
      case .scan(let step): scanned.formUnion(step.columns.map(\.column))
      // Every partition would have it.
      case .frame(let step) where step.isOneRow: return nil
      case .frame(let step):
        frames.insert(step.relation)
        claims += Self.claims(of: step)
      case .timeline(let step):
        claims += [claim(of: step, in: plan), (step.frame, step.key)]
      case .eventMoments(let step):
        frames.insert(step.moments)
        claims.append((step.events, step.key))
      case .asOf(let step): claims += [(step.versions, step.key), (step.frame, step.frameKey)]
      case .coverage(let step):
        for consent in step.consents { claims += Self.claims(of: consent) }
      case .consent(let step): claims += Self.claims(of: step)
      // What is asked action by action is not kept until all decisions are made together.
      case .decide(let decide) where step.couplesDecisions && decide.meetsEvents: return nil
      case .decide(let step):
        whole.insert(step.actions)
        whole.formUnion(Self.limits(of: step, plan))
        for timeline in step.actionTimelines { claims.append(claim(of: timeline, in: plan)) }
        claims += step.actionConsents.map { ($0.ledger, $0.key) }
      case .compose(let compose) where compose.together.contains(where: \.meetsEvents): return nil
      case .compose(let step):
        whole.formUnion(step.policies.map(\.actions))
        for member in step.together { whole.formUnion(Self.limits(of: member, plan)) }
      case .versions(let step):
        guard scanned.isSuperset(of: StepColumns(.versions(step), in: plan).read) else {
          return nil
        }
        versions[step.relation] = step
      case .link(let step):
        whole.insert(step.links.relation)
        links.append(step)
        scanned.insert(step.entity)
        claims.append((step.output, step.entity))
        // Events are linked as they are read.
        guard let events = step.events else { continue }
        let read =
          [events.key, events.time] + [events.known].compactMap { $0 } + step.columns.map(\.from)
        guard scanned.isSuperset(of: read) else { return nil }
      case .eventValues, .derive, .filter, .group, .sort, .limit, .unfold, .draw,
        .sample, .window, .join, .stack, .expect:
        break
      }
    }
    for (relation, key) in claims where !frames.contains(relation) {
      guard scanned.contains(key), keys[relation] ?? key == key else { return nil }
      keys[relation] = key
    }
  }

  private static func claims(of step: ConsentStep) -> [(relation: RelationID, key: ColumnID)] {
    [(step.ledger, step.key), (step.frame, step.frameKey)]
  }

  /// Small tables that hold bounds.
  private static func limits(of step: DecideStep, _ plan: Plan) -> [RelationID] {
    step.constraints.compactMap { constraint in
      guard case .rows(let bound, _, _) = constraint.limits else { return nil }
      return plan[bound].relation
    }
  }

  private mutating func claim(
    of step: TimelineStep, in plan: Plan
  ) -> (relation: RelationID, key: ColumnID) {
    if !step.coverages.isEmpty, step.events.observedThrough == nil {
      newest[plan[step.events.newestColumns.time].relation] = step.events
    }
    return (step.events.relation, step.events.key)
  }

  private static func claims(of step: FrameStep) -> [(relation: RelationID, key: ColumnID)] {
    switch step.origin {
    case .rows(let input, let columns):
      columns.filter { $0.to == step.key }.map { (input, $0.from) }
    case .every(_, _, _, let population), .instant(_, let population):
      population.map { ($0.relation, $0.key) }
    case .row: []
    }
  }
}

extension FrameStep {
  fileprivate var isOneRow: Bool { if case .row = origin { true } else { false } }
}

extension DecideStep {
  /// Whether it reads events or consents action by action.
  fileprivate var meetsEvents: Bool { !actionTimelines.isEmpty || !actionConsents.isEmpty }
}

extension Step {
  /// Whether the decision at one row hangs on those at all others.
  fileprivate var couplesDecisions: Bool {
    switch self {
    case .decide(let step): !step.constraints.isEmpty
    case .compose(let step): !step.together.isEmpty
    default: false
    }
  }

  /// Whether its columns are on disk before partitions are computed.
  fileprivate var comesFromSpill: Bool {
    switch self {
    case .scan, .versions, .link: true
    default: false
    }
  }

  /// With what event tables have observed, where that was their newest event.
  fileprivate func observing(_ newest: [RelationID: Int64], in plan: Plan) -> Step {
    func observing(_ step: TimelineStep) -> TimelineStep {
      var step = step
      let relation = plan[step.events.newestColumns.time].relation
      step.events.observedThrough = step.events.observed(newest: newest[relation])
      return step
    }
    switch self {
    case .timeline(let step): return .timeline(observing(step))
    case .decide(var step):
      step.actionTimelines = step.actionTimelines.map(observing)
      return .decide(step)
    case .scan, .versions, .link, .frame, .eventMoments, .eventValues, .coverage, .asOf, .consent,
      .derive, .filter, .group, .sort, .limit, .unfold, .draw, .compose, .sample, .window, .join,
      .stack, .expect:
      return self
    }
  }
}
