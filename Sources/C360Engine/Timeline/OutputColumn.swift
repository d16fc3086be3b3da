import C360Columns

/// A column of answers while pieces of work fill it.
final class OutputColumn: @unchecked Sendable {
  let type: PhysicalType
  let count: Int
  private let values: Buffer
  private let validity: Buffer?

  init(type: PhysicalType, count: Int, isNullable: Bool) {
    self.type = type
    self.count = count
    values = Buffer(byteCount: count * type.stride)
    validity = isNullable ? Buffer(byteCount: count) : nil
  }

  /// The part from a row on.
  func output(from row: Int) -> KernelOutput {
    KernelOutput(
      values: values.pointer + row * type.stride, valid: validity.map { $0.elements() + row })
  }

  /// Answers for rows that see no event.
  func fillEmpty(_ kernel: TimelineProgram.Kernel, _ rows: Range<Int>) {
    kernel.writeEmpty(output(from: rows.lowerBound), type: type, count: rows.count)
  }

  /// The whole column; without validity when no row is null.
  var vector: Vector {
    var hasNulls = false
    if let valid = validity?.elements(UInt8.self) {
      var all: UInt8 = 1
      for row in 0..<count { all &= valid[row] }
      hasNulls = all == 0
    }
    return Vector(
      type: type, count: count, values: values, validity: hasNulls ? validity : nil)
  }
}

extension TimelineProgram.Kernel {
  /// Answers of an empty window.
  func writeEmpty(_ output: KernelOutput, type: PhysicalType, count: Int) {
    // 0, false and +0.0 are zero bits; `all` of nothing is true.
    if case .isEmpty = self {
      output.values.assumingMemoryBound(to: UInt8.self).update(repeating: 1, count: count)
    } else {
      output.values.initializeMemory(as: UInt8.self, repeating: 0, count: count * type.stride)
    }
    if case .fold(let fold) = self {
      output.values.assumingMemoryBound(to: UInt64.self)
        .update(repeating: fold.initial.bits, count: count)
    }
    output.valid?.update(repeating: isNullable ? 0 : 1, count: count)
  }
}
