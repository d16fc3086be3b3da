import C360Diagnostics
import C360Syntax

/// Calls inside the braces of `window`.
extension Checker {
  func windowCall(
    _ function: Catalogue.WindowFunction, _ syntax: CallSyntax, windows: [WindowSyntax],
    _ span: Span, _ window: WindowRequests, _ scope: Scope
  ) -> Expression? {
    if let clause = windows.first {
      report(SemanticError.frameOfNoAggregate(clause.span, function.name))
      return nil
    }
    for argument in syntax.arguments where argument.label != nil || argument.filter != nil {
      report(SemanticError.badArgument(argument.span, function.name))
      return nil
    }
    let values = syntax.arguments.compactMap(\.value)
    guard function.argumentCounts.contains(values.count) else {
      report(
        SemanticError.argumentCount(
          span, function.name, wanted: function.argumentCounts.lowerBound, found: values.count,
          declared: nil))
      return nil
    }
    func column(_ made: RowWindow.Function, _ type: Type, _ facts: Facts) -> Expression {
      window.column(
        of: RowWindow(function: made, frame: .running, type: type, span: span), facts)
    }
    let plain = Facts(phase: .before, grain: Grain(.query))
    switch function.kind {
    case .rowNumber: return column(.rowNumber, .int, plain)
    case .rank, .denseRank:
      guard !window.order.isEmpty else {
        report(SemanticError.rankWithoutOrder(span, function.name))
        return nil
      }
      return column(function.kind == .rank ? .rank : .denseRank, .int, plain)
    case .previous, .next:
      var inner = scope
      inner.window = nil
      guard let value = expression(values[0], inner) else { return nil }
      guard value.type.base != .null, value.type.base != .calendarSpan else {
        report(SemanticError.onlyNull(value.span))
        return nil
      }
      var distance = 1
      if values.count > 1 {
        guard let told = integer(values[1], scope, "how many rows `\(function.name)` goes") else {
          return nil
        }
        guard told >= 1, told <= Int64(Int32.max) else {
          report(SemanticError.frameLength(values[1].span))
          return nil
        }
        distance = Int(told)
      }
      return column(
        .shifted(value, by: function.kind == .previous ? -distance : distance),
        value.type.optional, value.facts)
    }
  }

  func windowAggregate(
    _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax, windows: [WindowSyntax],
    _ span: Span, _ window: WindowRequests, _ scope: Scope
  ) -> Expression? {
    guard let frame = frame(windows, window, scope) else { return nil }
    var inner = scope
    inner.window = nil
    let name = aggregation.function.rawValue
    if frame != .all, !aggregation.function.hasFrames {
      report(SemanticError.noFrames(span, name))
      return nil
    }
    // `first` and `last` are by the order of the window; no other aggregate of a whole partition is.
    let isInOrder = frame != .all || aggregation.function.isByOrder
    if aggregation.function.isByOrder, window.order.isEmpty {
      report(SemanticError.frameWithoutOrder(span, what: "`\(name)`"))
      return nil
    }
    guard
      let value = rowAggregate(
        aggregation, syntax, windows: [], span, inner, isInOrder: isInOrder),
      case .rowAggregate(let aggregate) = value.kind
    else { return nil }
    let isWide = [value.type, aggregate.argument?.type].contains { type in
      switch type?.base {
      case .list: true
      case .vector: frame != .all
      default: false
      }
    }
    if isWide {
      report(SemanticError.wideInWindow(span, name))
      return nil
    }
    return window.column(
      of: RowWindow(function: .aggregate(aggregate), frame: frame, type: value.type, span: span),
      value.facts)
  }

  /// Without `over`: up to this row where there is an order, else the whole partition.
  private func frame(
    _ windows: [WindowSyntax], _ window: WindowRequests, _ scope: Scope
  ) -> RowWindow.Frame? {
    if windows.count > 1 {
      report(SemanticError.badFrame(windows[1].span))
      return nil
    }
    guard let clause = windows.first else { return window.order.isEmpty ? .all : .running }
    guard clause.keyword?.text == "over" else {
      report(SemanticError.badFrame(clause.span))
      return nil
    }
    let rule = clause.form?.text
    if rule == "all" { return .all }
    guard !window.order.isEmpty else {
      report(SemanticError.frameWithoutOrder(clause.span))
      return nil
    }
    guard let value = clause.value, rule == nil || rule == "last" else {
      report(SemanticError.badFrame(clause.span))
      return nil
    }
    if rule == "last" {
      guard let count = integer(value, scope, "the number of rows") else { return nil }
      guard count >= 1, count <= Int64(Int32.max) else {
        report(SemanticError.frameLength(value.span))
        return nil
      }
      return .last(Int(count))
    }
    return range(value, clause, window, scope)
  }

  private func range(
    _ syntax: ExpressionSyntax, _ clause: WindowSyntax, _ window: WindowRequests, _ scope: Scope
  ) -> RowWindow.Frame? {
    guard let (value, _) = constantValue(syntax, scope, "the length of the frame") else {
      return nil
    }
    guard let key = window.order.first, window.order.count == 1, !key.isDescending,
      key.expression.type.base == .time || key.expression.type.base == .date,
      case .duration(let length) = value
    else {
      report(SemanticError.frameRange(clause.span))
      return nil
    }
    let unit: Int64 = key.expression.type.base == .date ? 86_400_000_000 : 1
    guard length > 0, length % unit == 0 else {
      report(SemanticError.frameRange(clause.span))
      return nil
    }
    return held(.exact(length), syntax, "the length of the frame").map { _ in
      .range(length / unit)
    }
  }
}

extension AggregateFunction {
  /// Whether a frame that moves with the row can be asked of it.
  fileprivate var hasFrames: Bool {
    switch self {
    case .count, .sum, .mean, .min, .max, .first, .last: true
    default: false
    }
  }
}
