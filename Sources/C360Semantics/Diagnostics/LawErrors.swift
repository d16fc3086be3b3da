import C360Diagnostics

extension SemanticError {
  // MARK: Law 1, no leakage

  static func leak(
    _ at: Span, _ name: String, user: String, cause: LabeledSpan, help: String?
  ) -> Diagnostic {
    Diagnostic(
      "E0312", "`\(name)` is known only after the decision, so \(user) cannot use it", at: at,
      label: "known after", secondary: [cause], help: help.map { [$0] } ?? [])
  }

  static func forwardWindow(_ at: Span, user: String) -> Diagnostic {
    Diagnostic(
      "E0311", "`\(at.text)` looks past the decision, and \(user) cannot", at: at,
      label: "a window after t",
      help: [
        "for what was known before, write `over`",
        "what follows a decision is an `outcome` of an exposure",
      ])
  }

  static func outcomeWithoutWindow(_ at: Span, _ function: String) -> Diagnostic {
    Diagnostic(
      "E0313", "this `\(function)` does not say whether it looks back or ahead", at: at,
      label: "no window",
      help: ["write `within 7d` for what follows, or `over …` for what was known before"])
  }

  // MARK: Law 2, nulls

  static func nullAtGate(
    _ at: Span, label: String, path: [LabeledSpan], source: Expression
  ) -> Diagnostic {
    let text = source.span.text
    let isShort = text.utf8.count <= 40 && !text.contains("\n")
    let shown = isShort ? text : "…"
    let standard =
      switch source.type.base {
      case .bool: "false"
      case .duration: "0d"
      case .text: "\"\""
      case .float(let unit): unit.currency.map { "0 \($0)" } ?? "0"
      default: "0"
      }
    return Diagnostic(
      "E0301", "\(label) can be null, and a null must not pass a gate", at: at, label: "`bool?`",
      secondary: path,
      help: [
        "say what counts for null: `(\(shown) ?? \(standard))`",
        "or ask for it: `\(shown) is null`",
      ])
  }

  static func nullableTerm(_ at: LabeledSpan, _ name: String, path: [LabeledSpan]) -> Diagnostic {
    Diagnostic(
      "E0302", "term `\(name)` can be null, and an objective adds numbers", at: at.span,
      label: at.label, secondary: path, help: ["say what counts for null: `(… ?? 0)`"])
  }

  // MARK: Law 3, grains

  static func finerGrain(
    _ at: Span, _ name: String, _ declared: Span, user: String, table: String
  ) -> Diagnostic {
    Diagnostic(
      "E0321", "`\(name)` has one value an event, and \(user) needs one a decision", at: at,
      label: "one value a row of `\(table)`", secondary: [LabeledSpan(declared, "the column")],
      help: ["aggregate it: `sum(\(name)) over 30d`, `last(\(name))`, …"])
  }

  static func actionGrain(
    _ at: Span, _ name: String, actions: String, user: String, declared: Span, other: String?,
    isQuery: Bool
  ) -> Diagnostic {
    Diagnostic(
      "E0322", "`\(name)` has one value an action, and \(user) has not", at: at,
      label: "one value an action of `\(actions)`",
      secondary: [LabeledSpan(declared, "declared here")],
      help: other.map { ["\(user) is `for \($0)`"] }
        ?? [
          isQuery
            ? "`candidates(…)` of a policy for `\(actions)` has a row an action"
            : "declare it `for \(actions)`"
        ])
  }

  static func exposureInFeature(_ at: Span, _ name: String, user: String, declared: Span)
    -> Diagnostic
  {
    Diagnostic(
      "E0323", "`\(name)` belongs to one exposure, and \(user) holds for every decision", at: at,
      secondary: [LabeledSpan(declared, "declared here")],
      help: ["context of an exposure is read by scores, rules, objectives and policies"])
  }

  static func otherExposure(
    _ at: Span, _ name: String, here: String, owner: String, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0323", "`\(name)` belongs to `\(owner)`, and this is about `\(here)`", at: at,
      secondary: [LabeledSpan(declared, "declared here")])
  }

  static func notAtExposure(
    _ at: Span, _ noun: String, grain: String, exposure: String, path: [LabeledSpan]
  ) -> Diagnostic {
    Diagnostic(
      "E0323", "\(noun) has \(grain), which `\(exposure)` has not", at: at, label: grain,
      secondary: path)
  }

  static func grainsDoNotFit(_ at: Span, _ other: Span, _ found: String, _ wanted: String)
    -> Diagnostic
  {
    Diagnostic(
      "E0324", "these do not have their values at the same rows", at: at, label: found,
      secondary: [LabeledSpan(other, wanted)])
  }

  static func otherEntity(_ at: Span, _ name: String, entity: String, wanted: String)
    -> Diagnostic
  {
    Diagnostic(
      "E0324", "`\(name)` is about `\(entity)`, and `\(wanted)` is needed", at: at)
  }

  static func notInAggregate(_ at: Span, _ what: String, table: String) -> Diagnostic {
    Diagnostic(
      "E0325", "\(what) cannot stand inside an aggregate", at: at,
      label: "here an event of `\(table)` is at hand",
      help: ["inside, use columns of `\(table)`, params and constants"])
  }

  static func featureInFilter(_ at: Span, _ name: String, table: String) -> Diagnostic {
    Diagnostic(
      "E0325", "`\(name)` cannot stand in the filter of an aggregate", at: at,
      label: "here an event of `\(table)` is at hand",
      help: [
        "in a filter use columns of `\(table)`, params and constants, so that windows can be shared",
        "in the argument it stands for its value as of each event",
      ])
  }

  static func otherTableInAggregate(_ at: Span, _ name: String, table: String) -> Diagnostic {
    Diagnostic(
      "E0325", "`\(name)` is not at hand in an aggregate over `\(table)`", at: at,
      help: ["an aggregate ranges over the events of one table"])
  }

  static func actionFilter(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0326", "in an aggregate the action may only be compared by `==` with a value of the event",
      at: at, help: ["as in `where category == offers.category`, of one type on both sides"])
  }

  static func actionInArgument(_ at: Span, _ function: String) -> Diagnostic {
    Diagnostic(
      "E0326", "the action cannot stand in what `\(function)` aggregates", at: at,
      help: ["it may stand in `where`, in an equality with a value of the event"])
  }

  static func noDecisionHere(_ at: Span, _ user: String, declared: Span? = nil) -> Diagnostic {
    Diagnostic(
      "E0327", "`\(at.text)` needs a decision, and \(user) has none", at: at,
      secondary: labeled(declared, "declared here"),
      help: user.hasPrefix("function") ? ["give it as a parameter"] : [])
  }

  static func noRowHere(_ at: Span, _ name: String, user: String) -> Diagnostic {
    Diagnostic("E0327", "`\(name)` needs a row, and \(user) has none", at: at)
  }

  static func noDecisionsInSource(
    _ at: Span, _ name: String, source: String, isValue: Bool
  ) -> Diagnostic {
    let missing = isValue ? "there is none here" : "the rows of `\(source)` are none"
    return Diagnostic(
      "E0327", "`\(name)` needs a decision, and \(missing)", at: at,
      help: ["ask an exposure or a policy instead"])
  }

  static func notAskedInJoin(_ at: Span, _ name: String, source: String) -> Diagnostic {
    Diagnostic(
      "E0327", "`\(name)` is asked of decisions, and a join takes columns of `\(source)` alone",
      at: at,
      help: [
        "make it a column in a view, and join that: `view asked = \(source) | derive x = \(name)`"
      ])
  }

  static func scoreHere(_ at: Span, _ name: String, _ user: String, _ declared: Span)
    -> Diagnostic
  {
    Diagnostic(
      "E0327", "\(user) cannot use the score `\(name)`", at: at,
      secondary: [LabeledSpan(declared, "declared here")],
      help: ["features come before scores"])
  }

  static func consentColumn(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0327", "`\(name)` is a column of a ledger", at: at,
      help: ["ask it by `consent(\"purpose\")`"])
  }

  // MARK: Law 4, labels

  static func unpermittedLabel(
    _ at: Span, _ label: String, noun: String, entering name: String, path: [LabeledSpan],
    policy: Span, isPermittedElsewhere: Bool
  ) -> Diagnostic {
    Diagnostic(
      "E0331",
      isPermittedElsewhere
        ? "the policy permits `sensitive(\(label))` elsewhere, not in \(noun)"
        : "\(noun) depends on `sensitive(\(label))`, which the policy does not permit",
      at: at, label: "where it enters",
      secondary: path + [LabeledSpan(policy, "the policy")],
      help: [
        "if it may, write  permit sensitive(\(label)) in \(name) because \"…\"",
        "or take it out: `declassify(x, sensitive(\(label)), because: \"…\")` stays on record",
      ])
  }

  static func declassifyForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0332", "this is written `declassify(x, sensitive(label), because: \"…\")`", at: at)
  }

  static func declassifyNothing(_ at: Span, _ label: String, carried: [String]) -> Diagnostic {
    Diagnostic(
      "E0332", "this value does not carry `sensitive(\(label))`", at: at,
      help: carried.isEmpty ? ["it carries no label"] : ["it carries \(list(carried))"])
  }

  static func unknownPermit(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0333", "`\(name)` is no rule of the mask and no term of the objective", at: at,
      help: near(name, among: known, what: "there are"))
  }
}
