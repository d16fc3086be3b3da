/// How a tile chooses among its candidates: the actions, then the no-op.
struct ChoiceRule: Sendable {
  enum Base: Sendable {
    case greedy
    /// > 0
    case softmax(temperature: Double)
    case threshold
  }
  let base: Base
  /// 0...1
  let explore: Double
  let actionCount: Int
  let hasNoOp: Bool
  /// Candidate that acts when none is eligible.
  let fallback: Int

  var candidateCount: Int { hasNoOp ? actionCount + 1 : actionCount }
  /// Whether a draw has any say.
  var draws: Bool {
    if case .softmax = base { return true }
    return explore > 0
  }
}
