import C360Columns
import C360Models
import C360Plan

/// From scalar nodes to instructions. The order of instructions is the order of the arena, in which
/// inputs stand before what uses them.
struct ScalarCompiler {
  let arena: ScalarArena
  let pool: TextPool
  let computed: Set<ScalarID>
  /// For explaining a failure: nothing is folded and no slot is used twice.
  let isTraced: Bool

  private var inputs: [ScalarProgram.Input] = []
  private var inputTypes: [PhysicalType] = []
  private var constants: [ScalarProgram.ConstantSlot] = []
  private var slots: [ScalarID: Int] = [:]
  private var zones: [ZoneTable] = []
  private var sets: [ConstantSet] = []
  private var models: [ModelCall] = []
  private var cacheCount = 0
  private var pending: [Pending] = []

  /// An instruction whose destination is still the name −1 − (its place in `pending`).
  private struct Pending {
    let opcode: Opcode
    /// Of the result.
    let type: PhysicalType
    var operands: [Int]
    let scalar: ScalarID
    let cache: Int
  }

  init(arena: ScalarArena, pool: TextPool, computed: Set<ScalarID>, isTraced: Bool) {
    self.arena = arena
    self.pool = pool
    self.computed = computed
    self.isTraced = isTraced
  }

  mutating func compile(_ outputs: [ScalarID]) throws(EngineError) -> ScalarProgram {
    let reachable = reachable(from: outputs)
    let folded = isTraced ? [:] : try fold(reachable, outputs: outputs)
    for id in reachable {
      if let value = folded[id] { addConstant(id, value) }
    }
    for id in needed(outputs, folded: folded) { try add(id) }
    return finish(outputs)
  }

  // MARK: Which nodes

  private func isInput(_ id: ScalarID) -> Bool {
    if computed.contains(id) { return true }
    if case .column = arena[id].operation { return true }
    return false
  }

  /// In arena order.
  private func reachable(from outputs: [ScalarID]) -> [ScalarID] { needed(outputs, folded: [:]) }

  private func needed(_ outputs: [ScalarID], folded: [ScalarID: ConstantValue]) -> [ScalarID] {
    var seen = Set<ScalarID>()
    var open = outputs
    while let id = open.popLast() {
      if folded[id] != nil || !seen.insert(id).inserted || isInput(id) { continue }
      open += arena[id].inputs
    }
    return seen.sorted { $0.index < $1.index }
  }

  /// Values of the constant nodes that something else reads.
  private func fold(
    _ nodes: [ScalarID], outputs: [ScalarID]
  ) throws(EngineError) -> [ScalarID: ConstantValue] {
    var isConstant = Set<ScalarID>()
    for id in nodes where !isInput(id) && arena[id].inputs.allSatisfy(isConstant.contains) {
      isConstant.insert(id)
    }
    var roots = Set(outputs.filter(isConstant.contains))
    for id in nodes where !isConstant.contains(id) && !isInput(id) {
      roots.formUnion(arena[id].inputs.filter(isConstant.contains))
    }
    var values: [ScalarID: ConstantValue] = [:]
    var open: [ScalarID] = []
    for id in roots.sorted(by: { $0.index < $1.index }) {
      if case .constant(let constant) = arena[id].operation {
        values[id] = value(of: constant, as: arena[id].type)
      } else {
        open.append(id)
      }
    }
    guard !open.isEmpty else { return values }
    var compiler = ScalarCompiler(arena: arena, pool: pool, computed: [], isTraced: true)
    let program = try compiler.compile(open)
    let machine = ScalarMachine(program, capacity: 1)
    machine.run(1)
    for (index, id) in open.enumerated() {
      values[id] = machine.value(ofSlot: program.outputSlots[index], arena[id].type)
    }
    return values
  }

  private func value(of constant: Constant, as type: PhysicalType) -> ConstantValue {
    switch constant {
    case .null: ConstantValue()
    case .bool(let value): ConstantValue(bits: value ? 1 : 0, isValid: true)
    case .int(let value): ConstantValue(bits: UInt64(bitPattern: value), isValid: true)
    case .float(let bits): ConstantValue(bits: bits, isValid: true)
    case .text(let text):
      ConstantValue(bits: UInt64(UInt32(bitPattern: pool.intern(text))), isValid: true)
    case .vector(let elements): ConstantValue(elements: elements, isValid: true)
    case .list(let elements):
      ConstantValue(
        bits: UInt64(
          UInt32(bitPattern: pool.lists.intern(elements.map { value(of: $0, as: type).bits }))),
        isValid: true)
    }
  }

  // MARK: Instructions

  /// Constants are numbered from here until the number of inputs is known, registers below 0.
  private static let constantBase = 1 << 40

  private mutating func addConstant(_ id: ScalarID, _ value: ConstantValue) {
    slots[id] = Self.constantBase + constants.count
    constants.append(.init(type: arena[id].type, value: value))
  }

  private mutating func add(_ id: ScalarID) throws(EngineError) {
    let node = arena[id]
    if isInput(id) {
      slots[id] = inputs.count
      inputTypes.append(node.type)
      if case .column(let column) = node.operation, !computed.contains(id) {
        inputs.append(.column(column))
      } else {
        inputs.append(.computed(id))
      }
      return
    }
    if slots[id] != nil { return }
    if case .constant(let constant) = node.operation {
      addConstant(id, value(of: constant, as: node.type))
      return
    }
    let operands = node.inputs.compactMap { slots[$0] }
    precondition(operands.count == node.inputs.count, "inputs stand before their users")
    let opcode = try opcode(for: node)
    switch opcode {
    case .least, .leastFloat, .and, .or, .concatenate:
      // Any number of inputs: a chain.
      var result = operands[0]
      for operand in operands.dropFirst() { result = emit(opcode, [result, operand], id) }
      slots[id] = result
    default: slots[id] = emit(opcode, operands, id)
    }
  }

  private mutating func emit(_ opcode: Opcode, _ operands: [Int], _ scalar: ScalarID) -> Int {
    var cache = -1
    switch opcode {
    case .textToInt, .textToFloat, .format, .unaryText, .binaryText, .concatenate, .length:
      cache = cacheCount
      cacheCount += 1
    default: break
    }
    pending.append(
      Pending(
        opcode: opcode, type: arena[scalar].type, operands: operands, scalar: scalar, cache: cache))
    return -pending.count
  }

  mutating func zone(_ identifier: String) throws(EngineError) -> Int {
    if let known = zones.firstIndex(where: { $0.zone.name == identifier }) { return known }
    zones.append(try ZoneTable(identifier))
    return zones.count - 1
  }

  mutating func model(_ sum: ModelSum) -> Int {
    models.append(ModelCall(sum))
    return models.count - 1
  }

  mutating func set(_ constants: [Constant], _ type: PhysicalType) -> Int {
    let values = constants.map { value(of: $0, as: type) }.filter(\.isValid).map(\.bits)
    switch type {
    case .bool: sets.append(.bools(Set(values.map { UInt8($0) })))
    case .int64: sets.append(.ints(values.map { Int64(bitPattern: $0) }.sorted()))
    case .float64:
      sets.append(.floats(values.map { Double(bitPattern: $0) }.filter { !$0.isNaN }.sorted()))
    case .text:
      sets.append(.codes(values.map { Int32(bitPattern: UInt32($0)) }.sorted()))
    case .vector, .list: sets.append(.codes([]))
    }
    return sets.count - 1
  }

  // MARK: Slots

  private mutating func finish(_ outputs: [ScalarID]) -> ScalarProgram {
    let firstConstant = inputs.count
    let firstRegister = inputs.count + constants.count
    // Where each pending instruction is read last; outputs are never given back.
    var lastUse = [Int](repeating: -1, count: pending.count)
    for (index, instruction) in pending.enumerated() {
      for operand in instruction.operands where operand < 0 { lastUse[-operand - 1] = index }
    }
    let kept = outputs.compactMap { slots[$0] }
    for slot in kept where slot < 0 { lastUse[-slot - 1] = .max }

    var registers = [Int](repeating: -1, count: pending.count)
    // Registers are used again for values of their own width only.
    var free: [Int: [Int]] = [:]
    var strides: [Int] = []
    func place(_ slot: Int) -> Int {
      if slot < 0 { return registers[-slot - 1] }
      return slot >= Self.constantBase ? slot - Self.constantBase + firstConstant : slot
    }
    var instructions: [Instruction] = []
    for (index, instruction) in pending.enumerated() {
      // Outputs have a register of their own: it may be memory of the caller, of their width.
      let stride = max(8, instruction.type.stride)
      if !isTraced, lastUse[index] != .max, let register = free[stride]?.popLast() {
        registers[index] = register
      } else {
        registers[index] = firstRegister + strides.count
        strides.append(stride)
      }
      let operands = instruction.operands.map(place)
      if case .model(let index) = instruction.opcode { models[index].slots = operands }
      instructions.append(
        Instruction(
          opcode: instruction.opcode, a: operands.first ?? 0,
          b: operands.count > 1 ? operands[1] : -1,
          c: operands.count > 2 ? operands[2] : -1, destination: registers[index],
          scalar: instruction.scalar, cache: instruction.cache))
      // Only after the destination is taken: no instruction writes what it reads.
      for operand in Set(instruction.operands)
      where operand < 0 && lastUse[-operand - 1] == index {
        let register = registers[-operand - 1]
        free[strides[register - firstRegister], default: []].append(register)
      }
    }
    return ScalarProgram(
      outputs: outputs, inputs: inputs, inputTypes: inputTypes, arena: arena,
      instructions: instructions, constants: constants, registerStrides: strides,
      cacheCount: cacheCount, outputSlots: kept.map(place), zones: zones, sets: sets,
      models: models, pool: pool)
  }
}
