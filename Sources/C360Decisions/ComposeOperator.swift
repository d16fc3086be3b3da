import C360Columns
import C360Engine
import C360Plan
import Synchronization

extension DecideOperator {
  /// Adds the step's draws to its frame.
  public func run(
    _ step: DrawStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let rows = state.rowCount(step.frame)
    for (hash, column) in step.draws {
      let values = Buffer(byteCount: rows * PhysicalType.float64.stride)
      let numbers: UnsafeMutablePointer<Double> = values.elements()
      let key = state.vector(step.key)
      switch hash {
      case .arm(let salt):
        EntityDraws(hash: EntityHash("arm", salt), key: key, pool: context.pool)
          .fill(numbers, rows: rows)
      case .layer(let name):
        EntityDraws(hash: EntityHash("layer", name), key: key, pool: context.pool)
          .fill(numbers, rows: rows)
      case .member(let composition, let seed, let time, let number):
        Draws(
          hash: DrawHash(seed: seed, policy: composition), key: key, time: state.vector(time),
          number: state.vector(number), pool: context.pool
        ).fill(numbers, rows: 0..<rows)
      }
      state.set(column, Vector(type: .float64, count: rows, values: values))
    }
  }

  /// Adds the step's outputs to its frame and its counts to the run's.
  ///
  /// - Throws: `.unusable` where actions of different tables have one name; `.cancelled`.
  public func run(
    _ step: ComposeStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    try Self.holdNamesApart(step, state, context.pool)
    let (actors, allocation) = try decideTogether(step, &state, context)
    let tree = ComposeTree(step, state, context.pool, actors: actors)
    let rows = state.rowCount(step.frame)
    let log = ComposeLog(step, tree, rows: rows, state, context.pool)
    let total = Mutex(ComposeTally(tree, terms: step.terms.count))
    let pieces = Parallel.ranges(rows, size: 1 << 14)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      var tally = ComposeTally(tree, terms: step.terms.count)
      log.write(pieces[piece], &tally)
      total.withLock { $0.merge(tally) }
    }
    for (column, vector) in log.vectors() { state.set(column, vector) }
    try look(step, tree, state, context)
    guard step.isCounted else { return }
    var counts = total.withLock { $0 }
      .counts(terms: step.terms, isText: log.isText, context.pool)
    counts.decisions.allocation = allocation
    state.counts.compositions[step.name] = counts
  }

  /// Explains who acted, where somebody asks.
  private func look(
    _ step: ComposeStep, _ tree: ComposeTree, _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    guard let watch, watch.looks(at: step), let watched = step.watched else { return }
    let rows = watch.rows(
      key: state.vector(watched.key), time: state.vector(watched.time),
      rowCount: state.rowCount(step.frame), pool: context.pool)
    let watcher = try CompositionWatcher(step, watched, tree, state, context.pool)
    watch.add(rows.map(watcher.look))
  }

  /// Members that bounds couple decide here; their columns are added to the frame, and what they count to
  /// the run's.
  /// - Returns: by row, the policy that acts; nil: members have decided before.
  private func decideTogether(
    _ step: ComposeStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> ([Int32]?, AllocationCounts?) {
    if step.together.isEmpty { return (nil, nil) }
    var parts: [DecisionProblem] = []
    for member in step.together { parts.append(try Self.problem(member, &state, context)) }
    let rowCount = parts[0].frame.rowCount
    let logs = zip(step.together, parts).map { member, part in
      DecisionLog(outputs: member.outputs, candidates: part.candidates, rowCount: rowCount)
    }
    let read = state
    let active = ActiveMembers(step.root) { read.vector($0) }.bits(rowCount: rowCount)
    let watched = watchedRows(parts[0])
    let outcome = try BoundDecisions(
      try BoundProblem(name: step.name, parts: parts, active: active, countsAll: true),
      plan: state.plan,
      read: { read.vector($0) }, rowCount: rowCount, watched: watched, explained: watched, context
    ).decide(into: logs, prior: nil)
    for (index, part) in parts.enumerated() where !watched.isEmpty {
      try look(at: watched, part, outcome.notes(ofPart: index), context)
    }
    for (index, member) in step.together.enumerated() {
      for (column, vector) in logs[index].vectors() { state.set(column, vector) }
      for timeline in parts[index].timelines { timeline.count(into: &state) }
      state.counts.decisions[member.name] = Self.counts(outcome.workers[index], parts[index])
    }
    return (outcome.actors, outcome.counts)
  }

  /// An action is known by its name, so two tables share none; the no-op is one action for all.
  private static func holdNamesApart(
    _ step: ComposeStep, _ state: ExecutionState, _ pool: TextPool
  ) throws(EngineError) {
    var owners: [Int32: RelationID] = [:]
    var seen: Set<RelationID> = []
    var noActions: Set<Int32> = []
    for policy in step.policies {
      if let name = policy.noAction { noActions.insert(pool.intern(name)) }
    }
    for policy in step.policies where seen.insert(policy.actions).inserted {
      let keys = state.vector(policy.actionKey)
      for row in 0..<keys.count where !keys.isNull(row) {
        let code = keys.type == .text ? keys.codes[row] : pool.intern(String(keys.int64s[row]))
        let other = owners.updateValue(policy.actions, forKey: code)
        if noActions.contains(code) {
          throw .unusable(
            relation: policy.actions,
            detail:
              "row \(row + 1) has the key `\(pool.text(code))`, which is the name of a no-op in "
              + "`\(step.name)`")
        }
        if let other, other != policy.actions {
          throw .unusable(
            relation: policy.actions,
            detail: "row \(row + 1) has the key `\(pool.text(code))`, which "
              + "`\(state.plan.name(of: other))` has too: in `\(step.name)` actions need names of "
              + "their own")
        }
      }
    }
  }
}

/// What a composition counts; merging in any order gives the same counts.
struct ComposeTally: Sendable {
  var rows = 0
  var fallbacks = 0
  /// By code of the action's text, or its integer.
  var actions: [Int64: Int] = [:]
  var terms: [ExactSum]
  /// By node and slot.
  var acted: [[Int]]

  init(_ tree: ComposeTree, terms: Int) {
    self.terms = Array(repeating: ExactSum(), count: terms)
    acted = tree.nodes.map { Array(repeating: 0, count: $0.slots) }
  }

  mutating func merge(_ other: ComposeTally) {
    rows += other.rows
    fallbacks += other.fallbacks
    actions.merge(other.actions, uniquingKeysWith: +)
    for term in terms.indices { terms[term].merge(other.terms[term]) }
    for (node, slots) in other.acted.enumerated() {
      for (slot, rows) in slots.enumerated() { acted[node][slot] += rows }
    }
  }

  func counts(terms names: [String], isText: Bool, _ pool: TextPool) -> CompositionCounts {
    var counts = CompositionCounts()
    counts.decisions.rows = rows
    counts.decisions.fallbacks = fallbacks
    for (key, count) in actions {
      counts.decisions.actions[isText ? pool.text(Int32(key)) : String(key)] = count
    }
    for (name, sum) in zip(names, terms) { counts.decisions.sums[name] = sum }
    counts.acted = acted
    return counts
  }
}
