import C360Columns
import C360Engine
import C360Plan

@testable import C360Decisions

/// A decide step over small tables: a frame with an entity, a time, a number and `x`; actions with a
/// key, `cost` and `bonus`.
struct Case {
  var plan = Plan()
  let pool = TextPool()
  let frame: RelationID
  let actions: RelationID
  let key, time, number, x, actionKey, cost, bonus: ColumnID
  var state: ExecutionState
  var rules: [DecideStep.Rule] = []
  var terms: [DecideStep.Term] = []
  var choice = DecideStep.Choice.greedy
  var explore = 0.0
  var noOp: String?
  var fallback = ""
  var seed: UInt64 = 1
  var outputs: [(DecideStep.Output, ColumnID)] = []
  var actionTimelines: [TimelineStep] = []

  enum Keys {
    case text([String?])
    case integers([Int64])
  }

  /// - Parameters:
  ///   - cost: of the actions; nil: null.
  ///   - bonus: of the actions.
  ///   - x: of the rows of the frame; the entities are 0, 1, 2, ….
  init(actions keys: Keys, cost: [Double?], bonus: [Int64]? = nil, x: [Int64]) {
    let isText = if case .text = keys { true } else { false }
    frame = plan.addRelation("sends")
    actions = plan.addRelation("offers")
    key = plan.addColumn("customer", .int, in: frame, nullable: false)
    time = plan.addColumn("at", .time, in: frame, nullable: false)
    number = plan.addColumn("number", .int, in: frame, nullable: false)
    self.x = plan.addColumn("x", .int, in: frame, nullable: false)
    actionKey = plan.addColumn("offer", isText ? .text : .int, in: actions, nullable: false)
    self.cost = plan.addColumn("cost", .float, in: actions, nullable: true)
    self.bonus = plan.addColumn("bonus", .int, in: actions, nullable: false)
    for (index, output) in Self.allOutputs.enumerated() {
      let type: LogicalType =
        switch output {
        case .action, .reasons: .text
        case .rank, .eligible: .int
        case .isFallback: .bool
        default: .float
        }
      outputs.append((output, plan.addColumn("out\(index)", type, in: frame, nullable: true)))
    }
    state = ExecutionState(plan: plan)
    state.set(key, .integers(x.indices.map { Int64($0) }))
    state.set(time, .integers(x.map { _ in 1_767_571_200_000_000 }))
    state.set(number, .integers(x.map { _ in 0 }))
    state.set(self.x, .integers(x))
    switch keys {
    case .text(let names): state.set(actionKey, .texts(names, pool))
    case .integers(let keys): state.set(actionKey, .integers(keys))
    }
    state.set(self.cost, .floats(cost))
    state.set(self.bonus, .integers(bonus ?? cost.map { _ in 0 }))
  }

  static let allOutputs: [DecideStep.Output] = [
    .action, .rank, .propensity, .value, .expectedValue, .term(0), .eligible, .reasons,
    .isFallback,
  ]

  // MARK: Scalars

  mutating func column(_ column: ColumnID, _ type: PhysicalType) -> ScalarID {
    plan.scalars.add(.column(column), type: type)
  }
  mutating func int(_ value: Int64) -> ScalarID {
    plan.scalars.add(.constant(.int(value)), type: .int64)
  }
  mutating func float(_ value: Double) -> ScalarID {
    plan.scalars.add(.constant(.float(bits: value.bitPattern)), type: .float64)
  }
  mutating func call(
    _ operation: ScalarOperation, _ inputs: ScalarID..., type: PhysicalType
  ) -> ScalarID {
    plan.scalars.add(operation, inputs, type: type, origin: 77)
  }
  mutating func rule(_ name: String, _ condition: ScalarID) {
    rules.append(DecideStep.Rule(name: name, condition: condition))
  }
  mutating func term(_ name: String, _ value: ScalarID, weight: Double = 1) {
    terms.append(DecideStep.Term(name: name, value: value, weight: weight))
  }
  /// x + cost, null where the cost is.
  mutating func xPlusCost() -> ScalarID {
    let x = call(.intToFloat, column(x, .int64), type: .float64)
    return call(.addFloat, x, column(cost, .float64), type: .float64)
  }

  // MARK: Running

  func run(
    threads: Int = 1, batchSize: Int = 2048, cancellation: Cancellation = Cancellation()
  ) throws -> Result {
    var state = ExecutionState(plan: plan)
    state.relations = self.state.relations
    let step = DecideStep(
      policy: "winback", frame: frame, key: key, time: time, number: number, actions: actions,
      actionKey: actionKey, noAction: noOp, actionTimelines: actionTimelines, rules: rules,
      terms: terms,
      choice: choice, explore: explore, fallback: fallback, seed: seed, outputs: outputs)
    let context = ExecutionContext(
      threads: threads, batchSize: batchSize, pool: pool, cancellation: cancellation)
    try DecideOperator().run(step, &state, context)
    return Result(state: state, outputs: outputs, pool: pool)
  }

  struct Result {
    let state: ExecutionState
    let outputs: [(DecideStep.Output, ColumnID)]
    let pool: TextPool

    var counts: DecisionCounts { state.counts.decisions["winback"] ?? DecisionCounts() }

    /// An output as words; floats by their shortest form, null as `-`.
    func column(_ output: DecideStep.Output) -> [String] {
      guard let id = outputs.first(where: { $0.0 == output })?.1 else { return [] }
      let vector = state.vector(id)
      return (0..<vector.count).map { row in
        if vector.isNull(row) { return "-" }
        return switch vector.type {
        case .bool: vector.bools[row] != 0 ? "true" : "false"
        case .int64: "\(vector.int64s[row])"
        case .float64: "\(vector.float64s[row])"
        case .text: pool.text(vector.codes[row])
        case .vector, .list: "\(vector.scalar(row, texts: pool))"
        }
      }
    }

    /// All outputs of all rows.
    var table: [[String]] { Case.allOutputs.map { column($0) } }
  }
}

extension Vector {
  static func integers(_ values: [Int64]) -> Vector {
    let buffer = Buffer(byteCount: values.count * 8)
    for (row, value) in values.enumerated() { buffer.elements(Int64.self)[row] = value }
    return Vector(type: .int64, count: values.count, values: buffer)
  }

  static func floats(_ values: [Double?]) -> Vector {
    let buffer = Buffer(byteCount: values.count * 8)
    for (row, value) in values.enumerated() { buffer.elements(Double.self)[row] = value ?? 0 }
    return Vector(
      type: .float64, count: values.count, values: buffer, validity: validity(of: values))
  }

  static func texts(_ values: [String?], _ pool: TextPool) -> Vector {
    let buffer = Buffer(byteCount: values.count * 4)
    for (row, value) in values.enumerated() {
      buffer.elements(Int32.self)[row] = value.map { pool.intern($0) } ?? 0
    }
    return Vector(type: .text, count: values.count, values: buffer, validity: validity(of: values))
  }

  private static func validity<T>(of values: [T?]) -> Buffer? {
    guard values.contains(where: { $0 == nil }) else { return nil }
    let buffer = Buffer(byteCount: values.count)
    for (row, value) in values.enumerated() {
      buffer.elements(UInt8.self)[row] = value == nil ? 0 : 1
    }
    return buffer
  }
}
