import C360Columns
import CKernels

extension ScalarMachine {
  func execute(_ instruction: Instruction, _ count: Int) {
    if case .model(let index) = instruction.opcode {
      return model(program.models[index], instruction, count)
    }
    let a = slots[instruction.a].operand
    let b = instruction.b < 0 ? a : slots[instruction.b].operand
    let c = instruction.c < 0 ? a : slots[instruction.c].operand
    switch instruction.opcode {
    case .and: logic(instruction, a, b, count, isAnd: true)
    case .or: logic(instruction, a, b, count, isAnd: false)
    case .select: select(instruction, a, b, c, count)
    case .coalesce: coalesce(instruction, a, b, count)
    case .isNull: isNull(instruction, a, count)
    case .least(let kernel): least(instruction, a, b, count, ints: kernel, floats: nil)
    case .leastFloat(let kernel): least(instruction, a, b, count, ints: nil, floats: kernel)
    case .clampFloat, .clampInt: clamp(instruction, a, b, c, count)
    default:
      let result =
        instruction.b < 0
        ? strict(instruction, a, count: count) : strict(instruction, a, b, count: count)
      compute(instruction, a, b, result, count)
    }
  }

  /// Values of strict operations of one or two inputs.
  private func compute(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ result: Operand, _ count: Int
  ) {
    switch instruction.opcode {
    case .unaryFloat(let kernel): kernel(a.float64s, result.float64s, count)
    case .binaryFloat(let kernel): kernel(a.float64s, b.float64s, result.float64s, count)
    case .unaryInt(let kernel): kernel(a.int64s, result.int64s, count)
    case .checkedInt(let operation, let kernel):
      if kernel(a.int64s, b.int64s, result.int64s, count) != 0 {
        overflow(instruction, operation, a.int64s, b.int64s, count)
      }
    case .checkedTime(let operation, let kernel):
      let mayWrap = kernel(a.int64s, b.int64s, result.int64s, count) != 0
      if mayWrap || TimeRange.instants.firstOutside(result.int64s, count) != nil {
        leavesRange(instruction, operation, a.int64s, b.int64s, count)
      }
    case .divideInts: c360_div_i64(a.int64s, b.int64s, result.float64s, count)
    case .intToFloat: c360_i64_to_f64(a.int64s, result.float64s, count)
    case .boolToInt: c360_u8_to_i64(a.bools, result.int64s, count)
    case .boolToFloat: c360_u8_to_f64(a.bools, result.float64s, count)
    case .isNaN: c360_isnan_f64(a.float64s, result.bools, count)
    case .compareFloat(let kernel): kernel(a.float64s, b.float64s, result.bools, count)
    case .compareInt(let kernel): kernel(a.int64s, b.int64s, result.bools, count)
    case .compareCode(let kernel): kernel(a.codes, b.codes, result.bools, count)
    case .compareByte(let kernel): kernel(a.bools, b.bools, result.bools, count)
    case .not: c360_not_u8(a.bools, result.bools, count)
    case .isIn(let set): isIn(program.sets[set], a, result, count)
    case .moduloFloat:
      for row in 0..<count {
        result.float64s[row] = flooredRemainder(a.float64s[row], b.float64s[row])
      }
    case .moduloInt, .negateInt, .absInt, .floatToInt, .scaleInt, .unscaleInt:
      fallible(instruction, a, b, result, count)
    case .addCalendar, .dateOf, .startOfDay, .hour, .minute, .datePart:
      calendar(instruction, a, b, result, count)
    case .dot(let width):
      c360_dot_rows(a.float64s, b.float64s, result.float64s, width, count)
    case .vectors(let kernel, let width):
      kernel(a.float64s, b.float64s, result.float64s, count * width)
    case .scaleVector(let width):
      c360_scale_rows(a.float64s, b.float64s, result.float64s, width, count)
    case .vectorElement, .listElement, .listLength, .listContains:
      collection(instruction, a, b, result, count)
    default: text(instruction, a, b, result, count)
    }
  }

  // MARK: Nulls and failures with rules of their own

  /// Kleene logic; a side that decides alone hides nulls and failures of the other.
  private func logic(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ count: Int, isAnd: Bool
  ) {
    let slot = slots[instruction.destination]
    var result = Operand(values: slot.values)
    if a.valid == nil && b.valid == nil && a.failed == nil && b.failed == nil {
      (isAnd ? c360_and_u8 : c360_or_u8)(a.bools, b.bools, result.bools, count)
    } else {
      (isAnd ? c360_and_states : c360_or_states)(
        a.bools, a.valid ?? ones, a.failed ?? zeros, b.bools, b.valid ?? ones, b.failed ?? zeros,
        result.bools, slot.valid, slot.failed, count)
      result.valid = slot.valid
      if a.failed != nil || b.failed != nil { result.failed = slot.failed }
    }
    slots[instruction.destination].operand = result
  }

  /// A null condition takes the second branch; only the branch taken may fail the row.
  private func select(
    _ instruction: Instruction, _ test: Operand, _ then: Operand, _ otherwise: Operand,
    _ count: Int
  ) {
    var taken = test.bools
    if let valid = test.valid {
      c360_and_u8(test.bools, valid, condition, count)
      taken = condition
    }
    choose(instruction, taken, then, otherwise, count)
    join(instruction, test.failed, count)
  }

  /// The second where the first is null.
  private func coalesce(_ instruction: Instruction, _ a: Operand, _ b: Operand, _ count: Int) {
    var taken = a.valid ?? ones
    if let failed = a.failed {
      // A failed first input is no null: it fails the row, whatever the second is.
      c360_or_u8(taken, failed, condition, count)
      taken = condition
    }
    choose(instruction, taken, a, b, count)
  }

  /// Values, nulls and failures of `a` where `taken` is 1, else of `b`.
  private func choose(
    _ instruction: Instruction, _ taken: UnsafeMutablePointer<UInt8>, _ a: Operand, _ b: Operand,
    _ count: Int
  ) {
    let slot = slots[instruction.destination]
    var result = Operand(values: slot.values)
    switch program.arena[instruction.scalar].type {
    case .bool: c360_select_8(taken, a.bools, b.bools, result.bools, count)
    case .vector(let width): chooseRows(taken, a, b, into: result, width, count)
    case .text, .list:
      c360_select_32(
        taken, a.values.assumingMemoryBound(to: UInt32.self),
        b.values.assumingMemoryBound(to: UInt32.self),
        result.values.assumingMemoryBound(to: UInt32.self), count)
    case .int64, .float64:
      c360_select_64(
        taken, a.values.assumingMemoryBound(to: UInt64.self),
        b.values.assumingMemoryBound(to: UInt64.self),
        result.values.assumingMemoryBound(to: UInt64.self), count)
    }
    if a.valid != nil || b.valid != nil {
      c360_select_8(taken, a.valid ?? ones, b.valid ?? ones, slot.valid, count)
      result.valid = slot.valid
      if c360_count_u8(slot.valid, count) == count { result.valid = nil }
    }
    if a.failed != nil || b.failed != nil {
      c360_select_8(taken, a.failed ?? zeros, b.failed ?? zeros, slot.failed, count)
      result.failed = slot.failed
      if c360_count_u8(slot.failed, count) == 0 { result.failed = nil }
    }
    slots[instruction.destination].operand = result
  }

  /// Adds failures to the result of an instruction.
  private func join(
    _ instruction: Instruction, _ failed: UnsafeMutablePointer<UInt8>?, _ count: Int
  ) {
    guard let failed else { return }
    let slot = slots[instruction.destination]
    if let held = slot.operand.failed {
      c360_or_u8(held, failed, slot.failed, count)
    } else {
      slot.failed.update(from: failed, count: count)
    }
    slots[instruction.destination].operand.failed = slot.failed
  }

  private func isNull(_ instruction: Instruction, _ a: Operand, _ count: Int) {
    let slot = slots[instruction.destination]
    let result = Operand(values: slot.values)
    if let valid = a.valid {
      c360_not_u8(valid, result.bools, count)
    } else {
      result.bools.update(repeating: 0, count: count)
    }
    slots[instruction.destination].operand = result
    join(instruction, a.failed, count)
  }

  /// Null inputs are skipped.
  private func least(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ count: Int, ints: Kernel.BinaryInt?,
    floats: Kernel.BinaryFloat?
  ) {
    let slot = slots[instruction.destination]
    var result = Operand(values: slot.values)
    ints?(a.int64s, b.int64s, result.int64s, count)
    floats?(a.float64s, b.float64s, result.float64s, count)
    let words = result.values.assumingMemoryBound(to: UInt64.self)
    // Where one side is null the other one is the answer.
    if let valid = b.valid {
      c360_select_64(valid, words, a.values.assumingMemoryBound(to: UInt64.self), words, count)
    }
    if let valid = a.valid {
      c360_select_64(valid, words, b.values.assumingMemoryBound(to: UInt64.self), words, count)
    }
    if let left = a.valid, let right = b.valid {
      c360_or_u8(left, right, slot.valid, count)
      result.valid = slot.valid
    }
    slots[instruction.destination].operand = result
    join(instruction, a.failed, count)
    join(instruction, b.failed, count)
  }

  /// The lesser of high and the greater of low and x; a NaN x stays NaN.
  private func clamp(
    _ instruction: Instruction, _ x: Operand, _ low: Operand, _ high: Operand, _ count: Int
  ) {
    let result = strict(instruction, x, low, high, count: count)
    if case .clampInt = instruction.opcode {
      c360_greatest_i64(x.int64s, low.int64s, result.int64s, count)
      c360_least_i64(result.int64s, high.int64s, result.int64s, count)
    } else {
      for row in 0..<count {
        result.float64s[row] = clamped(x.float64s[row], low.float64s[row], high.float64s[row])
      }
    }
  }
}
