import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

/// An aggregate on its way to a column of a timeline.
struct AggregateCall {
  let aggregate: Aggregate
  let expression: Expression
  /// For people; nil: the words of the source.
  let name: String?
  /// Where the value is wanted.
  let scope: Scope
  let events: Scope
  let moments: Moments
  let decision: Decision?
  /// Of the filter, and of `share`.
  let condition: ScalarID?
  /// What has to hold for an argument to be evaluated.
  let guardian: ScalarID?
  var filter: ColumnID?
  /// Events that are there at all; nil: all.
  let permitted: ColumnID?
  var matches: [WindowedAggregate.Match]
  /// Where the window begins at the last event of a kind: when that was.
  let marker: ColumnID?
}

extension Lowering {
  /// The value of a windowed aggregate at the rows of the scope: a column of a timeline.
  ///
  /// - Parameter name: for people; nil: the words of the source.
  func aggregate(
    _ aggregate: Aggregate, _ expression: Expression, named name: String?, _ scope: Scope
  ) -> ScalarID {
    let call = aggregateCall(aggregate, expression, named: name, scope)
    if let weight = linked(aggregate.table)?.weight, aggregate.function.mixes {
      return mixture(call, weight: weight)
    }
    if let fold = foldStep(aggregate, call.events) {
      return windowed(call, aggregate.function.planned, nil, setting: .fold(fold))
    }
    return windowed(
      call, aggregate.function.planned,
      aggregate.argument.map { eventColumn(argument(of: call, $0), $0, call.events) },
      aggregate.second.map { eventColumn(argument(of: call, $0), $0, call.events) })
  }

  /// What all columns of the timeline that answer one call have in common.
  private func aggregateCall(
    _ aggregate: Aggregate, _ expression: Expression, named name: String?, _ scope: Scope
  ) -> AggregateCall {
    guard let moments = orderedMoments(of: scope) else {
      preconditionFailure("the checker lets aggregates stand at moments only")
    }
    var events = eventScope(aggregate.table)
    events.moved = scope.moved
    let permitted = aggregate.permitted.map { lower($0, as: .bool, events) }
    var condition = aggregate.filter.map { lower($0, as: .bool, events) }
    // What a mask hides cannot fail.
    if let visible = permitted, let value = condition, scalars.canFail(value) {
      condition = scalars.add(.and, [visible, value], .bool)
    }
    // A filter that lets everything through is none, unless it is what is asked.
    if let value = condition, scalars.constant(of: value) == .bool(true),
      !aggregate.function.asksOfAllEvents
    {
      condition = nil
    }
    var visible = permitted
    let weight = linked(aggregate.table)?.weight
    // Whole events are those that are the entity's more likely than not; the others are not there.
    if let weight, !aggregate.function.mixes, !aggregate.takesAnyWeight {
      let isLikely = isLikely(weight)
      visible = visible.map { scalars.add(.and, [$0, isLikely], .bool) } ?? isLikely
    }
    var filter: ColumnID?
    if let condition, let expression = aggregate.filter {
      filter = eventColumn(condition, expression, events)
    }
    var guardian = aggregate.function.asksOfAllEvents ? nil : condition
    if let visible {
      guardian = guardian.map { scalars.add(.and, [visible, $0], .bool) } ?? visible
    }
    let matches = aggregate.actionMatches.compactMap { match -> WindowedAggregate.Match? in
      guard let actions = scope.decision?.actions else { return nil }
      let value = guarded(match.event, where: permitted, events)
      return WindowedAggregate.Match(
        event: eventColumn(value, match.event, events),
        action: column(match.actionColumn, of: rows(actions)))
    }
    return AggregateCall(
      aggregate: aggregate, expression: expression, name: name, scope: scope, events: events,
      moments: moments, decision: scope.decision, condition: condition, guardian: guardian,
      filter: filter,
      permitted: visible.map {
        derivedColumn($0, in: events.relation, named: scalarName(of: aggregate), .bool)
      }, matches: matches,
      marker: aggregate.marker.flatMap { markerColumn($0, of: aggregate, expression, scope) })
  }

  private func scalarName(of aggregate: Aggregate) -> String {
    aggregate.permitted?.span.text.singleLine ?? "p >= 0.5"
  }

  /// The argument of an aggregate at its events.
  func argument(of call: AggregateCall, _ expression: Expression) -> ScalarID {
    guarded(expression, where: call.guardian, call.events)
  }

  /// The value of a function over columns of the events, at the rows of the call's scope.
  func windowed(
    _ call: AggregateCall, _ function: C360Plan.AggregateFunction, _ argument: ColumnID?,
    _ second: ColumnID? = nil, weight: ColumnID? = nil, setting: C360Plan.AggregateSetting? = nil
  ) -> ScalarID {
    let answer = timelineColumn(
      call, function, argument, second, weight: weight, setting: setting)
    return afterMarker(
      returned(answer, call.scope), call.marker.map { returned($0, call.scope) }, call.aggregate)
  }

  /// The same as a column of a timeline.
  private func timelineColumn(
    _ call: AggregateCall, _ function: C360Plan.AggregateFunction, _ argument: ColumnID?,
    _ second: ColumnID? = nil, weight: ColumnID? = nil, setting: C360Plan.AggregateSetting? = nil
  ) -> ColumnID {
    let aggregate = call.aggregate
    var windowed = WindowedAggregate(
      function: function, argument: argument, second: second, filter: call.filter,
      matches: call.matches, window: aggregate.window.spec(since: call.marker), lag: aggregate.lag,
      every: aggregate.every?.offset, setting: setting ?? aggregate.setting.planned)
    windowed.weight = weight
    windowed.permitted = call.permitted
    let level = timelineLevel(of: windowed)
    let decision = windowed.matches.isEmpty ? nil : call.decision
    let key = timeline(aggregate.table, call.moments, decision: decision, level: level)
    let empty = windowed.setting.emptyList(of: windowed.function)
    if let known = requests.timelines[key]?.index[windowed] {
      return known
    }
    let answer = addColumn(
      call.name ?? call.expression.span.text.singleLine, call.expression.type.logical,
      in: decision?.relation ?? call.moments.relation,
      nullable: call.expression.type.isOptional || empty != nil)
    levels[answer] = level + 1
    requests.timelines[key]?.index[windowed] = answer
    requests.timelines[key]?.outputs.append(
      TimelineStep.Output(
        aggregate: windowed, column: answer, origin: origin(call.expression.span)))
    return answer
  }

  // MARK: Windows since the last event of a kind

  /// When the last visible event of a marker happened, as a column of the moments: itself a windowed
  /// aggregate, of a lower level.
  private func markerColumn(
    _ marker: Aggregate.Marker, of aggregate: Aggregate, _ expression: Expression, _ scope: Scope
  ) -> ColumnID? {
    guard case .events(let roles) = program[marker.table].kind else { return nil }
    let time = Expression(
      .tableColumn(marker.table, roles.time), type: .time, span: expression.span,
      facts: expression.facts)
    var last = Aggregate(
      function: .last, table: marker.table, argument: time, second: nil, filter: marker.filter,
      actionMatches: [], window: .all, lag: aggregate.lag, every: aggregate.every)
    last.permitted = marker.permitted
    let value = Expression(
      time.kind, type: .time.optional, span: time.span, facts: time.facts)
    let call = aggregateCall(last, value, named: "last \(program[marker.table].name)", scope)
    return timelineColumn(
      call, last.function.planned, eventColumn(argument(of: call, time), time, call.events))
  }

  /// Without `else all` there is no value before the first marker.
  private func afterMarker(
    _ answer: ColumnID, _ marker: ColumnID?, _ aggregate: Aggregate
  ) -> ScalarID {
    let empty = aggregate.setting.planned.emptyList(of: aggregate.function.planned)
    let value = scalar(answer, orElse: empty)
    guard let marker, aggregate.marker?.orAll == false else { return value }
    let type = plan[answer].type.physical
    let isUnmarked = scalars.add(.isNull, [scalar(marker)], .bool)
    return scalars.add(.select, [isUnmarked, scalars.null(type), value], type)
  }

  /// A column, with a constant in the place of its nulls.
  func scalar(_ column: ColumnID, orElse value: Constant?) -> ScalarID {
    guard let value else { return scalar(column) }
    let type = plan[column].type.physical
    return scalars.add(.coalesce, [scalar(column), scalars.constant(value, type)], type)
  }

  /// Timelines that must run before this one.
  private func timelineLevel(of windowed: WindowedAggregate) -> Int {
    var read =
      [
        windowed.argument, windowed.second, windowed.weight, windowed.filter, windowed.permitted,
      ].compactMap { $0 }
      + windowed.matches.map(\.event) + windowed.setting.reads
    if case .since(let marker) = windowed.window { read.append(marker) }
    return read.reduce(0) { max($0, levels[$1] ?? 0) }
  }

  func timeline(
    _ table: TableID, _ moments: Moments, decision: Decision?, level: Int
  ) -> MomentRequests.TimelineKey {
    let key = MomentRequests.TimelineKey(
      table: table, relation: moments.relation, decision: decision?.index, level: level)
    if requests.timelines[key] == nil {
      requests.timelines[key] = MomentRequests.Timeline(
        moments: moments, target: decision?.relation ?? moments.relation)
      requests.timelineOrder.append(key)
      _ = eventSource(table)
    }
    return key
  }

  /// The value of an expression at each event. An event that the condition leaves out is not
  /// evaluated: its failure is none.
  private func guarded(
    _ expression: Expression, where condition: ScalarID?, _ events: Scope
  ) -> ScalarID {
    let value = lower(expression, as: expression.type, events)
    guard let condition, scalars.canFail(value) else { return value }
    let type = expression.type.physical
    return scalars.add(.select, [condition, value, scalars.null(type)], type)
  }

  /// A column of the event relation for a value: itself when it is one, else derived.
  func eventColumn(
    _ value: ScalarID, _ expression: Expression, _ events: Scope
  ) -> ColumnID {
    derivedColumn(
      value, in: events.relation, named: expression.span.text.singleLine, expression.type)
  }

  /// A column computed before timelines run. Not for what may fail where nobody asks.
  func derivedColumn(
    _ value: ScalarID, in relation: RelationID, named name: String, _ type: Type
  ) -> ColumnID {
    if let column = scalars.column(of: value) { return column }
    let key = MaterializedKey(relation: relation, scalar: value)
    if let known = materialized[key] { return known }
    let column = addColumn(name, type.logical, in: relation, nullable: type.isOptional)
    levels[column] = level(of: value)
    materialized[key] = column
    requests.derived.append((relation, value, column))
    return column
  }

  func timelineStep(_ key: MomentRequests.TimelineKey) -> TimelineStep? {
    guard let timeline = requests.timelines[key], let events = eventSource(key.table) else {
      return nil
    }
    var step = TimelineStep(
      events: events, frame: timeline.moments.relation, key: timeline.moments.key,
      time: timeline.moments.time, outputs: timeline.outputs, coverages: timeline.coverages,
      timezone: timeline.moments.timezone)
    step.isOfEvents = requests.events.values.contains {
      $0.moments.relation == timeline.moments.relation
    }
    return step
  }

  // MARK: Outcomes

  /// Null where one of its windows reaches past what the table has observed.
  func outcome(_ exposure: ExposureID, _ position: Int, _ expression: Expression) -> ScalarID {
    let frame = frame(exposure)
    let scope = frameScope(frame)
    let value = lower(expression, scope)
    guard let moments = moments(of: scope) else { return value }
    var windows: [(table: TableID, within: TimeOffset)] = []
    expression.forEachAggregate { aggregate in
      guard case .following(_, let within) = aggregate.window else { return }
      let window = (table: aggregate.table, within: within.offset)
      if !windows.contains(where: { $0 == window }) { windows.append(window) }
    }
    guard !windows.isEmpty else { return value }
    for window in windows { frame.reach(window.within) }
    let columns = windows.map { coverage(of: $0.table, $0.within, moments) }
    if !coverages.contains(where: { $0.exposure == exposure && $0.outcome == position }) {
      coverages.append(
        LoweredProgram.OutcomeCoverage(exposure: exposure, outcome: position, columns: columns))
    }
    var covered = scalar(columns[0])
    for column in columns.dropFirst() {
      covered = scalars.add(.and, [covered, scalar(column)], .bool)
    }
    let type = scalars.arena[value].type
    return scalars.add(.select, [covered, value, scalars.null(type)], type)
  }

  private func coverage(
    of table: TableID, _ within: TimeOffset, _ moments: Moments
  ) -> ColumnID {
    let key = timeline(table, moments, decision: nil, level: 0)
    if let known = requests.timelines[key]?.coverages.first(where: { $0.within == within }) {
      return known.column
    }
    let column = addColumn(
      "\(program[table].name) observed through \(within.words)", .bool, in: moments.relation,
      nullable: false)
    levels[column] = 1
    requests.timelines[key]?.coverages.append(
      TimelineStep.Coverage(within: within, column: column))
    return column
  }
}

extension C360Plan.AggregateSetting {
  /// What a function that gives lists has where there are no values; steps leave it null.
  func emptyList(of function: C360Plan.AggregateFunction) -> Constant? {
    switch (function, self) {
    case (.top, _), (.list, _): .list([])
    case (.histogram, .bounds(let bounds)):
      .list(Array(repeating: .int(0), count: bounds.binCount))
    default: nil
    }
  }
}

extension TimeOffset {
  /// For people: `t + 28d`.
  var words: String {
    switch self {
    case .exact(let length): "t + \(durationWords(length))"
    case .calendar(let step): "t + \(step.count) \(step.unit)"
    }
  }
}

/// `28d`, `90m`, `1500ms`: the largest unit that divides it.
func durationWords(_ microseconds: Int64) -> String {
  let units: [(Int64, String)] = [
    (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"),
  ]
  for (length, name) in units where microseconds.isMultiple(of: length) {
    return "\(microseconds / length)\(name)"
  }
  return "\(microseconds)us"
}

extension String {
  /// On one line, each run of white space one space.
  var singleLine: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
