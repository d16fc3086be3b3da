import C360Diagnostics
import C360Syntax

/// What a `stable` clause has to know of its policy.
struct StabilityContext {
  let declaration: Declaration
  let actions: TableInfo
  let exposure: ExposureInfo
  let mask: MaskInfo?
  let slate: Policy.Slate?
  /// What decides which actions are eligible and what they are worth.
  let decisive: [Expression]
  /// Whether several actions have a probability.
  let draws: Bool
  /// Where it is `subject to` bounds.
  let subject: Span?
}

extension Checker {
  /// `stable under spend_90d 10%, orders_30d 1 within 5% because "…"`
  /// - Returns: nil when one of them makes no sense; that is then reported.
  func stabilities(_ clauses: [ClauseSyntax], _ context: StabilityContext) -> [Stability]? {
    if let first = clauses.first, let subject = context.subject {
      report(SemanticError.stability(.bounds, first.span, see: subject))
      return nil
    }
    if let first = clauses.first, let slate = context.slate, context.draws {
      report(SemanticError.stability(.slate, first.span, see: slate.span))
      return nil
    }
    var seen: [Move: Span] = [:]
    let found = clauses.map { stability($0, context, &seen) }
    return found.contains { $0 == nil } ? nil : found.compactMap { $0 }
  }

  /// - Parameter seen: what was named so far, and where.
  private func stability(
    _ clause: ClauseSyntax, _ context: StabilityContext, _ seen: inout [Move: Span]
  ) -> Stability? {
    var shifts: [Stability.Shift] = []
    for syntax in clause.shifts {
      guard let both = self.shifts(syntax, context, &seen) else { return nil }
      shifts += both
    }
    var bound: Double?
    if let syntax = clause.expression {
      let scope = Scope(
        .constant, for: Scope.Use(.constant, "`within`"), in: context.declaration.environment)
      guard let share = number(syntax, scope, "`within`") else { return nil }
      guard share >= 0, share <= 1 else {
        report(SemanticError.stability(.bound, syntax.span))
        return nil
      }
      bound = share
    }
    if shifts.isEmpty { return nil }
    let written = clause.shifts.map(\.span.text).joined(separator: ", ")
    return Stability(
      shifts: shifts, bound: bound, because: clause.because?.text?.textValue,
      words: "stable under \(written)"
        + (clause.expression.map { " within \($0.span.text)" } ?? ""),
      span: clause.span)
  }

  /// The same thing up and down.
  private func shifts(
    _ syntax: ShiftSyntax, _ context: StabilityContext, _ seen: inout [Move: Span]
  ) -> [Stability.Shift]? {
    guard let name = syntax.name, let written = syntax.amount,
      let moved = movable(name, context), let target = Stability.Target(moved),
      let amount = amount(written, of: moved, name, context),
      isMeasured(target, name, context)
    else { return nil }
    if let first = seen.updateValue(syntax.span, forKey: Move(target: target, by: amount.size)) {
      report(SemanticError.stability(.twice, syntax.span, name.dotted, see: first))
      return nil
    }
    return [true, false].compactMap { isUp -> Stability.Shift? in
      self.value(of: moved, context.mask) { amount.moving($0, isUp: isUp, syntax.span, self) }.map {
        Stability.Shift(
          name: name.dotted, change: (isUp ? "+" : "-") + written.span.text, target: target,
          value: $0, span: syntax.span)
      }
    }
  }

  /// A value elsewhere than it is. What a mask puts in the place of a feature stays.
  private func value(
    of moved: Expression, _ mask: MaskInfo?, _ move: (Expression) -> Expression?
  ) -> Expression? {
    guard case .feature(let id) = moved.kind,
      hide(of: .feature(program[id].name), nil, mask) != nil,
      case .conditional(let condition, let shown, let otherwise) = program[id].expression.kind
    else { return move(moved) }
    return move(shown).flatMap {
      make(
        .conditional(condition, $0, otherwise), moved.type, moved.span,
        over: [condition, $0, otherwise])
    }
  }

  // MARK: What may move

  /// The value that a name stands for under the policy's mask: of a column that the mask hides under a
  /// condition the column itself, so that what takes its place stays.
  private func movable(_ name: NameSyntax, _ context: StabilityContext) -> Expression? {
    let use = Scope.Use(
      .threshold, "`stable` of `\(context.declaration.name)`",
      owner: "\(context.declaration.name).stable")
    let environment = context.declaration.environment
    let scope = Scope(
      .decision(context.exposure), for: use, actions: context.actions, mask: context.mask,
      in: environment)
    let found = visiting(environment.sites, mask: context.mask) {
      resolve(name.components, name.span, scope)
    }
    guard var value = found else { return nil }
    while case .conditional(_, let shown, _) = value.kind { value = shown }
    var content = value
    if case .feature(let id) = value.kind { content = program[id].expression }
    if let hide = hide(replacedBy: content, context.mask) {
      report(SemanticError.stability(.hidden, name.span, name.dotted, see: hide.span))
      return nil
    }
    guard Stability.Target(value) != nil else {
      report(SemanticError.stability(.noTarget, name.span, name.dotted))
      return nil
    }
    switch value.type.base {
    case .int, .float, .duration, .time: return value
    default:
      report(SemanticError.stability(.type(value.type), name.span, name.dotted))
      return nil
    }
  }

  // MARK: By how much

  /// Something and how far it moves: what is measured once.
  private struct Move: Hashable {
    let target: Stability.Target
    let by: Amount.Size
  }

  private enum Amount {
    /// Of the value as it is.
    case share(Double, Span)
    /// Greater than 0, as an expression of its type.
    case difference(Double, Expression)

    enum Size: Hashable {
      case share(Double)
      case difference(Double)
    }

    var size: Size {
      switch self {
      case .share(let share, _): .share(share)
      case .difference(let size, _): .difference(size)
      }
    }

    func moving(
      _ value: Expression, isUp: Bool, _ span: Span, _ checker: Checker
    ) -> Expression? {
      switch self {
      case .share(let share, let place):
        checker.arithmetic(
          .multiply, value,
          .literal(.float(isUp ? 1 + share : 1 - share), .float, span: place), at: place, span)
      case .difference(_, let amount):
        checker.arithmetic(isUp ? .add : .subtract, value, amount, at: amount.span, span)
      }
    }
  }

  private func amount(
    _ syntax: ExpressionSyntax, of moved: Expression, _ name: NameSyntax,
    _ context: StabilityContext
  ) -> Amount? {
    let scope = Scope(
      .constant, for: Scope.Use(.constant, "an amount"), in: context.declaration.environment)
    guard let (value, type) = constantValue(syntax, scope, "an amount") else { return nil }
    if case .literal(let written) = unwrapped(syntax), written.token?.kind == .percent,
      case .float(let share) = value
    {
      guard moved.type.base.mayMoveByShare else {
        report(SemanticError.stability(.shareOfWhole(moved.type), syntax.span, name.dotted))
        return nil
      }
      guard share > 0, share <= 1 else {
        report(SemanticError.stability(.amount, syntax.span))
        return nil
      }
      return .share(share, syntax.span)
    }
    guard type.base.moves(moved.type.base) else {
      report(
        SemanticError.stability(
          .amountType(type, of: moved.type, mayBeShare: moved.type.base.mayMoveByShare),
          syntax.span, name.dotted))
      return nil
    }
    let size: Double =
      switch value {
      case .int(let number), .duration(let number): Double(number)
      case .float(let number): number
      default: 0
      }
    guard size > 0, size.isFinite else {
      report(SemanticError.stability(.amount, syntax.span))
      return nil
    }
    return .difference(size, .literal(value, type, span: syntax.span))
  }

  // MARK: What a shift can tell

  /// Whether the choices hang on the target, and through values alone.
  private func isMeasured(
    _ target: Stability.Target, _ name: NameSyntax, _ context: StabilityContext
  ) -> Bool {
    var reach = Reach(of: target)
    guard context.decisive.contains(where: { reach.includes($0, in: program) }) else {
      report(
        SemanticError.stability(
          .unread(by: context.declaration.name), name.span, name.dotted,
          see: context.declaration.nameSpan))
      return false
    }
    if case .profileColumn = target,
      let line = context.mask?.lines.first(where: { line in
        [line.unless, line.permitted?.condition].compactMap { $0 }
          .contains { reach.includes($0, in: program) }
      })
    {
      report(SemanticError.stability(.asksForMask, name.span, name.dotted, see: line.span))
      return false
    }
    if case .actionColumn(let table, let column) = target,
      let place = match(with: table, column, in: context)
    {
      report(SemanticError.stability(.matches, name.span, name.dotted, see: place))
      return false
    }
    return true
  }

  /// Where events, or actions of a slate, are picked out by a column of the actions.
  private func match(
    with table: TableID, _ column: Int, in context: StabilityContext
  ) -> Span? {
    for limit in context.slate?.limits ?? [] {
      if Stability.Target(limit.group) == .actionColumn(table, column) { return limit.group.span }
    }
    var gathered = Dependencies(program: program)
    for part in context.decisive { gathered.add(part) }
    // Aggregates stand in features.
    for id in gathered.features.sorted(by: { $0.index < $1.index })
    where program[id].actions == table {
      var found: Span?
      ExpressionWalk.forEach(program[id].expression) { part in
        guard case .aggregate(let aggregate) = part.kind else { return }
        if aggregate.actionMatches.contains(where: { $0.actionColumn == column }) {
          found = found ?? part.span
        }
      }
      if let found { return found }
    }
    return nil
  }
}

extension Type.Base {
  /// Whether a part of a value is a value of the type.
  fileprivate var mayMoveByShare: Bool {
    switch self {
    case .float, .duration: true
    default: false
    }
  }

  /// Whether a value of the other type stays one of it when this much is added.
  fileprivate func moves(_ other: Type.Base) -> Bool {
    switch (self, other) {
    case (.int, .int), (.int, .float(.none)), (.duration, .duration), (.duration, .time): true
    case (.float(let own), .float(let unit)): own == unit
    default: false
    }
  }
}
