import C360Columns
import C360Plan
import Synchronization

/// All windowed aggregates of one event table at the rows of one frame (semantics.md E1, E2): events
/// are clustered once, then each entity's events and rows are merged, all aggregates together.
package enum TimelineOperator {
  package static func run(
    _ step: TimelineStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    var program = TimelineProgram(
      step.outputs, of: step.events, type: { [state] in state.vector($0).type },
      isNullable: { [state] in state.vector($0).validity != nil })
    let countsTies =
      !step.isOfEvents
      && state.timelines.shouldCountTies(events: step.events.relation, frame: step.frame)
    let decision = countsTies ? program.momentOfDecision() : nil
    let entities = state.timelines.entities(of: step.key, state)
    let events = try state.timelines.clusters(
      key: step.events.key, time: step.events.time, tieBreak: step.events.tieBreak,
      for: entities, state, context)
    try context.checkCancelled()
    let inputs = try TimelineInputs(
      program, step, events, classes: Array(repeating: nil, count: program.streams.count), state,
      context)
    let run = TimelineRun(
      step: step, inputs: inputs, rowCount: state.rowCount(step.frame), plan: state.plan,
      decision: decision)
    try run.evaluate(context)
    for (output, column) in zip(step.outputs, run.columns) {
      state.set(output.column, column.vector)
    }
    try Coverages.fill(step, &state)
    state.counts.add(run, state.plan.name(of: step.events.relation))
    state.counts.addEvents(
      step.events, events.clusters, state, asking: step.isOfEvents ? nil : entities)
  }
}

/// One timeline step under way. Pieces write different rows, so they share nothing but counts.
private final class TimelineRun: Sendable {
  let step: TimelineStep
  let inputs: TimelineInputs
  let rowCount: Int
  let columns: [OutputColumn]
  /// The moment t itself, when tied exposures are to be counted.
  let decision: Int?
  let tiedExposures = Mutex(MonthCounts())
  let resolvedTies = Mutex(MonthCounts())
  private struct Failure {
    let row: Int
    let instruction: Int
    let detail: String
  }
  private let failure = Mutex<Failure?>(nil)

  init(step: TimelineStep, inputs: TimelineInputs, rowCount: Int, plan: Plan, decision: Int?) {
    self.step = step
    self.inputs = inputs
    self.rowCount = rowCount
    self.decision = decision
    columns = zip(step.outputs, inputs.program.instructions).map { output, instruction in
      OutputColumn(
        type: plan[output.column].type.physical, count: rowCount,
        isNullable: instruction.kernel.isNullable)
    }
  }

  func evaluate(_ context: ExecutionContext) throws(EngineError) {
    fillKeylessRows()
    let chunks = ChunkLayout.plan(inputs.clusters, inputs.program, rowCount: rowCount, context)
    let scratches = ScratchPool()
    let done = Atomic<Int>(0)
    try Parallel.forEach(chunks.count, threads: context.threads) {
      (index: Int) throws(EngineError) in
      try context.checkCancelled()
      // The first row that fails is named; of an entity that is split any chunk may have it.
      if failure.withLock({ $0.map { $0.row < chunks[index].rows.lowerBound } ?? false }) { return }
      let scratch = scratches.borrow()
      defer { scratches.giveBack(scratch) }
      evaluate(chunks[index], scratch, context)
      let finished = done.add(1, ordering: .relaxed).newValue
      if finished & 63 == 0 || finished == chunks.count {
        context.progress?(
          ProgressReport(operation: "timeline", done: finished, total: chunks.count))
      }
    }
    if let failure = failure.withLock({ $0 }) {
      throw .row(
        origin: inputs.program.instructions[failure.instruction].origin, relation: step.frame,
        row: failure.row, detail: failure.detail)
    }
  }

  /// Where memory is bounded, instructions of a chunk that is large because an entity is share no windows
  /// and streams, so that only those of one are there at a time.
  private func evaluate(_ layout: ChunkLayout, _ scratch: Scratch, _ context: ExecutionContext) {
    var chunk = Chunk(layout, inputs, scratch)
    if let instructions = layout.instructions, layout.countsTies {
      chunk = chunk.narrowed(to: instructions)
    }
    let instructions = layout.instructions ?? Array(inputs.program.instructions.indices)
    if context.sparesMemory, chunk.eventCount > 64 * context.batchSize {
      let start = scratch.mark
      for index in instructions {
        let evaluator = ChunkEvaluator(chunk)
        run(index, evaluator, layout)
        add(evaluator.resolvedTies, to: resolvedTies)
        scratch.release(to: start)
      }
      if let decision, layout.countsTies { countTies(ChunkEvaluator(chunk), decision) }
    } else {
      let evaluator = ChunkEvaluator(chunk)
      for index in instructions { run(index, evaluator, layout) }
      if let decision, layout.countsTies { countTies(evaluator, decision) }
      add(evaluator.resolvedTies, to: resolvedTies)
    }
  }

  private func add(_ found: MonthCounts, to counts: borrowing Mutex<MonthCounts>) {
    if found.total > 0 { counts.withLock { $0.add(found) } }
  }

  private func run(_ index: Int, _ evaluator: ChunkEvaluator, _ layout: ChunkLayout) {
    let instruction = inputs.program.instructions[index]
    let column = columns[index]
    let place = evaluator.run(
      instruction.kernel, stream: inputs.program.selections[instruction.selection].stream,
      evaluator.ranges(instruction.selection), type: column.type,
      totals: evaluator.totals(of: instruction.kernel),
      into: column.output(from: layout.rows.lowerBound))
    if let place {
      note(
        Failure(row: layout.rows.lowerBound + place.row, instruction: index, detail: place.detail))
    }
  }

  /// Keeps the first by row, then by instruction.
  private func note(_ new: Failure) {
    failure.withLock { held in
      if let old = held, (old.row, old.instruction) <= (new.row, new.instruction) { return }
      held = new
    }
  }

  private func countTies(_ evaluator: ChunkEvaluator, _ decision: Int) {
    let chunk = evaluator.chunk
    let positions = evaluator.positions(of: decision)
    var tied = MonthCounts()
    for group in 0..<chunk.groupCount {
      let end = chunk.groupTo[group]
      for row in chunk.rows(group) {
        // Versions that are gone were taken back: they tie with nothing.
        var event = positions[row]
        while event < end, let gone = chunk.gone, gone[Int(event)] < chunk.decisions[row] {
          event += 1
        }
        if event < end, chunk.times[Int(event)] == chunk.decisions[row] {
          tied.add(chunk.decisions[row])
        }
      }
    }
    add(tied, to: tiedExposures)
  }

  /// Rows without a key have no events.
  private func fillKeylessRows() {
    let entities = inputs.clusters.entities
    let first = Int(entities.starts[entities.count])
    for (column, instruction) in zip(columns, inputs.program.instructions) where first < rowCount {
      column.fillEmpty(instruction.kernel, first..<rowCount)
    }
  }
}

extension RunCounts {
  fileprivate mutating func add(_ run: TimelineRun, _ name: String) {
    guard run.step.events.isOfTable else { return }
    let tied = run.tiedExposures.withLock { $0 }
    tiedExposures[name, default: 0] += tied.total
    findings[name, default: EventFindings()].tiedExposures.add(tied)
    addTies(run.resolvedTies.withLock { $0 }, of: name)
  }
}
