import C360Columns
import C360Decisions
import C360Engine
import C360Lowering
import C360Plan
import C360Semantics

/// The window over events behind an aggregate, with what is asked besides to say which events counted:
/// questions to the same engine, over the same window and filter.
struct EventWindow: Sendable {
  let aggregate: Aggregate
  let table: String
  let words: String
  /// Places among the watched expressions.
  let count: Int
  let first: Int
  let last: Int
  /// Of events that each count with a probability: how many whole ones tell as much.
  let effective: Int?
  /// Of `over since last`: when that was. Of `over session`: when it began.
  let start: Int?

  /// nil: not over events.
  init?(
    _ aggregate: Aggregate, _ expression: Expression, _ program: Program,
    watch: (Expression) -> Int
  ) {
    guard case .events(let roles) = program[aggregate.table].kind else { return nil }
    self.aggregate = aggregate
    table = program[aggregate.table].name
    words = ResultTable.title(of: expression.span.text)
    func time(_ table: TableID, _ position: Int) -> Expression {
      Expression(
        .tableColumn(table, position), type: .time, span: expression.span, facts: expression.facts)
    }
    func ask(_ asked: Aggregate, _ type: Type) -> Int {
      watch(
        Expression(.aggregate(asked), type: type, span: expression.span, facts: expression.facts))
    }
    let own = time(aggregate.table, roles.time)
    let isWeighted = program.isWeighted(aggregate.table)
    count = ask(aggregate.asking(.count), isWeighted ? .float : .int)
    first = ask(aggregate.asking(.min, of: own), .time.optional)
    last = ask(aggregate.asking(.max, of: own), .time.optional)
    effective =
      isWeighted && aggregate.function.mixes ? ask(aggregate.asking(.effectiveCount), .float) : nil
    switch aggregate.window {
    case .session:
      start = ask(aggregate.asking(.min, of: own, filtered: false), .time.optional)
    case .sinceLast:
      guard let marker = aggregate.marker, case .events(let roles) = program[marker.table].kind
      else { return nil }
      var asked = Aggregate(
        function: .max, table: marker.table, argument: time(marker.table, roles.time), second: nil,
        filter: marker.filter, actionMatches: [], window: .all, lag: aggregate.lag,
        every: aggregate.every)
      asked.permitted = marker.permitted
      start = ask(asked, .time.optional)
    default: start = nil
    }
  }

  /// - Parameter values: of the watched expressions.
  func events(at time: Int64, zone: ZoneTable, _ values: [Scalar?]) -> Why.Events {
    func instant(_ place: Int?) -> Int64? {
      if let place, case .int(let value)? = values[place] { return value }
      return nil
    }
    var span = bounds(at: time, zone, start: instant(start), first: instant(first))
    if span.from == .min { span.from = nil }
    return Why.Events(
      table: table, words: words, from: span.from, isFromExclusive: aggregate.window == .sinceLast,
      to: span.to, count: values[count] ?? .null, effective: effective.flatMap { values[$0] },
      first: instant(first), last: instant(last))
  }

  private func bounds(
    at time: Int64, _ zone: ZoneTable, start: Int64?, first: Int64?
  ) -> (from: Int64?, to: Int64) {
    let last = aggregate.every.map { zone.lastMultiple(of: $0.offset, before: time) } ?? time
    let to = Self.less(last, aggregate.lag)
    switch aggregate.window {
    case .all: return (nil, to)
    case .duration(let length): return (Self.less(to, length), to)
    case .span(let span):
      return (zone.add(CalendarStep(-span.count, span.step.unit), to: to), to)
    case .calendar(let span): return (zone.periodStart(span.step, of: to), to)
    case .last: return (first, to)
    case .session, .sinceLast: return (start, to)
    case .following: return (time, to)
    }
  }

  private static func less(_ instant: Int64, _ length: Int64) -> Int64 {
    let (result, isBefore) = instant.subtractingReportingOverflow(length)
    return isBefore ? .min : result
  }
}

extension Aggregate {
  /// Another function over the events that count for this one: those of its window that pass its
  /// filter and have its argument.
  fileprivate func asking(
    _ function: C360Semantics.AggregateFunction, of argument: Expression? = nil,
    filtered: Bool = true
  ) -> Aggregate {
    let isWhole = self.function.asksOfAllEvents || !filtered
    var asked = Aggregate(
      function: function, table: table, argument: argument, second: nil,
      filter: isWhole ? nil : counting, actionMatches: isWhole ? [] : actionMatches,
      window: window, lag: lag, every: every, marker: marker)
    asked.permitted = permitted
    asked.takesAnyWeight = takesAnyWeight || self.function.mixes
    return asked
  }

  /// The last n are the last that pass the filter, with or without a value.
  private var counting: Expression? {
    guard let argument, argument.type.isOptional, function != .fold else { return filter }
    if case .last = window { return filter }
    func bool(_ kind: Expression.Kind) -> Expression {
      Expression(kind, type: .bool, span: argument.span, facts: argument.facts)
    }
    let isThere = bool(.not(bool(.isNull(argument))))
    return filter.map { bool(.and($0, isThere)) } ?? isThere
  }
}
