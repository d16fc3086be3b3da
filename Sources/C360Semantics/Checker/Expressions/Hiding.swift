import C360Diagnostics
import C360Syntax

extension Checker {
  /// The `hide` of a mask that covers a target, or the table that it belongs to.
  func hide(of target: MaskTarget, _ table: MaskTarget?, _ mask: MaskInfo?) -> Hide? {
    guard let mask else { return nil }
    return mask.hides[target] ?? table.flatMap { mask.hides[$0] }
  }

  /// A value as a mask leaves it: itself where the condition holds, else the `else` value or null.
  func hidden(_ value: Expression, by hide: Hide, unless: Expression? = nil) -> Expression? {
    var otherwise = Expression.null(value.type, span: hide.span)
    if let (syntax, environment) = hide.otherwise {
      let scope = Scope(
        .constant, for: Scope.Use(.constant, "the value after `else`"), in: environment)
      guard let typed = expression(syntax, scope),
        let fitted = coerce(
          typed, to: value.type.optional,
          because: LabeledSpan(value.span, "it takes the place of this, of type \(value.type)"))
      else { return nil }
      otherwise =
        fitted.type.isOptional && isTotal(typed) ? fitted.typed(value.type.nonOptional) : fitted
    }
    guard let condition = unless ?? hide.unless else { return otherwise.replacing(hide.target) }
    let type = Type(
      value.type.base, optional: value.type.isOptional || otherwise.type.isOptional)
    return make(
      .conditional(condition, value, otherwise), type, value.span,
      over: [condition, value, otherwise])
  }

  private func isTotal(_ expression: Expression) -> Bool { !expression.type.isOptional }

  // MARK: Aggregates

  /// What a mask hides of an aggregate: columns that it reads, then its table; and the same of the
  /// events since which it counts.
  func hides(of aggregate: Aggregate, _ mask: MaskInfo?) -> [Hide] {
    var seen: Set<Int> = []
    let behind = [aggregate.argument, aggregate.second].compactMap { $0 }
      .flatMap { hides(behind: $0, mask, &seen) }
    return ownHides(of: aggregate, mask) + markerHides(of: aggregate, mask)
      + behind.map {
        Hide(
          target: $0.target, unless: $0.unless, permitted: nil, otherwise: nil, span: $0.span)
      }
  }

  /// What a mask hides of values as of an event: they are seen at the decision, and count then only
  /// where what they are made of may be seen at it.
  private func hides(
    behind expression: Expression, _ mask: MaskInfo?, _ seen: inout Set<Int>
  ) -> [Hide] {
    guard let mask, !mask.hides.isEmpty else { return [] }
    var found: [Hide] = []
    ExpressionWalk.forEach(expression) { part in
      if let hide = hide(replacedBy: part, mask) { found.append(hide) }
      switch part.kind {
      case .profileColumn(let table, let column):
        if let hide = hide(of: .profileColumn(table, column), .table(table), mask) {
          found.append(hide)
        }
      case .feature(let id) where seen.insert(id.index).inserted:
        let feature = program[id]
        if let hide = hide(of: .feature(feature.name), nil, mask) { found.append(hide) }
        found += hides(behind: feature.expression, mask, &seen)
      case .aggregate(let aggregate):
        found += ownHides(of: aggregate, mask) + markerHides(of: aggregate, mask)
      default: break
      }
    }
    return found
  }

  /// The `hide` without a condition whose null or `else` value a part is: of what is hidden from everybody
  /// nothing else is left in an expression.
  func hide(replacedBy part: Expression, _ mask: MaskInfo?) -> Hide? {
    part.facts.replaced.flatMap { mask?.hides[$0] }
  }

  private func ownHides(of aggregate: Aggregate, _ mask: MaskInfo?) -> [Hide] {
    let read =
      [aggregate.argument, aggregate.second, aggregate.filter].compactMap { $0 }
      + aggregate.actionMatches.map(\.event)
    return hides(of: aggregate.table, reading: read, mask)
  }

  private func markerHides(of aggregate: Aggregate, _ mask: MaskInfo?) -> [Hide] {
    guard let marker = aggregate.marker else { return [] }
    return hides(of: marker.table, reading: [marker.filter].compactMap { $0 }, mask)
      .map(\.withoutElse)
  }

  private func hides(
    of table: TableID, reading read: [Expression], _ mask: MaskInfo?
  ) -> [Hide] {
    guard let mask, !mask.hides.isEmpty else { return [] }
    var columns: Set<Int> = []
    for part in read {
      ExpressionWalk.forEach(part) { part in
        if case .tableColumn(table, let column) = part.kind { columns.insert(column) }
      }
    }
    return columns.sorted().compactMap { mask.hides[.eventColumn(table, $0)] }
      + [mask.hides[.table(table)]].compactMap { $0 }
  }

  /// An aggregate as a mask leaves it (semantics.md C3): over what is hidden it is unknown. One that
  /// looks back leaves out the events that are not permitted; one that looks ahead needs the consent
  /// to the end of its window, so that all its events are.
  func seen(_ value: Expression, _ aggregate: Aggregate, under mask: MaskInfo?) -> Expression? {
    let hides = hides(of: aggregate, mask)
    guard !hides.isEmpty else { return value }
    guard case .following(_, let within) = aggregate.window else {
      var visible = aggregate
      visible.permitted = conjunction(ownHides(of: aggregate, mask).compactMap(\.permitted))
      visible.marker?.permitted =
        conjunction(markerHides(of: aggregate, mask).compactMap(\.permitted))
      let inner = Expression(
        .aggregate(visible), type: value.type, span: value.span, facts: value.facts)
      return hides.reduce(inner) { inner, hide in inner.flatMap { hidden($0, by: hide) } }
    }
    var result: Expression? = value
    for hide in hides {
      var throughout: Expression?
      if let unless = hide.unless {
        throughout = ConsentClockRewriter(length: within).rewrite(unless)
        if throughout == nil {
          report(SemanticError.negatedConsent(value.span, hide: hide.span))
          return nil
        }
      }
      result = result.flatMap { hidden($0, by: hide, unless: throughout) }
    }
    return result
  }

  /// All of them; nil when there are none.
  func conjunction(_ conditions: [Expression]) -> Expression? {
    conditions.dropFirst().reduce(conditions.first) { left, right in
      left.flatMap { make(.and($0, right), .bool, right.span, over: [$0, right]) }
    }
  }

  // MARK: Rules

  /// Whether a rule reads no window that holds permitted events only: a withdrawal would make it
  /// smaller and so switch a cap off (semantics.md C3).
  func isSafe(_ rule: Expression, _ noun: String, under mask: MaskInfo?) -> Bool {
    guard let mask, mask.hides.values.contains(where: { $0.permitted != nil }) else { return true }
    var visited: Set<Int> = []
    guard let (table, path) = permittedWindow(in: rule, &visited) else { return true }
    let hide = mask.hides.filter { $0.key.table == table && $0.value.permitted != nil }.values
      .min { $0.span.range.lowerBound < $1.span.range.lowerBound }
    report(
      SemanticError.ruleOverPermitted(
        path[0].span, noun, table: program[table].name,
        path: path.dropFirst()
          + [hide.map { LabeledSpan($0.span, "hides events one by one") }]
          .compactMap { $0 }))
    return false
  }

  /// The first such window, through features and scores, and the way to it.
  private func permittedWindow(
    in expression: Expression, _ visited: inout Set<Int>
  ) -> (TableID, [LabeledSpan])? {
    let here = LabeledSpan(expression.span, "reads permitted events only")
    var inner: Expression?
    switch expression.kind {
    case .aggregate(let aggregate) where aggregate.permitted != nil:
      return (aggregate.table, [here])
    case .aggregate(let aggregate) where aggregate.marker?.permitted != nil:
      return aggregate.marker.map { ($0.table, [here]) }
    case .coverage(let window) where !window.permitted.isEmpty: return (window.table, [here])
    case .feature(let id):
      guard visited.insert(2 * id.index).inserted else { return nil }
      inner = program[id].expression
    case .score(let id):
      guard visited.insert(2 * id.index + 1).inserted else { return nil }
      inner = program[id].expression
    default: break
    }
    if let inner, let (table, path) = permittedWindow(in: inner, &visited) {
      return (table, path[0].span == here.span ? path : [here] + path)
    }
    for child in ExpressionWalk.children(expression) {
      if let found = permittedWindow(in: child, &visited) { return found }
    }
    return nil
  }
}

/// Turns a condition at the decision into one that holds throughout an outcome's window.
struct ConsentClockRewriter {
  let length: Offset

  /// nil where consent stands under a `not`: holding throughout has no such opposite.
  func rewrite(_ expression: Expression) -> Expression? {
    func same(_ kind: Expression.Kind) -> Expression {
      Expression(kind, type: expression.type, span: expression.span, facts: expression.facts)
    }
    switch expression.kind {
    case .consent(let question):
      return question.clock == .decision
        ? same(.consent(question.asked(.throughout(length)))) : expression
    case .and(let left, let right):
      guard let a = rewrite(left), let b = rewrite(right) else { return nil }
      return same(.and(a, b))
    case .or(let left, let right):
      guard let a = rewrite(left), let b = rewrite(right) else { return nil }
      // One consent may take over from another; what asks none is the same throughout.
      let areBothAsked = left.asksAtDecision && right.asksAtDecision
      return same(areBothAsked ? .throughout(expression, length) : .or(a, b))
    default: return ExpressionWalk.contains(expression, where: Self.isConsent) ? nil : expression
    }
  }

  private static func isConsent(_ expression: Expression) -> Bool {
    if case .consent = expression.kind { return true }
    return false
  }
}

extension Expression {
  /// What may change from one instant to the next.
  package var isConsentAtDecision: Bool {
    if case .consent(let question) = kind { question.clock == .decision } else { false }
  }

  /// Whether a part of it is.
  package var asksAtDecision: Bool { ExpressionWalk.contains(self, where: \.isConsentAtDecision) }

  /// As all that a mask leaves of what it hides from everybody.
  fileprivate func replacing(_ target: MaskTarget) -> Expression {
    var facts = facts
    facts.replaced = target
    return Expression(kind, type: type, span: span, facts: facts)
  }
}
