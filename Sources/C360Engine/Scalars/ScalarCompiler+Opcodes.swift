import C360Columns
import C360Models
import C360Plan
import CKernels

extension ScalarCompiler {
  /// The instruction for a node, by the types of its inputs.
  mutating func opcode(for node: ScalarArena.Node) throws(EngineError) -> Opcode {
    let type = node.inputs.first.map { arena[$0].type } ?? node.type
    switch node.operation {
    case .column, .constant: preconditionFailure("no operation")
    case .addInt: return .checkedInt(.add, c360_add_i64)
    case .subtractInt: return .checkedInt(.subtract, c360_sub_i64)
    case .multiplyInt: return .checkedInt(.multiply, c360_mul_i64)
    case .addToTime: return .checkedTime(.add, c360_add_i64)
    case .subtractFromTime: return .checkedTime(.subtract, c360_sub_i64)
    case .negateInt: return .negateInt
    case .absInt: return .absInt
    case .moduloInt: return .moduloInt
    case .signInt: return .unaryInt(c360_sign_i64)
    case .leastInt: return .least(c360_least_i64)
    case .greatestInt: return .least(c360_greatest_i64)
    case .clampInt: return .clampInt
    case .divideInts: return .divideInts
    case .addFloat: return .binaryFloat(c360_add_f64)
    case .subtractFloat: return .binaryFloat(c360_sub_f64)
    case .multiplyFloat: return .binaryFloat(c360_mul_f64)
    case .divideFloat: return .binaryFloat(c360_div_f64)
    case .powerFloat: return .binaryFloat(c360_pow_f64)
    case .moduloFloat: return .moduloFloat
    case .leastFloat: return .leastFloat(c360_least_f64)
    case .greatestFloat: return .leastFloat(c360_greatest_f64)
    case .clampFloat: return .clampFloat
    case .isNaN: return .isNaN
    case .intToFloat: return .intToFloat
    case .boolToInt: return .boolToInt
    case .boolToFloat: return .boolToFloat
    case .floatToInt: return .floatToInt
    case .textToInt: return .textToInt
    case .textToFloat: return .textToFloat
    case .scaleInt: return .scaleInt
    case .unscaleInt: return .unscaleInt
    case .format(let logical): return .format(Self.form(logical))
    case .addCalendar(let step, let zone): return .addCalendar(step, zone: try self.zone(zone))
    case .dateOf(let zone): return .dateOf(zone: try self.zone(zone))
    case .startOfDay(let zone): return .startOfDay(zone: try self.zone(zone))
    case .hour(let zone): return .hour(zone: try self.zone(zone))
    case .minute(let zone): return .minute(zone: try self.zone(zone))
    case .year: return .datePart(.year)
    case .quarter: return .datePart(.quarter)
    case .month: return .datePart(.month)
    case .dayOfMonth: return .datePart(.day)
    case .weekday: return .datePart(.weekday)
    case .equal, .notEqual, .less, .lessEqual: return Self.comparison(node.operation, type)
    case .isIn(let constants): return .isIn(set(constants, type))
    case .and: return .and
    case .or: return .or
    case .not: return .not
    case .select: return .select
    case .coalesce: return .coalesce
    case .isNull: return .isNull
    case .concatenate: return .concatenate
    case .lower: return .unaryText(.lower)
    case .upper: return .unaryText(.upper)
    case .trim: return .unaryText(.trim)
    case .length: return .length
    case .contains: return .binaryText(.contains)
    case .startsWith: return .binaryText(.startsWith)
    case .endsWith: return .binaryText(.endsWith)
    case .model(let sum): return .model(model(sum))
    case .dot: return .dot(type.width ?? 0)
    case .addVectors: return .vectors(c360_add_f64, width: type.width ?? 0)
    case .subtractVectors: return .vectors(c360_sub_f64, width: type.width ?? 0)
    case .scaleVector: return .scaleVector(type.width ?? 0)
    case .element: return type.width.map { .vectorElement($0) } ?? .listElement(node.type)
    case .listLength: return .listLength
    case .listContains:
      if case .list(let element) = type { return .listContains(element) }
      return .listContains(.int64)
    default: return .unaryFloat(Self.unaryFloat(node.operation))
    }
  }

  private static func unaryFloat(_ operation: ScalarOperation) -> Kernel.UnaryFloat {
    switch operation {
    case .negateFloat: c360_neg_f64
    case .absFloat: c360_abs_f64
    case .signFloat: c360_sign_f64
    case .sqrt: c360_sqrt_f64
    case .exp: c360_exp_f64
    case .ln: c360_ln_f64
    case .log2: c360_log2_f64
    case .log10: c360_log10_f64
    case .floor: c360_floor_f64
    case .ceil: c360_ceil_f64
    case .round: c360_round_f64
    case .sigmoid: c360_sigmoid_f64
    case .logit: c360_logit_f64
    case .tanh: c360_tanh_f64
    default: preconditionFailure("\(operation) is not a function of one float")
    }
  }

  private static func comparison(_ operation: ScalarOperation, _ type: PhysicalType) -> Opcode {
    switch (operation, type) {
    case (.equal, .float64): .compareFloat(c360_eq_f64)
    case (.notEqual, .float64): .compareFloat(c360_ne_f64)
    case (.less, .float64): .compareFloat(c360_lt_f64)
    case (_, .float64): .compareFloat(c360_le_f64)
    case (.equal, .int64): .compareInt(c360_eq_i64)
    case (.notEqual, .int64): .compareInt(c360_ne_i64)
    case (.less, .int64): .compareInt(c360_lt_i64)
    case (_, .int64): .compareInt(c360_le_i64)
    case (.equal, .text): .compareCode(c360_eq_i32)
    case (.notEqual, .text): .compareCode(c360_ne_i32)
    case (.less, .text): .textPrecedes(orEqual: false)
    case (_, .text): .textPrecedes(orEqual: true)
    case (.equal, .bool): .compareByte(c360_eq_u8)
    case (.notEqual, .bool): .compareByte(c360_ne_u8)
    case (.less, .bool): .compareByte(c360_lt_u8)
    case (_, .bool): .compareByte(c360_le_u8)
    case (_, .vector), (_, .list): preconditionFailure("vectors and lists have no order")
    }
  }

  private static func form(_ logical: LogicalType) -> TextForm {
    switch logical {
    case .bool: .bool
    case .int: .int
    case .float, .money: .float
    case .text: .text
    case .time: .time
    case .date: .date
    case .duration: .duration
    case .vector, .list: preconditionFailure("the checker makes no texts of vectors and lists")
    }
  }
}
