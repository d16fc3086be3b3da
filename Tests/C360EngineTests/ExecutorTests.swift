import C360Columns
import C360Plan
import Synchronization
import Testing

@testable import C360Engine

/// Whole plans: steps in order, columns freed, bounds and stops honoured.
@Suite struct ExecutorTests {
  struct Rows: TableProvider {
    let batch: Batch
    var bytes: Int?
    func load(source: Int, columns: [String]) throws -> Batch { batch }
    func estimatedBytes(source: Int, columns: [String]) -> Int? { bytes }
  }

  struct NoDecisions: DecisionOperator {
    func run(
      _ step: DecideStep, _ state: inout ExecutionState, _ context: ExecutionContext
    ) throws(EngineError) {}
    func run(
      _ step: DrawStep, _ state: inout ExecutionState, _ context: ExecutionContext
    ) throws(EngineError) {}
    func run(
      _ step: ComposeStep, _ state: inout ExecutionState, _ context: ExecutionContext
    ) throws(EngineError) {}
  }

  /// orders | derive doubled = 2 · amount | where doubled > 4 | group category { total = sum(doubled) }
  struct Fixture {
    let pool = TextPool()
    var plan = Plan()
    let batch: Batch
    let doubled: ColumnID

    init() {
      let categories = Table.vector(.text, ["b", "a", "b", "a", nil], pool)
      let amounts = Table.vector(.int64, [1, 3, 5, 7, nil], pool)
      batch = Batch(
        columns: [
          .init(name: "category", type: .text, vector: categories),
          .init(name: "amount", type: .int, vector: amounts),
        ], rowCount: 5)
      let orders = plan.addRelation("orders")
      let category = plan.addColumn("category", .text, in: orders, nullable: true)
      let amount = plan.addColumn("amount", .int, in: orders, nullable: true)
      doubled = plan.addColumn("doubled", .int, in: orders, nullable: true)
      let large = plan.addRelation("large")
      let largeCategory = plan.addColumn("category", .text, in: large, nullable: true)
      let largeDoubled = plan.addColumn("doubled", .int, in: large, nullable: true)
      let groups = plan.addRelation("groups")
      let key = plan.addColumn("category", .text, in: groups, nullable: true)
      let total = plan.addColumn("total", .int, in: groups, nullable: false)
      let two = plan.scalars.add(.constant(.int(2)), type: .int64)
      let four = plan.scalars.add(.constant(.int(4)), type: .int64)
      let value = plan.scalars.add(.column(amount), type: .int64)
      let product = plan.scalars.add(.multiplyInt, [value, two], type: .int64)
      let read = plan.scalars.add(.column(doubled), type: .int64)
      let condition = plan.scalars.add(.less, [four, read], type: .bool)
      plan.steps = [
        .scan(
          ScanStep(
            source: 0, relation: orders, columns: [("category", category), ("amount", amount)])),
        .derive(DeriveStep(relation: orders, columns: [(product, doubled)])),
        .filter(
          FilterStep(
            input: orders, condition: condition, output: large,
            columns: [(category, largeCategory), (doubled, largeDoubled)])),
        .group(
          GroupStep(
            input: large, output: groups, keys: [(largeCategory, key)],
            aggregates: [
              .init(
                function: .sum, argument: largeDoubled, second: nil, filter: nil, column: total,
                origin: 0)
            ])),
      ]
      plan.sinks = [Sink(index: 3, relation: groups, columns: [("c", key), ("t", total)])]
    }

    func execute(
      bytes: Int? = nil, limit: Int? = nil, cancellation: Cancellation = Cancellation(),
      progress: (@Sendable (ProgressReport) -> Void)? = nil
    ) throws -> ExecutionResult {
      let context = ExecutionContext(
        threads: 2, batchSize: 7, pool: pool, cancellation: cancellation, progress: progress)
      return try Executor(
        plan, tables: Rows(batch: batch, bytes: bytes), decisions: NoDecisions(), context: context,
        memoryLimit: limit
      ).run()
    }
  }

  @Test func stepsRunInOrder() throws {
    let fixture = Fixture()
    let done = Mutex<[String]>([])
    let result = try fixture.execute { report in done.withLock { $0.append(report.operation) } }
    let sink = try #require(result.sinks.first)
    #expect(sink.index == 3 && sink.rows.rowCount == 2)
    let table = Table()
    let totals = try #require(sink.rows.whole()["t"])
    #expect(table.scalars(totals.vector) == [20, 10])
    #expect(result.counts.nullConditions == ["large": 1])
    #expect(result.statistics.map(\.rows) == [5, 5, 3, 2])
    #expect(result.rowCounts.count == 3)
    #expect(
      done.withLock { $0 }
        == ["scan orders", "derive orders", "filter orders", "group large", "done"])
  }

  @Test func columnsAreFreedAfterTheirLastUse() throws {
    let fixture = Fixture()
    var state = ExecutionState(plan: fixture.plan)
    let lifetimes = ColumnLifetimes(fixture.plan)
    let context = ExecutionContext(threads: 1, pool: fixture.pool)
    for (index, step) in fixture.plan.steps.enumerated() {
      switch step {
      case .scan(let step):
        try ScanOperator.run(step, &state, provider: Rows(batch: fixture.batch))
      case .derive(let step): try DeriveOperator.run(step, &state, context)
      case .filter(let step): try FilterOperator.run(step, &state, context)
      case .group(let step): try GroupOperator.run(step, &state, context)
      default: break
      }
      lifetimes.free(after: index, in: &state)
      let live = state.relations.values.map(\.columns.count).reduce(0, +)
      // category, amount · category, doubled · both of `large` · both of the groups
      #expect(live == 2)
    }
  }

  @Test func memoryIsBoundedBeforeItIsTaken() throws {
    let fixture = Fixture()
    #expect(throws: Never.self) { try fixture.execute(limit: 10_000) }
    let scan = #expect(throws: EngineError.self) { try fixture.execute(bytes: 500, limit: 400) }
    guard case .memory(limit: 400, needed: 500, operation: "reading `orders`") = scan else {
      Issue.record("\(String(describing: scan))")
      return
    }
    let derive = #expect(throws: EngineError.self) { try fixture.execute(limit: 100) }
    guard case .memory(limit: 100, _, operation: "`derive` over the rows of `orders`") = derive
    else {
      Issue.record("\(String(describing: derive))")
      return
    }
  }

  @Test func aCancelledRunStops() {
    let fixture = Fixture()
    let cancellation = Cancellation()
    cancellation.cancel()
    let error = #expect(throws: EngineError.self) {
      try fixture.execute(cancellation: cancellation)
    }
    guard case .cancelled = error else {
      Issue.record("not cancelled")
      return
    }
  }

  @Test func aProviderThatLacksAColumnIsAnError() {
    var fixture = Fixture()
    guard case .scan(let scan) = fixture.plan.steps[0] else { return }
    fixture.plan.steps[0] = .scan(
      ScanStep(source: 0, relation: scan.relation, columns: [("price", scan.columns[1].column)]))
    let error = #expect(throws: EngineError.self) { try fixture.execute() }
    guard case .source(let inner as UnexpectedColumn) = error else {
      Issue.record("another error")
      return
    }
    #expect(inner.column == "price" && inner.found == nil)
  }
}
