import C360Columns
import C360Plan
import Testing

@testable import C360Engine

/// Random expressions over random columns, held to the oracle row by row.
@Suite struct RandomScalarTests {
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var mixed = state
      mixed ^= mixed >> 33
      mixed = mixed &* 0xFF51_AFD7_ED55_8CCD
      return mixed ^ (mixed >> 29)
    }
  }

  struct Case {
    let table = Table()
    var random: Random
    var scalars: [PhysicalType: [ScalarID]] = [:]

    init(seed: UInt64) {
      random = Random(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
      let rows = Int.random(in: 1...40, using: &random)
      let ints: [Scalar] = [0, 1, 2, -1, -7, 100, .int(.max), .int(.min), nil]
      let floats: [Scalar] = [0.0, -0.0, 1.5, -2.5, 1e300, .float(.infinity), .float(.nan), nil]
      let texts: [Scalar] = ["", "1", "-5", "x", "ä", nil]
      for type in [LogicalType.int, .float, .bool, .text] {
        let choices: [Scalar] =
          switch type {
          case .int: ints
          case .float: floats
          case .bool: [true, false, nil]
          default: texts
          }
        for column in 0..<3 {
          let pool = column == 0 ? choices.filter { $0 != .null } : choices
          let values = (0..<rows).map { _ in pool.randomElement(using: &random) ?? .null }
          add(table.read(table.add(type, values)))
        }
        let value = choices.randomElement(using: &random) ?? .null
        add(table.constant(value, type.physical))
      }
      for _ in 0..<Int.random(in: 1...25, using: &random) { addOperation() }
    }

    mutating func add(_ id: ScalarID) {
      scalars[table.plan.scalars[id].type, default: []].append(id)
    }

    mutating func pick(_ type: PhysicalType) -> ScalarID {
      // Rather the newest ones, so that expressions grow deep.
      let known = scalars[type] ?? []
      let recent = known.suffix(Bool.random(using: &random) ? 3 : known.count)
      return recent.randomElement(using: &random) ?? known[0]
    }

    mutating func addOperation() {
      typealias Shape = (ScalarOperation, [PhysicalType], PhysicalType)
      let any = [PhysicalType.int64, .float64, .bool, .text].randomElement(using: &random) ?? .bool
      let shapes: [Shape] = [
        (.addInt, [.int64, .int64], .int64), (.subtractInt, [.int64, .int64], .int64),
        (.multiplyInt, [.int64, .int64], .int64), (.moduloInt, [.int64, .int64], .int64),
        (.negateInt, [.int64], .int64), (.leastInt, [.int64, .int64, .int64], .int64),
        (.greatestInt, [.int64, .int64], .int64),
        (.addFloat, [.float64, .float64], .float64),
        (.multiplyFloat, [.float64, .float64], .float64), (.floatToInt, [.float64], .int64),
        (.intToFloat, [.int64], .float64), (.less, [.int64, .int64], .bool),
        (.less, [.float64, .float64], .bool), (.less, [.text, .text], .bool),
        (.equal, [.text, .text], .bool), (.equal, [.float64, .float64], .bool),
        (.and, [.bool, .bool], .bool), (.or, [.bool, .bool], .bool),
        (.and, [.bool, .bool, .bool], .bool), (.not, [.bool], .bool),
        (.select, [.bool, any, any], any), (.coalesce, [any, any], any), (.isNull, [any], .bool),
        (.concatenate, [.text, .text], .text), (.length, [.text], .int64),
        (.textToInt, [.text], .int64), (.format(.int), [.int64], .text),
      ]
      guard let shape = shapes.randomElement(using: &random) else { return }
      var inputs: [ScalarID] = []
      for type in shape.1 { inputs.append(pick(type)) }
      add(table.plan.scalars.add(shape.0, inputs, type: shape.2))
    }
  }

  @Test(arguments: 0..<600)
  func agreesWithTheOracle(_ seed: Int) throws {
    let test = Case(seed: UInt64(seed))
    let table = test.table
    let last = table.plan.scalars.nodes.indices.suffix(4).map { ScalarID(Int32($0)) }
    for scalar in last {
      let expected = (0..<table.rowCount).map { ScalarOracle(table: table, row: $0).state(scalar) }
      let firstFailure = expected.firstIndex(of: .failed)
      do {
        let values = try table.run(scalar)
        #expect(firstFailure == nil)
        for (row, state) in expected.enumerated() {
          guard case .value(let value) = state else { continue }
          if case .float(let want) = value, case .float(let got) = values[row], want.isNaN {
            #expect(got.isNaN)
          } else {
            #expect(values[row] == value)
          }
        }
      } catch EngineError.row(_, _, let row, _) {
        #expect(row == firstFailure)
      }
    }
  }

  /// All at once, so that registers are shared and used again.
  @Test(arguments: 0..<200)
  func manyOutputsAgreeWithOneAtATime(_ seed: Int) throws {
    let test = Case(seed: UInt64(seed) + 10_000)
    let table = test.table
    let sound = table.plan.scalars.nodes.indices.map { ScalarID(Int32($0)) }.filter { id in
      (0..<table.rowCount).allSatisfy { ScalarOracle(table: table, row: $0).state(id) != .failed }
    }
    let program = try ScalarProgram(sound, in: table.plan.scalars, pool: table.pool)
    for context in table.contexts() {
      let vectors = try program.columns(
        rowCount: table.rowCount, of: table.relation, context: context
      ) { table.vectors[$0]! }
      for (id, vector) in zip(sound, vectors) {
        let alone = try ScalarProgram([id], in: table.plan.scalars, pool: table.pool).columns(
          rowCount: table.rowCount, of: table.relation, context: context
        ) { table.vectors[$0]! }[0]
        let (got, want) = (table.scalars(vector), table.scalars(alone))
        #expect(got == want)
        #expect((vector.validity == nil) == !got.contains(.null) || vector.offset > 0)
      }
    }
  }
}
