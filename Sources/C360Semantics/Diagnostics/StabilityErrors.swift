import C360Diagnostics

/// Complaints of `stable`: E0525–E0527.
extension SemanticError {
  // MARK: What moves, and by how much

  private static let shiftExample =
    "as in `stable under spend_90d 10%, orders_30d 1 within 5%`"

  static func notMovable(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0525", "`\(name)` is nothing that data may move", at: at,
      help: ["name a feature, a score or a column that the policy reads"])
  }

  static func shiftedType(_ at: Span, _ name: String, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0525", "`\(name)` is `\(type)`, and what moves is a number, a duration or a time", at: at)
  }

  static func shiftType(
    _ at: Span, _ type: Type, of name: String, _ moved: Type, mayBeShare: Bool
  ) -> Diagnostic {
    let share = mayBeShare ? ", or by a part of it such as `10%`" : ""
    let wanted =
      moved.base == .time ? "a duration" : "an amount of type `\(Type(moved.base))`"
    return Diagnostic(
      "E0525", "`\(name)` does not move by `\(type)`", at: at,
      help: ["it moves by \(wanted)\(share)"])
  }

  static func shareOfWhole(_ at: Span, _ name: String, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0525", "a part of `\(name)`, which is `\(Type(type.base))`, is seldom another such value",
      at: at,
      help: [
        type.base == .time
          ? "say how far in time, as in `\(name) 1d`" : "say how many, as in `\(name) 1`"
      ])
  }

  static func shiftAmount(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0525", "an amount is greater than 0, and a part at most 100%", at: at,
      help: ["both directions are looked at", shiftExample])
  }

  static func stableBound(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0525", "choices move by a share between 0% and 100%", at: at, help: [shiftExample])
  }

  // MARK: What a shift can tell

  /// A shift that tells nothing: why, and the place that makes it so.
  private static func idleShift(
    _ at: Span, _ message: String, _ place: Span, _ label: String, help: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      "E0526", message, at: at, secondary: [LabeledSpan(place, label)],
      help: help.map { [$0] } ?? [])
  }

  static func unreadShift(
    _ at: Span, _ name: String, policy: String, declared: Span
  ) -> Diagnostic {
    idleShift(
      at, "the choices of `\(policy)` do not hang on `\(name)`, wherever it moves", declared,
      "reads nothing that is made of it",
      help: "name what its rules, terms, threshold or `candidates` read, or leave this out")
  }

  static func hiddenShift(_ at: Span, _ name: String, hide: Span) -> Diagnostic {
    idleShift(
      at, "the mask hides `\(name)` from the policy, which sees none of it move", hide,
      "hidden here")
  }

  static func shiftOfMask(_ at: Span, _ name: String, hide: Span) -> Diagnostic {
    idleShift(
      at, "`\(name)` decides what the mask hides, and a move must not show it", hide,
      "the condition", help: "move something that is made of what the policy sees")
  }

  static func shiftOfMatch(_ at: Span, _ name: String, place: Span) -> Diagnostic {
    idleShift(
      at, "`\(name)` says what belongs together, and is no quantity that may move", place,
      "compared here")
  }

  // MARK: Choices that hang on each other

  /// A policy that cannot be held stable: why, the place that makes it so, and what to do.
  private static func notHoldable(
    _ at: Span, _ message: String, _ place: Span, _ label: String, help: String
  ) -> Diagnostic {
    Diagnostic("E0527", message, at: at, secondary: [LabeledSpan(place, label)], help: [help])
  }

  static func stableUnderBounds(_ at: Span, subject: Span) -> Diagnostic {
    notHoldable(
      at, "a policy that is `subject to` constraints cannot be held `stable` yet", subject,
      "bounds couple its decisions",
      help:
        "one decision that moves moves others under bounds; hold the same policy without `subject to` stable"
    )
  }

  static func stableSlate(_ at: Span, slots: Span) -> Diagnostic {
    notHoldable(
      at, "a policy that draws slates cannot be held `stable` yet", slots, "a slate",
      help: "choose `greedy` or by a threshold, without `explore`, or leave `slots` out")
  }

  static func stableTogether(_ at: Span, _ name: String, stability: Span) -> Diagnostic {
    notHoldable(
      at, "`\(name)` is held `stable`, and bounds here couple its decisions with others",
      stability, "declared here",
      help: "leave `stable` out of `\(name)`, or the bounds out of the arbitration")
  }
}
