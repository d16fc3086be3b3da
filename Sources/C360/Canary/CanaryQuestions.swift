import C360Diagnostics
import C360Semantics

/// What the canary asks of a program: every feature and score that has a value at an exposure, and all
/// that policies decide, which shows what is computed for each action.
struct CanaryQuestions {
  struct Question {
    let query: Query
    /// By column: where what is asked was declared.
    let places: [Span]
    /// Columns before it say which row it is.
    static let firstValue = 2
  }
  let program: Program

  /// Of exposures that have rows up to an instant.
  func all(through cut: Int64) -> [Question] {
    program.exposures.indices.compactMap { values(at: ExposureID($0), through: cut) }
      + program.policies.indices.compactMap { decisions(of: PolicyID($0), through: cut) }
      + program.compositions.indices.compactMap {
        decisions(of: CompositionID($0), through: cut)
      }
  }

  /// Entity and time of every exposure's rows.
  var moments: [Question] {
    program.exposures.indices.map {
      question(.exposure(ExposureID($0)), leading(ExposureID($0)), [])
    }
  }

  /// The same program with these questions in place of what it writes, as if it ran at the cut.
  func program(asking questions: [Question], through cut: Int64?) -> Program {
    var asking = program
    asking.outputs = []
    asking.expectations = []
    asking.shows = questions.map { Show(query: $0.query, span: $0.query.span) }
    guard let cut else { return asking }
    asking.runTime = cut
    asking.exposures = program.exposures.map { $0.ending(at: cut) }
    return asking
  }

  private func values(at exposure: ExposureID, through cut: Int64) -> Question? {
    guard program[exposure].starts(by: cut) else { return nil }
    var asked: [(Query.Projection, Span)] = []
    func ask(
      _ kind: Expression.Kind, _ name: String, _ mask: MaskID?, _ inner: Expression, _ span: Span
    ) {
      switch inner.facts.grain.row {
      case .constant: break
      case .decision(let entity) where entity.isEmpty || entity == program[exposure].entity: break
      case .exposure(exposure): break
      default: return
      }
      let seen = mask.map { "\(name) under \(program[$0].name)" } ?? name
      let value = Expression(kind, type: inner.type, span: span, facts: inner.facts)
      asked.append((Query.Projection(name: seen, expression: value), span))
    }
    for (index, feature) in program.features.enumerated() where feature.actions == nil {
      ask(
        .feature(FeatureID(index)), feature.name, feature.mask, feature.expression, feature.span)
    }
    for (index, score) in program.scores.enumerated() where score.actions == nil {
      ask(.score(ScoreID(index)), score.name, score.mask, score.expression, score.span)
    }
    if asked.isEmpty { return nil }
    return question(.exposure(exposure), leading(exposure), asked)
  }

  private func decisions(of id: PolicyID, through cut: Int64) -> Question? {
    let policy = program[id]
    guard program[policy.exposure].starts(by: cut) else { return nil }
    return decisions(
      .policy(id, at: policy.exposure),
      Decider(
        name: policy.name, exposure: policy.exposure, actions: policy.actions,
        terms: policy.terms.map(\.name), isSlate: policy.slate != nil, span: policy.span))
  }

  private func decisions(of id: CompositionID, through cut: Int64) -> Question? {
    let composition = program[id]
    guard program[composition.exposure].starts(by: cut), let first = composition.policies.first
    else { return nil }
    return decisions(
      .composition(id, at: composition.exposure),
      Decider(
        name: composition.name, exposure: composition.exposure, actions: program[first].actions,
        terms: composition.terms, isSlate: false, span: composition.span))
  }

  private struct Decider {
    let name: String
    let exposure: ExposureID
    let actions: TableID
    let terms: [String]
    let isSlate: Bool
    let span: Span
  }

  private func decisions(_ source: Query.Source, _ policy: Decider) -> Question {
    let key = program[policy.exposure].columns[program[policy.exposure].key].type
    let none: String? =
      if case .actions(let roles) = program[policy.actions].kind { roles.none } else { nil }
    var action = Type.text
    if case .actions(let roles) = program[policy.actions].kind, none == nil {
      action = program[policy.actions].columns[roles.key].type
    }
    func column(_ name: String, _ column: DecisionColumn, _ type: Type) -> Query.Projection {
      Query.Projection(
        name: name,
        expression: Expression(
          .decision(column), type: type, span: policy.span,
          facts: Facts(phase: .before, grain: Grain(.exposure(policy.exposure)))))
    }
    let position = policy.isSlate ? [column("position", .position, .int)] : []
    let values =
      position + [
        column("action", .action, action), column("rank", .rank, Type.int.optional),
        column("propensity", .propensity, .float), column("value", .value, Type.float.optional),
        column("expected_value", .expectedValue, Type.float.optional),
        column("eligible", .eligible, .int), column("reasons", .reasons, .text),
        column("is_fallback", .isFallback, .bool),
      ]
      + policy.terms.enumerated().map {
        column("term_\($1)", .term($0), Type.float.optional)
      }
    return question(
      source,
      [column(program[policy.exposure].entity, .entity, key), column("at", .time, .time)],
      values.map { projection in
        (
          Query.Projection(
            name: "\(policy.name).\(projection.name)", expression: projection.expression),
          policy.span
        )
      })
  }

  private func leading(_ id: ExposureID) -> [Query.Projection] {
    let exposure = program[id]
    return [exposure.key, exposure.time].map { position in
      let column = exposure.columns[position]
      return Query.Projection(
        name: column.name,
        expression: Expression(
          .exposureColumn(id, position), type: column.type, span: exposure.span,
          facts: Facts(phase: .before, grain: Grain(.exposure(id)))))
    }
  }

  private func question(
    _ source: Query.Source, _ leading: [Query.Projection], _ asked: [(Query.Projection, Span)]
  ) -> Question {
    let columns = leading + asked.map(\.0)
    let span = columns[0].expression.span
    return Question(
      query: Query(
        source: source, mask: nil, unmaskedBecause: nil, initial: columns, stages: [],
        columns: columns.map { (name: $0.name, type: $0.expression.type) }, span: span),
      places: leading.map { _ in span } + asked.map(\.1))
  }
}

extension Exposure {
  /// Whether it may have rows up to an instant.
  fileprivate func starts(by instant: Int64) -> Bool {
    switch origin {
    case .file: true
    case .every(_, let start, _, _): start <= instant
    case .instant(let time, _), .row(_, let time): time <= instant
    }
  }

  /// Without the generated rows after an instant; those of a file go where they are read.
  fileprivate func ending(at instant: Int64) -> Exposure {
    guard case .every(let step, let start, let through, let population) = origin else {
      return self
    }
    return Exposure(
      name: name, entity: entity,
      origin: .every(
        step: step, start: start, through: max(start, min(through, instant)),
        population: population),
      columns: columns, key: key, time: time, action: action, propensity: propensity,
      loggedOutcomes: loggedOutcomes, keep: keep, isKeepDeclared: isKeepDeclared,
      outcomes: outcomes, timezone: timezone, span: span)
  }
}
