import C360Diagnostics

/// Complaints of experiments and arbitrations: E0540–E0547.
extension SemanticError {
  // MARK: What is missing

  static func noSalt(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0540", "experiment `\(name)` has no salt", at: at,
      help: ["add one, as in `salt \"\(name) 2026\"`: another salt is another assignment"])
  }

  static func noArms(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0540", "experiment `\(name)` has no arms", at: at,
      help: ["add them, as in `arm none 10%` and `arm winback 90%`"])
  }

  static func noTurns(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0540", "arbitration `\(name)` has nobody to choose from", at: at,
      help: ["add a line, as in `first winback`"])
  }

  static func firstTurn(_ at: Span, wanted: String) -> Diagnostic {
    Diagnostic(
      "E0540",
      wanted == "first"
        ? "the first line of an arbitration begins with `first`"
        : "only the first line of an arbitration begins with `first`", at: at,
      help: ["write `\(wanted)`"],
      fixes: [Fix("write `\(wanted)`", edits: [Fix.Edit(span: at, replacement: wanted)])])
  }

  static func turnNeverReached(_ at: Span, last: Span) -> Diagnostic {
    Diagnostic(
      "E0540", "this line is never reached", at: at,
      secondary: [LabeledSpan(last, "acts always: it has no `when`")],
      help: ["give the line before a condition: `when …`"])
  }

  static func arbitrationMask(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0540", "arbitration `\(name)` does not say under which mask its conditions are seen",
      at: at, help: ["add `mask NAME` or `mask none`: each member has its own"])
  }

  static func onlyNone(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0540", "no policy acts in `\(name)`", at: at, help: ["name a policy beside `none`"])
  }

  // MARK: Shares

  /// `33.5 %`
  private static func percent(_ share: Double) -> String {
    let value = (share * 1e8).rounded() / 1e6
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value)) %" : "\(value) %"
  }

  static func share(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic("E0541", "\(what) is between 0 % and 100 %", at: at, help: ["as in `20%` or `0.2`"])
  }

  static func sharesNotWhole(_ at: Span, _ what: String, sum: Double) -> Diagnostic {
    return Diagnostic(
      "E0541", "\(what) add to \(percent(sum)), not to 100 %", at: at,
      help: [
        "a holdout is an arm too: `arm none 10%`; to let fewer take part, write `ramp 20%`"
      ])
  }

  // MARK: The no-op

  static func nobodyActs(
    _ at: Span, _ why: String, names: [String], tables: [LabeledSpan]
  ) -> Diagnostic {
    Diagnostic(
      "E0542",
      names.isEmpty
        ? "\(why), and the actions have no no-op"
        : "\(why), and the actions have no-ops of different names: \(list(names))",
      at: at, secondary: tables,
      help: ["declare it in the actions table: `none \"no_contact\"`"])
  }

  static func nobodyActsOutside(
    _ at: Span, _ why: String, names: [String], tables: [LabeledSpan]
  ) -> Diagnostic {
    var complaint = nobodyActs(at, why, names: names, tables: tables)
    complaint.help.insert("say who acts there: `otherwise NAME`", at: 0)
    return complaint
  }

  // MARK: Members

  static func membersDiffer(
    _ at: Span, _ name: String, _ type: String, _ other: String, _ otherType: String
  ) -> Diagnostic {
    Diagnostic(
      "E0543", "`\(name)` writes \(type), and `\(other)` writes \(otherType)", at: at,
      label: "members write one column of actions",
      help: ["give both actions tables keys of one type, and a no-op to both or to none"])
  }

  static func unitsDiffer(
    _ at: Span, _ name: String, _ unit: String, _ other: String, _ otherUnit: String
  )
    -> Diagnostic
  {
    Diagnostic(
      "E0543",
      "the objective of `\(name)` is in \(unit), that of `\(other)` in \(otherUnit)", at: at,
      label: "which is greater?",
      help: ["give both objectives terms of one unit"])
  }

  // MARK: Layers, nesting, arms

  static func layerSlot(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0544", "a slot of a layer is a range of shares, the smaller first", at: at,
      help: ["as in `layer \"homepage\" 0%..40%`"])
  }

  static func layerOverlap(
    _ at: Span, _ layer: String, other: String, at taken: Span, shared: (Double, Double)
  ) -> Diagnostic {
    return Diagnostic(
      "E0544",
      "`\(other)` has \(percent(shared.0)) to \(percent(shared.1)) of layer \"\(layer)\" already",
      at: at, secondary: [LabeledSpan(taken, "taken here")],
      help: ["experiments of one layer exclude each other: their slots are disjoint"])
  }

  static func ownArm(
    _ at: Span, _ member: String, experiment: String, other: String, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0545",
      experiment == other
        ? "`\(member)` depends on the arm of `\(experiment)`, whose arm it is"
        : "`\(member)` depends on the arm of `\(other)`, which has the salt of `\(experiment)`",
      at: at, label: "an arm of `\(experiment)`",
      secondary: [LabeledSpan(declared, "the experiment")],
      help: ["propensities are those over all arms: what an arm does must not depend on the draw"])
  }

  static func noSuchArm(
    _ at: Span, _ arm: String, of experiment: String, known: [String], declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0546", "`\(experiment)` has no arm `\(arm)`", at: at,
      secondary: [LabeledSpan(declared, "the experiment")],
      help: near(arm, among: known, what: "its arms"))
  }

  static func withinForm(_ at: Span, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0546", "this is no arm of an experiment", at: at,
      help: ["as in `within winter.winback`"]
        + near(String(at.text.prefix { $0 != "." }), among: known, what: "experiments"))
  }

  static func armForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0546", "`arm` takes the name of an experiment", at: at, help: ["as in `arm(spring)`"])
  }

  static func experimentEndsBefore(_ at: Span, start: Span?) -> Diagnostic {
    Diagnostic(
      "E0546", "this experiment ends before it starts", at: at,
      secondary: labeled(start, "it starts here"))
  }

  // MARK: Bounds

  static func boundUnderBest(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0547",
      "`\(name)` is subject to bounds, so what it is worth hangs on whether it acts", at: at,
      help: [
        "list the bounds in the arbitration: `subject to …` holds for all its policies together"
      ])
  }

  static func boundAndDrawn(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0547", "whether `\(name)` acts is drawn, and under its bounds it draws too", at: at,
      help: ["let it choose `greedy` or by a threshold, without `explore`, `entropy()` and `kl(…)`"]
    )
  }

  static func boundsOverComposition(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0547", "bounds of an arbitration are on its policies, and `\(name)` is none", at: at,
      help: ["name the policies themselves, or let `\(name)` have the bounds"])
  }

  static func boundsInside(_ at: Span, _ name: String, declared: Span) -> Diagnostic {
    Diagnostic(
      "E0547", "`\(name)` has bounds on all its policies together, so it is no member of another",
      at: at, secondary: [LabeledSpan(declared, "`subject to` bounds")],
      help: [
        "bound its policies each for itself: bounds of a member count what it does where it acts",
        "or write its turns here, and its bounds in the `subject to` of this arbitration",
      ])
  }

  static func boundsTwice(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0547", "`\(name)` has bounds of its own, beside those on all policies together", at: at,
      help: ["list them all in the arbitration, with a `where` for those of one policy's actions"])
  }

  static func boundsOverTables(
    _ at: Span, _ name: String, _ table: String, other: String
  ) -> Diagnostic {
    Diagnostic(
      "E0547",
      "`\(name)` chooses from `\(table)`, other policies under these bounds from `\(other)`",
      at: at, help: ["bound policies together that choose from one table"])
  }

  static func boundsOverChoices(_ at: Span, _ name: String, other: String) -> Diagnostic {
    Diagnostic(
      "E0547", "`\(name)` does not choose as `\(other)` does, and bounds hold over both", at: at,
      help: [
        "let all of them choose `greedy` or by a threshold, or by one temperature and `explore`"
      ])
  }

  static func boundsOverDraws(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0547", "under bounds, policies of `best of` and `mixture of` do not draw", at: at,
      label: "`\(name)` does",
      help: ["let them choose `greedy` or by a threshold, without `explore`"])
  }

  static func distributionOfMany(_ at: Span, _ name: String, _ word: String) -> Diagnostic {
    Diagnostic(
      "E0547", "`\(name)` bounds the probabilities of one policy, by `\(word)`", at: at,
      help: ["list it in a policy"])
  }

  static func masksDiffer(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0510",
      "the members of `\(name)` have different masks, so features are seen under none of them",
      at: at, help: ["leave the feature out, or ask an exposure for it: `… under NAME`"])
  }
}
