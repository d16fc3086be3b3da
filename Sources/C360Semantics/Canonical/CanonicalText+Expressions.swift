extension CanonicalText {
  /// Prefix form, fully bracketed.
  func expression(_ expression: Expression) -> String {
    switch expression.kind {
    case .literal(let value): literal(value, expression.type)
    case .parameter(let id):
      id.index >= 0 ? "$\(program[id].name)" : "$argument"
    case .decisionTime: "at"
    case .tableColumn(let table, let column), .profileColumn(let table, let column),
      .actionColumn(let table, let column):
      "\(program[table].name).\(program[table].columns[column].name)"
    case .exposureColumn(let exposure, let column):
      "\(program[exposure].name).\(program[exposure].columns[column].name)"
    case .kept(let exposure): "\(program[exposure].name).kept"
    case .outcome(_, _, let inner): "outcome(\(self.expression(inner)))"
    case .feature(let id): program[id].name + seen(under: program[id].mask)
    case .score(let id): program[id].name + seen(under: program[id].mask)
    case .call(let builtin, let arguments): "\(builtin.rawValue)(\(list(arguments)))"
    case .and(let left, let right): "and(\(list([left, right])))"
    case .or(let left, let right): "or(\(list([left, right])))"
    case .not(let operand): "not(\(self.expression(operand)))"
    case .conditional(let condition, let first, let second):
      "if(\(list([condition, first, second])))"
    case .coalesce(let left, let right): "??(\(list([left, right])))"
    case .isNull(let operand): "null?(\(self.expression(operand)))"
    case .isIn(let operand, let values):
      "in(\(self.expression(operand)), ["
        + values.map { literal($0, operand.type) }.joined(separator: ", ") + "])"
    case .aggregate(let aggregate): self.aggregate(aggregate)
    case .consent(let table, let purpose, let clock):
      "consent(\(program[table].name), \(quoted(purpose)), \(words(clock)))"
    case .queryColumn(let index): "#\(index)"
    case .rowAggregate(let aggregate): rowAggregate(aggregate)
    case .decision(let column): "decision.\(column)"
    }
  }

  private func list(_ expressions: [Expression]) -> String {
    expressions.map { expression($0) }.joined(separator: ", ")
  }

  func literal(_ value: Value, _ type: Type) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return "\(flag)"
    case .int(let number): return "\(number)"
    case .float(let number):
      let unit = type.base.unit ?? .none
      return unit == .none ? "\(number)" : "\(number) \(unit)"
    case .text(let text): return quoted(text)
    case .time(let instant): return "@\(instant)us"
    case .date(let day): return "@\(day)day"
    case .duration(let length): return "\(length)us"
    case .calendarSpan(let span): return words(span)
    }
  }

  private func words(_ clock: ConsentClock) -> String {
    switch clock {
    case .decision: "at"
    case .throughout(let length): "throughout \(words(length))"
    }
  }

  func words(_ offset: Offset) -> String {
    switch offset {
    case .exact(let length): "\(length)us"
    case .calendar(let span): "calendar \(words(span))"
    }
  }

  func words(_ span: CalendarSpan) -> String { "\(span.count) \(span.unit)" }

  private func aggregate(_ aggregate: Aggregate) -> String {
    var parts = [program[aggregate.table].name]
    if let argument = aggregate.argument { parts.append(expression(argument)) }
    if let second = aggregate.second { parts.append(expression(second)) }
    if let position = aggregate.position { parts.append("\(position)") }
    if let halfLife = aggregate.halfLife { parts.append("half_life \(halfLife)us") }
    if let filter = aggregate.filter { parts.append("where \(expression(filter))") }
    for match in aggregate.actionMatches {
      parts.append("match \(expression(match.event)) action \(match.actionColumn)")
    }
    parts.append(words(aggregate.window))
    if aggregate.lag != 0 { parts.append("lag \(aggregate.lag)us") }
    return "\(aggregate.function.rawValue)[\(parts.joined(separator: "; "))]"
  }

  private func words(_ window: Window) -> String {
    switch window {
    case .all: "all"
    case .duration(let length): "over \(length)us"
    case .span(let span): "over \(words(span))"
    case .calendar(let span): "over calendar \(words(span))"
    case .last(let count): "last \(count)"
    case .following(let after, let within): "after \(words(after)) within \(words(within))"
    }
  }

  private func rowAggregate(_ aggregate: RowAggregate) -> String {
    var parts = [aggregate.argument, aggregate.second].compactMap { $0 }.map { expression($0) }
    if let filter = aggregate.filter { parts.append("where \(expression(filter))") }
    return "\(aggregate.function.rawValue)[\(parts.joined(separator: "; "))]"
  }
}
