import C360Columns
import C360Decisions
import C360Diagnostics
import C360Engine
import C360Lowering
import C360Semantics

/// The program with the decision log of one entity in place of what it writes.
struct WhyRun {
  private let question: WhyQuestion
  private let program: Program
  private let subject: WhySubject
  /// Of the policies that may act.
  private let reads: [PolicyID: DecisionReads]
  /// nil: a policy is asked about.
  private let composed: CompositionReads?

  private var exposure: Exposure { program[subject.exposure] }

  /// - Throws: `DiagnosticError`: nothing of this name decides, or no such key.
  init(_ question: WhyQuestion, _ program: Program) throws(DiagnosticError) {
    self.question = question
    self.program = program
    let subject = try WhySubject(question, program)
    self.subject = subject
    reads = Dictionary(
      uniqueKeysWithValues: subject.policies(in: program).map { id in
        let constraints = subject.constraints(on: id, in: program)
        return (id, DecisionReads(of: program[id], subjectTo: constraints, in: program))
      })
    if case .composition(let id) = subject.kind {
      composed = CompositionReads(of: id, in: program)
    } else {
      composed = nil
    }
  }

  // MARK: The program that is run

  var options: LoweringOptions.Watch {
    var composition: (id: CompositionID, expressions: [Expression])?
    if case .composition(let id) = subject.kind, let composed {
      composition = (id, composed.expressions)
    }
    return LoweringOptions.Watch(
      exposure: subject.exposure, policies: reads.mapValues(\.expressions),
      composition: composition)
  }

  var asking: Program {
    var asking = program
    asking.outputs = []
    asking.shows = [Show(query: WhyLog(subject, program).query, span: subject.span)]
    return asking
  }

  /// What the steps of the policies, and of the composition, are watched for.
  func watch(_ lowered: LoweredProgram) -> DecisionWatch {
    var name: String?
    if case .composition(let id) = subject.kind {
      name =
        lowered.compositions.first {
          $0.composition == id && $0.exposure == subject.exposure
        }?.name
    }
    return DecisionWatch(
      steps: Set(reads.keys.compactMap { step(of: $0, lowered) }), composition: name,
      entity: subject.key, time: question.time, limit: question.limit)
  }

  /// The step of a policy: that of the composition, where bounds count what it does there alone.
  private func step(of policy: PolicyID, _ lowered: LoweredProgram) -> String? {
    let own = lowered.decisions.filter {
      $0.policy == policy && $0.exposure == subject.exposure
    }
    guard case .composition(let id) = subject.kind else {
      return own.first { $0.within == nil }?.name
    }
    return (own.first { $0.within == id } ?? own.first { $0.within == nil })?.name
  }

  // MARK: The answer

  /// - Throws: `RunFailure` where there is no such decision.
  func answer(
    _ results: Results, _ watch: DecisionWatch, _ session: Session, warnings: [Diagnostic]
  ) throws -> Why {
    let found = watch.found
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
    let courses = Dictionary(
      uniqueKeysWithValues: reads.keys.map { id in
        (id, step(of: id, results.lowered).flatMap { found.decisions[$0] } ?? [])
      })
    let decisions =
      switch subject.kind {
      case .policy(let id):
        try courses[id, default: []].map { course in
          Why.Decision(
            time: course.time, number: course.number,
            log: try row(course.time, course.number, course.position, log, session),
            composed: nil, choice: choice(of: id, course, zone))
        }
      case .composition(let id):
        try found.compositions.map {
          try decision(of: program[id], $0, courses, log, zone, session)
        }
      }
    guard !decisions.isEmpty else { throw RunFailure(diagnostics: [missing(found)]) }
    let isSlate = decisions.contains { $0.position != nil }
    let asked = (0..<log.rowCount).count { row in
      (question.time.map { log.columns[WhyLog.time].vector.int64s[row] == $0 } ?? true)
        && (!isSlate || log.columns[WhyLog.position].vector.int64s[row] == 1)
    }
    return Why(
      policy: subject.name, exposure: exposure.name, entity: exposure.entity, key: subject.key,
      seed: program.seed, runTime: program.runTime, decisions: decisions, decisionCount: asked,
      warnings: warnings)
  }

  /// The row of the log of a decision.
  private func row(
    _ time: Int64, _ number: Int, _ position: Int?, _ log: Batch, _ session: Session
  ) throws -> [(name: String, value: Scalar, type: LogicalType)] {
    let row = (0..<log.rowCount).first {
      log.columns[WhyLog.time].vector.int64s[$0] == time
        && log.columns[WhyLog.number].vector.int64s[$0] == Int64(number)
        && (position == nil
          || log.columns[WhyLog.position].vector.int64s[$0] == Int64(position ?? 1))
    }
    guard let row else {
      throw RunFailure(diagnostics: [
        HostDiagnostics.runtimeFailure.diagnostic("a decision that was watched is not in the log")
      ])
    }
    return log.columns.map {
      (name: $0.name, value: $0.vector.scalar(row, texts: session.texts), type: $0.type)
    }
  }

  private func decision(
    of composition: Composition, _ course: WatchedComposition,
    _ courses: [PolicyID: [WatchedDecision]], _ log: Batch, _ zone: ZoneTable, _ session: Session
  ) throws -> Why.Decision {
    func own(_ policy: Int) -> WatchedDecision? {
      courses[composition.policies[policy]]?.first {
        $0.time == course.time && $0.number == course.number
      }
    }
    let isBound = !composition.constraints.isEmpty
    return Why.Decision(
      time: course.time, number: course.number,
      log: try row(course.time, course.number, nil, log, session),
      composed: Why.Composed(
        course: course, nodes: composed?.nodes(of: course, key: subject.key, zone) ?? [],
        adjusted: course.nodes.map { node in
          node.members.map { member in
            guard isBound, let own = member.policy.flatMap(own) else { return nil }
            return own.candidates[own.chosen].adjusted
          }
        }),
      choice: course.actor.flatMap { actor in
        own(actor).map { choice(of: composition.policies[actor], $0, zone) }
      })
  }

  // MARK: A policy's own decision

  private func choice(
    of id: PolicyID, _ course: WatchedDecision, _ zone: ZoneTable
  ) -> Why.Choice {
    let reads = reads[id] ?? DecisionReads(of: program[id], subjectTo: [], in: program)
    let actions = course.candidates.filter { !$0.isNoOp }
    let common = actions.first?.reads ?? reads.expressions.map { _ in nil }
    func events(_ values: [Scalar?], _ read: Why.Read) -> [Why.Events] {
      actions.isEmpty ? [] : read.windows.map { $0.events(at: course.time, zone: zone, values) }
    }
    return Why.Choice(
      policy: view(of: id, reads), course: course,
      values: zip(reads.reads, reads.places).map { $0.isOfAction ? nil : common[$1] },
      events: reads.reads.map { $0.isOfAction ? [] : events(common, $0) },
      actionValues: actions.map { action in
        zip(reads.reads, reads.places).map { $0.isOfAction ? action.reads[$1] : nil }
      },
      actionEvents: actions.map { action in
        reads.reads.map { $0.isOfAction ? events(action.reads, $0) : [] }
      })
  }

  private func view(of id: PolicyID, _ reads: DecisionReads) -> Why.Policy {
    let policy = program[id]
    let mask = policy.mask.map { program[$0] }
    let caps = subject.constraints(on: id, in: program).filter(\.isPerEntity).map(\.name)
    return Why.Policy(
      name: policy.name, mask: mask?.name, reads: reads.reads, parts: reads.parts,
      refusals: (mask?.rules.map(\.name) ?? []) + (policy.firstStage == nil ? [] : ["candidates"])
        + caps + (policy.slate.map { ["above"] + $0.limits.map(\.name) } ?? []),
      terms: policy.terms.map(\.name))
  }

  // MARK: No answer

  private func missing(_ found: DecisionWatch.Seen) -> Diagnostic {
    let name = "\(exposure.entity) \(Self.words(subject.key))"
    if found.times.isEmpty {
      let near = found.near.map(Self.words)
      return HostDiagnostics.noSuchDecision.diagnostic(
        "`\(subject.name)` decides nothing for \(name)", at: exposure.span,
        label: "it has no row here",
        help: near.isEmpty ? [] : ["near it there are \(near.joined(separator: ", "))"])
    }
    let wanted = question.time ?? 0
    let near = found.times.sorted { Self.distance($0, wanted) < Self.distance($1, wanted) }
      .prefix(5).sorted().map(ValueText.time)
    return HostDiagnostics.noSuchDecision.diagnostic(
      "`\(subject.name)` decides nothing for \(name) at \(ValueText.time(wanted))",
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
  /// The program runs with the decision log of what is asked about in place of what it writes.
  func why(_ question: WhyQuestion) throws -> Why {
    let (program, warnings) = try accept(check(parse()))
    try holdBindings(to: program)
    let run = try WhyRun(question, program)
    let asking = run.asking
    let lowered = lower(asking, watch: run.options)
    let watch = run.watch(lowered)
    let results = try execute(asking, lowered, watch: watch)
    return try run.answer(results, watch, session, warnings: warnings)
  }
}
