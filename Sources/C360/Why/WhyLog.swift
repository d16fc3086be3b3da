import C360Columns
import C360Semantics

/// The decision log of one entity, as a query.
struct WhyLog {
  private let subject: WhySubject
  private let program: Program

  init(_ subject: WhySubject, _ program: Program) {
    self.subject = subject
    self.program = program
  }

  /// Places of the columns by which a row is found.
  static let time = 1
  static let number = 2
  /// Of a slate.
  static let position = 3

  private struct Column {
    let name: String
    let column: DecisionColumn
    let type: Type
    init(_ name: String, _ column: DecisionColumn, _ type: Type) {
      self.name = name
      self.column = column
      self.type = type
    }
  }

  var query: Query {
    let exposure = program[subject.exposure]
    let keyType = exposure.columns[exposure.key].type
    let columns =
      [
        Column(exposure.entity, .entity, keyType), Column("at", .time, .time),
        Column("number", .number, .int),
      ] + own
    let initial = columns.map { column in
      Query.Projection(
        name: column.name,
        expression: Expression(
          .decision(column.column), type: column.type, span: subject.span,
          facts: Facts(phase: .before, grain: Grain(.exposure(subject.exposure)))))
    }
    let value: Value =
      switch subject.key {
      case .int(let value): .int(value)
      case .text(let value): .text(value)
      default: .null
      }
    let facts = Facts(phase: .before, grain: Grain(.query))
    let isAsked = Expression(
      .isIn(Expression(.queryColumn(0), type: keyType, span: subject.span, facts: facts), [value]),
      type: .bool, span: subject.span, facts: facts)
    return Query(
      source: source, mask: nil, unmaskedBecause: nil, initial: initial,
      stages: [.filter(isAsked)], columns: columns.map { (name: $0.name, type: $0.type) },
      span: subject.span)
  }

  private var source: Query.Source {
    switch subject.kind {
    case .policy(let id): .policy(id, at: subject.exposure)
    case .composition(let id): .composition(id, at: subject.exposure)
    }
  }

  private var own: [Column] {
    switch subject.kind {
    case .policy(let id):
      let policy = program[id]
      let position = policy.slate == nil ? [] : [Column("position", .position, .int)]
      return position + choice + [Column("repaired", .repaired, .bool)]
        + terms(policy.terms.map(\.name))
    case .composition(let id):
      let composition = program[id]
      let who =
        [Column("policy", .policy, .text)]
        + (hasArms(id) ? [Column("arm", .arm, Type.text.optional)] : [])
      let isBound =
        !composition.constraints.isEmpty
        || composition.policies.contains { !program[$0].constraints.isEmpty }
      return who + choice + (isBound ? [Column("repaired", .repaired, .bool)] : [])
        + terms(composition.terms)
    }
  }

  private var choice: [Column] {
    [
      Column("action", .action, actionType), Column("rank", .rank, Type.int.optional),
      Column("propensity", .propensity, Type.float.optional),
      Column("value", .value, Type.float.optional),
      Column("expected_value", .expectedValue, Type.float.optional),
      Column("eligible", .eligible, .int), Column("reasons", .reasons, .text),
      Column("is_fallback", .isFallback, .bool),
    ]
  }

  private func terms(_ names: [String]) -> [Column] {
    names.enumerated().map { Column("term_\($1)", .term($0), Type.float.optional) }
  }

  private func hasArms(_ id: CompositionID) -> Bool {
    if case .experiment = program[id].kind { return true }
    return program[id].members.contains { member in
      if case .composition(let inner) = member { hasArms(inner) } else { false }
    }
  }

  private var actionType: Type {
    guard let first = subject.policies(in: program).first else { return .text }
    let actions = program[program[first].actions]
    guard case .actions(let roles) = actions.kind, roles.none == nil else { return .text }
    return actions.columns[roles.key].type
  }
}
