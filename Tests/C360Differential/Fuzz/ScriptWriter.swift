import C360Semantics

/// Writes a script and the tables it reads, declaration by declaration.
struct ScriptWriter {
  var data: DataMaker
  var make: ExpressionMaker
  var lines: [String] = []
  var tables: [FuzzTable] = []
  var inexactColumns: Set<String> = ["propensity", "expected_value"]
  /// What features, scores and rules may mention: features, profile columns, `at`.
  var decisionScope: [Piece] = [Piece(text: "at", kind: .time)]
  /// Files of models by path.
  var models: [String: String] = [:]
  /// Event tables with their columns as `orders.amount`.
  var eventTables: [(name: String, columns: [FuzzColumn])] = []
  var features: [Piece] = []
  var actionFeatures: [Piece] = []
  var offers: [FuzzColumn] = []
  var hasNoAction = false
  /// There is a policy `page` of several positions.
  var hasSlates = false
  /// Event tables whose events belong to entities with a probability.
  var weighted: Set<String> = []
  var hides = false
  /// Names of features that hang on windows over orders.
  var overOrders: Set<String> = []
  /// The mask hides orders, or a column of them, one by one: no rule reads windows over them.
  var hidesEvents = false
  /// Consents are by channel; there are two ledgers, so that each is named.
  var hasChannels = false
  var hasTwoLedgers = false
  /// Nothing hangs on when the program runs.
  var isTimeless = false
  var instant: Int64?
  /// Names of experiments and arbitrations.
  var compositions: [String] = []
  /// For what was added when scripts of seeds were known: these stay as they were.
  var shifts: SplitMix

  init(seed: UInt64, cycles: Int64?, edge: TimeEdge?) {
    let shift = (cycles ?? 0) * FuzzCase.calendarCycle
    data = DataMaker(random: SplitMix(state: seed), shift: shift, edge: edge)
    shifts = SplitMix(state: seed &* 131 &+ 5)
    let hours = data.step / DataMaker.hour
    make = ExpressionMaker(
      random: SplitMix(state: seed &* 31 &+ 7), mayFail: data.mayFail, step: "\(hours)h",
      showsYears: cycles == nil, shift: shift)
  }

  mutating func write(atInstant: Bool) {
    isTimeless = atInstant || !make.showsYears
    var zones = ["UTC", "Asia/Kolkata"]
    if make.showsYears {
      // Summer time at night, at midnight, by half an hour; a day that never was.
      zones += [
        "Europe/London", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
        "Pacific/Apia",
      ]
    }
    let zone = make.random.pick(zones)
    lines += ["edition 2026", "timezone \"\(zone)\"", "", "entity customer", ""]
    lines += [
      "param bar: float = 1.5", "param cap: int in 0..9 = \(make.random.number(0...9))", "",
    ]
    decisionScope += [Piece(text: "bar", kind: .float), Piece(text: "cap", kind: .int)]
    writeOrders()
    if make.random.chance(0.5) { writeClicks() }
    writeAccounts()
    writeLedger()
    writeOffers()
    writeSends()
    let hasMoments = make.random.chance(0.6) || atInstant
    if hasMoments { writeMoments(atInstant: atInstant) }
    for index in 0..<make.random.number(3...9) { writeFeature("f\(index)") }
    for index in 0..<make.random.number(0...2) { writeActionFeature("g\(index)") }
    writeMask()
    writePolicy(hasMoments: hasMoments)
    writeCompositions(hasMoments: hasMoments)
    writeShows(hasMoments: hasMoments)
  }

  mutating func declare(
    _ head: String, _ name: String, _ columns: [FuzzColumn], items: [String] = [],
    rows: [[Value]]
  ) {
    tables.append(FuzzTable(name: name, columns: columns, rows: rows))
    lines.append("\(head) from \"\(name).csv\" {")
    lines += (columns.map(\.declaration) + items).map { "  " + $0 } + ["}", ""]
  }

  var keyColumn: FuzzColumn {
    FuzzColumn(name: "customer_id", kind: data.textKeys ? .text : .int, suffix: " @key")
  }

  func pieces(_ columns: [FuzzColumn], of table: String?) -> [Piece] {
    columns.map { column in
      Piece(
        text: table.map { "\($0).\(column.name)" } ?? column.name, kind: column.kind,
        isOptional: column.isOptional)
    }
  }

  private mutating func writeOrders() {
    let isKnownOptional = make.random.chance(0.5)
    let identity = writeIdentity("devices", chance: 0.3)
    if identity?.rule == "weighted" { weighted.insert("orders") }
    let via = identity.map { " via \($0.name)" } ?? ""
    var columns = [
      keyColumn(of: identity), FuzzColumn(name: "ordered_at", kind: .time, suffix: " @time"),
    ]
    let known = make.random.chance(0.6) ? columns.count : nil
    if known != nil {
      columns.append(
        FuzzColumn(
          name: "loaded_at", kind: .time, isOptional: isKnownOptional, suffix: " @known"))
    }
    if make.random.chance(0.4) {
      columns.append(
        FuzzColumn(name: "line", kind: .int, suffix: " @sequence"))
    }
    let versions = addVersions(to: &columns)
    columns += [
      FuzzColumn(
        name: "amount", kind: .float, isOptional: make.random.chance(0.5),
        suffix: make.random.chance(0.3) ? " @nan(keep)" : ""),
      FuzzColumn(name: "weight", kind: .float, isOptional: make.random.chance(0.3)),
      FuzzColumn(name: "quantity", kind: .int, isOptional: make.random.chance(0.5)),
      FuzzColumn(name: "category", kind: .text, isOptional: make.random.chance(0.5)),
      FuzzColumn(name: "gift", kind: .bool, isOptional: make.random.chance(0.5)),
      FuzzColumn(name: "due_at", kind: .time, isOptional: make.random.chance(0.5)),
    ]
    if make.random.chance(0.4) {
      columns += [
        FuzzColumn(name: "taste", kind: .vector, isOptional: make.random.chance(0.5)),
        FuzzColumn(name: "glow", kind: .vector),
        FuzzColumn(name: "tags", kind: .list, isOptional: make.random.chance(0.5)),
      ]
    }
    var items: [String] = []
    if known == nil, make.random.chance(0.4) { items.append("arrives within \(make.step)") }
    let through = make.random.chance(0.5) ? data.instant() : nil
    let from = make.random.chance(0.4) ? data.instant() : nil
    if let through {
      items.append("observed through \(timeLiteral(max(through, from ?? through)))")
    }
    if let from { items.append("observed from \(timeLiteral(min(from, through ?? from)))") }
    // The oracle sorts the events of an entity anew at each moment.
    let rows = data.rows(columns, upTo: identity == nil ? 14 : 10) { row, data in
      if let identity { row[0] = data.random.pick(identity.identifiers) }
      if let known { row[known] = data.arrival(row[1], isOptional: isKnownOptional) }
      if let versions { row[versions] = data.eventNumber() }
    }
    declare(
      "events orders of customer\(via)", "orders", columns,
      items: items, rows: rows)
    eventTables.append(("orders", columns))
    if make.random.chance(0.1) {
      lines += ["expect (orders.quantity < 9) ?? true", ""]
    }
  }

  /// Rows as versions of events, some of which take theirs back: the position of the `@id`.
  private mutating func addVersions(to columns: inout [FuzzColumn]) -> Int? {
    guard make.random.chance(0.4) else { return nil }
    columns.append(FuzzColumn(name: "order_id", kind: .int, suffix: " @id"))
    if make.random.chance(0.6) {
      columns.append(
        FuzzColumn(
          name: "cancelled", kind: .bool, isOptional: make.random.chance(0.5),
          suffix: " @retracted"))
    }
    return columns.firstIndex { $0.name == "order_id" }
  }

  private mutating func writeClicks() {
    let identity = writeIdentity("cookies", chance: 0.4)
    if identity?.rule == "weighted" { weighted.insert("clicks") }
    let columns = [
      keyColumn(of: identity), FuzzColumn(name: "clicked_at", kind: .time, suffix: " @time"),
      FuzzColumn(name: "page", kind: .text),
      FuzzColumn(name: "dwell", kind: .float, isOptional: true),
    ]
    let rows = data.rows(columns, upTo: 8) { row, data in
      if let identity { row[0] = data.random.pick(identity.identifiers) }
    }
    declare(
      "events clicks of customer\(identity.map { " via \($0.name)" } ?? "")", "clicks", columns,
      items: ["observed through \(timeLiteral(data.instant()))"], rows: rows)
    eventTables.append(("clicks", columns))
  }

  private mutating func writeAccounts() {
    let hasVersions = make.random.chance(0.8)
    var columns = [keyColumn]
    if hasVersions {
      columns.append(FuzzColumn(name: "since", kind: .time, suffix: " @from"))
      if make.random.chance(0.3) {
        columns.append(FuzzColumn(name: "seen_at", kind: .time, suffix: " @known"))
      }
      if make.random.chance(0.4) {
        columns.append(
          FuzzColumn(name: "ends", kind: .time, isOptional: true, suffix: " @until"))
      }
    }
    let attributes = [
      FuzzColumn(name: "region", kind: .text, suffix: " = \"unknown\""),
      FuzzColumn(name: "tier", kind: .int, isOptional: true),
      FuzzColumn(name: "rating", kind: .float, isOptional: true),
    ]
    columns += attributes
    var rows = data.rows(columns, upTo: 4) { _, _ in }
    if !hasVersions {
      rows = data.entities.compactMap { entity in rows.first { $0[0] == entity } }
    }
    // A null in a column with a default.
    if !rows.isEmpty, make.random.chance(0.5) { rows[0][columns.count - 3] = .null }
    let ages = ["expires after 36h", "expires after \(make.step)", "expires after 1mo"]
    let items = hasVersions && make.random.chance(0.3) ? [make.random.pick(ages)] : []
    declare(
      "profile accounts of customer", "accounts",
      columns, items: items, rows: rows)
    decisionScope += pieces(attributes, of: "accounts")
  }

  private mutating func writeLedger() {
    hasChannels = make.random.chance(0.4)
    hasTwoLedgers = make.random.chance(0.3)
    let channel = FuzzColumn(
      name: "channel", kind: .text, isOptional: make.random.chance(0.7), suffix: " @channel")
    let columns =
      [
        keyColumn, FuzzColumn(name: "purpose", kind: .text, suffix: " @purpose"),
        FuzzColumn(name: "granted_at", kind: .time, suffix: " @from"),
        FuzzColumn(name: "revoked_at", kind: .time, isOptional: true, suffix: " @until"),
      ] + (hasChannels ? [channel] : [])
    func rows() -> [[Value]] {
      data.rows(columns, upTo: 4) { row, data in
        row[1] = .text(data.random.pick(["ads", "ads", "other"]))
      }
    }
    declare("consents ledger of customer", "ledger", columns, rows: rows())
    if hasTwoLedgers {
      declare("consents partners of customer", "partners", columns, rows: rows())
    }
    decisionScope.append(Piece(text: consent(), kind: .bool))
    if hasChannels {
      decisionScope.append(Piece(text: consent("ads", ", channel: \"a\""), kind: .bool))
    }
    if !isTimeless {
      decisionScope.append(Piece(text: consent("ads", ", at: run"), kind: .bool))
    }
  }

  /// `consent(ledger, "ads", at: run)`
  mutating func consent(_ purpose: String = "ads", _ rest: String = "") -> String {
    let ledger =
      hasTwoLedgers
      ? make.random.pick(["ledger, ", "partners, "]) : make.random.pick(["", "ledger, "])
    return "consent(\(ledger)\"\(purpose)\"\(rest))"
  }

  private mutating func writeOffers() {
    hasNoAction = make.random.chance(0.7)
    let isInt = make.random.chance(0.3)
    offers = [
      FuzzColumn(name: "offer_id", kind: isInt ? .int : .text, suffix: " @key"),
      FuzzColumn(name: "category", kind: .text, isOptional: make.random.chance(0.3)),
      FuzzColumn(name: "cost", kind: .float, isOptional: make.random.chance(0.3)),
      FuzzColumn(name: "min_tier", kind: .int),
    ]
    if make.random.chance(0.4) {
      offers.append(
        FuzzColumn(name: "embedding", kind: .vector, isOptional: make.random.chance(0.3)))
    }
    let count = make.random.number(hasNoAction ? 0...4 : 1...4)
    let columns = offers
    let rows = (0..<count).map { index in
      var row = columns.map { data.cell($0) }
      row[0] = isInt ? .int(Int64(90 - index * 9)) : .text(["zeta", "a, b", "mint", "ä"][index])
      return row
    }
    declare(
      "actions offers", "offers", columns,
      items: hasNoAction ? ["none \"nothing\""] : [], rows: rows)
  }

  private mutating func writeSends() {
    let columns = [
      keyColumn, FuzzColumn(name: "sent_at", kind: .time, suffix: " @time"),
      FuzzColumn(name: "bucket", kind: .text, isOptional: make.random.chance(0.5)),
      FuzzColumn(name: "budget", kind: .float),
    ]
    let keep = [
      "keep all", "keep first", "keep first per 2d", "keep first per 1mo",
      "keep first per calendar 1d",
      "keep non_overlapping 3d", "keep washout 36h",
    ]
    let rows = data.rows(columns, upTo: 10) { _, _ in }
    let outcomes = (0..<make.random.number(1...3)).map { outcome("y\($0)") }
    declare(
      "exposure sends of customer", "sends", columns,
      items: [make.random.pick(keep)] + outcomes, rows: rows)
  }

  private mutating func writeMoments(atInstant: Bool) {
    let start = data.start + Int64(data.ticks) / 3 * data.step
    let population = make.random.pick(["", " in accounts", " in orders"])
    if make.random.chance(0.3) || atInstant {
      instant = start
      lines += ["exposure moments of customer\(population) at \(timeLiteral(start))", ""]
      return
    }
    let through = data.start + Int64(data.ticks) * data.step
    let every = make.random.pick(["1d", "36h", "calendar 1d", "calendar 1w", "1mo"])
    lines += [
      "exposure moments of customer\(population) every \(every) from \(timeLiteral(start)) "
        + "through \(timeLiteral(through))", "",
    ]
  }
}
