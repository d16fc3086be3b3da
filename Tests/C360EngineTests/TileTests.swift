import C360Columns
import C360Plan
import Testing

@testable import C360Engine

/// Exposures × actions: every part of an expression at its own grain.
@Suite struct TileTests {
  /// 5 exposures and 3 actions; `value` is over pairs.
  struct Fixture {
    let frame = Table("frame")
    let actions: RelationID
    let pairs: RelationID
    let spend: ScalarID
    let limit: ScalarID
    let match: ColumnID
    let cost: ColumnID
    let costs: [Int64?] = [1, nil, 3]
    let spends: [Int64?] = [10, nil, 30, 40, 50]

    init() {
      actions = frame.plan.addRelation("actions")
      pairs = frame.plan.addRelation("pairs")
      spend = frame.ints(10, nil, 30, 40, 50)
      limit = frame.ints(0, 1, 2, 0, 5)
      cost = frame.plan.addColumn("cost", .int, in: actions, nullable: true)
      match = frame.plan.addColumn("match", .int, in: pairs, nullable: false)
    }

    func run(_ scalars: [ScalarID], batchSize: Int) throws -> [[Scalar?]] {
      let program = try TileProgram(
        scalars, in: frame.plan, frame: frame.relation, actions: actions, tileColumns: [],
        pool: frame.pool)
      let costs = Table.vector(.int64, costs.map { $0.map(Scalar.int) ?? .null }, frame.pool)
      let machine = TileMachine(program, actionCount: 3, batchSize: batchSize) { _ in costs }
      let matches = Table.vector(.int64, (0..<15).map { .int(Int64($0)) }, frame.pool)
      var result = scalars.map { _ in [Scalar?]() }
      var start = 0
      while start < 5 {
        let end = min(5, start + machine.exposureCapacity)
        machine.evaluate(
          exposures: start..<end, frameColumn: { frame.vectors[$0]! },
          tileColumn: { _ in Operand(matches, from: start * 3) })
        for index in scalars.indices {
          let output = machine.output(index)
          for row in 0..<(end - start) * 3 {
            if let failed = output.failed, failed[row] != 0 {
              result[index].append(nil)
            } else if let valid = output.valid, valid[row] == 0 {
              result[index].append(.some(.null))
            } else {
              result[index].append(.int(output.int64s[row]))
            }
          }
        }
        start = end
      }
      return result
    }
  }

  @Test(arguments: [1, 3, 7, 2048])
  func broadcastsCoarserGrains(_ batchSize: Int) throws {
    let fixture = Fixture()
    let table = fixture.frame
    let cost = table.read(fixture.cost)
    let match = table.read(fixture.match)
    let doubled = table.apply(.addInt, fixture.spend, fixture.spend, type: .int64)
    let squared = table.apply(.multiplyInt, cost, cost, type: .int64)
    let pair = table.apply(.addInt, doubled, squared, type: .int64)
    let all = table.apply(.addInt, pair, match, type: .int64)
    let constant = table.constant(7)
    let result = try fixture.run([all, doubled, squared, constant, match], batchSize: batchSize)
    for row in 0..<15 {
      let spend = fixture.spends[row / 3].map { 2 * $0 }
      let cost = fixture.costs[row % 3].map { $0 * $0 }
      func scalar(_ value: Int64?) -> Scalar? { value.map(Scalar.int) ?? .some(.null) }
      #expect(result[1][row] == scalar(spend))
      #expect(result[2][row] == scalar(cost))
      #expect(result[3][row] == .int(7))
      #expect(result[4][row] == .int(Int64(row)))
      let sum = spend.flatMap { spend in cost.map { spend + $0 + Int64(row) } }
      #expect(result[0][row] == scalar(sum))
    }
  }

  @Test func failuresOfCoarserGrainsMayBeDecidedAway() throws {
    let fixture = Fixture()
    let table = fixture.frame
    let cost = table.read(fixture.cost)
    // Fails at exposures 0 and 3.
    let remainder = table.apply(.moduloInt, fixture.spend, fixture.limit, type: .int64, origin: 6)
    let isCheap = table.apply(.equal, cost, table.constant(1), type: .bool)
    let chosen = table.apply(.select, isCheap, cost, remainder, type: .int64)
    let result = try fixture.run([chosen], batchSize: 2048)[0]
    #expect(result[0] == .int(1) && result[1] == nil && result[2] == nil)
    #expect(result[3] == .int(1) && result[4] == .some(.null))
    #expect(result[6...8] == [.int(1), .int(0), .int(0)])
    let program = try TileProgram(
      [chosen], in: table.plan, frame: table.relation, actions: fixture.actions, tileColumns: [],
      pool: table.pool)
    let costs = Table.vector(.int64, [1, nil, 3], table.pool)
    let machine = TileMachine(program, actionCount: 3, batchSize: 7) { _ in costs }
    let error = machine.failure(
      output: 0, exposure: 3, action: 2, relation: table.relation,
      frameColumn: { table.vectors[$0]! }, tileColumn: { _ in Operand(costs) })
    guard case .row(let origin, _, let row, let detail) = error else {
      Issue.record("another error")
      return
    }
    #expect(origin == 6 && row == 3 && detail == "mod(40, 0): the divisor is 0")
  }
}
