import C360Columns
import C360Diagnostics
import C360Semantics

/// Whose decision is asked about.
struct WhyQuestion {
  /// Of the policy, arbitration or experiment.
  let policy: String
  let entity: String?
  let key: String
  let time: Int64?
  let limit: Int
}

/// What decides, and for whom it is asked.
struct WhySubject {
  enum Kind {
    case policy(PolicyID)
    case composition(CompositionID)
  }
  let kind: Kind
  let name: String
  let exposure: ExposureID
  let span: Span
  let key: Scalar

  /// - Throws: `DiagnosticError`: nothing of this name decides, or no such key.
  init(_ question: WhyQuestion, _ program: Program) throws(DiagnosticError) {
    if let index = program.policies.firstIndex(where: { $0.name == question.policy }) {
      let policy = program.policies[index]
      kind = .policy(PolicyID(index))
      (name, exposure, span) = (policy.name, policy.exposure, policy.span)
    } else if let index = program.compositions.firstIndex(where: { $0.name == question.policy }) {
      let composition = program.compositions[index]
      kind = .composition(CompositionID(index))
      (name, exposure, span) = (composition.name, composition.exposure, composition.span)
    } else {
      throw DiagnosticError([Self.unknown(question.policy, program)])
    }
    key = try Self.key(question, name, program[exposure])
  }

  private static func unknown(_ name: String, _ program: Program) -> Diagnostic {
    let names = program.policies.map(\.name) + program.compositions.map(\.name)
    let near = nearest(to: name, among: names)
    let all = names.isEmpty ? "the script has none" : "it has \(names.joined(separator: ", "))"
    return HostDiagnostics.unknownPolicy.diagnostic(
      "there is no policy, arbitration or experiment `\(name)`",
      help: [near.map { "there is `\($0)`" } ?? all])
  }

  private static func key(
    _ question: WhyQuestion, _ name: String, _ exposure: Exposure
  ) throws(DiagnosticError) -> Scalar {
    func refuse(_ message: String, _ help: String) -> DiagnosticError {
      DiagnosticError([
        HostDiagnostics.unfitKey.diagnostic(
          message, at: exposure.span, label: "`\(name)` decides here", help: [help])
      ])
    }
    if let entity = question.entity, entity != exposure.entity {
      throw refuse(
        "`\(name)` decides for no `\(entity)`, but for `\(exposure.entity)`",
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
}

extension WhySubject {
  /// The policies that may act, in the order of the composition.
  func policies(in program: Program) -> [PolicyID] {
    switch kind {
    case .policy(let id): [id]
    case .composition(let id): program[id].policies
    }
  }

  /// The bounds that a policy is subject to where it decides for the subject.
  func constraints(on policy: PolicyID, in program: Program) -> [Constraint] {
    if case .composition(let id) = kind, !program[id].constraints.isEmpty {
      return program[id].constraints
    }
    return program[policy].constraints
  }
}
