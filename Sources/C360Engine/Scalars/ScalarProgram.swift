import C360Columns
import C360Plan

/// Scalar expressions compiled for batches: instructions over numbered slots, every shared
/// subexpression computed once, constants folded, slots used again after their last use.
///
/// A program is immutable and may run on several threads, each with a `ScalarMachine` of its own. It
/// knows nothing of relations: whoever runs it hands it an `Operand` for each of `inputs`.
public struct ScalarProgram: Sendable {
  /// Where the values of an input come from.
  public enum Input: Hashable, Sendable {
    case column(ColumnID)
    /// A subexpression that somebody else computes, at a coarser grain.
    case computed(ScalarID)
  }

  struct ConstantSlot: Sendable {
    let type: PhysicalType
    let value: ConstantValue
  }

  public let inputs: [Input]
  public let inputTypes: [PhysicalType]
  public let outputs: [ScalarID]
  public let outputTypes: [PhysicalType]

  let arena: ScalarArena
  let instructions: [Instruction]
  /// Slots: inputs, then constants, then registers.
  let constants: [ConstantSlot]
  /// Bytes a value of each register, at least 8.
  let registerStrides: [Int]
  let cacheCount: Int
  /// For each output its slot.
  let outputSlots: [Int]
  let zones: [ZoneTable]
  let sets: [ConstantSet]
  let models: [ModelCall]
  let pool: TextPool

  var registerCount: Int { registerStrides.count }
  /// Bytes of the widest value that a machine holds a batch of.
  var widestStride: Int {
    (registerStrides + constants.map(\.type.stride)).reduce(8) { max($0, $1) }
  }

  /// Rows of a batch: fewer where values are wide.
  func batchRows(_ wanted: Int) -> Int { max(1, min(wanted, wanted * 64 / widestStride)) }

  var slotCount: Int { inputs.count + constants.count + registerCount }
  var firstRegister: Int { inputs.count + constants.count }

  /// - Parameters:
  ///   - outputs: what to compute, in this order; may repeat.
  ///   - computed: subexpressions that come as inputs.
  /// - Throws: `EngineError.source` when a zone is unknown.
  public init(
    _ outputs: [ScalarID], in arena: ScalarArena, pool: TextPool, computed: Set<ScalarID> = []
  ) throws(EngineError) {
    var compiler = ScalarCompiler(arena: arena, pool: pool, computed: computed, isTraced: false)
    self = try compiler.compile(outputs)
  }

  init(
    outputs: [ScalarID], inputs: [Input], inputTypes: [PhysicalType], arena: ScalarArena,
    instructions: [Instruction], constants: [ConstantSlot], registerStrides: [Int], cacheCount: Int,
    outputSlots: [Int], zones: [ZoneTable], sets: [ConstantSet], models: [ModelCall], pool: TextPool
  ) {
    self.outputs = outputs
    self.inputs = inputs
    self.inputTypes = inputTypes
    self.arena = arena
    self.instructions = instructions
    self.constants = constants
    self.registerStrides = registerStrides
    self.cacheCount = cacheCount
    self.outputSlots = outputSlots
    self.zones = zones
    self.sets = sets
    self.models = models
    self.pool = pool
    outputTypes = outputs.map { arena[$0].type }
  }
}

/// A constant after folding, by bit pattern: Int64, Double, UInt8 or the code of a text or a list in
/// the low bits.
struct ConstantValue: Sendable, Hashable {
  var bits: UInt64 = 0
  /// Of a vector.
  var elements: [UInt64] = []
  var isValid = false
  var isFailed = false
}
