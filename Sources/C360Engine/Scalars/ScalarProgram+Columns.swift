import C360Columns
import C360Plan
import CKernels

extension ScalarProgram {
  /// Batches that one piece of parallel work takes: memory of the machine is set up once a piece.
  static let batchesPerPiece = 32

  /// Evaluates the outputs for all rows of a relation, batch by batch, in parallel.
  ///
  /// Values under nulls of the results are 0. Results without nulls have no validity. An output that
  /// is a plain column shares its memory.
  ///
  /// - Throws: `EngineError.row` for the lowest row for which an output fails; `.cancelled`.
  public func columns(
    rowCount: Int, of relation: RelationID, context: ExecutionContext,
    vector: (ColumnID) -> Vector
  ) throws(EngineError) -> [Vector] {
    let vectors = inputs.map { input in
      guard case .column(let column) = input else {
        preconditionFailure("computed inputs need a machine")
      }
      return vector(column)
    }
    let mayBeNull = nullableSlots(vectors.map { $0.validity != nil })
    let results = outputs.indices.map { output in
      ColumnResult(
        type: outputTypes[output], rowCount: rowCount,
        isNullable: mayBeNull[outputSlots[output]])
    }
    let pieceSize = max(1, context.batchSize) * Self.batchesPerPiece
    let pieces = Parallel.ranges(rowCount, size: pieceSize)
    let capacity = min(batchRows(context.batchSize), max(rowCount, 1))
    let hasNulls = Flags(count: pieces.count * max(1, outputs.count))
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      let machine = ScalarMachine(self, capacity: capacity)
      var start = pieces[piece].lowerBound
      while start < pieces[piece].upperBound {
        let count = min(capacity, pieces[piece].upperBound - start)
        try runBatch(
          machine, start, count, vectors, results, hasNulls.start + piece * outputs.count, relation)
        start += count
      }
    }
    return outputs.indices.map { output in
      if outputSlots[output] < inputs.count { return vectors[outputSlots[output]] }
      let isNull = pieces.indices.contains { hasNulls.start[$0 * outputs.count + output] }
      return results[output].vector(hasNulls: isNull)
    }
  }

  private func runBatch(
    _ machine: ScalarMachine, _ start: Int, _ count: Int, _ vectors: [Vector],
    _ results: [ColumnResult], _ hasNulls: UnsafeMutablePointer<Bool>, _ relation: RelationID
  ) throws(EngineError) {
    for (index, vector) in vectors.enumerated() {
      machine.bind(input: index, Operand(vector, from: start))
    }
    for (index, result) in results.enumerated() {
      _ = machine.bind(output: index, values: result.values(start), valid: result.valid(start))
    }
    machine.run(count)
    var firstFailure = count
    for output in results.indices {
      guard let failed = machine.output(output).failed else { continue }
      for row in 0..<firstFailure where failed[row] != 0 {
        firstFailure = row
        break
      }
    }
    if firstFailure < count {
      throw try failure(machine, start, firstFailure, vectors, relation)
    }
    for (output, result) in results.enumerated() where outputSlots[output] >= inputs.count {
      if result.store(machine.output(output), start, count) { hasNulls[output] = true }
    }
  }

  /// The failure of a row in words: of outputs that fail there, the one whose operation stands first.
  private func failure(
    _ machine: ScalarMachine, _ start: Int, _ row: Int, _ vectors: [Vector], _ relation: RelationID
  ) throws(EngineError) -> EngineError {
    let failing = outputs.indices.filter { machine.output($0).failed.map { $0[row] != 0 } ?? false }
    let output = failing.min { outputs[$0].index < outputs[$1].index } ?? 0
    let explanation = try FailureExplanation(of: outputs[output], in: arena, pool: pool) { column in
      let index = inputs.firstIndex(of: .column(column)) ?? 0
      return Operand(vectors[index], from: start + row)
    }
    return .row(
      origin: explanation.origin, relation: relation, row: start + row, detail: explanation.detail)
  }

  /// Which slots can hold nulls, given which inputs can.
  func nullableSlots(_ nullableInputs: [Bool]) -> [Bool] {
    var slots = nullableInputs + constants.map { !$0.value.isValid }
    slots += Array(repeating: false, count: registerCount)
    // Registers are used again: any null that ever passes through one counts for its outputs only
    // when the last writer is an output, so each write replaces what was known.
    for instruction in instructions {
      let inputs = [instruction.a, instruction.b, instruction.c].filter { $0 >= 0 }
      let isNullable: Bool =
        switch instruction.opcode {
        case .isNull: false
        case .vectorElement, .listElement: true
        case .coalesce: slots[instruction.a] && slots[instruction.b]
        case .select: slots[instruction.b] || slots[instruction.c]
        default: inputs.contains { slots[$0] }
        }
      slots[instruction.destination] = isNullable
    }
    return slots
  }
}

/// Flags that pieces of parallel work set, each its own.
struct Flags: @unchecked Sendable {
  private let buffer: Buffer
  init(count: Int) {
    buffer = Buffer(byteCount: count)
    start = buffer.pointer.bindMemory(to: Bool.self, capacity: count)
    start.initialize(repeating: false, count: count)
  }
  let start: UnsafeMutablePointer<Bool>
}

/// Memory of a column that is being computed.
struct ColumnResult: @unchecked Sendable {
  private let type: PhysicalType
  private let rowCount: Int
  private let buffer: Buffer
  private let validity: Buffer?

  init(type: PhysicalType, rowCount: Int, isNullable: Bool) {
    self.type = type
    self.rowCount = rowCount
    buffer = Buffer(byteCount: rowCount * type.stride)
    validity = isNullable ? Buffer(byteCount: rowCount) : nil
  }

  func values(_ row: Int) -> UnsafeMutableRawPointer { buffer.pointer + row * type.stride }

  func valid(_ row: Int) -> UnsafeMutablePointer<UInt8>? {
    validity.map { $0.elements(UInt8.self) + row }
  }

  /// Takes over a batch where a machine has not written it in place; tells whether it has nulls.
  func store(_ operand: Operand, _ start: Int, _ count: Int) -> Bool {
    let target = values(start)
    if operand.values != target {
      target.copyMemory(from: operand.values, byteCount: count * type.stride)
    }
    guard let valid = valid(start) else { return false }
    guard let given = operand.valid else {
      valid.update(repeating: 1, count: count)
      return false
    }
    if given != valid { valid.update(from: given, count: count) }
    if c360_count_u8(valid, count) == count { return false }
    switch type.stride {
    case 1: c360_clear_8(valid, target.assumingMemoryBound(to: UInt8.self), count)
    case 4: c360_clear_32(valid, target.assumingMemoryBound(to: UInt32.self), count)
    case 8: c360_clear_64(valid, target.assumingMemoryBound(to: UInt64.self), count)
    default:
      for row in 0..<count where valid[row] == 0 {
        (target + row * type.stride).initializeMemory(
          as: UInt8.self, repeating: 0, count: type.stride)
      }
    }
    return true
  }

  func vector(hasNulls: Bool) -> Vector {
    Vector(type: type, count: rowCount, values: buffer, validity: hasNulls ? validity : nil)
  }
}
