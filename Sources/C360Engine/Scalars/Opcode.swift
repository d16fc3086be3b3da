import C360Columns
import C360Plan

/// Kernels by shape.
enum Kernel {
  typealias UnaryFloat =
    @convention(c) @Sendable (
      UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int
    ) -> Void
  typealias BinaryFloat =
    @convention(c) @Sendable (
      UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int
    ) -> Void
  typealias UnaryInt =
    @convention(c) @Sendable (
      UnsafePointer<Int64>?, UnsafeMutablePointer<Int64>?, Int
    ) -> Void
  typealias BinaryInt =
    @convention(c) @Sendable (
      UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafeMutablePointer<Int64>?, Int
    ) -> Void
  /// Tells whether any row did not fit.
  typealias CheckedInt =
    @convention(c) @Sendable (
      UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafeMutablePointer<Int64>?, Int
    ) -> UInt64
  typealias CompareFloat =
    @convention(c) @Sendable (
      UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafeMutablePointer<UInt8>?, Int
    ) -> Void
  typealias CompareInt =
    @convention(c) @Sendable (
      UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafeMutablePointer<UInt8>?, Int
    ) -> Void
  typealias CompareCode =
    @convention(c) @Sendable (
      UnsafePointer<Int32>?, UnsafePointer<Int32>?, UnsafeMutablePointer<UInt8>?, Int
    ) -> Void
  typealias CompareByte =
    @convention(c) @Sendable (
      UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, Int
    ) -> Void
}

/// What an instruction does to the rows of a batch. Chosen once, when a program is compiled: types
/// are resolved, constants are looked up.
enum Opcode: Sendable {
  enum Checked: Sendable { case add, subtract, multiply }

  // Strict: a failed input fails, else a null input gives null.
  case unaryFloat(Kernel.UnaryFloat)
  case binaryFloat(Kernel.BinaryFloat)
  case clampFloat
  case moduloFloat
  case unaryInt(Kernel.UnaryInt)
  case checkedInt(Checked, Kernel.CheckedInt)
  /// Whose result is a time.
  case checkedTime(Checked, Kernel.CheckedInt)
  case clampInt
  case negateInt, absInt, moduloInt
  case divideInts
  case intToFloat, boolToInt, boolToFloat
  case floatToInt, scaleInt, unscaleInt
  case isNaN
  case compareFloat(Kernel.CompareFloat)
  case compareInt(Kernel.CompareInt)
  case compareCode(Kernel.CompareCode)
  case compareByte(Kernel.CompareByte)
  /// The flag: whether equal texts count.
  case textPrecedes(orEqual: Bool)
  /// Index into the sets of the program.
  case isIn(Int)
  case not

  // Calendar; indices into the zones of the program.
  case addCalendar(CalendarStep, zone: Int)
  case dateOf(zone: Int)
  case startOfDay(zone: Int)
  case hour(zone: Int)
  case minute(zone: Int)
  case datePart(DatePart)

  // Text, remembered per distinct input
  case textToInt, textToFloat
  case format(TextForm)
  case unaryText(TextFunction)
  case binaryText(TextPredicate)
  case concatenate
  case length

  // Vectors of a width; lists
  case dot(Int)
  case vectors(Kernel.BinaryFloat, width: Int)
  case scaleVector(Int)
  case vectorElement(Int)
  case listElement(PhysicalType)
  case listLength
  /// Of elements as they lie in lists.
  case listContains(ListElement)

  // With rules of their own for nulls and failures
  /// Index into the models of the program.
  case model(Int)
  case least(Kernel.BinaryInt)
  case leastFloat(Kernel.BinaryFloat)
  case and, or, select, coalesce, isNull
}

enum DatePart: Sendable { case year, quarter, month, day, weekday }
enum TextFunction: Sendable { case lower, upper, trim }
enum TextPredicate: Sendable { case contains, startsWith, endsWith }
enum TextForm: Sendable { case bool, int, float, text, time, date, duration }

/// The constants that `isIn` looks for, sorted; NaN is equal to nothing and left out.
enum ConstantSet: Sendable {
  case bools(Set<UInt8>)
  case ints([Int64])
  case floats([Double])
  case codes([Int32])
}

/// One step of a program. Slots −1 are unused.
struct Instruction: Sendable {
  let opcode: Opcode
  let a: Int
  let b: Int
  let c: Int
  let destination: Int
  /// Node of the arena that it computes, or a part of it.
  let scalar: ScalarID
  /// Index of the memory that remembers results per distinct input; −1 for none.
  let cache: Int
}
