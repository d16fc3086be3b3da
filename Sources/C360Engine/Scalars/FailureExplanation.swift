import C360Columns
import C360Plan

/// Why an expression has no value for a row: which operation failed first, and in which words to say
/// it. Found by evaluating that one row again with every intermediate value kept.
public struct FailureExplanation: Sendable {
  /// Place of the operation, as an index into the host's list.
  public let origin: Int32
  /// `9223372036854775807 + 1 does not fit 64 bits`
  public let detail: String

  /// - Parameters:
  ///   - operand: a column at the row in question, as row 0.
  public init(
    of scalar: ScalarID, in arena: ScalarArena, pool: TextPool, operand: (ColumnID) -> Operand
  ) throws(EngineError) {
    var compiler = ScalarCompiler(arena: arena, pool: pool, computed: [], isTraced: true)
    let program = try compiler.compile([scalar])
    let machine = ScalarMachine(program, capacity: 1)
    for (index, input) in program.inputs.enumerated() {
      if case .column(let column) = input { machine.bind(input: index, operand(column)) }
    }
    machine.run(1)
    guard let index = Self.first(program.outputSlots[0], machine) else {
      origin = arena[scalar].origin
      detail = "the value of this expression does not exist"
      return
    }
    let instruction = program.instructions[index]
    origin = arena[instruction.scalar].origin
    detail = Self.words(instruction, machine)
  }

  /// The earliest instruction that failed by itself among those that make a slot fail.
  private static func first(_ slot: Int, _ machine: ScalarMachine) -> Int? {
    let program = machine.program
    guard let index = program.instructions.firstIndex(where: { $0.destination == slot }),
      isFailed(slot, machine)
    else { return nil }
    let instruction = program.instructions[index]
    var slots = [instruction.a, instruction.b, instruction.c].filter { $0 >= 0 }
    if case .model(let index) = instruction.opcode { slots = program.models[index].slots }
    var guilty = slots.filter { isFailed($0, machine) }
    switch instruction.opcode {
    case .select where !isFailed(instruction.a, machine):
      let test = machine.value(ofSlot: instruction.a, .bool)
      guilty = [test.isValid && test.bits != 0 ? instruction.b : instruction.c]
    case .select, .coalesce: guilty = Array(guilty.prefix(1))
    default: break
    }
    return guilty.compactMap { first($0, machine) }.min() ?? index
  }

  private static func isFailed(_ slot: Int, _ machine: ScalarMachine) -> Bool {
    machine.slots[slot].operand.failed.map { $0[0] != 0 } ?? false
  }

  private static func words(_ instruction: Instruction, _ machine: ScalarMachine) -> String {
    let a = machine.slots[instruction.a].operand
    let b = instruction.b < 0 ? a : machine.slots[instruction.b].operand
    let unfit = "does not fit 64 bits"
    let noTime =
      "is out of the range of times, which reach from the year \(TimeRange.years.lowerBound) to"
      + " \(TimeRange.years.upperBound)"
    switch instruction.opcode {
    case .checkedInt(let operation, _):
      let sign =
        switch operation {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        }
      return "\(a.int64s[0]) \(sign) \(b.int64s[0]) \(unfit)"
    case .checkedTime(let operation, _):
      let (time, length) = (TextFormat.time(a.int64s[0]), TextFormat.duration(b.int64s[0]))
      return "\(time) \(operation == .add ? "+" : "-") \(length) \(noTime)"
    case .negateInt: return "-(\(a.int64s[0])) \(unfit)"
    case .absInt: return "abs(\(a.int64s[0])) \(unfit)"
    case .moduloInt: return "mod(\(a.int64s[0]), 0): the divisor is 0"
    case .floatToInt:
      if a.float64s[0].isNaN { return "NaN is no integer" }
      return "\(a.float64s[0]) does not fit an integer of 64 bits"
    case .scaleInt: return "\(a.int64s[0]) * \(b.float64s[0]) \(unfit)"
    case .unscaleInt: return "\(a.int64s[0]) / \(b.float64s[0]) \(unfit)"
    case .textToInt: return "\"\(machine.program.pool.text(a.codes[0]))\" is not an integer"
    case .textToFloat: return "\"\(machine.program.pool.text(a.codes[0]))\" is not a number"
    case .addCalendar:
      return "\(TextFormat.time(a.int64s[0])) moved by a calendar span \(noTime)"
    case .startOfDay: return "the start of \(TextFormat.date(a.int64s[0])) \(noTime)"
    default: return "the value of this expression does not exist"
    }
  }
}
