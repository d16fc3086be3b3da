import C360Diagnostics

/// What is wrong with a `stable` clause: a line of words each, and where else to look.
enum StabilityProblem {
  // What moves, and by how much: E0525.
  case noTarget
  case type(Type)
  case amountType(Type, of: Type, mayBeShare: Bool)
  case shareOfWhole(Type)
  case amount
  case bound
  // What a move can tell: E0526.
  case unread(by: String)
  case hidden
  case asksForMask
  case matches
  case twice
  // Choices that hang on each other: E0527.
  case bounds
  case slate
  case together
}

extension SemanticError {
  /// - Parameters:
  ///   - name: what moves, or the policy whose choices hang on each other.
  ///   - place: what the problem comes from.
  static func stability(
    _ problem: StabilityProblem, _ at: Span, _ name: String = "", see place: Span? = nil
  ) -> Diagnostic {
    let label = place.flatMap { span in problem.label.map { LabeledSpan(span, $0) } }
    return Diagnostic(
      problem.code, problem.message(name), at: at, secondary: label.map { [$0] } ?? [],
      help: problem.help(name))
  }
}

extension StabilityProblem {
  fileprivate var code: DiagnosticCode {
    switch self {
    case .noTarget, .type, .amountType, .shareOfWhole, .amount, .bound: "E0525"
    case .unread, .hidden, .asksForMask, .matches, .twice: "E0526"
    case .bounds, .slate, .together: "E0527"
    }
  }

  fileprivate func message(_ name: String) -> String {
    switch self {
    case .noTarget: "`\(name)` is nothing that data may move"
    case .type(let type):
      "`\(name)` is `\(type)`, and what moves is a number, a duration or a time"
    case .amountType(let type, _, _): "`\(name)` does not move by `\(type)`"
    case .shareOfWhole(let type):
      "a part of `\(name)`, which is `\(Type(type.base))`, is seldom another such value"
    case .amount: "an amount is greater than 0, and a part at most 100%"
    case .bound: "choices move by a share between 0% and 100%"
    case .unread(let policy):
      "the choices of `\(policy)` do not hang on `\(name)`, wherever it moves"
    case .hidden: "the mask hides `\(name)` from the policy, which sees none of it move"
    case .asksForMask: "`\(name)` decides what the mask hides, and a move must not show it"
    case .matches: "`\(name)` says what belongs together, and is no quantity that may move"
    case .twice: "`\(name)` moves by this amount twice, and the second time tells nothing more"
    case .bounds: "a policy that is `subject to` constraints cannot be held `stable`"
    case .slate: "a policy that draws slates cannot be held `stable`"
    case .together: "`\(name)` is held `stable`, and bounds here couple its decisions with others"
    }
  }

  /// What is to be seen at the other place.
  fileprivate var label: String? {
    switch self {
    case .unread: "reads nothing that is made of it"
    case .hidden: "hidden here"
    case .asksForMask: "the condition"
    case .matches: "compared here"
    case .twice: "the first time"
    case .bounds: "bounds couple its decisions"
    case .slate: "a slate"
    case .together: "declared here"
    case .noTarget, .type, .amountType, .shareOfWhole, .amount, .bound: nil
    }
  }

  fileprivate func help(_ name: String) -> [String] {
    let example = "as in `stable under spend_90d 10%, orders_30d 1 within 5%`"
    switch self {
    case .noTarget: return ["name a feature, a score or a column that the policy reads"]
    case .amountType(_, let moved, let mayBeShare):
      let amount = moved.base == .time ? "a duration" : "an amount of type `\(Type(moved.base))`"
      return ["it moves by \(amount)" + (mayBeShare ? ", or by a part of it such as `10%`" : "")]
    case .shareOfWhole(let type):
      return [
        type.base == .time
          ? "say how far in time, as in `\(name) 1d`" : "say how many, as in `\(name) 1`"
      ]
    case .amount: return ["both directions are looked at", example]
    case .bound: return [example]
    case .unread:
      return ["name what its rules, terms, threshold or `candidates` read, or leave this out"]
    case .asksForMask: return ["move something that is made of what the policy sees"]
    case .twice: return ["leave one of them out, or give it another amount"]
    case .bounds:
      return [
        "one decision that moves moves others under bounds",
        "hold a copy without `subject to` stable, whose objective charges the prices that a run prints",
      ]
    case .slate:
      return ["choose `greedy` or by a threshold, without `explore`, or leave `slots` out"]
    case .together:
      return ["leave `stable` out of `\(name)`, or the bounds out of the arbitration"]
    case .type, .hidden, .matches: return []
    }
  }
}
