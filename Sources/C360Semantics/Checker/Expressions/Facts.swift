import C360Diagnostics

extension Facts {
  static let constant = Facts(phase: .constant, grain: Grain(.constant))
}

extension Checker {
  /// An expression over others; nil when their grains do not fit, which is complained of.
  func make(
    _ kind: Expression.Kind, _ type: Type, _ span: Span, over parts: [Expression]
  ) -> Expression? {
    guard let facts = joined(parts) else { return nil }
    return Expression(kind, type: type, span: span, facts: facts)
  }

  /// What holds for an expression over these parts.
  func joined(_ parts: [Expression]) -> Facts? {
    guard var facts = parts.first?.facts else { return .constant }
    // Made of more, it is not what a mask leaves of one thing.
    if parts.count > 1 { facts.replaced = nil }
    var source = parts[0]
    for part in parts.dropFirst() {
      guard let grain = join(facts.grain, part.facts.grain) else {
        report(
          SemanticError.grainsDoNotFit(
            part.span, source.span, self.words(part.facts.grain),
            self.words(facts.grain)))
        return nil
      }
      if grain != facts.grain, grain == part.facts.grain { source = part }
      facts.grain = grain
      facts.phase = max(facts.phase, part.facts.phase)
      if !part.facts.labels.isEmpty { facts.labels.formUnion(part.facts.labels) }
    }
    return facts
  }

  /// The finer of two row spaces; nil when neither holds the other.
  func join(_ left: Grain, _ right: Grain) -> Grain? {
    guard let row = join(left.row, right.row) else { return nil }
    switch (left.actions, right.actions) {
    case (let a?, let b?) where a != b: return nil
    default: return Grain(row, actions: left.actions ?? right.actions)
    }
  }

  private func join(_ left: Grain.Row, _ right: Grain.Row) -> Grain.Row? {
    if left == right { return left }
    switch (left, right) {
    case (.constant, let other), (let other, .constant): return other
    case (.decision(let a), .decision(let b)):
      // No entity: a function of the decision's time alone.
      if a.isEmpty { return right }
      return b.isEmpty ? left : nil
    case (.decision(let entity), .exposure(let id)):
      return entity.isEmpty || program[id].entity == entity ? right : nil
    case (.exposure(let id), .decision(let entity)):
      return entity.isEmpty || program[id].entity == entity ? left : nil
    default: return nil
    }
  }

  /// A row space in words.
  func words(_ grain: Grain) -> String {
    let row =
      switch grain.row {
      case .constant: "a constant"
      case .row(let table): "one value a row of `\(program[table].name)`"
      case .decision(let entity):
        entity.isEmpty ? "one value a decision" : "one value a `\(entity)` and time"
      case .exposure(let id): "one value a row of `\(program[id].name)`"
      case .query: "one value a row"
      }
    guard let actions = grain.actions else { return row }
    return "\(row) and action of `\(program[actions].name)`"
  }
}
