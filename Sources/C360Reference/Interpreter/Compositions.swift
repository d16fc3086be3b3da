import C360Semantics

/// What a composition does at one decision.
private struct Composed {
  /// Who acted, with what it decided; nil: the composition left things alone.
  var actor: (policy: PolicyID, decision: ReferenceDecision)?
  var arm: String?
  /// Action → probability under all its draws; each action once, in order of first mention.
  var distribution: [(action: Value, propensity: Double)] = []
  /// The mean of the objective under all its draws.
  var expected: Value = .null
}

extension ReferenceInterpreter {
  // MARK: Arms

  /// The arm in which an entity is at an instant; nil for none (docs/language.md, experiments).
  func arm(_ id: AssignmentID, _ entity: Value, _ time: Int64) -> String? {
    let assignment = program[id]
    guard takesPart(assignment, entity, time) else { return nil }
    let place = place("arm", assignment.salt, entity)
    var end = 0.0
    for (index, arm) in assignment.arms.enumerated() {
      let start = end
      end = index + 1 == assignment.arms.count ? 1 : start + arm.share
      guard place >= start, place < end else { continue }
      let isIn = assignment.ramp == 1 || place < start + (end - start) * assignment.ramp
      return isIn ? arm.name : nil
    }
    return nil
  }

  /// In its time, in its slot of a layer, in the arm that it stands within.
  private func takesPart(_ assignment: Assignment, _ entity: Value, _ time: Int64) -> Bool {
    if let from = assignment.from, time < from { return false }
    if let through = assignment.through, time > through { return false }
    if let layer = assignment.layer {
      let place = place("layer", layer.name, entity)
      if place < layer.lower || place >= layer.upper { return false }
    }
    if let (outer, index) = assignment.within {
      return arm(outer, entity, time) == program[outer].arms[index].name
    }
    return true
  }

  // MARK: Decisions

  /// One decision a row of the exposure, in its canonical order.
  public func decisions(
    _ id: CompositionID, at exposure: ExposureID
  ) throws(ReferenceError) -> [ReferenceDecision] {
    let composition = program[id]
    try checkNames(of: composition)
    var members: [PolicyID: [ReferenceDecision]] = [:]
    for policy in composition.policies { members[policy] = try decisions(policy, at: exposure) }
    var result: [ReferenceDecision] = []
    for (index, row) in exposures[exposure.index].enumerated() {
      var scope = Scope(entity: row.entity, time: row.time)
      scope.exposure = (exposure, row)
      let composed = try compose(id, row, scope, members.mapValues { $0[index] })
      result.append(decision(composed, composition, row))
    }
    return result
  }

  private func decision(
    _ composed: Composed, _ composition: Composition, _ row: ExposureRow
  ) -> ReferenceDecision {
    let own = composed.actor?.decision
    let action = own?.action ?? .text(composition.noAction ?? "")
    let terms = composition.terms.map { term -> Value in
      guard let actor = composed.actor,
        let index = program[actor.policy].terms.firstIndex(where: { $0.name == term })
      else { return .null }
      return actor.decision.terms[index]
    }
    let propensity = composed.distribution.first { $0.action == action }?.propensity ?? 0
    var decision = ReferenceDecision(
      entity: row.entity, time: row.time, number: row.number, action: action,
      rank: own?.rank ?? .int(1), propensity: propensity, value: own?.value ?? .float(0),
      expectedValue: own?.expectedValue ?? .float(0), terms: terms, eligible: own?.eligible ?? 1,
      reasons: own?.reasons ?? "", isFallback: own?.isFallback ?? false,
      distribution: composed.distribution, draw: 0, actionRow: own?.actionRow)
    decision.acted = composed.actor.map {
      (program[$0.policy].name, program[$0.policy].canonicalText)
    }
    decision.arm = composed.arm.map { .text($0) } ?? .null
    return decision
  }

  /// An action of one table is none of another, nor the no-op of any.
  private func checkNames(of composition: Composition) throws(ReferenceError) {
    var owners: [Value: TableID] = [:]
    let tables = composition.policies.map { program[$0].actions }
    var noActions: [Value] = []
    for table in tables {
      if case .actions(let roles) = program[table].kind, let none = roles.none {
        noActions.append(.text(none))
      }
    }
    for table in tables {
      guard case .actions(let roles) = program[table].kind else { continue }
      for row in rows[table.index] {
        let name = Value.text(text(of: row[roles.key]))
        if noActions.contains(name) || (owners[name] ?? table) != table {
          throw ReferenceError("an action of two tables", composition.span)
        }
        owners[name] = table
      }
    }
  }

  private func compose(
    _ id: CompositionID, _ row: ExposureRow, _ scope: Scope,
    _ members: [PolicyID: ReferenceDecision]
  ) throws(ReferenceError) -> Composed {
    let composition = program[id]
    switch composition.kind {
    case .experiment(let assignment, let arms, let otherwise):
      let isIn = takesPart(program[assignment], row.entity, row.time)
      guard isIn else { return try self.member(otherwise, of: id, row, scope, members) }
      let own = program[assignment]
      var shares = zip(arms, own.arms).map { (member: $0, share: $1.share * own.ramp) }
      if own.ramp < 1 { shares.append((otherwise, 1 - own.ramp)) }
      let name = arm(assignment, row.entity, row.time)
      let acting = name.flatMap { name in own.arms.firstIndex { $0.name == name } } ?? arms.count
      var mixed = try mix(shares, acting: acting, of: id, row, scope, members)
      mixed.arm = name
      return mixed
    case .arbitration(let turns):
      for turn in turns {
        if let condition = turn.condition, try !value(condition, scope).isTrue { continue }
        switch turn.choice {
        case .one(let only): return try member(only, of: id, row, scope, members)
        case .best(let contenders):
          var best = try member(contenders[0], of: id, row, scope, members)
          for contender in contenders.dropFirst() {
            let next = try member(contender, of: id, row, scope, members)
            guard let value = next.expected.double else { continue }
            if let held = best.expected.double, held >= value { continue }
            best = next
          }
          return best
        case .mixture(let shares):
          let draw = draw(
            seed: program.seed, policy: composition.name, entity: row.entity, time: row.time,
            number: row.number)
          var sum = 0.0
          var acting = shares.count - 1
          for (index, one) in shares.enumerated() {
            sum += one.share
            if draw < sum, index < shares.count - 1 {
              acting = index
              break
            }
          }
          return try mix(shares, acting: acting, of: id, row, scope, members)
        }
      }
      return try member(.none, of: id, row, scope, members)
    }
  }

  private func member(
    _ member: Composition.Member, of id: CompositionID, _ row: ExposureRow, _ scope: Scope,
    _ members: [PolicyID: ReferenceDecision]
  ) throws(ReferenceError) -> Composed {
    switch member {
    case .composition(let inner): return try compose(inner, row, scope, members)
    case .none:
      return Composed(
        distribution: [(.text(noActionName(of: id)), 1)], expected: .float(0))
    case .policy(let policy):
      guard let decision = members[policy] else { return Composed() }
      return Composed(
        actor: (policy, decision), distribution: decision.distribution,
        expected: decision.expectedValue)
    }
  }

  /// The members' distributions, mixed; the one at `acting` is the one that acts.
  private func mix(
    _ shares: [(member: Composition.Member, share: Double)], acting: Int, of id: CompositionID,
    _ row: ExposureRow, _ scope: Scope, _ members: [PolicyID: ReferenceDecision]
  ) throws(ReferenceError) -> Composed {
    var result = Composed()
    var mean: Double? = 0
    for (index, one) in shares.enumerated() {
      let part = try member(one.member, of: id, row, scope, members)
      if index == acting {
        result.actor = part.actor
        result.arm = part.arm
      }
      if one.share == 0 { continue }
      for (action, propensity) in part.distribution {
        if let place = result.distribution.firstIndex(where: { $0.action == action }) {
          result.distribution[place].propensity += one.share * propensity
        } else {
          result.distribution.append((action, one.share * propensity))
        }
      }
      mean = mean.flatMap { sum in part.expected.double.map { sum + one.share * $0 } }
    }
    result.expected = mean.flatMap { $0.isNaN ? nil : .float($0) } ?? .null
    return result
  }

  private func noActionName(of id: CompositionID) -> String { program[id].noAction ?? "" }
}
