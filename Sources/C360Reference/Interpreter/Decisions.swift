import C360Semantics
import Foundation

/// An action or the no-op at one decision.
private struct Candidate {
  let name: Value
  /// nil: the no-op.
  let row: [Value]?
  /// Positions of the rules that forbid it.
  var forbiddenBy: [Int] = []
  /// Not among the candidates of the first stage.
  var isLeftOut = false
  /// In a slate: it stands above.
  var isAbove = false
  /// In a slate: the limit by which there are enough like it above.
  var full: Int?
  /// Weighted terms; nil when it is forbidden or one of them is null.
  var terms: [Double]?

  /// Weighted terms added from left to right; nil when the candidate is not eligible.
  var value: Double? {
    guard !isAbove, full == nil else { return nil }
    guard let terms, let first = terms.first else { return terms == nil ? nil : 0 }
    let value = terms.dropFirst().reduce(first, +)
    return value.isNaN ? nil : value
  }
  var isEligible: Bool { value != nil }
}

/// How a decision is drawn. `docs/choices.md` states every case.
private struct Distribution {
  var propensities: [Double]
  var isFallback = false
}

extension ReferenceInterpreter {
  /// One decision a row of the exposure, in its canonical order; of slates one a position.
  public func decisions(
    _ policy: PolicyID, at exposure: ExposureID
  ) throws(ReferenceError) -> [ReferenceDecision] {
    try checkActions(of: program[policy])
    var result: [ReferenceDecision] = []
    for row in exposures[exposure.index] {
      var scope = Scope(entity: row.entity, time: row.time)
      scope.exposure = (exposure, row)
      result += try decide(program[policy], row, scope)
    }
    return result
  }

  /// How far the choices of a policy move: by shift of its `stable` clauses, over all decisions the mean
  /// of half the sum of what probabilities differ by, of slates whether they differ at all.
  public func stability(
    of policy: PolicyID, at exposure: ExposureID
  ) throws(ReferenceError) -> [ReferenceShift] {
    try checkActions(of: program[policy])
    var result: [ReferenceShift] = []
    for shift in program[policy].shifts {
      var distances: [Double] = []
      for row in exposures[exposure.index] {
        var scope = Scope(entity: row.entity, time: row.time)
        scope.exposure = (exposure, row)
        let still = try decide(program[policy], row, scope)
        scope.moved = shift
        let moved = try decide(program[policy], row, scope)
        distances.append(distance(still, moved, isSlate: program[policy].slate != nil))
      }
      result.append(
        ReferenceShift(
          mean: distances.isEmpty ? 0 : exactMean(distances),
          decisions: distances.count { $0 > 0 }, greatest: distances.max() ?? 0))
    }
    return result
  }

  private func distance(
    _ still: [ReferenceDecision], _ moved: [ReferenceDecision], isSlate: Bool
  ) -> Double {
    if isSlate { return still.map(\.action) == moved.map(\.action) ? 0 : 1 }
    let sum = zip(still[0].distribution, moved[0].distribution)
      .reduce(0) { $0 + abs($1.0.propensity - $1.1.propensity) }
    // Less than this is rounding.
    return sum / 2 < 1e-12 ? 0 : min(1, sum / 2)
  }

  /// Keys are there and differ, from the no-op's name too, and the fallback is one of them.
  private func checkActions(of policy: Policy) throws(ReferenceError) {
    guard case .actions(let roles) = program[policy.actions].kind else { return }
    let keys = rows[policy.actions.index].map { $0[roles.key] }
    let names = keys.map { text(of: $0) } + (roles.none.map { [$0] } ?? [])
    let table = program[policy.actions]
    if keys.contains(.null) { throw ReferenceError("an action without a key", table.span) }
    if Set(names.map { Value.text($0) }).count < names.count {
      throw ReferenceError("two actions of one key", table.span)
    }
    if !names.map({ Value.text($0) }).contains(.text(text(of: policy.fallback))) {
      throw ReferenceError("the fallback is not among the actions", policy.span)
    }
  }

  private func decide(
    _ policy: Policy, _ row: ExposureRow, _ scope: Scope
  ) throws(ReferenceError) -> [ReferenceDecision] {
    let rules = policy.mask.map { program[$0].rules } ?? []
    var candidates = try self.candidates(of: policy, rules, scope)
    guard let slate = policy.slate else {
      let distribution = try self.distribution(of: policy, candidates, scope)
      return [decision(of: policy, candidates, distribution, row, position: 1).decision]
    }
    var positions: [ReferenceDecision] = []
    while positions.count < slate.slots {
      let distribution = try self.distribution(of: policy, candidates, scope)
      // Where the fallback would act below another action, the slate is over.
      if distribution.isFallback, !positions.isEmpty { break }
      var (decision, chosen) = decision(
        of: policy, candidates, distribution, row, position: positions.count + 1)
      decision.position = positions.count + 1
      positions.append(decision)
      if decision.isFallback || candidates[chosen].row == nil { break }
      try takeOut(chosen, slate, &candidates, scope)
    }
    return positions
  }

  /// The action is shown, and where as many like it are as may be, the others are out.
  private func takeOut(
    _ chosen: Int, _ slate: Policy.Slate, _ candidates: inout [Candidate], _ scope: Scope
  ) throws(ReferenceError) {
    candidates[chosen].isAbove = true
    for (index, limit) in slate.limits.enumerated() {
      func group(_ candidate: Candidate) throws(ReferenceError) -> Value {
        var scope = scope
        scope.action = candidate.row
        return try value(limit.group, scope).asKey
      }
      let own = try group(candidates[chosen])
      var like: [Int] = []
      for other in candidates.indices where candidates[other].row != nil {
        if compare(try group(candidates[other]), own) == 0 { like.append(other) }
      }
      guard like.count(where: { candidates[$0].isAbove }) == limit.most else { continue }
      for other in like where candidates[other].isEligible { candidates[other].full = index }
    }
  }

  private func decision(
    of policy: Policy, _ candidates: [Candidate], _ distribution: Distribution,
    _ row: ExposureRow, position: Int
  ) -> (decision: ReferenceDecision, chosen: Int) {
    let rules = policy.mask.map { program[$0].rules } ?? []
    let draw = draw(
      seed: program.seed, policy: policy.name, entity: row.entity, time: row.time,
      number: row.number, position: position)
    let chosen = choose(distribution.propensities, draw)
    let action = candidates[chosen]
    let better = candidates.indices.filter { index in
      guard let own = action.value, let other = candidates[index].value else { return false }
      return other > own || (other == own && index < chosen)
    }
    let expected = zip(distribution.propensities, candidates)
      .filter { propensity, _ in propensity > 0 }
      .reduce(0) { sum, next in sum + next.0 * (next.1.value ?? .nan) }
    var decision = ReferenceDecision(
      entity: row.entity, time: row.time, number: row.number, action: action.name,
      rank: action.isEligible ? .int(Int64(better.count + 1)) : .null,
      propensity: distribution.propensities[chosen],
      value: action.value.map(Value.float) ?? .null,
      expectedValue: expected.isNaN ? .null : .float(expected),
      terms: policy.terms.indices.map { term in
        action.isEligible ? action.terms.map { .float($0[term]) } ?? .null : .null
      },
      eligible: candidates.filter(\.isEligible).count,
      reasons: reasons(candidates, rules, policy.slate), isFallback: distribution.isFallback,
      distribution: zip(candidates.map(\.name), distribution.propensities).map { ($0, $1) },
      draw: draw, actionRow: action.row)
    decision.candidates = candidates.enumerated().map { index, candidate in
      listed(
        candidate, among: candidates, rules, distribution.propensities[index],
        isChosen: index == chosen)
    }
    return (decision, chosen)
  }

  private func listed(
    _ candidate: Candidate, among others: [Candidate], _ rules: [Mask.Rule], _ propensity: Double,
    isChosen: Bool
  ) -> ReferenceCandidate {
    var reasons = candidate.forbiddenBy.map { rules[$0].name }
    if candidate.isLeftOut { reasons.append("candidates") }
    if reasons.isEmpty, !candidate.isEligible { reasons.append("null_value") }
    let values = others.map { $0.value }
    let place = others.firstIndex { $0.name == candidate.name } ?? 0
    let better = values.indices.filter { index in
      guard let own = candidate.value, let other = values[index] else { return false }
      return other > own || (other == own && index < place)
    }
    return ReferenceCandidate(
      action: candidate.name, row: candidate.row, reasons: reasons.joined(separator: ", "),
      value: candidate.value.map(Value.float) ?? .null,
      terms: (candidate.isEligible ? candidate.terms : nil)?.map { .float($0) } ?? [],
      rank: candidate.isEligible ? .int(Int64(better.count + 1)) : .null, propensity: propensity,
      isChosen: isChosen)
  }

  /// nil: a column of the decision.
  func candidateColumn(_ column: DecisionColumn, _ candidate: ReferenceCandidate) -> Value? {
    switch column {
    case .action: candidate.action
    case .isEligible: .bool(!candidate.value.isNull)
    case .reasons: .text(candidate.reasons)
    case .value: candidate.value
    case .term(let index):
      candidate.terms.indices.contains(index) ? candidate.terms[index] : .null
    case .rank: candidate.rank
    case .propensity: .float(candidate.propensity)
    case .isChosen: .bool(candidate.isChosen)
    case .entity, .time, .number, .expectedValue, .eligible, .isFallback, .repaired, .policy,
      .policyHash, .arm, .position:
      nil
    }
  }

  /// The rows of the actions table in the order of the file, then the no-op.
  private func candidates(
    of policy: Policy, _ rules: [Mask.Rule], _ scope: Scope
  ) throws(ReferenceError) -> [Candidate] {
    guard case .actions(let roles) = program[policy.actions].kind else { return [] }
    var result: [Candidate] = []
    for row in rows[policy.actions.index] {
      let name = roles.none == nil ? row[roles.key] : .text(text(of: row[roles.key]))
      var candidate = Candidate(name: name, row: row)
      var scope = scope
      scope.action = row
      for (index, rule) in rules.enumerated() where try value(rule.condition, scope).isTrue {
        candidate.forbiddenBy.append(index)
      }
      result.append(candidate)
    }
    if let stage = policy.firstStage { try leaveOut(stage, &result, scope) }
    for index in result.indices
    where result[index].forbiddenBy.isEmpty && !result[index].isLeftOut {
      var scope = scope
      scope.action = result[index].row
      result[index].terms = try terms(of: policy, scope)
    }
    if let none = roles.none {
      result.append(Candidate(name: .text(none), row: nil, terms: policy.terms.map { _ in 0 }))
    }
    return result
  }

  /// The actions after the first `count`, by score descending, then in order.
  private func leaveOut(
    _ stage: Policy.FirstStage, _ candidates: inout [Candidate], _ scope: Scope
  ) throws(ReferenceError) {
    var scored: [(index: Int, score: Double)] = []
    for index in candidates.indices where candidates[index].forbiddenBy.isEmpty {
      var scope = scope
      scope.action = candidates[index].row
      candidates[index].isLeftOut = true
      if let score = try value(stage.score, scope).double, !score.isNaN {
        scored.append((index, score))
      }
    }
    scored.sort { $0.score > $1.score || ($0.score == $1.score && $0.index < $1.index) }
    for (index, _) in scored.prefix(stage.count) { candidates[index].isLeftOut = false }
  }

  private func terms(of policy: Policy, _ scope: Scope) throws(ReferenceError) -> [Double]? {
    var result: [Double] = []
    var isKnown = true
    for term in policy.terms {
      guard let number = try value(term.value, scope).double else {
        isKnown = false
        continue
      }
      result.append(term.weight * number)
    }
    return isKnown ? result : nil
  }

  private func distribution(
    of policy: Policy, _ candidates: [Candidate], _ scope: Scope
  ) throws(ReferenceError) -> Distribution {
    let eligible = candidates.indices.filter { candidates[$0].isEligible }
    let actions = eligible.filter { candidates[$0].row != nil }
    let noAction = candidates.firstIndex { $0.row == nil }
    if actions.isEmpty { return fallback(of: policy, candidates) }
    var result = candidates.map { _ in 0.0 }
    switch policy.choice {
    case .greedy: result[best(eligible, candidates)] = 1
    case .softmax(let temperature):
      let values = eligible.compactMap { candidates[$0].value }
      let most = values.max() ?? 0
      let weights = values.map { $0 == most ? 1 : exp(($0 - most) / temperature) }
      let total = weights.reduce(0, +)
      for (index, weight) in zip(eligible, weights) { result[index] = weight / total }
    case .threshold(let condition):
      var passing: [Int] = []
      for index in actions {
        var scope = scope
        scope.action = candidates[index].row
        if try value(condition, scope).isTrue { passing.append(index) }
      }
      if !passing.isEmpty {
        result[best(passing, candidates)] = 1
      } else if let noAction {
        result[noAction] = 1
      } else {
        return fallback(of: policy, candidates)
      }
    }
    if policy.explore > 0 {
      result = result.map { (1 - policy.explore) * $0 }
      for index in eligible { result[index] += policy.explore / Double(eligible.count) }
    }
    return Distribution(propensities: result)
  }

  /// A fallback that a rule forbids gives way to the no-op; where there is none it acts all the same.
  private func fallback(of policy: Policy, _ candidates: [Candidate]) -> Distribution {
    let wanted = text(of: policy.fallback)
    let noAction = candidates.firstIndex { $0.row == nil }
    var acting = candidates.firstIndex { Value.text(text(of: $0.name)) == .text(wanted) } ?? 0
    if let noAction, !candidates[acting].forbiddenBy.isEmpty { acting = noAction }
    var result = candidates.map { _ in 0.0 }
    result[acting] = 1
    return Distribution(propensities: result, isFallback: true)
  }

  /// Ties go to the earlier candidate.
  private func best(_ indices: [Int], _ candidates: [Candidate]) -> Int {
    let values = indices.map { candidates[$0].value ?? -.infinity }
    return indices[values.firstIndex(of: values.max() ?? -.infinity) ?? 0]
  }

  /// The first candidate whose running sum exceeds the draw, else the last possible one.
  private func choose(_ propensities: [Double], _ draw: Double) -> Int {
    var sum = 0.0
    for (index, propensity) in propensities.enumerated() {
      sum += propensity
      if sum > draw { return index }
    }
    return propensities.lastIndex { $0 > 0 } ?? 0
  }

  /// `rule: action, action; rule: …`, in the order of the rules, at last `null_value`.
  private func reasons(
    _ candidates: [Candidate], _ rules: [Mask.Rule], _ slate: Policy.Slate?
  ) -> String {
    let forbidden = rules.enumerated().map { index, rule in
      (rule.name, candidates.filter { $0.forbiddenBy.contains(index) })
    }
    let leftOut = ("candidates", candidates.filter(\.isLeftOut))
    let unknown = (
      "null_value",
      candidates.filter {
        $0.forbiddenBy.isEmpty && !$0.isLeftOut && !$0.isAbove && $0.full == nil && !$0.isEligible
      }
    )
    let above = ("above", candidates.filter(\.isAbove))
    let full = (slate?.limits ?? []).enumerated().map { index, limit in
      (limit.name, candidates.filter { $0.full == index })
    }
    return (forbidden + [leftOut, above] + full + [unknown]).filter { !$1.isEmpty }.map {
      name, refused in
      name + ": " + refused.map { text(of: $0.name) }.joined(separator: ", ")
    }.joined(separator: "; ")
  }

  /// - Parameter policy: nil: a composition.
  func decisionColumn(
    _ column: DecisionColumn, _ decision: ReferenceDecision, _ policy: PolicyID?
  ) -> Value {
    switch column {
    case .entity: decision.entity
    case .time: .time(decision.time)
    case .number: .int(Int64(decision.number))
    case .position: .int(Int64(decision.position ?? 1))
    case .action: decision.action
    case .rank: decision.rank
    case .propensity: .float(decision.propensity)
    case .value: decision.value
    case .expectedValue: decision.expectedValue
    case .term(let index): decision.terms[index]
    case .eligible: .int(Int64(decision.eligible))
    case .reasons: .text(decision.reasons)
    case .isFallback: .bool(decision.isFallback)
    case .repaired: .bool(false)
    case .policy: .text(policy.map { program[$0].name } ?? decision.acted?.name ?? "none")
    case .policyHash:
      (policy.map { program[$0].canonicalText } ?? decision.acted?.canonicalText)
        .map { .text(semanticHash($0)) } ?? .null
    case .arm: decision.arm
    // Of candidates alone.
    case .isEligible, .isChosen: .null
    }
  }
}
