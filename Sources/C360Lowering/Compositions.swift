import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

struct CompositionKey: Hashable {
  let composition: CompositionID
  let exposure: ExposureID
}

/// The decisions of one composition at the rows of one frame.
final class ComposedDecision {
  let key: CompositionKey
  let frame: Frame
  /// Decisions of the members, in the order of `Composition.policies`.
  let members: [Decision]
  let root: ComposeStep.Node
  /// By member: the column of its probability of the action taken, where another may have acted.
  var probabilities: [Int: ColumnID] = [:]
  var outputs: [(ComposeStep.Output, ColumnID)] = []
  /// What is looked at where its decisions are explained.
  var watched: ComposeStep.Watched?

  init(key: CompositionKey, frame: Frame, members: [Decision], root: ComposeStep.Node) {
    self.key = key
    self.frame = frame
    self.members = members
    self.root = root
  }
}

extension Lowering {
  func composed(_ id: CompositionID, at exposure: ExposureID) -> ComposedDecision {
    let key = CompositionKey(composition: id, exposure: exposure)
    if let known = compositions[key] { return known }
    let composition = program[id]
    let frame = frame(exposure)
    let members = composition.policies.map { memberDecision($0, at: exposure, of: id) }
    let root = node(id, frame, positions: composition.policies)
    for (index, member) in members.enumerated() where member.key.within != nil {
      if !isTogether(member) { member.acting = DecideStep.Acting(root: root, member: index) }
    }
    let composed = ComposedDecision(key: key, frame: frame, members: members, root: root)
    compositions[key] = composed
    compositionOrder.append(composed)
    if let watch = options.watch, watch.exposure == exposure, let asked = watch.composition,
      asked.id == id
    {
      let scope = frameScope(frame)
      composed.watched = ComposeStep.Watched(
        key: frame.key, time: frame.time, number: frame.number,
        scalars: asked.expressions.map { lower($0, scope) })
    }
    // What is counted, and what everything else stands on.
    _ = column(.action, .text, of: composed)
    for member in members { _ = column(.isFallback, .bool, of: member) }
    for term in composition.terms {
      for (policy, member) in zip(composition.policies, members) {
        if let own = program[policy].terms.firstIndex(where: { $0.name == term }) {
          _ = column(.term(own), Type.float.optional, of: member)
        }
      }
    }
    for index in root.compared.sorted() {
      _ = column(.expectedValue, Type.float.optional, of: members[index])
    }
    return composed
  }

  private func memberDecision(
    _ policy: PolicyID, at exposure: ExposureID, of composition: CompositionID
  ) -> Decision {
    if !program[policy].constraints.isEmpty || !program[composition].constraints.isEmpty {
      let decision = decision(policy, at: exposure, within: composition)
      decision.isAsked = false
      return decision
    }
    let isAsked = decisions[DecisionKey(policy: policy, exposure: exposure)]?.isAsked ?? false
    let decision = decision(policy, at: exposure)
    decision.isAsked = isAsked
    return decision
  }

  // MARK: The tree

  private func node(
    _ id: CompositionID, _ frame: Frame, positions: [PolicyID]
  ) -> ComposeStep.Node {
    let composition = program[id]
    func member(_ member: Composition.Member) -> ComposeStep.Member {
      switch member {
      case .policy(let policy): .policy(positions.firstIndex(of: policy) ?? 0)
      case .composition(let inner): .node(node(inner, frame, positions: positions))
      case .none: .none
      }
    }
    switch composition.kind {
    case .experiment(let assignment, let arms, let otherwise):
      return experiment(
        assignment, named: composition.name, arms: arms.map(member), otherwise: otherwise,
        member: member, frame)
    case .arbitration(let turns):
      var choices = turns.map { choice($0.choice, of: composition, member, frame) }
      if turns.last?.condition != nil { choices.append(.best([.none])) }
      return ComposeStep.Node(
        name: composition.name, turn: turn(of: turns, named: composition.name, frame),
        choices: choices)
    }
  }

  private func experiment(
    _ id: AssignmentID, named name: String, arms: [ComposeStep.Member],
    otherwise: Composition.Member, member: (Composition.Member) -> ComposeStep.Member,
    _ frame: Frame
  ) -> ComposeStep.Node {
    let assignment = program[id]
    guard let moments = moments(of: frameScope(frame)) else {
      preconditionFailure("a frame has moments")
    }
    let draw = drawColumn(.arm(salt: assignment.salt), at: moments)
    let pieces = zip(zip(assignment.arms, intervals(assignment)), arms).map { arm, member in
      ComposeStep.Piece(
        lower: arm.1.lower, upper: arm.1.upper, share: arm.0.share * assignment.ramp,
        member: member, arm: arm.0.name)
    }
    let rest =
      assignment.ramp < 1 ? (member: member(otherwise), share: 1 - assignment.ramp) : nil
    var choices = [ComposeStep.Choice.drawn(pieces: pieces, rest: rest, draw: draw)]
    var turn: ColumnID?
    if let takesPart = takesPart(in: id, at: moments) {
      choices.append(.best([member(otherwise)]))
      let value = scalars.add(
        .select,
        [takesPart, scalars.constant(.int(0), .int64), scalars.constant(.int(1), .int64)], .int64)
      turn = derivedColumn(value, in: frame.relation, named: "\(name): who is in", .int)
    }
    return ComposeStep.Node(name: name, turn: turn, choices: choices)
  }

  private func choice(
    _ choice: Composition.Turn.Choice, of composition: Composition,
    _ member: (Composition.Member) -> ComposeStep.Member, _ frame: Frame
  ) -> ComposeStep.Choice {
    switch choice {
    case .one(let one): return .best([member(one)])
    case .best(let members): return .best(members.map(member))
    case .mixture(let shares):
      guard let moments = moments(of: frameScope(frame)) else {
        preconditionFailure("a frame has moments")
      }
      let draw = drawColumn(
        .member(
          of: composition.name, seed: program.seed, time: frame.time, number: frame.number),
        at: moments)
      var lower = 0.0
      let pieces = shares.enumerated().map { index, one in
        let upper = index == shares.count - 1 ? 1 : lower + one.share
        defer { lower = upper }
        return ComposeStep.Piece(
          lower: lower, upper: upper, share: one.share, member: member(one.member), arm: nil)
      }
      return .drawn(pieces: pieces, rest: nil, draw: draw)
    }
  }

  /// Which turn it is: the first whose condition holds. A condition behind one that holds is not asked.
  private func turn(
    of turns: [Composition.Turn], named name: String, _ frame: Frame
  ) -> ColumnID? {
    guard turns.contains(where: { $0.condition != nil }) else { return nil }
    let scope = frameScope(frame)
    let isOpen = turns.last?.condition != nil
    var value = scalars.constant(.int(Int64(isOpen ? turns.count : turns.count - 1)), .int64)
    for (index, turn) in turns.enumerated().reversed() {
      guard let condition = turn.condition else { continue }
      value = scalars.add(
        .select,
        [
          lower(condition, as: .bool, scope), scalars.constant(.int(Int64(index)), .int64), value,
        ], .int64)
    }
    return derivedColumn(value, in: frame.relation, named: "\(name): whose turn", .int)
  }

  // MARK: Columns

  /// A column of the composition at hand, in the relation of its frame.
  func composedColumn(
    _ column: DecisionColumn, _ expression: Expression, _ composed: ComposedDecision
  ) -> ScalarID {
    let output: ComposeStep.Output
    var asked: DecideStep.Output?
    switch column {
    case .entity: return scalar(composed.frame.key)
    case .time: return scalar(composed.frame.time)
    case .number: return scalar(composed.frame.number)
    case .action: output = .action
    case .rank: (output, asked) = (.rank, .rank)
    case .propensity:
      output = .propensity
      askForProbabilities(of: composed)
    case .value: (output, asked) = (.value, .value)
    case .expectedValue: (output, asked) = (.expectedValue, .expectedValue)
    case .term(let position): output = .term(position)
    case .eligible: (output, asked) = (.eligible, .eligible)
    case .reasons: (output, asked) = (.reasons, .reasons)
    case .isFallback: output = .isFallback
    case .policy: output = .policy
    case .policyHash: output = .policyHash
    case .arm: output = .arm
    case .repaired:
      output = .repaired
      for member in composed.members where member.key.within != nil {
        _ = self.column(.repaired, expression.type, of: member)
      }
    case .position: preconditionFailure("no member of a composition decides on slates")
    case .isEligible, .isChosen: preconditionFailure("only candidates are chosen among others")
    }
    if let asked {
      for member in composed.members { _ = self.column(asked, expression.type, of: member) }
    }
    return scalar(self.column(output, expression.type, of: composed))
  }

  private func column(
    _ output: ComposeStep.Output, _ type: Type, of composed: ComposedDecision
  ) -> ColumnID {
    if let known = composed.outputs.first(where: { $0.0 == output }) { return known.1 }
    var type = type
    if case .action = output, let policy = composed.members.first {
      type = program.actionType(policy.actions)
      for member in composed.members { _ = column(.action, type, of: member) }
    }
    let composition = program[composed.key.composition]
    let id = addColumn(
      output.name(in: composition), type.logical, in: composed.frame.relation,
      nullable: type.isOptional)
    composed.outputs.append((output, id))
    return id
  }

  private func column(
    _ output: DecideStep.Output, _ type: Type, of decision: Decision
  ) -> ColumnID {
    if let known = decision.outputs.first(where: { $0.0 == output }) { return known.1 }
    let id = addColumn(
      output.name(in: program[decision.key.policy]), type.logical, in: decision.frame.relation,
      nullable: type.isOptional)
    decision.outputs.append((output, id))
    return id
  }

  /// Of every member its own propensity; of those that draw and may be drawn, the probability of the
  /// action that whoever acted took.
  private func askForProbabilities(of composed: ComposedDecision) {
    for member in composed.members {
      let isBound = member.key.within != nil
      _ = column(.propensity, isBound ? Type.float.optional : .float, of: member)
    }
    for index in composed.root.drawn.sorted()
    where !isCertain(composed.members[index]) && composed.probabilities[index] == nil {
      let name = program[composed.key.composition].policies[index]
      composed.probabilities[index] = addColumn(
        "probability of \(program[name].name)", .float, in: composed.frame.relation, nullable: true)
    }
  }

  /// Whether one action of a decision has probability 1.
  private func isCertain(_ decision: Decision) -> Bool {
    let policy = program[decision.key.policy]
    if case .softmax = policy.choice { return false }
    return policy.explore == 0
  }

  // MARK: Steps

  /// The composition's name, with the exposure where it is not its own.
  func name(of composed: ComposedDecision) -> String {
    let composition = program[composed.key.composition]
    return composed.key.exposure == composition.exposure
      ? composition.name : "\(composition.name) at \(program[composed.key.exposure].name)"
  }

  /// Who acts and what they do; then, where somebody else might have acted, how probable that action
  /// was to them, and the propensity.
  func composeSteps(_ composed: ComposedDecision) -> [Step] {
    let late = composed.outputs.filter { $0.0 == .propensity && !composed.probabilities.isEmpty }
    let early = composed.outputs.filter { output in !late.contains { $0.1 == output.1 } }
    guard !late.isEmpty, let action = early.first(where: { $0.0 == .action })?.1 else {
      return [.compose(composeStep(composed, composed.outputs, isCounted: true))]
    }
    var steps = [Step.compose(composeStep(composed, early, isCounted: true))]
    for (index, column) in composed.probabilities.sorted(by: { $0.key < $1.key }) {
      var step = decideStep(
        composed.members[index], outputs: [(.probability(of: action), column)])
      step.isCounted = false
      steps.append(.decide(step))
    }
    return steps + [.compose(composeStep(composed, late, isCounted: false))]
  }

  private func composeStep(
    _ composed: ComposedDecision, _ outputs: [(ComposeStep.Output, ColumnID)], isCounted: Bool
  ) -> ComposeStep {
    let composition = program[composed.key.composition]
    let asksOdds = outputs.contains { $0.0 == .propensity }
    let policies = zip(composition.policies, composed.members).enumerated().map { index, member in
      let (id, decision) = member
      let policy = program[id]
      let actions = rows(decision.actions)
      var noAction: String?
      if case .actions(let roles) = program[decision.actions].kind { noAction = roles.none }
      return ComposeStep.Policy(
        name: policy.name, hash: options.policyHash(policy), actions: actions.relation,
        actionKey: column(program[decision.actions].kind.keyColumn, of: actions), noAction: noAction,
        columns: Dictionary(decision.outputs, uniquingKeysWith: { first, _ in first }),
        terms: composition.terms.map { term in
          policy.terms.firstIndex { $0.name == term }
        }, isCertain: isCertain(decision),
        probability: asksOdds ? composed.probabilities[index] : nil)
    }
    var step = ComposeStep(
      name: name(of: composed), frame: composed.frame.relation, root: composed.root,
      policies: policies, noAction: composition.noAction, terms: composition.terms,
      outputs: outputs, isCounted: isCounted)
    // Who acts is explained with the propensity: by then the probabilities of all members are there.
    if asksOdds { step.watched = composed.watched }
    if isCounted, !composition.constraints.isEmpty {
      step.together = composed.members.map { decideStep($0) }
    }
    return step
  }
}

extension ComposeStep.Output {
  fileprivate func name(in composition: Composition) -> String {
    switch self {
    case .action: "action"
    case .rank: "rank"
    case .propensity: "propensity"
    case .value: "value"
    case .expectedValue: "expected_value"
    case .term(let position): composition.terms[position]
    case .eligible: "eligible"
    case .reasons: "reasons"
    case .isFallback: "is_fallback"
    case .repaired: "repaired"
    case .policy: "policy"
    case .policyHash: "policy_hash"
    case .arm: "arm"
    }
  }
}

extension ComposeStep.Node {
  /// Policies whose expected values are compared.
  var compared: Set<Int> {
    choices.reduce(into: []) { found, choice in
      if case .best(let members) = choice, members.count > 1 {
        for member in members { found.formUnion(member.policies) }
      }
      for case .node(let inner) in choice.members { found.formUnion(inner.compared) }
    }
  }

  /// Policies that a draw may let act.
  var drawn: Set<Int> {
    choices.reduce(into: []) { found, choice in
      if case .drawn = choice {
        for member in choice.members { found.formUnion(member.policies) }
      } else {
        for case .node(let inner) in choice.members { found.formUnion(inner.drawn) }
      }
    }
  }
}

extension ComposeStep.Member {
  /// All that may act in it.
  var policies: Set<Int> {
    switch self {
    case .policy(let index): [index]
    case .none: []
    case .node(let node):
      node.choices.reduce(into: []) { found, choice in
        for member in choice.members { found.formUnion(member.policies) }
      }
    }
  }
}
