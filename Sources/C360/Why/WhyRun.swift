import C360Columns
import C360Decisions
import C360Diagnostics
import C360Engine
import C360Lowering
import C360Semantics

/// Whose decision is asked about.
struct WhyQuestion {
  let policy: String
  let entity: String?
  let key: String
  let time: Int64?
  let limit: Int
}

/// The program with its decision log of one entity in place of what it writes.
struct WhyRun {
  private let question: WhyQuestion
  private let program: Program
  private let policyID: PolicyID
  private let key: Scalar
  let reads: PolicyReads

  private var policy: Policy { program[policyID] }
  private var exposure: Exposure { program[policy.exposure] }

  /// - Throws: `DiagnosticError`: no such policy, or no such key.
  init(_ question: WhyQuestion, _ program: Program) throws(DiagnosticError) {
    self.question = question
    self.program = program
    policyID = try Self.policy(question, program)
    key = try Self.key(question, program, program[policyID])
    reads = PolicyReads(of: program[policyID], in: program)
  }

  private static func policy(
    _ question: WhyQuestion, _ program: Program
  ) throws(DiagnosticError) -> PolicyID {
    if let index = program.policies.firstIndex(where: { $0.name == question.policy }) {
      return PolicyID(index)
    }
    if let composed = program.compositions.first(where: { $0.name == question.policy }) {
      let members = composed.policies.map { "`\(program[$0].name)`" }.joined(separator: ", ")
      throw DiagnosticError([
        HostDiagnostics.unknownPolicy.diagnostic(
          "`\(composed.name)` is made of policies, and does not decide itself", at: composed.span,
          help: ["ask one of \(members)"])
      ])
    }
    let names = program.policies.map(\.name)
    let near = nearest(to: question.policy, among: names)
    let all = names.isEmpty ? "the script has none" : "policies: \(names.joined(separator: ", "))"
    throw DiagnosticError([
      HostDiagnostics.unknownPolicy.diagnostic(
        "there is no policy `\(question.policy)`", help: [near.map { "there is `\($0)`" } ?? all])
    ])
  }

  private static func key(
    _ question: WhyQuestion, _ program: Program, _ policy: Policy
  ) throws(DiagnosticError) -> Scalar {
    let exposure = program[policy.exposure]
    func refuse(_ message: String, _ help: String) -> DiagnosticError {
      DiagnosticError([
        HostDiagnostics.unfitKey.diagnostic(
          message, at: exposure.span, label: "`\(policy.name)` decides here", help: [help])
      ])
    }
    if let entity = question.entity, entity != exposure.entity {
      throw refuse(
        "`\(policy.name)` decides for no `\(entity)`, but for `\(exposure.entity)`",
        "write \(exposure.entity)=\(question.key)")
    }
    guard exposure.columns[exposure.key].type.base == .int else { return .text(question.key) }
    guard let key = Int64(question.key) else {
      throw refuse(
        "keys of `\(exposure.entity)` are integers, and `\(question.key)` is none",
        "write a whole number, as in \(exposure.entity)=42")
    }
    return .int(key)
  }

  // MARK: The program that is run

  /// What the step of the policy is watched for.
  func watch() -> DecisionWatch {
    DecisionWatch(
      step: policy.name, entity: key, time: question.time, limit: question.limit)
  }

  var options: LoweringOptions.Watch {
    LoweringOptions.Watch(
      policy: policyID, exposure: policy.exposure, expressions: reads.expressions)
  }

  var asking: Program {
    var asking = program
    asking.outputs = []
    asking.shows = [Show(query: query, span: policy.span)]
    return asking
  }

  private var query: Query {
    func column(_ name: String, _ column: DecisionColumn, _ type: Type) -> Query.Projection {
      Query.Projection(
        name: name,
        expression: Expression(
          .decision(column), type: type, span: policy.span,
          facts: Facts(phase: .before, grain: Grain(.exposure(policy.exposure)))))
    }
    let key = exposure.columns[exposure.key].type
    let position = policy.slate == nil ? [] : [column("position", .position, .int)]
    let columns =
      [
        column(exposure.entity, .entity, key), column("at", .time, .time),
        column("number", .number, .int),
      ] + position + [
        column("action", .action, actionType),
        column("rank", .rank, Type.int.optional),
        column("propensity", .propensity, Type.float.optional),
        column("value", .value, Type.float.optional),
        column("expected_value", .expectedValue, Type.float.optional),
        column("eligible", .eligible, .int), column("reasons", .reasons, .text),
        column("is_fallback", .isFallback, .bool), column("repaired", .repaired, .bool),
      ]
      + policy.terms.enumerated().map { column("term_\($1.name)", .term($0), Type.float.optional) }
    let value: Value =
      switch self.key {
      case .int(let value): .int(value)
      case .text(let value): .text(value)
      default: .null
      }
    let isAsked = Expression(
      .isIn(Expression(.queryColumn(0), type: key, span: policy.span, facts: Self.facts), [value]),
      type: .bool, span: policy.span, facts: Self.facts)
    return Query(
      source: .policy(policyID, at: policy.exposure), mask: nil, unmaskedBecause: nil,
      initial: columns, stages: [.filter(isAsked)],
      columns: columns.map { (name: $0.name, type: $0.expression.type) }, span: policy.span)
  }

  private static let facts = Facts(phase: .before, grain: Grain(.query))

  private var actionType: Type {
    guard case .actions(let roles) = program[policy.actions].kind, roles.none == nil else {
      return .text
    }
    return program[policy.actions].columns[roles.key].type
  }

  // MARK: The answer

  /// - Throws: `RunFailure` where there is no such decision.
  func answer(
    _ results: Results, _ watch: DecisionWatch, _ session: Session, warnings: [Diagnostic]
  ) throws -> Why {
    let found = watch.found
    guard !found.decisions.isEmpty else { throw RunFailure(diagnostics: [missing(found)]) }
    let log: Batch
    let zone: ZoneTable
    do throws(EngineError) {
      log = try results.sinks[0].whole()
      zone = try ZoneTable(program.timezone)
    } catch {
      throw RunFailure(diagnostics: [
        HostDiagnostics.runtimeFailure.diagnostic("the decision log cannot be read: \(error)")
      ])
    }
    let mask = policy.mask.map { program[$0] }
    let isSlate = policy.slate != nil
    let asked = (0..<log.rowCount).count { row in
      (question.time.map { log.columns[1].vector.int64s[row] == $0 } ?? true)
        && (!isSlate || log.columns[3].vector.int64s[row] == 1)
    }
    return Why(
      policy: policy.name, exposure: exposure.name, entity: exposure.entity, key: key,
      mask: mask?.name, seed: program.seed, runTime: program.runTime, reads: reads.reads,
      parts: reads.parts, refusals: refusals,
      terms: policy.terms.map(\.name),
      decisions: try found.decisions.map { try decision($0, log, zone, session) },
      decisionCount: asked, warnings: warnings)
  }

  /// As the candidates of a watched decision number them.
  private var refusals: [String] {
    (policy.mask.map { program[$0].rules.map(\.name) } ?? [])
      + (policy.firstStage == nil ? [] : ["candidates"])
      + policy.constraints.filter(\.isPerEntity).map(\.name)
      + (policy.slate.map { ["above"] + $0.limits.map(\.name) } ?? [])
  }

  private func decision(
    _ course: WatchedDecision, _ log: Batch, _ zone: ZoneTable, _ session: Session
  ) throws -> Why.Decision {
    let row = (0..<log.rowCount).first {
      log.columns[1].vector.int64s[$0] == course.time
        && log.columns[2].vector.int64s[$0] == Int64(course.number)
        && (course.position == nil
          || log.columns[3].vector.int64s[$0] == Int64(course.position ?? 1))
    }
    guard let row else {
      throw RunFailure(diagnostics: [
        HostDiagnostics.runtimeFailure.diagnostic("a decision that was watched is not in the log")
      ])
    }
    let actions = course.candidates.filter { !$0.isNoOp }
    let common = actions.first?.reads ?? reads.expressions.map { _ in nil }
    func events(_ values: [Scalar?], _ read: Why.Read) -> [Why.Events] {
      actions.isEmpty ? [] : read.windows.map { $0.events(at: course.time, zone: zone, values) }
    }
    return Why.Decision(
      log: log.columns.map {
        (name: $0.name, value: $0.vector.scalar(row, texts: session.texts), type: $0.type)
      }, course: course,
      values: zip(reads.reads, reads.places).map { $0.isOfAction ? nil : common[$1] },
      events: reads.reads.map { $0.isOfAction ? [] : events(common, $0) },
      actionValues: actions.map { action in
        zip(reads.reads, reads.places).map { $0.isOfAction ? action.reads[$1] : nil }
      },
      actionEvents: actions.map { action in
        reads.reads.map { $0.isOfAction ? events(action.reads, $0) : [] }
      })
  }

  private func missing(_ found: DecisionWatch.Seen) -> Diagnostic {
    let name = "\(exposure.entity) \(Self.words(key))"
    if found.times.isEmpty {
      let near = found.near.map(Self.words)
      return HostDiagnostics.noSuchDecision.diagnostic(
        "`\(policy.name)` decides nothing for \(name)", at: exposure.span,
        label: "it has no row here",
        help: near.isEmpty ? [] : ["near it there are \(near.joined(separator: ", "))"])
    }
    let wanted = question.time ?? 0
    let near = found.times.sorted { Self.distance($0, wanted) < Self.distance($1, wanted) }
      .prefix(5).sorted().map(ValueText.time)
    return HostDiagnostics.noSuchDecision.diagnostic(
      "`\(policy.name)` decides nothing for \(name) at \(ValueText.time(wanted))",
      at: exposure.span, label: "it has no row at this time",
      help: [
        "it decides at \(near.joined(separator: ", "))"
          + (found.times.count > near.count ? ", and \(found.times.count - near.count) more" : "")
      ])
  }

  private static func distance(_ left: Int64, _ right: Int64) -> UInt64 {
    UInt64(bitPattern: max(left, right) &- min(left, right))
  }

  private static func words(_ key: Scalar) -> String {
    switch key {
    case .int(let value): String(value)
    case .text(let value): "\"\(value)\""
    default: "null"
    }
  }
}

extension Compiler {
  /// The program runs with the decision log of the policy in place of what it writes.
  func why(_ question: WhyQuestion) throws -> Why {
    let (program, warnings) = try accept(check(parse()))
    try holdBindings(to: program)
    let run = try WhyRun(question, program)
    let watch = run.watch()
    let asking = run.asking
    let results = try execute(asking, lower(asking, watch: run.options), watch: watch)
    return try run.answer(results, watch, session, warnings: warnings)
  }
}
