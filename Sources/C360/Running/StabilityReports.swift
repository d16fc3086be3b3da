import C360Diagnostics
import C360Engine
import C360Semantics
import C360Syntax

extension Delivery {
  /// What was counted of the `stable` clauses of a policy.
  func shifts(of policy: Policy, _ counts: DecisionCounts) -> [RunReport.Shift] {
    let declared = policy.stabilities.flatMap { stability in
      stability.shifts.map { (stability, $0) }
    }
    return zip(declared, counts.shifts).map { declared, found in
      let (stability, shift) = declared
      return RunReport.Shift(
        name: shift.name, change: shift.change, mean: found.mean(of: counts.rows),
        decisions: found.moved, greatest: found.greatest, bound: stability.bound,
        because: stability.because)
    }
  }

  /// Choices that move further than they may write nothing.
  ///
  /// - Throws: `RunFailure` with a diagnostic for each `stable` clause that does not hold.
  func holdStability(in report: RunReport) throws(RunFailure) {
    let broken = report.decisions.flatMap { decided -> [Diagnostic] in
      guard let policy = program.policies.first(where: { $0.name == decided.policy }) else {
        return []
      }
      var rest = decided.shifts[...]
      return policy.stabilities.compactMap { stability in
        let shifts = rest.prefix(stability.shifts.count)
        rest = rest.dropFirst(stability.shifts.count)
        return complaint(of: decided, stability, shifts.filter { !$0.isWithin })
      }
    }
    if !broken.isEmpty { throw RunFailure(diagnostics: broken) }
  }

  private func complaint(
    of decided: RunReport.Decisions, _ stability: Stability, _ broken: [RunReport.Shift]
  ) -> Diagnostic? {
    guard let worst = broken.max(by: { $0.mean < $1.mean }), let bound = worst.bound else {
      return nil
    }
    let rows = decided.counts.rows
    return HostDiagnostics.unstableChoices.diagnostic(
      "choices of `\(decided.name)` move by \(ValueText.share(worst.mean)) where `\(worst.name)` moves "
        + "by \(worst.change), and may move by \(ValueText.share(bound))",
      at: stability.span,
      notes: broken.map { shift in
        "`\(shift.name)` \(shift.change): \(ValueText.share(shift.mean)); "
          + "\(ValueText.grouped(shift.decisions)) of \(ValueText.grouped(rows)) "
          + (rows == 1 ? "decision" : "decisions") + " changed"
      } + (stability.because.map { ["because \"\($0)\""] } ?? []),
      help: [
        "the closest bound that holds is `within \(Self.percent(atLeast: worst.mean))`",
        "or let less hang on `\(worst.name)`: a smaller weight, `choose softmax`, `least` of several models",
      ])
  }

  /// The least percentage of two digits behind the point that is no less than a share.
  private static func percent(atLeast share: Double) -> String {
    var hundredths = Int((share * 10_000).rounded(.down))
    while true {
      let text = "\(ValueText.fixed(Double(hundredths) / 100, 2))%"
      if hundredths >= 10_000 || (LiteralValue.percent(text) ?? 0) >= share { return text }
      hundredths += 1
    }
  }
}

extension ValueText {
  /// A share of 1 in percent: `7.25 %`.
  static func share(_ share: Double) -> String { "\(figure(100 * share)) %" }
}
