import C360Columns
import C360Plan
import CKernels

/// The memory a `ScalarProgram` runs in: one for each thread, used again batch after batch.
///
/// Bind every input, `run`, read the outputs; they stay valid until the next run.
public final class ScalarMachine {
  public let program: ScalarProgram
  /// Rows of the largest batch.
  public let capacity: Int

  struct Slot {
    var operand: Operand
    /// Where the slot's own values, validity and failures are kept; unused by inputs.
    var values: UnsafeMutableRawPointer
    var valid: UnsafeMutablePointer<UInt8>
    var failed: UnsafeMutablePointer<UInt8>
  }

  let slots: UnsafeMutablePointer<Slot>
  private let memory: Buffer
  private let caches: UnsafeMutablePointer<ResultCache>
  /// `capacity` bytes of 1, of 0, and room for a condition.
  let ones: UnsafeMutablePointer<UInt8>
  let zeros: UnsafeMutablePointer<UInt8>
  let condition: UnsafeMutablePointer<UInt8>
  /// Keys of a block of rows of a model.
  let modelBlock: Buffer

  public init(_ program: ScalarProgram, capacity: Int) {
    self.program = program
    self.capacity = max(1, capacity)
    let bytes = (self.capacity + 63) & ~63
    let strides = program.constants.map { max(8, $0.type.stride) } + program.registerStrides
    let blockSize = program.models.map(\.blockSize).max() ?? 0
    modelBlock = Buffer(byteCount: blockSize)
    modelBlock.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: blockSize)
    memory = Buffer(byteCount: strides.reduce(3 * bytes) { $0 + ($1 + 2) * bytes })
    var free = memory.pointer
    func take(_ count: Int) -> UnsafeMutableRawPointer {
      defer { free += count }
      return free
    }
    ones = take(bytes).initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
    zeros = take(bytes).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    condition = take(bytes).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    slots = .allocate(capacity: max(1, program.slotCount))
    for slot in 0..<program.slotCount {
      let values: UnsafeMutableRawPointer
      let valid: UnsafeMutablePointer<UInt8>
      let failed: UnsafeMutablePointer<UInt8>
      if slot < program.inputs.count {
        values = UnsafeMutableRawPointer(zeros)
        valid = zeros
        failed = zeros
      } else {
        values = take(strides[slot - program.inputs.count] * bytes)
        valid = take(bytes).bindMemory(to: UInt8.self, capacity: bytes)
        failed = take(bytes).bindMemory(to: UInt8.self, capacity: bytes)
      }
      (slots + slot).initialize(
        to: Slot(operand: Operand(values: values), values: values, valid: valid, failed: failed))
    }
    caches = .allocate(capacity: max(1, program.cacheCount))
    for cache in 0..<program.cacheCount { (caches + cache).initialize(to: ResultCache()) }
    for (index, constant) in program.constants.enumerated() {
      fill(program.inputs.count + index, constant)
    }
  }

  deinit {
    for cache in 0..<program.cacheCount { caches[cache].deallocate() }
    caches.deallocate()
    slots.deallocate()
  }

  private func fill(_ slot: Int, _ constant: ScalarProgram.ConstantSlot) {
    let bits = constant.value.bits
    let values = slots[slot].values
    if case .vector(let width) = constant.type {
      let doubles = values.initializeMemory(as: Double.self, repeating: 0, count: capacity * width)
      for row in 0..<(constant.value.isValid ? capacity : 0) {
        for (place, element) in constant.value.elements.enumerated() {
          doubles[row * width + place] = Double(bitPattern: element)
        }
      }
    } else {
      switch constant.type.stride {
      case 1: values.initializeMemory(as: UInt8.self, repeating: UInt8(bits & 1), count: capacity)
      case 4:
        values.initializeMemory(
          as: UInt32.self, repeating: UInt32(truncatingIfNeeded: bits), count: capacity)
      default: values.initializeMemory(as: UInt64.self, repeating: bits, count: capacity)
      }
    }
    if !constant.value.isValid { slots[slot].operand.valid = zeros }
    if constant.value.isFailed { slots[slot].operand.failed = ones }
  }

  // MARK: Running

  /// The values of an input for the next run; row 0 of the operand is row 0 of the batch.
  public func bind(input: Int, _ operand: Operand) { slots[input].operand = operand }

  /// Lets an output be written straight into memory of the caller. Returns false where it cannot,
  /// because the output is an input or a constant: the caller then copies `output`.
  func bind(
    output: Int, values: UnsafeMutableRawPointer, valid: UnsafeMutablePointer<UInt8>?
  ) -> Bool {
    let slot = program.outputSlots[output]
    guard slot >= program.firstRegister else { return false }
    slots[slot].values = values
    if let valid { slots[slot].valid = valid }
    return true
  }

  /// The rows of an output after a run, including failed ones.
  public func output(_ index: Int) -> Operand { slots[program.outputSlots[index]].operand }

  /// Evaluates the first `count` rows of the bound inputs.
  public func run(_ count: Int) {
    precondition(count <= capacity)
    for instruction in program.instructions { execute(instruction, count) }
  }

  func value(ofSlot slot: Int, _ type: PhysicalType) -> ConstantValue {
    let operand = slots[slot].operand
    if let failed = operand.failed, failed[0] != 0 { return ConstantValue(isFailed: true) }
    if let valid = operand.valid, valid[0] == 0 { return ConstantValue() }
    if case .vector(let width) = type {
      let elements = (0..<width).map { operand.float64s[$0].bitPattern }
      return ConstantValue(elements: elements, isValid: true)
    }
    let bits: UInt64 =
      switch type {
      case .bool: UInt64(operand.bools[0])
      case .int64: UInt64(bitPattern: operand.int64s[0])
      case .float64: operand.float64s[0].bitPattern
      case .text, .list, .vector: UInt64(UInt32(bitPattern: operand.codes[0]))
      }
    return ConstantValue(bits: bits, isValid: true)
  }

  func cache(_ instruction: Instruction) -> ResultCache { caches[instruction.cache] }

  // MARK: States of strict operations

  /// A failed input fails, else a null input gives null. Values go to the slot's own memory.
  func strict(_ instruction: Instruction, _ inputs: Operand..., count: Int) -> Operand {
    let slot = slots[instruction.destination]
    var result = Operand(values: slot.values)
    for input in inputs {
      if let valid = input.valid {
        if let held = result.valid {
          c360_and_u8(held, valid, slot.valid, count)
          result.valid = slot.valid
        } else {
          result.valid = valid
        }
      }
      if let failed = input.failed {
        if let held = result.failed {
          c360_or_u8(held, failed, slot.failed, count)
          result.failed = slot.failed
        } else {
          result.failed = failed
        }
      }
    }
    // Never a pointer into another register: that one may be used again before this one is read.
    if let valid = result.valid, valid != slot.valid {
      slot.valid.update(from: valid, count: count)
      result.valid = slot.valid
    }
    if let failed = result.failed, failed != slot.failed {
      slot.failed.update(from: failed, count: count)
      result.failed = slot.failed
    }
    slots[instruction.destination].operand = result
    return result
  }

  /// Marks rows as failed by this instruction itself: those that have inputs and for which `test`
  /// holds. Costs nothing downstream where there are none.
  @inline(__always)
  func fail(_ instruction: Instruction, count: Int, where test: (Int) -> Bool) {
    let result = slots[instruction.destination].operand
    let failed = slots[instruction.destination].failed
    var any = false
    for row in 0..<count {
      let before = result.failed.map { $0[row] } ?? 0
      let isPresent = (result.valid.map { $0[row] } ?? 1) != 0
      let fails = before != 0 || (isPresent && test(row))
      failed[row] = fails ? 1 : 0
      any = any || fails
    }
    slots[instruction.destination].operand.failed = any ? failed : nil
  }
}
