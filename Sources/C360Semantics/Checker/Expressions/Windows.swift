import C360Diagnostics
import C360Syntax

struct WindowClauses {
  var window: Window
  var lag: Int64
  var every: Offset?
  var marker: Aggregate.Marker?
}

extension Checker {
  /// The clauses behind an aggregate: `over W`, `lag d`, `every P`, `after d`, `within W`.
  func windowClauses(
    _ clauses: [WindowSyntax], _ aggregation: Catalogue.Aggregation, _ span: Span, _ scope: Scope
  ) -> WindowClauses? {
    var byKeyword: [String: WindowSyntax] = [:]
    for clause in clauses {
      guard let keyword = clause.keyword?.text else { return nil }
      if let first = byKeyword[keyword] {
        report(SemanticError.repeatedWindow(clause.span, keyword, first: first.span))
        return nil
      }
      byKeyword[keyword] = clause
    }
    if let forward = byKeyword["within"] ?? byKeyword["after"] {
      return following(byKeyword, forward, aggregation, scope)
    }
    if scope.use.kind == .outcome, byKeyword["over"] == nil {
      report(SemanticError.outcomeWithoutWindow(span, aggregation.function.rawValue))
      return nil
    }
    var result = WindowClauses(window: .all, lag: 0)
    if let over = byKeyword["over"] {
      guard let found = backward(over, scope) else { return nil }
      result.window = found
      if found == .sinceLast {
        guard let marker = marker(over, scope) else { return nil }
        result.marker = marker
      }
    }
    if let clause = byKeyword["every"] {
      guard let period = every(clause, scope) else { return nil }
      result.every = period
    }
    if let clause = byKeyword["lag"], let value = clause.value {
      guard let length = duration(value, scope, "a lag") else { return nil }
      guard length >= 0 else {
        report(SemanticError.negativeLag(clause.span))
        return nil
      }
      result.lag = length
    }
    return result
  }

  // MARK: Backward

  private func backward(_ clause: WindowSyntax, _ scope: Scope) -> Window? {
    guard let form = clause.form?.text else {
      guard let value = clause.value else { return nil }
      switch length(value, scope, "a window") {
      case .exact(let microseconds)?: return .duration(microseconds)
      case .calendar(let span)?: return .span(span)
      case nil: return nil
      }
    }
    switch form {
    case "all": return .all
    case "last":
      guard let value = clause.value, let count = integer(value, scope, "the number of `last`")
      else { return nil }
      guard count > 0, let exact = Int(exactly: count) else {
        report(SemanticError.noLength(clause.span, "`last \(count)` holds no event"))
        return nil
      }
      return .last(exact)
    case "calendar":
      guard let value = clause.value, let span = calendarPeriod(value, scope) else { return nil }
      return .calendar(span)
    case "session":
      guard let value = clause.value, let gap = duration(value, scope, "the gap of a session")
      else { return nil }
      guard gap > 0 else {
        report(SemanticError.notPositive(value.span, "the gap of a session"))
        return nil
      }
      return .session(gap)
    default: return .sinceLast
    }
  }

  /// `every P`: `every 1mo` and `every calendar 1mo` are the same.
  private func every(_ clause: WindowSyntax, _ scope: Scope) -> Offset? {
    guard let value = clause.value else { return nil }
    guard clause.form == nil else { return calendarPeriod(value, scope).map { .calendar($0) } }
    return length(value, scope, "the period of `every`")
  }

  /// The events in `since last(E where condition)`.
  private func marker(_ clause: WindowSyntax, _ scope: Scope) -> Aggregate.Marker? {
    guard case .reference(let reference)? = clause.value, let name = reference.name else {
      return nil
    }
    guard let table = markerTable(name, scope) else { return nil }
    var filter: Expression?
    if let syntax = clause.filter {
      let events = scope.with(rows: .event(table))
      guard let condition = condition(syntax, events, of: "`where`") else { return nil }
      if condition.facts.grain.actions != nil {
        report(SemanticError.actionInArgument(condition.span, "since last"))
        return nil
      }
      filter = condition
    }
    return Aggregate.Marker(table: table.id, filter: filter, orAll: clause.otherwise != nil)
  }

  private func markerTable(_ name: NameSyntax, _ scope: Scope) -> TableInfo? {
    let written = name.dotted
    if let binding = scope.environment.bindings[written] {
      switch binding {
      case .events(let table) where table.isEvents: return table
      case .invalid: return nil
      default: break
      }
    } else if let declaration = declaration(named: written, scope) {
      if case .table = declaration.kind {
        guard let table = table(declaration) else { return nil }
        if table.isEvents { return table }
      }
      report(
        SemanticError.aggregateOfOther(
          name.span, "since last", written, noun: declaration.noun,
          declared: declaration.nameSpan))
      return nil
    } else if poisonedNames.contains(written) || failedAliases.contains(written) {
      return nil
    }
    let events = declarations.filter { $0.noun == "an event table" }.map(\.name)
    report(SemanticError.unknownName(name.span, written, known: events))
    return nil
  }

  /// A constant length above 0, exact or on the calendar.
  func length(_ syntax: ExpressionSyntax, _ scope: Scope, _ what: String) -> Offset? {
    guard let (value, type) = constantValue(syntax, scope, what) else { return nil }
    switch value {
    case .duration(let length) where length > 0: return held(.exact(length), syntax, what)
    case .calendarSpan(let span) where span.count > 0: return held(.calendar(span), syntax, what)
    case .duration, .calendarSpan:
      report(SemanticError.noLength(syntax.span, "\(what) has a length above 0"))
    default:
      report(
        SemanticError.typeMismatch(
          syntax.span, found: type, wanted: .duration, because: nil, what: what))
    }
    return nil
  }

  /// `calendar 1mo`, `calendar 1d`, `calendar 1w`: days and weeks are local ones here.
  func calendarPeriod(_ syntax: ExpressionSyntax, _ scope: Scope) -> CalendarSpan? {
    guard case .literal(let literal) = unwrapped(syntax), let token = literal.token else {
      report(SemanticError.calendarPeriod(syntax.span))
      return nil
    }
    var span: CalendarSpan?
    if token.kind == .calendarSpan {
      span = Self.calendarSpan(token.text)
    } else if token.kind == .duration {
      let digits = token.text.prefix { $0.isNumber || $0 == "_" }
      if let count = LiteralValue.integer(String(digits)).flatMap(Int.init(exactly:)) {
        switch token.text.dropFirst(digits.count) {
        case "d": span = CalendarSpan(count, .day)
        case "w": span = CalendarSpan(count, .week)
        default: break
        }
      }
    }
    guard let span else {
      report(SemanticError.calendarPeriod(syntax.span))
      return nil
    }
    guard span.count > 0 else {
      report(SemanticError.noLength(syntax.span, "a calendar period has a length above 0"))
      return nil
    }
    return held(.calendar(span), syntax, "a calendar period").map { _ in span }
  }

  // MARK: Forward

  private func following(
    _ clauses: [String: WindowSyntax], _ forward: WindowSyntax,
    _ aggregation: Catalogue.Aggregation, _ scope: Scope
  ) -> WindowClauses? {
    guard scope.use.kind == .outcome else {
      report(SemanticError.forwardWindow(forward.span, user: scope.use.noun))
      return nil
    }
    if case .halfLife = aggregation.parameter {
      report(SemanticError.forwardDecay(forward.span, aggregation.function.rawValue))
      return nil
    }
    for keyword in ["over", "lag", "every"] {
      if let clause = clauses[keyword] {
        report(
          SemanticError.mixedWindow(
            clause.span, keyword, forward: forward.keyword?.text ?? "", at: forward.span))
        return nil
      }
    }
    guard let within = clauses["within"] else {
      report(SemanticError.afterWithoutWithin(forward.span))
      return nil
    }
    guard let value = within.value, within.form == nil else {
      report(SemanticError.windowForm(within.span))
      return nil
    }
    guard let end = length(value, scope, "a window") else { return nil }
    var start = Offset.exact(0)
    if let after = clauses["after"], let value = after.value {
      guard let found = length(value, scope, "`after`") else { return nil }
      start = found
      if !start.isShorter(than: end) {
        report(SemanticError.noLength(after.span.union(within.span), "it ends before it starts"))
        return nil
      }
    }
    return WindowClauses(window: .following(after: start, within: end), lag: 0)
  }
}
