import C360Columns

extension ScalarMachine {
  /// Rows of `a` where `taken` is 1, else of `b`.
  func chooseRows(
    _ taken: UnsafeMutablePointer<UInt8>, _ a: Operand, _ b: Operand, into result: Operand,
    _ width: Int, _ count: Int
  ) {
    for row in 0..<count {
      let source = taken[row] != 0 ? a.float64s : b.float64s
      (result.float64s + row * width).update(from: source + row * width, count: width)
    }
  }

  /// What reads single elements. A place beyond the ends has null.
  func collection(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ result: Operand, _ count: Int
  ) {
    let lists = program.pool.lists
    switch instruction.opcode {
    case .listLength:
      for row in 0..<count { result.int64s[row] = Int64(lists.count(of: a.codes[row])) }
    case .vectorElement(let width):
      pick(instruction, b, result, count, of: { _ in width }) { row, place in
        result.float64s[row] = a.float64s[row * width + place]
      }
    case .listElement(let type):
      pick(instruction, b, result, count, of: { lists.count(of: a.codes[$0]) }) { row, place in
        let word = lists.word(a.codes[row], place)
        switch type {
        case .bool: result.bools[row] = UInt8(truncatingIfNeeded: word)
        case .text: result.codes[row] = Int32(truncatingIfNeeded: word)
        default: result.int64s[row] = Int64(bitPattern: word)
        }
      }
    case .listContains(let element): contains(element, a, b, result, count)
    default: break
    }
  }

  /// - Parameters:
  ///   - size: the number of elements of a row.
  ///   - write: takes over the element at a place, from 0.
  private func pick(
    _ instruction: Instruction, _ places: Operand, _ result: Operand, _ count: Int,
    of size: (Int) -> Int, _ write: (_ row: Int, _ place: Int) -> Void
  ) {
    let slot = slots[instruction.destination]
    if result.valid == nil { slot.valid.update(repeating: 1, count: count) }
    slots[instruction.destination].operand.valid = slot.valid
    let stride = program.arena[instruction.scalar].type.stride
    for row in 0..<count {
      let wanted = places.int64s[row]
      let size = Int64(size(row))
      let place = wanted > 0 ? wanted - 1 : wanted < -size ? -1 : size + wanted
      if wanted != 0, place >= 0, place < size {
        write(row, Int(place))
      } else {
        slot.valid[row] = 0
        (result.values + row * stride).initializeMemory(as: UInt8.self, repeating: 0, count: stride)
      }
    }
  }

  /// Equality as `==` has it: −0 equals 0, NaN nothing.
  private func contains(
    _ element: ListElement, _ a: Operand, _ b: Operand, _ result: Operand, _ count: Int
  ) {
    let lists = program.pool.lists
    for row in 0..<count {
      let code = a.codes[row]
      let word: UInt64 =
        switch element {
        case .bool: UInt64(b.bools[row])
        case .int64: UInt64(bitPattern: b.int64s[row])
        case .float64: b.float64s[row].bitPattern
        case .text: UInt64(UInt32(bitPattern: b.codes[row]))
        }
      var isFound = false
      for place in 0..<lists.count(of: code) where !isFound {
        let other = lists.word(code, place)
        isFound =
          element == .float64
          ? Double(bitPattern: other) == Double(bitPattern: word) : other == word
      }
      result.bools[row] = isFound ? 1 : 0
    }
  }
}
