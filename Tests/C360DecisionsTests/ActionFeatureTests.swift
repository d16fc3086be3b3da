import C360Columns
import C360Engine
import C360Plan
import Testing

@testable import C360Decisions

/// Features `for` actions: orders whose category is that of the action.
@Suite struct ActionFeatureTests {
  private let categories = ["wine", "tea", "rum", "ale", "gin"]
  private let decided: Int64 = 1_767_571_200_000_000

  /// Order (customer, category), both by number; all before the decision but those of `late`.
  private struct Order {
    let customer: Int64
    let category: Int
    var isLate = false
  }

  private struct Features {
    let count: ColumnID
    let any: ColumnID
    let share: ColumnID
    let last: ColumnID
  }

  /// One offer a category (and a second one for tea); `extra` offers have categories never ordered.
  private func problem(
    _ orders: [Order], customers: Int, extra: Int = 0
  ) -> (Case, Features) {
    let offered = categories + ["tea"] + (0..<extra).map { "x\($0)" }
    var problem = Case(
      actions: .text(offered.indices.map { "offer\($0)" }), cost: offered.map { _ in 0 },
      x: (0..<customers).map { Int64($0) })
    let table = problem.plan.addRelation("orders")
    let pairs = problem.plan.addRelation("winback × offers")
    func column(_ name: String, _ type: LogicalType, _ relation: RelationID) -> ColumnID {
      problem.plan.addColumn(name, type, in: relation, nullable: true)
    }
    let key = column("customer", .int, table)
    let time = column("at", .time, table)
    let ordered = column("category", .text, table)
    let category = column("category", .text, problem.actions)
    let features = Features(
      count: column("count", .int, pairs), any: column("any", .bool, pairs),
      share: column("share", .float, pairs), last: column("last", .text, pairs))
    let relations = problem.state.relations
    problem.state = ExecutionState(plan: problem.plan)
    problem.state.relations = relations
    problem.state.set(key, .integers(orders.map(\.customer)))
    problem.state.set(time, .integers(orders.map { $0.isLate ? decided : decided - 1 }))
    problem.state.set(ordered, .texts(orders.map { categories[$0.category] }, problem.pool))
    problem.state.set(category, .texts(offered, problem.pool))
    func output(
      _ function: AggregateFunction, _ argument: ColumnID?, _ column: ColumnID
    ) -> TimelineStep.Output {
      TimelineStep.Output(
        aggregate: WindowedAggregate(
          function: function, argument: argument, second: nil, filter: nil,
          matches: [.init(event: ordered, action: category)], window: .all, lag: 0),
        column: column, origin: -1)
    }
    problem.actionTimelines = [
      TimelineStep(
        events: EventSource(
          relation: table, key: key, time: time, known: nil, arrivesWithin: nil, tieBreak: [],
          observedThrough: nil),
        frame: problem.frame, key: problem.key, time: problem.time,
        outputs: [
          output(.count, nil, features.count), output(.any, nil, features.any),
          output(.share, nil, features.share), output(.last, ordered, features.last),
        ], coverages: [], timezone: "UTC")
    ]
    problem.fallback = "offer0"
    return (problem, features)
  }

  @Test func theCountOfEachActionIsItsValue() throws {
    let orders = [
      Order(customer: 0, category: 1), Order(customer: 0, category: 2),
      Order(customer: 0, category: 2), Order(customer: 1, category: 4),
      Order(customer: 2, category: 3, isLate: true),
    ]
    var (problem, features) = problem(orders, customers: 3)
    let count = problem.column(features.count, .int64)
    problem.term("orders", problem.call(.intToFloat, count, type: .float64))
    let result = try problem.run()
    #expect(result.column(.action) == ["offer2", "offer4", "offer0"])
    #expect(result.column(.value) == ["2.0", "1.0", "0.0"])
  }

  @Test func nullAndTextAndBool() throws {
    let orders = [
      Order(customer: 0, category: 1), Order(customer: 0, category: 2),
      Order(customer: 0, category: 2),
    ]
    var (problem, features) = problem(orders, customers: 2)
    problem.term("share", problem.column(features.share, .float64))
    problem.rule("never", problem.call(.not, problem.column(features.any, .bool), type: .bool))
    let rum = problem.plan.scalars.add(.constant(.text("rum")), type: .text)
    let isRum = problem.call(.equal, problem.column(features.last, .text), rum, type: .bool)
    let no = problem.plan.scalars.add(.constant(.bool(false)), type: .bool)
    problem.rule("rum", problem.call(.coalesce, isRum, no, type: .bool))
    let result = try problem.run()
    #expect(result.column(.action) == ["offer1", "offer0"])
    #expect(result.column(.value) == ["\(1.0 / 3.0)", "-"])
    #expect(
      result.column(.reasons) == [
        "never: offer0, offer3, offer4; rum: offer2",
        "never: offer0, offer1, offer2, offer3, offer4, offer5",
      ])
  }

  @Test(arguments: [0, 60])
  func nothingDependsOnThreadsOrTiles(_ extra: Int) throws {
    var random = Sequence(5)
    let customers = 700
    let orders = (0..<4000).map { _ in
      Order(
        customer: Int64(random.below(UInt64(customers))), category: Int(random.below(5)),
        isLate: random.below(4) == 0)
    }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 5), count: customers)
    for order in orders where !order.isLate { counts[Int(order.customer)][order.category] += 1 }
    let best = counts.map { row in row.firstIndex(of: row.max() ?? 0) ?? 0 }

    var (problem, features) = problem(orders, customers: customers, extra: extra)
    let count = problem.column(features.count, .int64)
    problem.term("orders", problem.call(.intToFloat, count, type: .float64))
    let whole = try problem.run()
    #expect(whole.column(.action) == best.map { "offer\($0)" })
    for (threads, batchSize) in [(1, 7), (2, 64), (2, 4096)] {
      let isSame = try problem.run(threads: threads, batchSize: batchSize).table == whole.table
      #expect(isSame, "\(threads) threads, batches of \(batchSize)")
    }
  }
}
