extension ScriptWriter {
  /// An aggregate call without its window, over a random event table.
  private mutating func aggregateCall(
    filteredBy extra: String? = nil, forward: Bool = false
  ) -> (text: String, piece: Piece) {
    let table = make.random.pick(eventTables)
    let bare = pieces(table.columns, of: nil)
    let qualified = pieces(table.columns, of: table.name)
    var conditions: [String] = []
    if make.random.chance(0.4) { conditions.append(make.condition(1, bare).operand) }
    if let extra { conditions.append(extra) }
    let filter = conditions.isEmpty ? "" : " where " + conditions.joined(separator: " and ")
    func result(
      _ function: String, _ argument: String, _ kind: Kind, rest: String = "",
      optional: Bool = false, exact: Bool = true
    ) -> (String, Piece) {
      var kind = kind
      var rest = rest
      if weighted.contains(table.name) {
        let mixes = ["count", "sum", "effective_count"].contains(function)
        if mixes, kind == .int { kind = .float }
        let isWhole =
          !mixes && !["mean", "ratio"].contains(function) && !function.contains("decay")
        if isWhole, make.random.chance(0.3) { rest += ", weight: any" }
      }
      return (
        "\(function)(\(argument)\(filter)\(rest))",
        Piece(text: "", kind: kind, isOptional: optional, isExact: exact)
      )
    }
    let mayChain = make.random.chance(0.5) && !chained.isEmpty
    func argument(_ kind: Kind) -> Piece {
      if make.random.chance(mayChain ? 0.7 : 0.25) {
        let piece = make.expression(kind, mayChain ? 2 : 1, qualified + (mayChain ? chained : []))
        if piece.text.contains("\(table.name).") { return piece }
      }
      return qualified.filter { $0.kind == kind }.randomElement(using: &make.random)
        ?? derived(kind, from: qualified)
    }
    if make.random.chance(0.12) {
      switch make.random.number(0...2) {
      case 0: return result("top", argument(.text).text, .list, rest: ", 2")
      case 1:
        return result(
          // Of another type than the lists that expressions read.
          "histogram", argument(make.random.pick([.int, .float])).text, .list,
          rest: ", bounds: [-1, 0, 2.5]", exact: false)
      default: return result("list", argument(.text).text, .list, rest: ", 3")
      }
    }
    let hasVectors = table.columns.contains { $0.kind == .vector }
    if make.random.chance(0.25), hasVectors {
      let choice = make.random.pick(["sum", "mean", "first", "last", "nth", "tags", "count"])
      switch choice {
      case "tags": return result("last", "\(table.name).tags", .list, optional: true)
      case "count": return result("count", "\(table.name).taste", .int)
      case "nth":
        return result("nth", "\(table.name).taste", .vector, rest: ", 2", optional: true)
      default:
        return result(
          choice, argument(.vector).text, .vector, optional: choice != "sum")
      }
    }
    let half = ", half_life: \(make.random.pick(["12h", "3d", "1m", "7s", make.step]))"
    switch make.random.number(0...(forward ? 18 : 20)) {
    case 0: return result("count", table.name, .int)
    case 1:
      guard weighted.contains(table.name), !forward else {
        return result("count", table.name, .int)
      }
      let counted = make.random.chance(0.5) ? table.name : argument(.text).text
      return result("effective_count", counted, .float)
    case 2: return result("count", argument(.text).text, .int)
    case 3: return result(make.random.pick(["any", "all"]), argument(.bool).text, .bool)
    case 4:
      if table.name == "orders", !weighted.contains("orders"), make.random.chance(0.2) {
        let function = make.random.pick(["sum", "mean", "min", "max", "last"])
        return result(
          function, "orders.due_at - orders.ordered_at", .duration, optional: function != "sum")
      }
      return result("sum", argument(.float).text, .float)
    case 5: return result("sum", argument(.int).text, .int)
    case 6:
      let piece = argument(make.random.pick([.float, .int]))
      return result("mean", piece.text, .float, optional: true)
    case 7:
      let kind = make.random.pick([Kind.float, .int, .text, .time, .bool])
      // Truth has no order.
      let functions = ["first", "last", "mode"] + (kind == .bool ? [] : ["min", "max"])
      let function = make.random.pick(functions)
      return result(function, argument(kind).text, kind, optional: true)
    case 8:
      let place = make.random.pick(["1", "2", "-1", "-3"])
      return result("nth", argument(.float).text, .float, rest: ", \(place)", optional: true)
    case 9:
      let kind = make.random.pick([Kind.float, .int, .text, .bool])
      return result("distinct", argument(kind).text, .int)
    case 10:
      let condition = make.condition(1, bare).operand
      let all = [condition] + (extra.map { [$0] } ?? [])
      return (
        "share(\(table.name) where \(all.joined(separator: " and ")))",
        Piece(text: "", kind: .float, isOptional: true)
      )
    case 11:
      return result(
        "ratio", argument(.float).text, .float, rest: ", " + argument(.int).text, optional: true)
    case 12:
      let function = make.random.pick(["var", "stddev", "var_pop", "stddev_pop"])
      return result(function, argument(.float).text, .float, optional: true, exact: false)
    case 13:
      // Truth has no order.
      let kind = make.random.pick([Kind.float, .int, .text, .time])
      let p = make.random.pick(["0", "0.1", "0.25", "0.5", "0.9", "1"])
      return make.random.chance(0.5)
        ? result("median", argument(kind).text, kind, optional: true)
        : result("quantile", argument(kind).text, kind, rest: ", \(p)", optional: true)
    case 14:
      let kind = make.random.pick([Kind.float, .int, .text, .bool])
      return make.random.chance(0.5)
        ? result("entropy", argument(kind).text, .float, optional: true, exact: false)
        : result("approx_distinct", argument(kind).text, .int)
    case 15:
      let gap = make.random.pick(["mean", "median", "min", "max", "stddev"])
      return result("\(gap)_gap", table.name, .duration, optional: true)
    case 16:
      let condition = make.condition(1, bare).operand
      let all = [condition] + (extra.map { [$0] } ?? [])
      return (
        "streak(\(table.name) where \(all.joined(separator: " and ")))",
        Piece(text: "", kind: .int)
      )
    case 17:
      let piece = argument(make.random.pick([.float, .int]))
      let alpha = make.random.pick(["0.05", "0.3", "0.95", "1"])
      return make.random.chance(0.5)
        ? result("slope", piece.text, .float, optional: true)
        : result("ewma", piece.text, .float, rest: ", alpha: \(alpha)", optional: true)
    case 18:
      let kind = make.random.pick([Kind.float, .int])
      let scope = bare + [Piece(text: "acc", kind: kind), Piece(text: "acc", kind: kind)]
      let step = make.expression(kind, 2, scope).text
      let start = kind == .float ? "0.5" : "1"
      return result("fold", table.name, kind, rest: ", from: \(start), step: \(step)")
    default:
      if make.random.chance(0.3) { return result("decayed_count", table.name, .float, rest: half) }
      let function = make.random.pick(["decayed_sum", "decayed_mean"])
      let isVector = hasVectors && make.random.chance(0.4)
      let piece = argument(isVector ? .vector : make.random.pick([.float, .int]))
      return result(
        function, piece.text, isVector ? .vector : .float, rest: half,
        optional: function == "decayed_mean")
    }
  }

  /// Whether integers are so great that arithmetic may not hold them.
  var mayFail: Bool {
    data.mayFail || tables.contains { $0.columns.contains { data.isWide($0) } }
  }

  /// What may stand in an argument as of each event. The reference asks for it event by event, so not
  /// over giant entities; and the engine for all events, so not where that may fail.
  private var chained: [Piece] {
    let rows = tables.filter { $0.name == "orders" || $0.name == "clicks" }.map(\.rows.count)
    if mayFail || rows.contains(where: { $0 > 60 }) { return [] }
    return decisionScope.filter {
      $0.text != "at" && !$0.text.contains("consent") && !$0.text.contains("confidence")
    }
  }

  /// A value of the event where the table has no column of the kind.
  private func derived(_ kind: Kind, from columns: [Piece]) -> Piece {
    if kind == .vector { return Piece(text: "zeros(\(Kind.width))", kind: .vector) }
    let text = columns.first { $0.kind == .text }?.text ?? ""
    return kind == .bool
      ? Piece(text: "\(text) == \"a\"", kind: .bool, isAtom: false)
      : Piece(text: "length(\(text))", kind: .int)
  }

  /// Whether it may be no window at all, so that the aggregate is null.
  private mutating func window() -> (text: String, isOptional: Bool) {
    let lag = make.random.chance(0.25) ? " lag \(make.random.pick(["2h", make.step, "1d"]))" : ""
    let since = sinceLast()
    let over = make.random.pick([
      "", " over all", " over \(make.step)", " over 3d", " over 10d", " over 36h", " over last 1",
      " over last 3", " over 1mo", " over calendar 1d", " over calendar 1w", " over calendar 1mo",
      " over calendar 1q", " over 1y", " over session(\(make.step))", " over session(30h)",
      " over 5mo", " over calendar 3d", " over 3_652_425d", since,
      " over calendar \(make.showsYears ? "7mo" : "5mo")",
    ])
    let every =
      make.random.chance(0.25)
      ? " every "
        + make.random.pick(
          [
            make.step, "1d", "36h", "calendar 1d", "calendar 1w", "1mo", "calendar 5mo",
          ] + (make.showsYears ? ["calendar 2w", "calendar 7mo", "3_652_425d"] : [])) : ""
    let window = (over.isEmpty && !(lag + every).isEmpty ? " over all" : over) + lag + every
    return (window, window.contains("since") && !window.contains("else all"))
  }

  private mutating func sinceLast() -> String {
    let table = make.random.pick(eventTables)
    let filter =
      make.random.chance(0.4)
      ? " where " + make.condition(1, pieces(table.columns, of: nil)).text : ""
    let rest = make.random.chance(0.5) ? " else all" : ""
    return " over since last(\(table.name)\(filter))\(rest)"
  }

  mutating func outcome(_ name: String) -> String {
    var (text, piece) = aggregateCall(forward: true)
    let ahead = make.random.pick([
      " within \(make.step)", " within 3d", " after 12h within 2d", " within 1mo",
    ])
    text += ahead
    if !piece.isExact { inexactColumns.insert(name) }
    if piece.kind == .int, !weighted.contains("orders"), make.random.chance(0.3) {
      text = "if \(text) > 1 then count(orders) within 2d else 0"
    }
    return "outcome \(name) = \(text)"
  }

  mutating func writeFeature(_ name: String) {
    var piece: Piece
    var isStretch = false
    if make.random.chance(0.65) {
      let (text, kind) = aggregateCall()
      piece = kind
      let (window, isOptional) = window()
      piece.isOptional = piece.isOptional || isOptional
      isStretch =
        window.contains("over")
        && !["all", "last", "session"].contains { window.contains($0) }
      lines.append("feature \(name) = \(text)\(window)")
    } else {
      let kinds: [Kind] = [.int, .float, .bool, .text, .duration, .time]
      let hasVectors = decisionScope.contains { $0.kind == .vector }
      let kind = make.random.pick(kinds + (hasVectors ? [.vector, .float] : []))
      piece = make.expression(kind, 3, decisionScope)
      lines.append("feature \(name) = \(piece.text)")
    }
    if !piece.isExact { inexactColumns.insert(name) }
    noteOrders(name)
    piece.text = name
    piece.isAtom = true
    features.append(piece)
    decisionScope.append(piece)
    guard isStretch, make.random.chance(0.3) else { return }
    let coverage = Piece(text: "\(name)_covered", kind: .float)
    lines.append("feature \(coverage.text) = coverage(\(name))")
    noteOrders(coverage.text)
    features.append(coverage)
    decisionScope.append(coverage)
  }

  mutating func writeActionFeature(_ name: String) {
    let match = "category == offers.category"
    let (text, kind) = aggregateCall(filteredBy: match)
    // Only orders have a category.
    guard text.contains("(orders") else { return }
    var piece = kind
    var (window, isOptional) = window()
    // Has no form (E0243).
    if weighted.contains("orders"), text.hasPrefix("share"), window.contains("last") {
      (window, isOptional) = ("", false)
    }
    piece.isOptional = piece.isOptional || isOptional
    lines.append("feature \(name) for offers = \(text)\(window)")
    noteOrders(name)
    piece.text = name
    piece.isAtom = true
    actionFeatures.append(piece)
  }

  /// A feature that was just written may hang on orders, or on another that does.
  private mutating func noteOrders(_ name: String) {
    let words = (lines.last ?? "").split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(
      String.init)
    if words.contains("orders") || words.dropFirst(2).contains(where: { overOrders.contains($0) }) {
      overOrders.insert(name)
    }
  }

  /// What a rule may read.
  var ruleScope: [Piece] {
    actionScope.filter { !hidesEvents || !overOrders.contains($0.text) }
      + (hasChannels ? [Piece(text: consentByChannel, kind: .bool)] : [])
  }

  private var consentByChannel: String {
    "consent(\(hasTwoLedgers ? "partners, " : "")\"ads\", channel: offers.category)"
  }

  /// `consent("ads")` at some time; of events also at theirs. Or one of some consents, which may take over
  /// from one another.
  private mutating func hideCondition(ofEvents: Bool) -> String {
    var clocks = ["", "", isTimeless ? "" : ", at: run"]
    if make.random.chance(0.4) {
      let sides = (0..<make.random.number(2...3)).map { _ in
        let parts = (0..<make.random.number(1...2)).map { _ in
          consent(make.random.pick(["ads", "other"]), make.random.pick(clocks))
        }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " and ")))"
      }
      return sides.joined(separator: " or ")
    }
    if ofEvents { clocks += [", at: event", ", at: event"] }
    var parts = [consent(make.random.pick(["ads", "ads", "other"]), make.random.pick(clocks))]
    if make.random.chance(0.2) { parts.append(consent("other", make.random.pick(clocks))) }
    if parts.contains(where: { $0.contains("event") }) { hidesEvents = true }
    return parts.joined(separator: " and ")
  }

  /// Under a mask that hides, everything may be null.
  private func seenUnderMask(_ scope: [Piece]) -> [Piece] {
    scope.map { piece in
      var piece = piece
      if hides, piece.text != "at", !piece.text.hasPrefix("consent") { piece.isOptional = true }
      return piece
    }
  }

  var actionScope: [Piece] {
    seenUnderMask(decisionScope + actionFeatures) + pieces(offers, of: "offers")
  }

  mutating func writeMask() {
    lines += ["", "mask m for offers {"]
    var body: [String] = []
    if make.random.chance(0.4) {
      body.append("hide orders unless \(hideCondition(ofEvents: true))")
    }
    if make.random.chance(0.3) {
      let column = make.random.pick(["amount", "quantity", "category"])
      body.append("hide orders.\(column) unless \(hideCondition(ofEvents: true))")
    }
    if make.random.chance(0.2) {
      body.append("hide accounts.region unless \(hideCondition(ofEvents: false)) else \"hidden\"")
    }
    if make.random.chance(0.2) { body.append("hide accounts.tier") }
    if make.random.chance(0.2), let feature = features.first {
      body.append("hide \(feature.text) unless \(consent("other"))")
    }
    // A mask with rules needs a no-op that a forbidden fallback gives way to.
    if body.isEmpty, !hasNoAction { body.append("hide accounts.tier") }
    hides = !body.isEmpty
    for index in 0..<(hasNoAction ? make.random.number(0...3) : 0) {
      let rule = make.condition(2, ruleScope)
      let text = rule.isOptional ? "\(rule.operand) ?? false" : rule.text
      body.append("forbid r\(index) when \(text)")
    }
    if body.isEmpty { body.append("forbid never when offers.min_tier > 100") }
    lines += body.map { "  " + $0 } + ["}", ""]
  }

  /// A score that is the sum of an imported model; its inputs may be null, NaN or of no category.
  private mutating func writeModel(_ scope: [Piece]) {
    let model = FuzzModel(&make.random)
    let inputs = model.isCategory.map { isCategory in
      isCategory
        ? make.expression(.int, 1, scope).text
        : make.expression(make.random.pick([.float, .float, .int, .bool]), 1, scope).text
    }
    models[model.path] = model.text
    lines.append(
      "score s for offers = \(model.format)(\"\(model.path)\", [\(inputs.joined(separator: ", "))])"
    )
  }

  mutating func writePolicy(hasMoments: Bool) {
    var scope = actionScope
    // Then the policy cannot move to another exposure.
    if !hasMoments, let sends = tables.first(where: { $0.name == "sends" }) {
      scope += pieces(sends.columns, of: "sends")
    }
    if make.random.chance(0.3) {
      writeModel(scope)
    } else {
      lines.append("score s for offers = \(make.total(.float, 2, scope).text)")
    }
    lines += ["", "objective value for offers {"]
    lines.append("  maximize t0 = clamp(s, -50.0, 50.0) weight 0.7")
    let second = make.total(.int, 2, scope)
    lines.append("  minimize t1 = \(second.text) weight 0.1")
    lines += ["}", ""]
    let whole = hidesEvents ? ruleScope : scope + [Piece(text: "s", kind: .float)]
    let threshold = make.condition(1, whole).text
    let choose = make.random.pick([
      "greedy", "softmax(temperature: 0.5)", "softmax(temperature: 10.0)",
      "threshold(\(threshold))",
    ])
    let action = tables.first { $0.name == "offers" }?.rows.first?[0]
    let key =
      switch action {
      case .int(let key): String(key)
      case .text(let key): "\"\(key)\""
      default: "\"nothing\""
      }
    let first = make.expression(.float, 2, scope + [Piece(text: "s", kind: .float)]).text
    let candidates =
      make.random.chance(0.3) ? ["  candidates top(\(make.random.number(1...3))) by \(first)"] : []
    // A model may leave inputs alone.
    let read =
      lines.filter {
        $0.hasPrefix("  forbid ") || $0.hasPrefix("score s ") && !$0.contains("\", [")
      } + [second.text]
    lines += ["policy p for offers at sends {"] + candidates
    lines += [
      "  mask m", "  objective value", "  choose \(choose)",
      "  explore \(make.random.pick(["0%", "0%", "5%", "50%", "100%"]))",
    ]
    lines += stableClauses(of: scope, read: read)
    lines += [
      "  fallback \(hasNoAction && make.random.chance(0.6) ? "\"nothing\"" : key)", "}", "",
    ]
    if make.random.chance(0.6) { writeSlates(threshold, candidates, fallback: key, scope, read) }
  }

  /// The same objective, several actions at a time.
  private mutating func writeSlates(
    _ threshold: String, _ candidates: [String], fallback: String, _ scope: [Piece],
    _ read: [String]
  ) {
    hasSlates = true
    let choose = make.random.pick([
      "greedy", "softmax(temperature: 0.5)", "softmax(temperature: 20.0)",
      "threshold(\(threshold))",
    ])
    var slots = "  slots \(make.random.number(1...5))"
    for column in offers.dropFirst().prefix(3) where make.random.chance(0.3) {
      slots += ", at most \(make.random.number(1...2)) per \(column.name)"
    }
    let explore = make.random.pick(["0%", "0%", "20%", "100%"])
    lines += ["policy page for offers at sends {"] + candidates
    lines += ["  mask m", "  objective value", slots, "  choose \(choose)", "  explore \(explore)"]
    if explore == "0%", !choose.hasPrefix("softmax") {
      // Limits of slates compare columns of the actions, which then do not move.
      lines += stableClauses(of: scope.filter { !$0.text.hasPrefix("offers.") }, read: read)
    }
    lines += [
      "  fallback \(hasNoAction && make.random.chance(0.6) ? "\"nothing\"" : fallback)", "}", "",
    ]
  }

  mutating func writeShows(hasMoments: Bool) {
    let names = features.map(\.text).joined(separator: ", ")
    let outcomes = lines.compactMap { line -> String? in
      let words = line.split(separator: " ")
      return words.first == "outcome" ? String(words[1]) : nil
    }.joined(separator: ", ")
    let none = "under none because \"fuzz\""
    show("sends \(none) | select customer_id, sent_at, bucket, kept, \(outcomes), \(names)")
    show("sends under m | select customer_id, sent_at, \(outcomes), \(names)")
    let decision =
      "customer, at, action, rank, propensity, value, expected_value, eligible, reasons, "
      + "is_fallback, term_t0, term_t1"
    show("p | select \(decision)")
    show("p | group action { n = count(); total = sum(value); top = max(term_t0) } | sort -n")
    if hasSlates {
      show("page | select \(decision), position, number, \(names)")
      show(
        "page | where position > 1 | group position, action { n = count(); propensity = max(propensity) }"
      )
      if hasMoments { show("page at moments | select \(decision), position") }
    }
    show(
      "candidates(p) | select customer, at, number, action, eligible, reasons, value, term_t0, term_t1, "
        + "rank, propensity, chosen")
    show("candidates(p) | where not eligible | group reasons { n = count() }")
    let perAction = (actionFeatures.map(\.text) + ["s", "offers.cost"]).joined(separator: ", ")
    show("candidates(p) | select customer, at, number, action, \(names), \(perAction)")
    writeCompositionShows(hasMoments: hasMoments, columns: decision)
    if hasMoments {
      show("moments \(none) | select customer, at, \(names)")
      show("p at moments | select \(decision)")
    }
    show("\(oneMoment()) \(none) | select customer, at, \(names)")
    show("\(oneMoment()) under m | select \(names)")
    writeTableShows(none)
  }

  /// `for customer 42 at @…`, of somebody who may be in no table.
  private mutating func oneMoment() -> String {
    let isKnown = !data.entities.isEmpty && make.random.chance(0.9)
    let key =
      switch isKnown ? data.entity() : data.textKeys ? .text("nobody") : .int(1000) {
      case .int(let key): String(key)
      case .text(let key): "\"\(key)\""
      default: "null"
      }
    return "for customer \(key) at \(timeLiteral(data.instant()))"
  }

  private mutating func writeTableShows(_ none: String) {
    guard let orders = eventTables.first else { return }
    let scope = pieces(orders.columns, of: nil)
    let extra = make.expression(make.random.pick([.int, .float, .text, .bool]), 2, scope)
    show("orders | where \(make.condition(2, scope).text) | select *, extra = \(extra.text)")
    let key = make.random.pick(["category", orders.columns[0].name, "gift", "quantity", "amount"])
    let filter = make.condition(1, scope).text
    show(
      """
      orders | group \(key) { n = count(); some = count(where \(filter)); total = sum(amount); \
      mid = mean(weight); kinds = distinct(category); most = max(due_at); often = mode(quantity); \
      part = share(where \(filter)); middle = median(amount); high = quantile(category, 0.8); \
      mixed = entropy(quantity); about = approx_distinct(category); per = ratio(amount, quantity); spread = var(weight) } \
      | sort -total, n | skip 1 | take 4
      """)
    inexactColumns.formUnion(["spread", "mixed"])
    show("orders | group { n = count(); total = sum(quantity); first = min(ordered_at) }")
    show("sends \(none) | where kept | group bucket { n = count(); b = mean(budget) }")
    show("accounts | sort -tier, region")
    writeVerbShows(orders.columns, none)
    writeJoinShows(orders.columns, none)
  }

  /// Views and joins.
  private mutating func writeJoinShows(_ columns: [FuzzColumn], _ none: String) {
    let key = columns[0].name
    let group = make.random.pick(["quantity", "category", "amount", "gift"])
    lines.append(
      "view summed = orders | group \(key) { n = count(); total = sum(amount); best = max(category) }"
    )
    lines.append("view kinds = orders | group \(group) { n = count(); least = min(quantity) }")
    lines.append(
      "view some = orders | where quantity > 1 | select \(key), quantity, category, due_at")
    lines.append("")
    show("summed | where n > 1 | sort -total")
    show("orders | select \(key), amount, quantity | join summed on \(key) | take 40")
    if key == "customer_id" {
      show("sends \(none) | join only summed on customer_id == \(key) { twice = n * 2; best }")
    }
    show("orders | select ordered_at, \(group) | join kinds on \(group) { n; least }")
    let only = make.random.pick(["", "only "])
    show(
      "orders | select \(key), category, amount | join \(only)some on \(key), category expand "
        + "{ quantity; due_at } | take 50")
    show(
      "kinds | join \(only)orders on least == quantity expand { ordered_at; present = gift } | take 50"
    )
  }

  /// Verbs that look at rows beside a row, or choose among them.
  private mutating func writeVerbShows(_ columns: [FuzzColumn], _ none: String) {
    let keys = ["category", "gift", "quantity", "amount", columns[0].name]
    let scalars = columns.filter { ![.vector, .list].contains($0.kind) }.map(\.name)
    let key = make.random.pick(keys)
    show("orders | distinct \(key), flag = gift")
    show("orders | select \(scalars.joined(separator: ", ")) | distinct | take 5")
    // Times are not among what is hashed: they may be moved.
    show(
      "orders | select quantity, amount, category, gift, line = 1 | sample \(make.random.pick(["30%", "0%", "100%", "0", "4", "9999"]))"
    )
    show("sends \(none) | select bucket, budget | sample \(make.random.pick(["40%", "3"]))")
    let filter = make.condition(1, pieces(columns, of: nil)).text
    show(
      """
      orders | pivot category in ["a", "b"] per \(key) { n = count(); total = sum(amount); \
      part = share(where \(filter)); most = max(due_at where \(filter)) }
      """)
    let order = make.random.pick(["ordered_at", "-amount", "quantity, -weight", "category, amount"])
    let frame = make.random.pick(["over last 2", "over all", "over last 3", ""])
    let time =
      order == "ordered_at" ? "recent = sum(amount) over 36h; low = min(quantity) over 2d; " : ""
    show(
      """
      orders | window per \(key) sort \(order) { place = row_number(); r = rank(); d = dense_rank(); \
      before = previous(amount); later = next(category, 2); n = count(); total = sum(amount) \(frame); \
      whole = sum(quantity) over all; mid = mean(weight where \(filter)) \(frame); \
      top = max(category) \(frame); least = min(amount) over last 2; start = first(quantity); \(time)\
      end = last(due_at where \(filter)) over last 3 } | take 30
      """)
    show(
      "orders | window per \(key) { n = count(); often = mode(category); middle = median(amount) }")
    show("orders | sort \(order) | skip 1 | take 3")
    show("orders | select quantity, amount, weight, category, gift | describe")
    show("orders | where quantity > 99 | select quantity, category, gift | describe")
    inexactColumns.insert("stddev")
  }

  mutating func show(_ query: String) { lines.append("show \(query)") }
}
