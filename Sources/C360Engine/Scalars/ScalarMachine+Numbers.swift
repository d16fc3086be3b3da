import C360Columns
import CKernels

/// Sign of the divisor, also of a zero; NaN for a divisor of 0.
@inline(__always)
func flooredRemainder(_ value: Double, _ divisor: Double) -> Double {
  let remainder = value.truncatingRemainder(dividingBy: divisor)
  if remainder == 0 { return divisor < 0 ? -0.0 : 0 }
  return (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
}

/// NaN is greater than every number; a NaN `value` stays.
@inline(__always)
func clamped(_ value: Double, _ low: Double, _ high: Double) -> Double {
  if value.isNaN { return value }
  let raised = value < low || low.isNaN ? low : value
  return raised > high || (raised.isNaN && !high.isNaN) ? high : raised
}

extension ScalarMachine {
  func overflow(
    _ instruction: Instruction, _ operation: Opcode.Checked, _ a: UnsafeMutablePointer<Int64>,
    _ b: UnsafeMutablePointer<Int64>, _ count: Int
  ) {
    switch operation {
    case .add: fail(instruction, count: count) { a[$0].addingReportingOverflow(b[$0]).overflow }
    case .subtract:
      fail(instruction, count: count) { a[$0].subtractingReportingOverflow(b[$0]).overflow }
    case .multiply:
      fail(instruction, count: count) { a[$0].multipliedReportingOverflow(by: b[$0]).overflow }
    }
  }

  /// Times that are moved out of their range.
  func leavesRange(
    _ instruction: Instruction, _ operation: Opcode.Checked, _ a: UnsafeMutablePointer<Int64>,
    _ b: UnsafeMutablePointer<Int64>, _ count: Int
  ) {
    fail(instruction, count: count) { row in
      let (moved, overflow) =
        operation == .add
        ? a[row].addingReportingOverflow(b[row]) : a[row].subtractingReportingOverflow(b[row])
      return overflow || !TimeRange.instants.contains(moved)
    }
  }

  /// Operations on integers that have no value for some inputs.
  func fallible(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ result: Operand, _ count: Int
  ) {
    let ints = a.int64s
    let out = result.int64s
    switch instruction.opcode {
    case .negateInt:
      for row in 0..<count { out[row] = 0 &- ints[row] }
      failIfAny(instruction, count) { ints[$0] == .min }
    case .absInt:
      for row in 0..<count { out[row] = ints[row] < 0 ? 0 &- ints[row] : ints[row] }
      failIfAny(instruction, count) { ints[$0] == .min }
    case .moduloInt:
      let divisors = b.int64s
      for row in 0..<count {
        let divisor = divisors[row]
        // Int64.min / −1 does not fit, its remainder does.
        let remainder = divisor == 0 || divisor == -1 ? 0 : ints[row] % divisor
        let differs = remainder != 0 && (remainder < 0) != (divisor < 0)
        out[row] = differs ? remainder + divisor : remainder
      }
      failIfAny(instruction, count) { divisors[$0] == 0 }
    case .floatToInt:
      toInt(instruction, out, count, .towardZero) { a.float64s[$0] }
    case .scaleInt:
      toInt(instruction, out, count, .toNearestOrEven) { Double(ints[$0]) * b.float64s[$0] }
    default:
      toInt(instruction, out, count, .toNearestOrEven) { Double(ints[$0]) / b.float64s[$0] }
    }
  }

  @inline(__always)
  private func toInt(
    _ instruction: Instruction, _ out: UnsafeMutablePointer<Int64>, _ count: Int,
    _ rule: FloatingPointRoundingRule, _ value: (Int) -> Double
  ) {
    for row in 0..<count {
      let rounded = value(row).rounded(rule)
      out[row] = Self.fits(rounded) ? Int64(rounded) : 0
    }
    failIfAny(instruction, count) { !Self.fits(value($0).rounded(rule)) }
  }

  /// Not for NaN.
  @inline(__always)
  static func fits(_ whole: Double) -> Bool { whole >= -0x1p63 && whole < 0x1p63 }

  /// `fail`, after a quick look whether there is anything to do.
  @inline(__always)
  func failIfAny(_ instruction: Instruction, _ count: Int, where test: (Int) -> Bool) {
    var any = false
    for row in 0..<count where test(row) { any = true }
    if any { fail(instruction, count: count, where: test) }
  }

  func isIn(_ set: ConstantSet, _ a: Operand, _ result: Operand, _ count: Int) {
    let out = result.bools
    switch set {
    case .bools(let values):
      let zero: UInt8 = values.contains(0) ? 1 : 0
      let one: UInt8 = values.contains(1) ? 1 : 0
      for row in 0..<count { out[row] = a.bools[row] == 0 ? zero : one }
    case .ints(let values): Self.lookUp(values, a.int64s, out, count)
    case .floats(let values): Self.lookUp(values, a.float64s, out, count)
    case .codes(let values): Self.lookUp(values, a.codes, out, count)
    }
  }

  @inline(__always)
  private static func lookUp<Value: Comparable & BitwiseCopyable>(
    _ sorted: [Value], _ values: UnsafeMutablePointer<Value>, _ out: UnsafeMutablePointer<UInt8>,
    _ count: Int
  ) {
    sorted.withUnsafeBufferPointer { sorted in
      if sorted.count <= 8 {
        out.update(repeating: 0, count: count)
        for wanted in sorted {
          for row in 0..<count { out[row] |= values[row] == wanted ? 1 : 0 }
        }
        return
      }
      for row in 0..<count {
        var low = 0
        var high = sorted.count
        while low < high {
          let middle = (low + high) / 2
          if sorted[middle] < values[row] { low = middle + 1 } else { high = middle }
        }
        out[row] = low < sorted.count && sorted[low] == values[row] ? 1 : 0
      }
    }
  }
}
