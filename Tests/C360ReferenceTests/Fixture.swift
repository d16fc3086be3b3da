import C360Diagnostics
import C360Semantics
import Testing

@testable import C360Reference

typealias Expression = C360Semantics.Expression

let here = Span(file: SourceFile(name: "test", text: "here"), range: 0..<4)
let facts = Facts(phase: .before, grain: Grain(.constant))

func make(_ kind: Expression.Kind, _ type: Type = .float) -> Expression {
  Expression(kind, type: type, span: here, facts: facts)
}
func call(_ function: Builtin, _ arguments: Expression..., type: Type = .float) -> Expression {
  make(.call(function, arguments), type)
}
func int(_ value: Int64) -> Expression { make(.literal(.int(value)), .int) }
func float(_ value: Double) -> Expression { make(.literal(.float(value))) }
let null = make(.literal(.null), Type(.null, optional: true))
let yes = make(.literal(.bool(true)), .bool)
let no = make(.literal(.bool(false)), .bool)
/// Fails when it is evaluated.
let failing = call(.modulo, int(1), int(0), type: .int)

let hours: Int64 = 3_600_000_000
let days: Int64 = 24 * hours

/// One customer table of each kind, in hours since 1970 unless said otherwise.
struct Fixture {
  static let orders = TableID(0)
  static let accounts = TableID(1)
  static let ledger = TableID(2)
  static let offers = TableID(3)
  static let sends = ExposureID(0)

  var program: Program
  var data = ReferenceData(
    tables: Array(repeating: ReferenceTable(), count: 4), exposures: [ReferenceTable()])

  init(
    timezone: String = "UTC", arrivesWithin: Int64? = nil, observedThrough: Int64? = nil,
    none: String? = "nothing", keep: Exposure.KeepRule = .all,
    origin: Exposure.Origin? = nil
  ) {
    program = Program(edition: 2026, module: nil, timezone: timezone, runTime: 0, seed: 0)
    func column(_ name: String, _ type: Type, _ value: Value? = nil) -> Column {
      Column(name: name, type: type, defaultValue: value, labels: [], span: here)
    }
    let source = DataSource(path: "", directory: "", format: nil, options: [:], span: here)
    func table(_ name: String, _ kind: Table.Kind, _ entity: String?, _ columns: [Column]) -> Table
    {
      Table(
        name: name, kind: kind, entity: entity, source: source, columns: columns,
        timezone: timezone, span: here)
    }
    program.tables = [
      table(
        "orders",
        .events(
          .init(
            key: 0, time: 1, known: arrivesWithin == nil ? 2 : nil, arrivesWithin: arrivesWithin,
            sequence: 5, observedThrough: observedThrough)), "customer",
        [
          column("customer", .int), column("at", .time), column("known", .time.optional),
          column("amount", .float.optional), column("category", .text.optional),
          column("sequence", .int.optional),
        ]),
      table(
        "accounts", .profile(.init(key: 0, from: 1, known: 2, until: 3)), "customer",
        [
          column("customer", .int), column("from", .time), column("known", .time),
          column("until", .time.optional), column("region", .text, .text("unknown")),
        ]),
      table(
        "ledger", .consents(.init(key: 0, purpose: 1, from: 2, until: 3)), "customer",
        [
          column("customer", .int), column("purpose", .text), column("from", .time),
          column("until", .time.optional),
        ]),
      table(
        "offers", .actions(.init(key: 0, none: none)), nil,
        [column("offer", .text), column("margin", .float.optional), column("category", .text)]),
    ]
    program.exposures = [
      Exposure(
        name: "sends", entity: "customer", origin: origin ?? .file(source),
        columns: [column("customer", .int), column("at", .time)], key: 0, time: 1, action: nil,
        propensity: nil, loggedOutcomes: [], keep: keep, isKeepDeclared: true, outcomes: [],
        timezone: timezone, span: here)
    ]
  }

  /// An event of customer 1; known when it happens unless said otherwise.
  mutating func order(
    at time: Double, known: Double? = nil, neverKnown: Bool = false, _ amount: Double? = 1,
    _ category: String? = nil, sequence: Int64? = nil, customer: Int64 = 1
  ) {
    let known: Value = neverKnown ? .null : .time(Int64((known ?? time) * Double(hours)))
    data.tables[0].rows.append([
      .int(customer), .time(Int64(time * Double(hours))), known,
      amount.map(Value.float) ?? .null, category.map(Value.text) ?? .null,
      sequence.map(Value.int) ?? .null,
    ])
  }

  mutating func account(
    from: Double, known: Double? = nil, until: Double? = nil, _ region: String?,
    customer: Int64 = 1
  ) {
    data.tables[1].rows.append([
      .int(customer), .time(Int64(from * Double(hours))),
      .time(Int64((known ?? from) * Double(hours))),
      until.map { .time(Int64($0 * Double(hours))) } ?? .null, region.map(Value.text) ?? .null,
    ])
  }

  mutating func consent(from: Double, until: Double? = nil, _ purpose: String = "ads") {
    data.tables[2].rows.append([
      .int(1), .text(purpose), .time(Int64(from * Double(hours))),
      until.map { .time(Int64($0 * Double(hours))) } ?? .null,
    ])
  }

  mutating func offer(_ key: String, _ margin: Double?, _ category: String = "") {
    data.tables[3].rows.append([.text(key), margin.map(Value.float) ?? .null, .text(category)])
  }

  mutating func send(at time: Double, customer: Int64 = 1) {
    data.exposures[0].rows.append([.int(customer), .time(Int64(time * Double(hours)))])
  }

  var interpreter: ReferenceInterpreter { ReferenceInterpreter(program: program, data: data) }

  /// The value of an expression for customer 1; times in hours.
  func value(_ expression: Expression, at time: Double, action: [Value]? = nil) throws -> Value {
    var fixture = self
    fixture.program.features = [
      Feature(name: "f", mask: nil, actions: nil, expression: expression, span: here)
    ]
    return try fixture.interpreter.feature(
      FeatureID(0), entity: .int(1), at: Int64(time * Double(hours)), action: action)
  }
}

/// A column of the events.
let amount = make(.tableColumn(Fixture.orders, 3))
let category = make(.tableColumn(Fixture.orders, 4), .text.optional)

func aggregate(
  _ function: AggregateFunction, _ argument: Expression? = nil, second: Expression? = nil,
  where filter: Expression? = nil, matches: [Aggregate.ActionMatch] = [],
  over window: Window = .all, lag: Int64 = 0,
  setting: AggregateSetting = .none, type: Type = .float
) -> Expression {
  make(
    .aggregate(
      Aggregate(
        function: function, table: Fixture.orders, argument: argument, second: second,
        filter: filter, actionMatches: matches, window: window, lag: lag, setting: setting)), type)
}
