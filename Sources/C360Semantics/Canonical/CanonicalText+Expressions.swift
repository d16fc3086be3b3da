extension CanonicalText {
  /// Prefix form, fully bracketed.
  func expression(_ expression: Expression) -> String {
    var text = ""
    write(expression, into: &text)
    return text
  }

  private func write(_ expression: Expression, into text: inout String) {
    switch expression.kind {
    case .literal(let value): text += literal(value, expression.type)
    case .parameter(let id): text += id.index >= 0 ? "$\(program[id].name)" : "$argument"
    case .decisionTime: text += "at"
    case .accumulator: text += "acc"
    case .tableColumn(let table, let column), .profileColumn(let table, let column),
      .actionColumn(let table, let column):
      text += "\(program[table].name).\(program[table].columns[column].name)"
    case .exposureColumn(let exposure, let column):
      text += "\(program[exposure].name).\(program[exposure].columns[column].name)"
    case .kept(let exposure): text += "\(program[exposure].name).kept"
    case .outcome(_, _, let inner): write("outcome", [inner], into: &text)
    case .feature(let id): text += program[id].name + seen(under: program[id].mask)
    case .score(let id): text += program[id].name + seen(under: program[id].mask)
    case .call(let builtin, let arguments): write(builtin.rawValue, arguments, into: &text)
    case .model(let sum, let inputs):
      write("\(sum.model.format)[\(sum.model.digest), \(sum.index)]", inputs, into: &text)
    case .and(let left, let right): write("and", [left, right], into: &text)
    case .or(let left, let right): write("or", [left, right], into: &text)
    case .not(let operand): write("not", [operand], into: &text)
    case .conditional(let condition, let first, let second):
      write("if", [condition, first, second], into: &text)
    case .coalesce(let left, let right): write("??", [left, right], into: &text)
    case .isNull(let operand): write("null?", [operand], into: &text)
    case .isIn(let operand, let values):
      text += "in("
      write(operand, into: &text)
      text += ", [" + values.map { literal($0, operand.type) }.joined(separator: ", ") + "])"
    case .aggregate(let aggregate): text += self.aggregate(aggregate)
    case .coverage(let covered):
      text +=
        "coverage(\(program[covered.table].name)\(words(covered.window)) "
        + "lag \(covered.lag)us\(covered.every.map { " every \(words($0))" } ?? "")"
        + covered.permitted.map { "; \(words($0))" }.joined() + ")"
    case .consent(let question):
      text += words(question)
    case .throughout(let condition, let length):
      write("throughout \(words(length))", [condition], into: &text)
    case .confidence(let identity): text += "confidence(\(program[identity].name))"
    case .arm(let id): text += "arm(\(program[id].name))"
    case .queryColumn(let index): text += "#\(index)"
    case .rowAggregate(let aggregate): text += rowAggregate(aggregate)
    case .decision(let column): text += "decision.\(column)"
    }
  }

  private func write(_ name: String, _ arguments: [Expression], into text: inout String) {
    text += name
    text += "("
    for (index, argument) in arguments.enumerated() {
      if index > 0 { text += ", " }
      write(argument, into: &text)
    }
    text += ")"
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
    case .vector(let elements):
      return "[\(elements.map { "\($0)" }.joined(separator: ", "))]"
    case .list(let elements):
      let element: Type.Base = if case .list(let element) = type.base { element } else { .null }
      return "[\(elements.map { literal($0, Type(element)) }.joined(separator: ", "))]"
    }
  }

  private func words(_ clock: ConsentClock) -> String {
    switch clock {
    case .decision: "at"
    case .run: "run"
    case .event: "event"
    case .throughout(let length): "throughout \(words(length))"
    }
  }

  private func words(_ question: ConsentQuestion) -> String {
    "consent(\(program[question.ledger].name), \(quoted(question.purpose)), "
      + "\(words(question.channel))\(words(question.clock)))"
  }

  private func words(_ channel: ConsentQuestion.Channel) -> String {
    switch channel {
    case .every: ""
    case .named(let name): "channel \(quoted(name)), "
    case .ofAction(let table, let column):
      "channel \(program[table].name).\(program[table].columns[column].name), "
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
    if let setting = words(aggregate.setting) { parts.append(setting) }
    if let filter = aggregate.filter { parts.append("where \(expression(filter))") }
    if let permitted = aggregate.permitted { parts.append("permitted \(expression(permitted))") }
    for match in aggregate.actionMatches {
      parts.append("match \(expression(match.event)) action \(match.actionColumn)")
    }
    parts.append(words(aggregate.window))
    if let marker = aggregate.marker {
      parts.append(program[marker.table].name)
      if let filter = marker.filter { parts.append("where \(expression(filter))") }
      if let permitted = marker.permitted { parts.append("permitted \(expression(permitted))") }
      if marker.orAll { parts.append("else all") }
    }
    if aggregate.takesAnyWeight { parts.append("weight any") }
    if aggregate.lag != 0 { parts.append("lag \(aggregate.lag)us") }
    if let every = aggregate.every { parts.append("every \(words(every))") }
    return "\(aggregate.function.rawValue)[\(parts.joined(separator: "; "))]"
  }

  private func words(_ setting: AggregateSetting) -> String? {
    switch setting {
    case .none: nil
    case .position(let position): "\(position)"
    case .halfLife(let length): "half_life \(length)us"
    case .quantile(let billionths): "p \(billionths)e-9"
    case .smoothing(let alpha): "alpha \(alpha)"
    case .fold(let initial): "from \(initial)"
    case .limit(let count): "\(count)"
    case .bounds(let bounds): "bounds \(literal(.list(bounds), Type(.list(.null))))"
    }
  }

  func words(_ window: Window) -> String {
    switch window {
    case .all: "all"
    case .duration(let length): "over \(length)us"
    case .span(let span): "over \(words(span))"
    case .calendar(let span): "over calendar \(words(span))"
    case .last(let count): "last \(count)"
    case .session(let gap): "session \(gap)us"
    case .sinceLast: "since last"
    case .following(let after, let within): "after \(words(after)) within \(words(within))"
    }
  }

  func rowAggregate(_ aggregate: RowAggregate) -> String {
    var parts = [aggregate.argument, aggregate.second].compactMap { $0 }.map { expression($0) }
    if let setting = words(aggregate.setting) { parts.append(setting) }
    if let filter = aggregate.filter { parts.append("where \(expression(filter))") }
    return "\(aggregate.function.rawValue)[\(parts.joined(separator: "; "))]"
  }
}
