import C360Columns
import C360Models
import CKernels

/// A sum of a model as an instruction computes it.
struct ModelCall: Sendable {
  enum Form: Sendable {
    case forest(TreeForest)
    /// Weights of the inputs, in single precision or double.
    case linear([Double], start: Double, isSingle: Bool)
  }
  let form: Form
  /// Of the inputs; known when the program is complete.
  var slots: [Int] = []

  init(_ sum: ModelSum) {
    let output = sum.output
    switch output.form {
    case .linear(let weights):
      form = .linear(
        output.used.map { weights[$0] }, start: output.start,
        isSingle: sum.model.precision == .single)
    case .trees(let trees, let weights):
      var inputs: [Int: Int] = [:]
      for (place, feature) in output.used.enumerated() { inputs[feature] = place }
      form = .forest(
        TreeForest(
          trees, weights: weights, start: output.start,
          precision: sum.model.precision, inputs: inputs))
    }
  }

  /// Bytes of memory that a machine lends it.
  var blockSize: Int { if case .forest(let forest) = form { forest.blockSize } else { 0 } }
}

extension ScalarMachine {
  /// Null inputs are missing; failed ones fail the row.
  func model(_ call: ModelCall, _ instruction: Instruction, _ count: Int) {
    let slot = slots[instruction.destination]
    var result = Operand(values: slot.values)
    let inputs = call.slots.map { slots[$0].operand }
    for input in inputs {
      guard let failed = input.failed else { continue }
      if result.failed == nil {
        slot.failed.update(from: failed, count: count)
        result.failed = slot.failed
      } else {
        c360_or_u8(slot.failed, failed, slot.failed, count)
      }
    }
    switch call.form {
    case .forest(let forest):
      forest.evaluate(inputs, into: result.float64s, count: count, block: modelBlock.pointer)
    case .linear(let weights, let start, let isSingle):
      let sums = result.float64s
      sums.update(repeating: start, count: count)
      for (input, weight) in zip(inputs, weights) {
        for row in 0..<count {
          let value = input.float64s[row]
          if value.isNaN || input.valid.map({ $0[row] == 0 }) ?? false { continue }
          sums[row] =
            isSingle
            ? Double(Float(sums[row]) + Float(value) * Float(weight)) : sums[row] + value * weight
        }
      }
    }
    slots[instruction.destination].operand = result
  }
}
