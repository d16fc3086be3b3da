import C360Columns
import C360Engine
import C360Plan
import Synchronization

/// Decides for every row of a frame: masks, objective, choice, draw (docs/choices.md). Works in tiles
/// of exposures × actions, threads over tiles; the results depend on neither.
public struct DecideOperator: DecisionOperator {
  let watch: DecisionWatch?

  /// - Parameter watch: told of the decisions that it looks for.
  public init(watch: DecisionWatch? = nil) { self.watch = watch }

  /// Adds the step's outputs to its frame and its counts to the run's.
  ///
  /// - Throws: `.unusable` for an actions table or a fallback that cannot serve; `.row` for the lowest
  ///   row of the frame at which a rule, a term or a threshold has no value; `.cancelled`.
  public func run(
    _ step: DecideStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let problem = try Self.problem(step, &state, context)
    if let slate = step.slate {
      try SlateDecisions(problem, slate, context).decide(into: &state)
      try look(at: watchedRows(problem), problem, nil, context)
      return
    }
    let rowCount = problem.frame.rowCount
    let log = DecisionLog(
      outputs: step.outputs, candidates: problem.candidates, rowCount: rowCount)
    var watched = watchedRows(problem)
    var allocation: AllocationCounts?
    var notes: BoundNotes?
    let workers: [DecisionWorker]
    if step.isBound {
      let noted = step.listing == nil ? watched : Array(0..<rowCount)
      let active = step.acting.map { acting in
        let members = ActiveMembers(acting.root) { state.vector($0) }
        let own: UInt64 = 1 << UInt64(acting.member)
        return members.bits(rowCount: rowCount).map { $0 & own == 0 ? UInt64(0) : 1 }
      }
      let read = state
      let bound = BoundDecisions(
        try BoundProblem(name: step.policy, parts: [problem], active: active, countsAll: false),
        plan: state.plan,
        read: { read.vector($0) }, rowCount: rowCount,
        watched: noted, explained: watched, context)
      let prior = try Self.prior(of: step, &state, context)
      let outcome = try bound.decide(into: [log], prior: prior)
      (workers, allocation, notes) = (outcome.workers[0], outcome.counts, outcome.notes)
      // Of a member, the decisions that it made for the composition.
      if let actors = outcome.actors { watched.removeAll { actors[$0] < 0 } }
    } else {
      workers = try Self.decide(problem, log, rowCount: rowCount, context)
    }
    try look(at: watched, problem, notes, context)
    for (column, vector) in log.vectors() { state.set(column, vector) }
    if let listing = step.listing {
      state.relations[listing.relation] = try CandidateListing(
        listing, problem, notes, state.plan
      ).relation(context)
    }
    guard step.isCounted else { return }
    for timeline in problem.timelines { timeline.count(into: &state) }
    var counts = Self.counts(workers, problem)
    counts.allocation = allocation
    state.counts.decisions[step.name] = counts
  }

  func watchedRows(_ problem: DecisionProblem) -> [Int] {
    guard let watch, watch.looks(at: problem.step) else { return [] }
    return watch.rows(
      key: problem.frameColumn(problem.step.key), time: problem.frameColumn(problem.step.time),
      rowCount: problem.frame.rowCount, pool: problem.pool)
  }

  func look(
    at rows: [Int], _ problem: DecisionProblem, _ notes: BoundNotes?, _ context: ExecutionContext
  ) throws(EngineError) {
    guard let watch, !rows.isEmpty else { return }
    let watcher = DecisionWatcher(problem, notes, batchSize: context.batchSize)
    var decisions: [WatchedDecision] = []
    for row in rows { decisions += try watcher.look(at: row) }
    watch.add(decisions, of: problem.step)
  }

  /// The probabilities of the policy from which a divergence is measured.
  private static func prior(
    of step: DecideStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> PriorDistribution? {
    guard let prior = step.prior.first else { return nil }
    return PriorDistribution(try problem(prior, &state, context), batchSize: context.batchSize)
  }

  static func problem(
    _ step: DecideStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> DecisionProblem {
    let candidates = try Candidates(
      of: step, keys: state.vector(step.actionKey), pool: context.pool)
    var scalars = step.rules.map(\.condition) + step.terms.map(\.value)
    let base: ChoiceRule.Base
    switch step.choice {
    case .greedy: base = .greedy
    case .softmax(let temperature): base = .softmax(temperature: temperature)
    case .threshold(let condition):
      base = .threshold
      scalars.append(condition)
    }
    if let stage = step.firstStage { scalars.append(stage.score) }
    var quantityOutputs: [ScalarID: Int] = [:]
    for scalar in step.quantityScalars where quantityOutputs[scalar] == nil {
      quantityOutputs[scalar] = scalars.count
      scalars.append(scalar)
    }
    let watchedOutputs = scalars.count..<scalars.count + step.watched.count
    scalars += step.watched
    let listedOutputs = scalars.count
    scalars += step.listing?.scalars ?? []
    let variants = VariantOutputs.all(of: step, behind: &scalars)
    let featureColumns =
      step.actionTimelines.flatMap { $0.outputs.map(\.column) }
      + step.actionConsents.flatMap { $0.tests.map(\.column) }
    let program = try TileProgram(
      scalars, in: state.plan, frame: step.frame, actions: step.actions,
      tileColumns: Set(featureColumns), pool: context.pool)
    var timelines: [ActionTimeline] = []
    for timeline in step.actionTimelines {
      timelines.append(
        try ActionTimeline(prepare: timeline, actions: step.actions, state, context))
    }
    let draws = Draws(
      hash: DrawHash(seed: step.seed, policy: step.policy), key: state.vector(step.key),
      time: state.vector(step.time), number: state.vector(step.number), pool: context.pool)
    return DecisionProblem(
      step: step, candidates: candidates,
      rule: ChoiceRule(
        base: base, explore: step.explore, actionCount: candidates.actionCount,
        hasNoOp: candidates.hasNoOp, fallback: candidates.fallback),
      program: program, quantityOutputs: quantityOutputs, variants: variants,
      watchedOutputs: watchedOutputs, listedOutputs: listedOutputs, draws: draws,
      timelines: timelines,
      consents: ConsentsByChannel(
        step.actionConsents, actionCount: candidates.actionCount, &state, context.pool),
      frame: state.relations[step.frame] ?? Relation(rowCount: 0),
      actions: state.relations[step.actions] ?? Relation(rowCount: 0), pool: context.pool,
      asked: AskedActions.asked(by: step, of: candidates, state, context.pool),
      groups: step.slate.map { SlateGroups($0, state, candidates) })
  }

  /// All rows; returns the workers, for what they counted.
  private static func decide(
    _ problem: DecisionProblem, _ log: DecisionLog, rowCount: Int, _ context: ExecutionContext
  ) throws(EngineError) -> [DecisionWorker] {
    let workers = DecisionWorkers(problem, batchSize: context.batchSize)
    let pieces = Parallel.ranges(rowCount, size: workers.pieceRows)
    let done = Atomic<Int>(0)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let worker = workers.take()
      defer { workers.giveBack(worker) }
      try worker.decide(pieces[piece], log, context)
      let total = done.wrappingAdd(pieces[piece].count, ordering: .relaxed).newValue
      context.progress?(
        ProgressReport(operation: "decide \(problem.step.policy)", done: total, total: rowCount))
    }
    return workers.free
  }

  static func counts(
    _ workers: [DecisionWorker], _ problem: DecisionProblem
  ) -> DecisionCounts {
    var tally = DecisionTally(
      candidates: problem.rule.candidateCount, terms: problem.step.terms.count)
    var forbidden = [Int](repeating: 0, count: problem.step.reasonNames.count)
    for worker in workers {
      tally.merge(worker.tally)
      for (index, pairs) in worker.forbiddenPairs.enumerated() { forbidden[index] += pairs }
    }
    var counts = tally.counts(
      of: problem.step, candidates: problem.candidates, forbidden: forbidden)
    counts.shifts = problem.variants.indices.map { variant in
      workers.reduce(into: ShiftCounts()) { $0.merge($1.variants[variant].counts) }
    }
    return counts
  }
}
