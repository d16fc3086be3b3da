import C360Columns

extension ScalarMachine {
  /// Work on text is done once per distinct input, as far as the cache of the instruction reaches.
  func text(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ result: Operand, _ count: Int
  ) {
    let pool = program.pool
    let codes = a.codes
    switch instruction.opcode {
    case .textPrecedes(let orEqual):
      let others = b.codes
      for row in 0..<count {
        let isEqual = codes[row] == others[row]
        result.bools[row] =
          (isEqual ? orEqual : pool.precedes(codes[row], others[row])) ? 1 : 0
      }
    case .unaryText(let function):
      let cache = cache(instruction)
      for row in 0..<count {
        let code = codes[row]
        let value = cache.value(UInt64(UInt32(bitPattern: code))) {
          Int64(pool.intern(TextOperations.apply(function, pool.text(code))))
        }
        result.codes[row] = Int32(truncatingIfNeeded: value ?? 0)
      }
    case .length:
      let cache = cache(instruction)
      for row in 0..<count {
        let code = codes[row]
        let value = cache.value(UInt64(UInt32(bitPattern: code))) {
          TextOperations.scalarCount(pool.bytes(of: code))
        }
        result.int64s[row] = value ?? 0
      }
    case .binaryText(let predicate):
      let cache = cache(instruction)
      for row in 0..<count {
        let (code, other) = (codes[row], b.codes[row])
        let value = cache.value(Self.key(code, other)) {
          TextOperations.test(predicate, pool.bytes(of: code), pool.bytes(of: other)) ? 1 : 0
        }
        result.bools[row] = UInt8(truncatingIfNeeded: value ?? 0)
      }
    case .concatenate:
      let cache = cache(instruction)
      for row in 0..<count {
        let (code, other) = (codes[row], b.codes[row])
        let value = cache.value(Self.key(code, other)) {
          Int64(TextOperations.concatenate(code, other, in: pool))
        }
        result.codes[row] = Int32(truncatingIfNeeded: value ?? 0)
      }
    case .textToInt:
      let cache = cache(instruction)
      orFail(instruction, result.int64s, count) { row in
        let code = codes[row]
        return cache.value(UInt64(UInt32(bitPattern: code))) { Int64(pool.text(code)) }
      }
    case .textToFloat:
      let cache = cache(instruction)
      orFail(instruction, result.int64s, count) { row in
        let code = codes[row]
        return cache.value(UInt64(UInt32(bitPattern: code))) {
          TextOperations.number(pool.text(code)).map { Int64(bitPattern: $0.bitPattern) }
        }
      }
    case .format(let form): format(instruction, form, a, result, count)
    default: preconditionFailure("no text operation")
    }
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func format(
    _ instruction: Instruction, _ form: TextForm, _ a: Operand, _ result: Operand, _ count: Int
  ) {
    let pool = program.pool
    let cache = cache(instruction)
    let out = result.codes
    if case .text = form {
      out.update(from: a.codes, count: count)
      return
    }
    for row in 0..<count {
      let bits: UInt64 = form == .bool ? UInt64(a.bools[row]) : UInt64(bitPattern: a.int64s[row])
      let code = cache.value(bits) { Int64(pool.intern(TextFormat.text(form, bits))) }
      out[row] = Int32(truncatingIfNeeded: code ?? 0)
    }
  }
}
