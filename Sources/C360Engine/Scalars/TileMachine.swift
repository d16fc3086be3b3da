import C360Columns
import C360Plan
import CKernels

/// The memory a `TileProgram` runs in: one for each thread, used again tile after tile.
public final class TileMachine {
  public let program: TileProgram
  public let actionCount: Int
  /// Exposures of the largest tile.
  public let exposureCapacity: Int

  private let frameMachine: ScalarMachine
  private let actionMachine: ScalarMachine
  private let tileMachine: ScalarMachine
  private let actionColumn: (ColumnID) -> Vector
  /// Expanded to tile rows: values, validity and failures of each input of the tile program.
  private let expanded: [Buffer]

  /// Evaluates everything of the grain of actions.
  ///
  /// - Parameters:
  ///   - batchSize: about how many rows a tile has; a tile holds at least one exposure.
  ///   - actionColumn: columns of the actions relation, `actionCount` rows each.
  public init(
    _ program: TileProgram, actionCount: Int, batchSize: Int,
    actionColumn: @escaping (ColumnID) -> Vector
  ) {
    self.program = program
    self.actionCount = actionCount
    self.actionColumn = actionColumn
    exposureCapacity = max(1, program.tile.batchRows(batchSize) / max(1, actionCount))
    let capacity = max(1, exposureCapacity * actionCount)
    frameMachine = ScalarMachine(program.frame, capacity: exposureCapacity)
    tileMachine = ScalarMachine(program.tile, capacity: capacity)
    actionMachine = ScalarMachine(program.action, capacity: max(1, actionCount))
    expanded = zip(program.ports, program.tile.inputTypes).map { port, type in
      if case .tileColumn = port { return Buffer(byteCount: 0) }
      return Buffer(byteCount: capacity * (type.stride + 2))
    }
    expandActions(capacity)
  }

  private func expandActions(_ capacity: Int) {
    guard actionCount > 0 else { return }
    let machine = actionMachine
    for (index, input) in program.action.inputs.enumerated() {
      if case .column(let column) = input {
        machine.bind(input: index, Operand(actionColumn(column)))
      }
    }
    machine.run(actionCount)
    for (input, port) in program.ports.enumerated() {
      guard case .action(let output) = port else { continue }
      let source = machine.output(output)
      let target = target(input, source)
      let stride = program.tile.inputTypes[input].stride
      for exposure in 0..<exposureCapacity {
        let row = exposure * actionCount
        (target.values + row * stride).copyMemory(
          from: source.values, byteCount: actionCount * stride)
        if let from = source.valid, let to = target.valid {
          (to + row).update(from: from, count: actionCount)
        }
        if let from = source.failed, let to = target.failed {
          (to + row).update(from: from, count: actionCount)
        }
      }
      tileMachine.bind(input: input, target)
    }
  }

  /// Where an input is expanded to, with as many states as the source has.
  private func target(_ input: Int, _ source: Operand) -> Operand {
    let capacity = tileMachine.capacity
    let base = expanded[input].pointer
    let stride = program.tile.inputTypes[input].stride
    let states = (base + stride * capacity).assumingMemoryBound(to: UInt8.self)
    return Operand(
      values: base, valid: source.valid == nil ? nil : states,
      failed: source.failed == nil ? nil : states + capacity)
  }

  /// The products of some rows with all actions; null and failed where a factor is.
  private func product(
    _ input: Int, of rows: Operand, _ actions: Operand, _ width: Int, _ count: Int
  ) {
    var states = rows
    states.valid = rows.valid ?? actions.valid
    states.failed = rows.failed ?? actions.failed
    let target = target(input, states)
    c360_dot_pairs(
      rows.float64s, actions.float64s, target.float64s, width, count, actionCount)
    if let valid = target.valid {
      for row in 0..<count {
        let isPresent = rows.valid.map { $0[row] } ?? 1
        for action in 0..<actionCount {
          valid[row * actionCount + action] = isPresent & (actions.valid.map { $0[action] } ?? 1)
        }
      }
    }
    if let failed = target.failed {
      for row in 0..<count {
        let fails = rows.failed.map { $0[row] } ?? 0
        for action in 0..<actionCount {
          failed[row * actionCount + action] = fails | (actions.failed.map { $0[action] } ?? 0)
        }
      }
    }
    tileMachine.bind(input: input, target)
  }

  /// Evaluates a tile: `exposures` (at most `exposureCapacity`) × all actions.
  ///
  /// - Parameters:
  ///   - frameColumn: whole columns of the frame; rows of `exposures` are read.
  ///   - tileColumn: columns with one value a pair; row 0 is the first pair of the tile.
  public func evaluate(
    exposures: Range<Int>, frameColumn: (ColumnID) -> Vector, tileColumn: (ColumnID) -> Operand
  ) {
    precondition(exposures.count <= exposureCapacity)
    for (index, input) in program.frame.inputs.enumerated() {
      if case .column(let column) = input {
        frameMachine.bind(input: index, Operand(frameColumn(column), from: exposures.lowerBound))
      }
    }
    frameMachine.run(exposures.count)
    for (input, port) in program.ports.enumerated() {
      switch port {
      case .action: break
      case .tileColumn(let column): tileMachine.bind(input: input, tileColumn(column))
      case .product(let row, let action):
        product(
          input, of: frameMachine.output(row), actionMachine.output(action),
          program.frame.outputTypes[row].width ?? 0, exposures.count)
      case .frame(let output):
        let source = frameMachine.output(output)
        let target = target(input, source)
        spread(
          source.values, target.values, exposures.count,
          stride: program.tile.inputTypes[input].stride)
        if let from = source.valid, let to = target.valid {
          c360_spread_8(from, actionCount, exposures.count, to)
        }
        if let from = source.failed, let to = target.failed {
          c360_spread_8(from, actionCount, exposures.count, to)
        }
        tileMachine.bind(input: input, target)
      }
    }
    tileMachine.run(exposures.count * actionCount)
  }

  /// Each value `actionCount` times.
  private func spread(
    _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, stride: Int
  ) {
    switch stride {
    case 1: c360_spread_8(words(source), actionCount, count, words(target))
    case 4: c360_spread_32(words(source), actionCount, count, words(target))
    case 8: c360_spread_64(words(source), actionCount, count, words(target))
    default:
      for row in 0..<count * actionCount {
        (target + row * stride).copyMemory(
          from: source + row / actionCount * stride, byteCount: stride)
      }
    }
  }

  private func words<Word>(_ memory: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Word> {
    memory.assumingMemoryBound(to: Word.self)
  }

  /// An output at every row of the tile, whatever its grain, valid until the next tile. Failed rows
  /// are for the caller to judge: `failure(output:…)` puts one into words.
  public func output(_ index: Int) -> Operand { tileMachine.output(index) }

  /// Why an output has no value for a pair.
  ///
  /// - Parameters:
  ///   - exposure: row of the frame.
  ///   - tileColumn: columns with one value a pair, at this pair as row 0.
  ///   - relation: what the row of the error belongs to; the exposure is the row.
  public func failure(
    output: Int, exposure: Int, action: Int, relation: RelationID,
    frameColumn: (ColumnID) -> Vector, tileColumn: (ColumnID) -> Operand
  ) -> EngineError {
    do throws(EngineError) {
      let program = program
      let tileColumns = Set(
        program.ports.compactMap { port -> ColumnID? in
          if case .tileColumn(let column) = port { return column }
          return nil
        })
      let frameColumns = Set(program.frame.inputs)
      let explanation = try FailureExplanation(
        of: program.outputs[output], in: program.plan.scalars, pool: program.pool
      ) { column in
        if tileColumns.contains(column) { return tileColumn(column) }
        if frameColumns.contains(.column(column)) {
          return Operand(frameColumn(column), from: exposure)
        }
        return Operand(actionColumn(column), from: action)
      }
      return .row(
        origin: explanation.origin, relation: relation, row: exposure, detail: explanation.detail)
    } catch {
      return error
    }
  }
}
