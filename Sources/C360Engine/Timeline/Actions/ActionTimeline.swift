import C360Columns
import C360Plan
import Synchronization

/// Where the answers for a tile of rows × actions go: the answer of action `a` at the `r`th row of the
/// tile is element `a * actionStride + r`.
package struct ActionMatrix {
  /// Elements of the output's physical type.
  package let values: UnsafeMutableRawPointer
  /// One byte an element, 1 where there is an answer; always written.
  package let valid: UnsafeMutablePointer<UInt8>
  package let actionStride: Int

  package init(
    values: UnsafeMutableRawPointer, valid: UnsafeMutablePointer<UInt8>, actionStride: Int
  ) {
    self.values = values
    self.valid = valid
    self.actionStride = actionStride
  }
}

/// Windowed aggregates at exposures × actions: features `for` actions. One pass over an entity's events
/// serves all actions: events are numbered by the class of actions that they match, and classes
/// without events cost nothing but writing their empty answer.
package final class ActionTimeline: Sendable {
  /// Of each output: its physical type, and whether it may be null.
  package let outputs: [(column: ColumnID, type: PhysicalType, isNullable: Bool)]
  package let actionCount: Int
  private let inputs: TimelineInputs
  private let classes: [ActionClasses?]
  private let rowCount: Int
  private let step: TimelineStep
  private let scratches = ScratchPool()

  /// - Parameter actions: the relation of the actions, in the order of its rows.
  package init(
    prepare step: TimelineStep, actions: RelationID, _ state: ExecutionState,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let program = TimelineProgram(
      step.outputs, of: step.events, type: { state.vector($0).type },
      isNullable: { state.vector($0).validity != nil })
    let actionCount = state.rowCount(actions)
    let eventCount = state.rowCount(step.events.relation)
    var made: [[WindowedAggregate.Match]: ActionClasses] = [:]
    var classes: [ActionClasses?] = []
    for stream in program.streams {
      if !stream.matches.isEmpty, made[stream.matches] == nil {
        made[stream.matches] = try ActionClasses(
          stream.matches, actionCount: actionCount, eventCount: eventCount, state,
          context)
      }
      classes.append(stream.matches.isEmpty ? nil : made[stream.matches])
    }
    self.classes = classes
    let entities = state.timelines.entities(of: step.key, state)
    let events = try state.timelines.clusters(
      key: step.events.key, time: step.events.time, tieBreak: step.events.tieBreak,
      for: entities, state, context)
    inputs = try TimelineInputs(
      program, step, events, classes: classes.map { $0?.events }, state, context)
    self.actionCount = actionCount
    self.step = step
    rowCount = state.rowCount(step.frame)
    outputs = zip(step.outputs, program.instructions).map { output, instruction in
      (output.column, state.plan[output.column].type.physical, instruction.kernel.isNullable)
    }
  }

  /// Adds what is to be told of the events: copies, rows never known, rows of other entities.
  package func count(into state: inout ExecutionState) {
    state.counts.addEvents(
      step.events, inputs.clusters, state, asking: state.timelines.entities(of: step.key, state))
  }

  /// Writes all answers for some rows of the frame; one matrix for each output. Tiles may be asked for
  /// in any order and by several threads: the answers are the same bits.
  package func evaluate(
    _ rows: Range<Int>, into matrices: [ActionMatrix]
  ) throws(EngineError) {
    if rows.isEmpty { return }
    let scratch = scratches.borrow()
    defer { scratches.giveBack(scratch) }
    let entities = inputs.clusters.entities
    let keyed = rows.clamped(to: 0..<Int(entities.starts[entities.count]))
    for (index, instruction) in inputs.program.instructions.enumerated() {
      let tile = Tile(
        matrix: matrices[index], type: outputs[index].type, actionCount: actionCount)
      tile.fillEmpty(instruction.kernel, 0..<rows.count)
    }
    // Rows without key stand last and have no events.
    if keyed.isEmpty { return }
    let first = entities.entity(ofRow: keyed.lowerBound)
    let last = entities.entity(ofRow: keyed.upperBound - 1)
    let chunk = Chunk(ChunkLayout(entities: first..<last + 1, rows: keyed), inputs, scratch)
    let evaluator = ChunkEvaluator(chunk)
    let spaces = makeSpaces(chunk, evaluator)
    var failed: (place: FailedRow, origin: Int32)?
    for (index, instruction) in inputs.program.instructions.enumerated() {
      let tile = Tile(
        matrix: matrices[index], type: outputs[index].type, actionCount: actionCount)
      let place = evaluate(instruction, evaluator, spaces, tile)
      if let place, place.row < failed?.place.row ?? .max { failed = (place, instruction.origin) }
    }
    if let failed {
      throw .row(
        origin: failed.origin, relation: step.frame, row: keyed.lowerBound + failed.place.row,
        detail: failed.place.detail)
    }
  }

  private func makeSpaces(_ chunk: Chunk, _ evaluator: ChunkEvaluator) -> [ClassSpace?] {
    classes.indices.map { index in
      guard let numbers = inputs.classes[index], let classes = classes[index] else { return nil }
      let (stream, space) = chunk.classStream(
        mask: evaluator.mask(index),
        classes: UnsafePointer(numbers.elements(Int32.self) + chunk.base),
        classCount: classes.count)
      evaluator.set(stream, at: index)
      return space
    }
  }

  private func evaluate(
    _ instruction: TimelineProgram.Instruction, _ evaluator: ChunkEvaluator,
    _ spaces: [ClassSpace?], _ tile: Tile
  ) -> FailedRow? {
    let selection = inputs.program.selections[instruction.selection]
    let space = spaces[selection.stream]
    let ranges =
      space == nil
      ? evaluator.ranges(instruction.selection) : evaluator.classRanges(selection, spaces)
    guard let ranges else { return nil }
    let scratch = evaluator.scratch
    let values = scratch.take(ranges.count * tile.type.stride, of: UInt8.self)
    let valid = scratch.take(ranges.count, filledWith: UInt8(1))
    var totals = evaluator.totals(of: instruction.kernel)
    if let byRow = totals {
      tile.fillShares(byRow, evaluator.chunk.rowCount)
      if let space { totals = byRow.gathered(space.rows, count: space.queryCount, scratch) }
    }
    let failed = evaluator.run(
      instruction.kernel, stream: selection.stream, ranges, type: tile.type, totals: totals,
      into: KernelOutput(values: UnsafeMutableRawPointer(values), valid: valid))
    let answers = UnsafeRawPointer(values)
    guard let space, let classes = classes[selection.stream] else {
      for action in 0..<actionCount { tile.copy(answers, valid, 0..<ranges.count, to: action, 0) }
      return failed
    }
    for group in 0..<space.groupCount {
      let queries = Int(space.queries[group])..<Int(space.queries[group + 1])
      if queries.isEmpty { continue }
      let number = Int(space.classes[group])
      for place in classes.starts[number]..<classes.starts[number + 1] {
        tile.copy(
          answers, valid, queries, to: classes.actions[place], Int(space.rows[queries.lowerBound]))
      }
    }
    return failed
  }
}

/// One output of a tile.
private struct Tile {
  let matrix: ActionMatrix
  let type: PhysicalType
  let actionCount: Int

  func fillEmpty(_ kernel: TimelineProgram.Kernel, _ rows: Range<Int>) {
    for action in 0..<actionCount {
      let place = action * matrix.actionStride
      kernel.writeEmpty(
        KernelOutput(values: matrix.values + place * type.stride, valid: matrix.valid + place),
        type: type, count: rows.count)
    }
  }

  /// A share of some events is 0, not null, for actions that match none of them.
  func fillShares(_ totals: ShareTotals, _ rows: Int) {
    for action in 0..<actionCount {
      let valid = matrix.valid + action * matrix.actionStride
      for row in 0..<rows { valid[row] = totals.isPositive(row) ? 1 : 0 }
    }
  }

  /// - Parameter row: of the tile, where the first query goes.
  func copy(
    _ values: UnsafeRawPointer, _ valid: UnsafePointer<UInt8>, _ queries: Range<Int>,
    to action: Int, _ row: Int
  ) {
    let place = action * matrix.actionStride + row
    (matrix.values + place * type.stride).copyMemory(
      from: values + queries.lowerBound * type.stride, byteCount: queries.count * type.stride)
    (matrix.valid + place).update(from: valid + queries.lowerBound, count: queries.count)
  }
}
