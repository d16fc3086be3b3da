import C360Diagnostics
import C360Syntax

/// A checked experiment or arbitration.
final class CompositionInfo {
  let id: CompositionID
  let composition: Composition
  /// All that may act, each once.
  let policies: [PolicyInfo]
  let mask: MaskInfo?
  /// Whether features of queries over it are seen under `mask`; else its members have different ones.
  let hasOneMask: Bool
  /// Those of its turns and of compositions in it.
  let conditions: [Expression]
  /// Experiments whose arms decide something in it other than who acts.
  let reads: Set<AssignmentID>
  /// Experiments that say who acts in it.
  let draws: Set<AssignmentID>

  init(
    id: CompositionID, composition: Composition, policies: [PolicyInfo], mask: MaskInfo?,
    hasOneMask: Bool, conditions: [Expression], reads: Set<AssignmentID>, draws: Set<AssignmentID>
  ) {
    self.id = id
    self.composition = composition
    self.policies = policies
    self.mask = mask
    self.hasOneMask = hasOneMask
    self.conditions = conditions
    self.reads = reads
    self.draws = draws
  }
}

/// What may act in a composition, and what is known of it.
struct MemberInfo {
  let member: Composition.Member
  let name: String
  let span: Span
  var policies: [PolicyInfo] = []
  var conditions: [Expression] = []
  var mask: MaskInfo?
  var hasOneMask = true
  var reads: Set<AssignmentID> = []
  var draws: Set<AssignmentID> = []
  /// Of a composition that may leave things alone.
  var noAction: String?
}

extension Checker {
  /// A checked experiment or arbitration.
  func composition(_ declaration: Declaration) -> CompositionInfo? {
    switch declaration.resolution {
    case .composition(let info): return info
    case .unresolved: break
    default: return nil
    }
    guard mayResolve(declaration) else { return nil }
    declaration.resolution = .inProgress
    resolutionDepth += 1
    defer { resolutionDepth -= 1 }
    let info = visiting(declaration.environment.sites, mask: nil) { () -> CompositionInfo? in
      switch declaration.kind {
      case .experiment(let syntax): checkExperiment(syntax, declaration)
      case .arbitrate(let syntax): checkArbitration(syntax, declaration)
      default: nil
      }
    }
    declaration.resolution = info.map { .composition($0) } ?? .failed
    return info
  }

  // MARK: Experiments

  private func checkExperiment(
    _ syntax: ExperimentSyntax, _ declaration: Declaration
  ) -> CompositionInfo? {
    let id = assignment(declaration, at: declaration.nameSpan)
    let exposure = syntax.exposure.flatMap { exposureInfo($0) }
    let environment = declaration.environment
    var arms: [MemberInfo] = []
    for arm in syntax.arms {
      guard let name = arm.member else { return nil }
      if let member = member(name, environment) { arms.append(member) }
    }
    let other = syntax.settings.first { $0.keyword?.text == "otherwise" }
    var otherwise: MemberInfo? = MemberInfo(
      member: .none, name: "none", span: declaration.nameSpan)
    if let other { otherwise = other.target.flatMap { member($0, environment) } }
    guard let id, let exposure, let otherwise, arms.count == syntax.arms.count,
      isOf(program[id].entity, exposure, syntax.exposure)
    else { return nil }
    let assignment = program[id]
    guard readsNoOwnArm(arms, id, declaration) else { return nil }
    guard mayBeDrawn(arms), assignment.isTotal || mayBeDrawn([otherwise]) else { return nil }
    var members = arms
    if !assignment.isTotal { members.append(otherwise) }
    var silence: Silence?
    if let arm = arms.first(where: { $0.member == .none }) {
      silence = Silence(span: arm.span, why: "the arm `none` does nothing", isOutside: false)
    } else if !assignment.isTotal, otherwise.member == .none {
      silence = Silence(
        span: other?.span ?? declaration.nameSpan,
        why: "who is outside of the experiment gets nothing", isOutside: other == nil)
    }
    let kind = Composition.Kind.experiment(
      id, arms: arms.map(\.member), otherwise: otherwise.member)
    var parts = CompositionParts(
      declaration: declaration, kind: kind, exposure: exposure, members: members, silence: silence)
    parts.reads = assignmentsRead(by: [], within: assignment.within?.assignment)
    parts.draws = [id]
    let masks = Set(members.flatMap(\.policies).map { $0.mask?.id })
    parts.mask = members.first { !$0.policies.isEmpty }?.mask
    parts.hasOneMask = masks.count == 1 && members.allSatisfy(\.hasOneMask)
    return add(parts)
  }

  /// Propensities are sums over the arms: what one does must not hang on which one it is.
  private func readsNoOwnArm(
    _ arms: [MemberInfo], _ id: AssignmentID, _ declaration: Declaration
  ) -> Bool {
    for arm in arms {
      let own = arm.reads.union(arm.draws).filter { program[$0].salt == program[id].salt }
      guard let other = own.min(by: { $0.index < $1.index }) else { continue }
      report(
        SemanticError.ownArm(
          arm.span, arm.name, experiment: declaration.name, other: program[other].name,
          declared: declaration.nameSpan))
      return false
    }
    return true
  }

  // MARK: Members

  /// What a name in a composition stands for.
  func member(_ name: NameSyntax, _ environment: Environment) -> MemberInfo? {
    let written = name.dotted
    if written == "none" { return MemberInfo(member: .none, name: "none", span: name.span) }
    let found = environment.prefix.flatMap { namespace["\($0).\(written)"] } ?? namespace[written]
    guard let found else {
      if !poisonedNames.contains(written), !failedAliases.contains(name.components[0]) {
        let known = declarations.filter(\.isDecider)
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return nil
    }
    switch found.kind {
    case .policy:
      guard let info = policy(found) else { return nil }
      if let slate = info.policy.slate {
        report(SemanticError.slateMember(name.span, found.name, slots: slate.span))
        return nil
      }
      return MemberInfo(
        member: .policy(info.id), name: found.name, span: name.span, policies: [info],
        mask: info.mask, reads: assignmentsRead(by: decisive(info)))
    case .experiment, .arbitrate:
      if case .inProgress = found.resolution {
        report(SemanticError.cycle(name.span, found.name, declared: found.nameSpan))
        return nil
      }
      guard let info = composition(found) else { return nil }
      guard info.composition.constraints.isEmpty else {
        report(SemanticError.boundsInside(name.span, found.name, declared: found.nameSpan))
        return nil
      }
      return MemberInfo(
        member: .composition(info.id), name: found.name, span: name.span,
        policies: info.policies, conditions: info.conditions, mask: info.mask,
        hasOneMask: info.hasOneMask, reads: info.reads, draws: info.draws,
        noAction: info.composition.noAction)
    default:
      report(
        SemanticError.wrongKind(
          name.span, written, noun: found.noun, wanted: "a policy", declared: found.nameSpan))
      return nil
    }
  }

  /// Everything on which the decisions of a policy depend, but for its bounds.
  func decisive(_ info: PolicyInfo) -> [Expression] {
    decisive(info.mask, info.policy.terms, info.policy.firstStage, info.policy.choice)
  }

  /// The same of a policy in the making.
  func decisive(
    _ mask: MaskInfo?, _ terms: [Policy.Term], _ firstStage: Policy.FirstStage?,
    _ choice: Policy.Choice
  ) -> [Expression] {
    var parts = terms.map(\.value)
    if let mask { parts += program[mask.id].rules.map(\.condition) }
    if case .threshold(let condition) = choice { parts.append(condition) }
    if let firstStage { parts.append(firstStage.score) }
    return parts
  }

  /// Experiments whose arms the expressions read, and those that these stand within.
  func assignmentsRead(
    by expressions: [Expression], within outer: AssignmentID? = nil
  ) -> Set<AssignmentID> {
    var gathered = Dependencies(program: program)
    for expression in expressions { gathered.add(expression) }
    if let outer { gathered.add(outer) }
    return gathered.assignments
  }

  func isOf(_ entity: String, _ exposure: ExposureInfo, _ name: NameSyntax?) -> Bool {
    if exposure.exposure.entity == entity { return true }
    report(
      SemanticError.otherEntity(
        name?.span ?? exposure.declaration.nameSpan, exposure.name,
        entity: exposure.exposure.entity, wanted: entity))
    return false
  }

  // MARK: The whole

  /// Where a composition itself leaves things alone.
  struct Silence {
    let span: Span
    let why: String
    let isOutside: Bool
  }

  struct CompositionParts {
    let declaration: Declaration
    let kind: Composition.Kind
    let exposure: ExposureInfo
    /// Those that can act.
    let members: [MemberInfo]
    let silence: Silence?
    var mask: MaskInfo?
    var hasOneMask = true
    var conditions: [Expression] = []
    var reads: Set<AssignmentID> = []
    var draws: Set<AssignmentID> = []
    var permissions: [Policy.Permission] = []
    var constraints: [Constraint] = []
  }

  /// Checks that the members fit each other and the exposure, and adds the composition.
  func add(_ parts: CompositionParts) -> CompositionInfo? {
    let declaration = parts.declaration
    let policies = each(parts.members.flatMap(\.policies))
    guard !policies.isEmpty else {
      report(SemanticError.onlyNone(declaration.nameSpan, declaration.name))
      return nil
    }
    guard writeOneColumn(parts.members), areDecided(parts) else { return nil }
    var noAction: String?
    let inner = parts.members.first { $0.noAction != nil }.map {
      Silence(span: $0.span, why: "`\($0.name)` leaves some customers alone", isOutside: false)
    }
    if let silence = parts.silence ?? inner {
      guard let name = noActionName(of: policies, silence) else { return nil }
      noAction = name
    }
    var terms: [String] = []
    for term in policies.flatMap(\.policy.terms) where !terms.contains(term.name) {
      terms.append(term.name)
    }
    func composition(canonicalText: String) -> Composition {
      var composition = Composition(
        name: declaration.name, kind: parts.kind, exposure: parts.exposure.id,
        mask: parts.mask?.id, policies: policies.map(\.id), terms: terms, noAction: noAction,
        permissions: parts.permissions, canonicalText: canonicalText, span: declaration.nameSpan)
      composition.constraints = parts.constraints
      return composition
    }
    let text = CanonicalText(program)
      .compositionWithDependencies(composition(canonicalText: ""), conditions: parts.conditions)
    let complete = composition(canonicalText: text)
    let id = CompositionID(program.compositions.count)
    program.compositions.append(complete)
    return CompositionInfo(
      id: id, composition: complete, policies: policies, mask: parts.mask,
      hasOneMask: parts.hasOneMask,
      conditions: parts.conditions + parts.members.flatMap(\.conditions),
      reads: parts.members.reduce(parts.reads) { $0.union($1.reads) },
      draws: parts.members.reduce(parts.draws) { $0.union($1.draws) })
  }

  private func each(_ policies: [PolicyInfo]) -> [PolicyInfo] {
    var seen: Set<PolicyID> = []
    return policies.filter { seen.insert($0.id).inserted }.sorted { $0.id.index < $1.id.index }
  }

  /// The name of the no-op, if the actions of all policies know one only.
  private func noActionName(of policies: [PolicyInfo], _ silence: Silence) -> String? {
    let tables = each(policies).map { program[$0.policy.actions] }
    let names = Set(tables.compactMap(\.noActionName)).sorted()
    if names.count == 1 { return names[0] }
    var seen: Set<String> = []
    let places = tables.filter { seen.insert($0.name).inserted }
      .map { LabeledSpan($0.span, "the actions `\($0.name)`") }
    report(
      silence.isOutside
        ? SemanticError.nobodyActsOutside(silence.span, silence.why, names: names, tables: places)
        : SemanticError.nobodyActs(silence.span, silence.why, names: names, tables: places))
    return nil
  }

  /// Whether all members write actions of one type.
  private func writeOneColumn(_ members: [MemberInfo]) -> Bool {
    var first: (member: MemberInfo, words: String)?
    for member in members {
      for policy in member.policies {
        let words = actionWords(program[policy.policy.actions])
        guard let known = first else {
          first = (member, words)
          continue
        }
        if known.words == words { continue }
        report(
          SemanticError.membersDiffer(
            member.span, member.name, words, known.member.name, known.words))
        return false
      }
    }
    return true
  }

  private func actionWords(_ table: Table) -> String {
    guard case .actions(let roles) = table.kind else { return "" }
    let isText = table.columns[roles.key].type.base == .text
    if isText { return "keys of type `text`" }
    return roles.none == nil ? "keys of type `int`" : "keys of type `int` and a no-op"
  }

  /// Whether all members and conditions can be decided at the exposure of the composition.
  private func areDecided(_ parts: CompositionParts) -> Bool {
    let site = LabeledSpan(parts.declaration.nameSpan, "`\(parts.declaration.name)` decides here")
    for member in parts.members {
      for policy in member.policies {
        guard let home = namespace[policy.policy.name] else { return false }
        guard moves(policy, to: parts.exposure, at: member.span, home) else { return false }
      }
    }
    return (parts.conditions + parts.members.flatMap(\.conditions)).allSatisfy {
      isDecided(
        $0, at: parts.exposure, noun: "a condition of `\(parts.declaration.name)`", user: site)
    }
  }
}

extension Declaration {
  /// Whether it says who or what acts.
  var isDecider: Bool {
    switch kind {
    case .policy, .experiment, .arbitrate: true
    default: false
    }
  }
}

extension Table {
  /// Of an actions table that has one.
  var noActionName: String? {
    if case .actions(let roles) = kind { roles.none } else { nil }
  }
}
