import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

struct DecisionKey: Hashable {
  let policy: PolicyID
  let exposure: ExposureID
  /// The composition of which it is a member, where bounds count what it does there alone.
  var within: CompositionID?
}

/// The decisions of one policy at the rows of one frame.
final class Decision {
  let key: DecisionKey
  let index: Int
  let frame: Frame
  let actions: TableID
  /// Exposures × actions: where features `for` the actions have their values, tile by tile.
  let relation: RelationID
  var rules: [DecideStep.Rule] = []
  var terms: [DecideStep.Term] = []
  var choice: DecideStep.Choice = .greedy
  var firstStage: DecideStep.FirstStage?
  var slate: DecideStep.Slate?
  var variants: [DecideStep.Variant] = []
  /// Of a slate: columns of the frame in its rows.
  var unfolded: [ColumnID: ColumnID] = [:]
  var constraints: [DecideConstraint] = []
  var entityCaps: [EntityCap] = []
  var prior: Decision?
  var acting: DecideStep.Acting?
  /// What is looked at where its decisions are explained.
  var watched: [ScalarID] = []
  var outputs: [(DecideStep.Output, ColumnID)] = []
  /// Its candidates, where a query asks for them.
  var listing: DecideStep.Listing?
  /// Parts of rules and terms that are computed apart, for their names.
  var partCount = 0
  /// Whether a query asks for it, and not only a composition of which it is a member.
  var isAsked = true

  init(key: DecisionKey, index: Int, frame: Frame, actions: TableID, relation: RelationID) {
    self.key = key
    self.index = index
    self.frame = frame
    self.actions = actions
    self.relation = relation
  }
}

extension Lowering {
  func decision(
    _ policyID: PolicyID, at exposure: ExposureID, within composition: CompositionID? = nil
  ) -> Decision {
    let key = DecisionKey(policy: policyID, exposure: exposure, within: composition)
    if let known = decisions[key] { return known }
    let policy = program[policyID]
    let decision = Decision(
      key: key, index: decisionOrder.count, frame: frame(exposure), actions: policy.actions,
      relation: plan.addRelation("\(policy.name) × \(program[policy.actions].name)"))
    decisions[key] = decision
    decisionOrder.append(decision)
    let actions = rows(policy.actions)
    _ = column(program[policy.actions].kind.keyColumn, of: actions)

    var scope = frameScope(decision.frame)
    scope.decision = decision
    if let mask = policy.mask {
      decision.rules = program[mask].rules.map { rule in
        DecideStep.Rule(
          name: rule.name,
          condition: candidate(rule.condition, as: .bool, named: rule.name, scope, decision))
      }
    }
    decision.terms = policy.terms.map { term in
      DecideStep.Term(
        name: term.name,
        value: candidate(term.value, as: term.value.type, named: term.name, scope, decision),
        weight: term.weight)
    }
    switch policy.choice {
    case .greedy: decision.choice = .greedy
    case .softmax(let temperature): decision.choice = .softmax(temperature: temperature)
    case .threshold(let condition):
      decision.choice = .threshold(
        candidate(condition, as: .bool, named: "threshold", scope, decision))
    }
    if let stage = policy.firstStage {
      decision.firstStage = DecideStep.FirstStage(
        count: stage.count,
        score: candidate(
          stage.score, as: stage.score.type, named: "candidates", scope, decision))
    }
    decision.slate = policy.slate.map { slate($0, policy, scope) }
    if options.measuresStability {
      decision.variants = policy.shifts.map { variant($0, of: policy, scope, decision) }
    }
    let shared = composition.map { program[$0].constraints } ?? []
    lowerConstraints(shared.isEmpty ? policy.constraints : shared, scope, decision)
    if let watch = options.watch, watch.exposure == exposure,
      composition == nil || composition == watch.composition?.id
    {
      decision.watched = watch.policies[policyID, default: []].map { lower($0, scope) }
    }
    return decision
  }

  /// An expression at exposure × action grain. What depends on the exposure alone, or on the action
  /// alone, is computed once a row of those rather than once a pair.
  func candidate(
    _ expression: Expression, as type: Type, named name: String, _ scope: Scope,
    _ decision: Decision
  ) -> ScalarID {
    var value = lower(expression, as: type, scope)
    if type.base == .int {
      value = scalars.add(.intToFloat, [value], .float64)
    }
    var hoisted: [ScalarID: ScalarID] = [:]
    return hoist(value, decision, named: name, &hoisted)
  }

  private func hoist(
    _ value: ScalarID, _ decision: Decision, named name: String, _ done: inout [ScalarID: ScalarID]
  ) -> ScalarID {
    if let known = done[value] { return known }
    let node = scalars.arena[value]
    guard !node.inputs.isEmpty else { return value }
    let result: ScalarID
    let relations = Set(scalars.columns(of: value).map { plan[$0].relation })
    // A failure must stay where `and`, `if` and their kin can decide it away.
    if relations.count == 1, let relation = relations.first, relation != decision.relation,
      !scalars.canFail(value)
    {
      decision.partCount += 1
      let column = derivedColumn(
        value, in: relation, named: "\(name), part \(decision.partCount)",
        Type(node.type.base, optional: true))
      result = scalar(column)
    } else {
      let inputs = node.inputs.map { hoist($0, decision, named: name, &done) }
      result = scalars.add(node.operation, inputs, node.type, origin: node.origin)
    }
    done[value] = result
    return result
  }

  // MARK: Results

  /// A column of the decision at hand, in the relation of its frame.
  func decisionColumn(
    _ column: DecisionColumn, _ expression: Expression, _ scope: Scope
  ) -> ScalarID {
    if let composed = scope.composed { return composedColumn(column, expression, composed) }
    guard let decision = scope.decided else {
      preconditionFailure("the checker lets columns of decisions stand in their queries only")
    }
    let policy = program[decision.key.policy]
    let output: DecideStep.Output
    switch column {
    case .entity: return ofFrame(decision.frame.key, decision)
    case .time: return ofFrame(decision.frame.time, decision)
    case .number: return ofFrame(decision.frame.number, decision)
    case .position: output = .position
    case .policy: return scalars.constant(.text(policy.name), .text)
    case .policyHash: return scalars.constant(.text(options.policyHash(policy)), .text)
    case .action: output = .action
    case .rank: output = .rank
    case .propensity: output = .propensity
    case .value: output = .value
    case .expectedValue: output = .expectedValue
    case .term(let position): output = .term(position)
    case .eligible: output = .eligible
    case .reasons: output = .reasons
    case .isFallback: output = .isFallback
    case .repaired: output = .repaired
    case .arm: preconditionFailure("only compositions have arms")
    case .isEligible, .isChosen: preconditionFailure("only candidates are chosen among others")
    }
    if let known = decision.outputs.first(where: { $0.0 == output }) { return scalar(known.1) }
    let id = addColumn(
      output.name(in: policy), expression.type.logical,
      in: decision.slate?.rows ?? decision.frame.relation, nullable: expression.type.isOptional)
    decision.outputs.append((output, id))
    return scalar(id)
  }

  /// The policy's name, with the exposure where it is not the policy's own.
  func name(of decision: Decision) -> String {
    let policy = program[decision.key.policy]
    let name =
      decision.key.exposure == policy.exposure
      ? policy.name : "\(policy.name) at \(program[decision.key.exposure].name)"
    return decision.key.within.map { "\(name) in \(program[$0].name)" } ?? name
  }

  /// - Parameter outputs: nil: those that were asked for.
  func decideStep(
    _ decision: Decision, outputs: [(DecideStep.Output, ColumnID)]? = nil
  ) -> DecideStep {
    let policy = program[decision.key.policy]
    let actions = rows(decision.actions)
    var noAction: String?
    if case .actions(let roles) = program[decision.actions].kind { noAction = roles.none }
    let timelines = requests.timelineOrder.filter { $0.decision == decision.index }
    var step = DecideStep(
      policy: policy.name, frame: decision.frame.relation, key: decision.frame.key,
      time: decision.frame.time, number: decision.frame.number, actions: actions.relation,
      actionKey: column(program[decision.actions].kind.keyColumn, of: actions), noAction: noAction,
      actionTimelines: timelines.compactMap { timelineStep($0) }, rules: decision.rules,
      terms: decision.terms, choice: decision.choice, explore: policy.explore,
      fallback: policy.fallback.keyText, seed: program.seed, outputs: outputs ?? decision.outputs,
      name: name(of: decision))
    step.actionConsents = requests.consentOrder.filter { $0.decision == decision.index }
      .compactMap { consentStep($0) }
    step.firstStage = decision.firstStage
    step.slate = decision.slate
    step.constraints = decision.constraints
    step.pathPoints = options.pathPoints
    step.startPrices =
      options.startPrices[startName(of: decision)]?[program[decision.key.exposure].name] ?? [:]
    step.acting = decision.acting
    step.entityCaps = decision.entityCaps
    step.watched = decision.watched
    // A member of a composition lists nothing, and is measured where it decides alone.
    step.listing = outputs == nil ? decision.listing : nil
    step.variants = outputs == nil ? decision.variants : []
    step.prior = decision.prior.map { [decideStep($0, outputs: $0.outputs)] } ?? []
    return step
  }
}

extension Lowering {
  /// Under which prices of its bounds stand in manifests.
  private func startName(of decision: Decision) -> String {
    let policy = program[decision.key.policy].name
    guard let within = decision.key.within else { return policy }
    let composition = program[within]
    return composition.constraints.isEmpty ? "\(policy) in \(composition.name)" : composition.name
  }

  /// Whether it decides with other members of a composition, which then runs it.
  func isTogether(_ decision: Decision) -> Bool {
    decision.key.within.map { !program[$0].constraints.isEmpty } ?? false
  }
}

extension DecideStep.Output {
  func name(in policy: Policy) -> String {
    switch self {
    case .position: "position"
    case .action: "action"
    case .rank: "rank"
    case .propensity: "propensity"
    case .value: "value"
    case .expectedValue: "expected_value"
    case .term(let position): policy.terms[position].name
    case .eligible: "eligible"
    case .reasons: "reasons"
    case .isFallback: "is_fallback"
    case .repaired: "repaired"
    case .probability: "probability"
    }
  }
}

extension Value {
  /// The key of an action as text.
  fileprivate var keyText: String {
    switch self {
    case .text(let value): value
    case .int(let value): String(value)
    default: ""
    }
  }
}

extension PhysicalType {
  /// A language type that lies in memory like this.
  fileprivate var base: Type.Base {
    switch self {
    case .bool: .bool
    case .int64: .int
    case .float64: .float(.none)
    case .text: .text
    case .vector(let width): .vector(width)
    case .list: .list(.text)
    }
  }
}
