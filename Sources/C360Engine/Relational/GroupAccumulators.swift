import C360Columns

struct CountAccumulator: GroupAccumulator {
  var initial: Int64 { 0 }
  @inline(__always) func update(_ state: inout Int64, _ row: Int) { state &+= 1 }
  func merge(_ state: inout Int64, _ later: Int64) { state &+= later }
}

/// Counts rows, and those of them for which a condition is 1.
struct ShareAccumulator: GroupAccumulator, @unchecked Sendable {
  struct State: BitwiseCopyable {
    var matching: Int64 = 0
    var count: Int64 = 0
  }
  /// nil: always.
  let condition: UnsafeMutablePointer<UInt8>?
  let alsoTrue: UnsafeMutablePointer<UInt8>?

  var initial: State { State() }
  @inline(__always) func update(_ state: inout State, _ row: Int) {
    state.count &+= 1
    state.matching &+= Int64((condition.map { $0[row] } ?? 1) & (alsoTrue.map { $0[row] } ?? 1))
  }
  func merge(_ state: inout State, _ later: State) {
    state.matching += later.matching
    state.count += later.count
  }
}

/// Count and exact sum of numbers in some unit.
struct SumState: BitwiseCopyable {
  var sum: Int128 = 0
  var count: Int64 = 0
  var specials: UInt8 = 0

  @inline(__always)
  func total(_ scale: ExactScale) -> ExactTotal {
    SpecialValues(rawValue: specials).sum.map { .special($0) }
      ?? .units(sum, exponent: scale.exponent)
  }
}

struct SumAccumulator<Terms: ExactTerms & Sendable>: GroupAccumulator {
  let terms: Terms

  init(_ terms: Terms) { self.terms = terms }

  var initial: SumState { SumState() }
  @inline(__always) func update(_ state: inout SumState, _ row: Int) {
    state.sum &+= terms.units(row)
    state.count &+= 1
    if let special = terms.special(row) { state.specials |= SpecialValues(of: special).rawValue }
  }
  func merge(_ state: inout SumState, _ later: SumState) {
    state.sum &+= later.sum
    state.count += later.count
    state.specials |= later.specials
  }
}

/// Count, sum and sum of squares of numbers in some unit.
struct MomentsState: BitwiseCopyable {
  var sum: Int128 = 0
  var squares = WideSquares()
  var count: Int64 = 0
  var hasSpecials = false
}

struct MomentsAccumulator<Terms: ExactTerms & Sendable>: GroupAccumulator {
  let terms: Terms

  init(_ terms: Terms) { self.terms = terms }

  var initial: MomentsState { MomentsState() }
  @inline(__always) func update(_ state: inout MomentsState, _ row: Int) {
    let units = terms.units(row)
    state.sum &+= units
    state.squares += WideSquares(squareOf: units)
    state.count &+= 1
    if terms.special(row) != nil { state.hasSpecials = true }
  }
  func merge(_ state: inout MomentsState, _ later: MomentsState) {
    state.sum &+= later.sum
    state.squares += later.squares
    state.count += later.count
    state.hasSpecials = state.hasSpecials || later.hasSpecials
  }
}

/// Least or greatest of integers that stand for the values.
struct ExtremeAccumulator: GroupAccumulator, @unchecked Sendable {
  struct State: BitwiseCopyable {
    var key: Int64
    var isPresent = false
  }
  let keys: UnsafeMutablePointer<Int64>
  let isGreatest: Bool

  var initial: State { State(key: isGreatest ? .min : .max) }
  @inline(__always) func update(_ state: inout State, _ row: Int) {
    let key = keys[row]
    state.key = isGreatest ? max(state.key, key) : min(state.key, key)
    state.isPresent = true
  }
  func merge(_ state: inout State, _ later: State) {
    if !later.isPresent { return }
    state.key = isGreatest ? max(state.key, later.key) : min(state.key, later.key)
    state.isPresent = true
  }
}

/// The row of the first or last value; −1 for none.
struct PlaceAccumulator: GroupAccumulator {
  let isLast: Bool
  var initial: Int32 { -1 }
  @inline(__always) func update(_ state: inout Int32, _ row: Int) {
    if isLast || state < 0 { state = Int32(truncatingIfNeeded: row) }
  }
  func merge(_ state: inout Int32, _ later: Int32) {
    if later >= 0 && (isLast || state < 0) { state = later }
  }
}

/// The row of the least or greatest text, by bytes; −1 for none.
struct TextExtremeAccumulator: GroupAccumulator, @unchecked Sendable {
  let codes: UnsafeMutablePointer<Int32>
  let pool: TextPool
  let isGreatest: Bool

  var initial: Int32 { -1 }
  @inline(__always) func update(_ state: inout Int32, _ row: Int) {
    merge(&state, Int32(truncatingIfNeeded: row))
  }
  func merge(_ state: inout Int32, _ later: Int32) {
    if later < 0 { return }
    if state < 0 {
      state = later
      return
    }
    let (held, code) = (codes[Int(state)], codes[Int(later)])
    if held == code { return }
    if pool.precedes(code, held) != isGreatest { state = later }
  }
}
