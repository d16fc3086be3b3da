import C360Diagnostics

extension SemanticError {
  // MARK: The form of a constraint

  static func constraintForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0530", "this is no constraint", at: at,
      help: [
        "a measure, `<=` or `>=`, and a bound, as in `sum(offers.cost) <= 50_000 USD`",
        "measures: `sum count share rate mean difference ratio entropy kl`",
      ])
  }

  static func constraintArguments(_ at: Span, _ word: String, needsValue: Bool) -> Diagnostic {
    Diagnostic(
      "E0530", needsValue ? "`\(word)` measures one number" : "`\(word)` measures a condition",
      at: at,
      help: [
        needsValue
          ? "as in `\(word)(offers.cost)` or `\(word)(offers.cost where offers.brand == \"new\")`"
          : "as in `\(word)(where offers.brand == \"new\")` or `\(word)(where treated)`"
      ])
  }

  static func parityForm(_ at: Span, _ word: String) -> Diagnostic {
    Diagnostic(
      "E0530", "`\(word)` compares a rate between groups", at: at,
      help: [
        "as in `\(word)(rate(where treated), by: accounts.region, to: overall)`",
        "`to: groups` compares every group with every other",
      ])
  }

  static func paritySense(_ at: Span, _ isRatio: Bool) -> Diagnostic {
    Diagnostic(
      "E0530",
      isRatio
        ? "a `ratio` is bounded from below: 1 is perfect parity"
        : "a `difference` is bounded from above: 0 is perfect parity", at: at,
      help: [isRatio ? "write `>= 0.8`" : "write `<= 0.05`"])
  }

  static func distributionSense(_ at: Span, _ word: String) -> Diagnostic {
    Diagnostic(
      "E0530",
      word == "entropy"
        ? "`entropy` is bounded from below: choices may be asked to vary"
        : "`kl` is bounded from above: choices may be asked to stay near another policy's", at: at,
      help: [
        word == "entropy"
          ? "write `entropy() >= 0.1`; for choices that vary less lower the temperature"
          : "write `kl(…) <= 0.1`; the other way has no best choice that could be proven"
      ])
  }

  // MARK: Quantities

  static func constraintQuantity(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic("E0531", "a constraint adds numbers, and this is `\(type)`", at: at)
  }

  static func nullableQuantity(_ at: LabeledSpan, path: [LabeledSpan]) -> Diagnostic {
    Diagnostic(
      "E0531", "what a constraint adds can be null", at: at.span, label: at.label,
      secondary: path, help: ["say what counts for null: `(… ?? 0)`"])
  }

  // MARK: per

  static func perOfDistribution(_ at: Span, _ word: String) -> Diagnostic {
    Diagnostic("E0532", "`\(word)` is a mean over all decisions and takes no `per`", at: at)
  }

  static func twoPeriods(_ at: Span) -> Diagnostic {
    Diagnostic("E0532", "a constraint holds per one period", at: at)
  }

  static func period(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0532", "a rolling period is an exact duration above 0", at: at,
      help: ["months and quarters are calendar periods: `per calendar 1mo`"])
  }

  static func groupsPerEntity(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0532", "a bound for each entity has no other groups", at: at,
      help: ["count in the measure: `count(where offers.channel == \"phone\") <= 1 per customer`"])
  }

  static func rollingTotalsOnly(_ at: Span, _ word: String) -> Diagnostic {
    Diagnostic(
      "E0532", "`\(word)` cannot hold in every rolling period", at: at,
      help: ["write `per calendar …`; `sum` and `count` take rolling periods"])
  }

  static func groupType(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic("E0532", "decisions cannot be grouped by `\(type)`", at: at)
  }

  static func groupOfPairs(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0532", "a group is one of decisions or one of actions, and this mixes them", at: at,
      help: ["write two, as in `per accounts.region, offers.channel`"])
  }

  static func groupOfActions(_ at: Span) -> Diagnostic {
    Diagnostic("E0532", "the groups of a `difference` or `ratio` are groups of decisions", at: at)
  }

  static func perEntityForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0532", "a bound for each entity is a `sum` or `count` with `<=`", at: at,
      help: ["as in `count(where treated) <= 3 per customer per 7d`"])
  }

  static func perEntityNeedsNoOp(_ at: Span, actions: Table) -> Diagnostic {
    Diagnostic(
      "E0532", "a bound for each entity may leave nothing but the no-op, and there is none", at: at,
      secondary: [LabeledSpan(actions.span, "`\(actions.name)` has no no-op")],
      help: ["declare one in the block of `\(actions.name)`: `none \"no_action\"`"])
  }

  // MARK: Bounds

  static func boundOfAction(_ at: Span) -> Diagnostic {
    Diagnostic("E0533", "a bound for each entity cannot depend on the action", at: at)
  }

  static func limitsElsewhere(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0536", "`\(name)` is the bound of a group, and no group is at hand here", at: at,
      help: ["columns of limits are bounds of constraints: `count(where treated) <= \(name)`"])
  }

  static func limitsOfNoGroup(
    _ at: Span, _ table: TableInfo, key: Column
  ) -> Diagnostic {
    let hint =
      key.type.base == .date ? "a calendar period, as in `per calendar 1d`," : "a group"
    return Diagnostic(
      "E0536", "`\(table.name)` has a bound for each `\(key.name)`, and nothing says which one",
      at: at, secondary: [LabeledSpan(key.span, "a key")],
      help: [
        "list \(hint) behind `per`; where several groups are a `\(key.type)`, the one that ends in "
          + "`.\(key.name)` is meant"
      ])
  }

  static func limitsOfNoAction(_ at: Span, _ actions: String) -> Diagnostic {
    Diagnostic(
      "E0536", "a bound that hangs on the action holds for groups of actions", at: at,
      help: ["group by what the bound is of, as in `per \(actions).channel`"])
  }

  static func nullableLimit(_ at: Span, _ text: String) -> Diagnostic {
    Diagnostic(
      "E0536", "the bound can be null", at: at,
      help: ["say what holds there: `\(text) ?? 0`"])
  }

  static func innerDefault(_ at: Span, _ text: String) -> Diagnostic {
    Diagnostic(
      "E0536", "`??` inside of a calculation does not say what holds in a group without a row",
      at: at,
      help: ["calculate first: `cap.most * 2 ?? 6` has 6 where the table has no row, or a null"])
  }

  static func limitsOfTwo(_ at: Span) -> Diagnostic {
    Diagnostic("E0536", "a bound comes from one table", at: at)
  }

  static func boundIsNoNumber(_ at: Span) -> Diagnostic {
    Diagnostic("E0533", "a bound is a number, and this is NaN", at: at)
  }

  // MARK: soft

  static func penalty(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0534", "a penalty is a number from 0, in units of the objective for each unit of violation",
      at: at)
  }

  static func cannotBeSoft(_ at: Span, _ word: String, isPerEntity: Bool) -> Diagnostic {
    Diagnostic(
      "E0534",
      isPerEntity ? "a bound for each entity is hard" : "a bound on `\(word)` is hard", at: at,
      help: ["leave `soft` out"])
  }

  // MARK: subject to

  static func thresholdExplores(_ at: Span, _ name: String, at bound: Span) -> Diagnostic {
    Diagnostic(
      "E0535",
      "a threshold that explores takes actions that do not pass, which `\(name)` bounds too",
      at: at, secondary: [LabeledSpan(bound, "the bound")],
      help: ["leave `explore` out, or choose by `softmax(temperature: …)`"])
  }

  static func constraintListedTwice(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic("E0535", "`\(name)` is listed twice", at: at)
  }

  static func constraintTwice(_ at: Span, _ first: String, _ second: String) -> Diagnostic {
    Diagnostic(
      "E0535", "`\(first)` and `\(second)` bound the same measure", at: at,
      help: ["keep the tighter one"])
  }

  static func divergenceFromItself(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic("E0535", "`\(name)` would be measured against itself", at: at)
  }

  static func divergenceFromConstrained(
    _ at: Span, _ name: String, _ declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0535", "`\(name)` is itself subject to constraints, so its probabilities are not given",
      at: at, secondary: [LabeledSpan(declared, "declared here")],
      help: ["measure against a policy without `subject to`"])
  }
}

extension SemanticWarning {
  /// - Parameter greatest: of what the measure can be; the least is 0.
  static func boundOutOfReach(
    _ at: Span, _ word: String, to greatest: Double, holds: Bool
  ) -> Diagnostic {
    let reach = greatest.isFinite ? "is between 0 and 1" : "is never below 0"
    return Diagnostic(
      "W0531", .warning,
      holds
        ? "`\(word)` \(reach): this bound holds whatever is chosen"
        : "`\(word)` \(reach): nothing satisfies this bound", at: at,
      help: greatest.isFinite ? ["shares and rates are written `10%` or `0.1`"] : [])
  }

  static func unusedConstraint(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "W0530", .warning, "nothing is subject to `\(name)`", at: at,
      help: ["list it in a policy: `subject to \(name)`"])
  }
}
