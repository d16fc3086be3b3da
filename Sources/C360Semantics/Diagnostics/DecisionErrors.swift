import C360Diagnostics

extension SemanticError {
  // MARK: Scores and objectives

  static func scoreType(_ at: Span, _ type: Type, _ name: String) -> Diagnostic {
    Diagnostic("E0419", "score `\(name)` is `\(type)`, and a score is a number", at: at)
  }

  static func termType(_ at: Span, _ type: Type, _ name: String) -> Diagnostic {
    Diagnostic("E0419", "term `\(name)` is `\(type)`, and a term is a number", at: at)
  }

  static func weightType(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0419", "a weight is a plain number, and this is `\(type)`", at: at,
      help: ["a weight absorbs the unit of its term"])
  }

  static func emptyObjective(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0514", "objective `\(name)` wants nothing", at: at,
      help: ["add a term, as in `maximize revenue = p_buy * offers.margin`"])
  }

  // MARK: Policies

  static func missingClauses(_ at: Span, _ name: String, _ missing: [String]) -> Diagnostic {
    let examples = [
      "mask": "mask NAME` or `mask none", "objective": "objective NAME",
      "choose": "choose greedy", "fallback": "fallback \"no_contact\"",
    ]
    return Diagnostic(
      "E0501", "policy `\(name)` does not say its \(list(missing))", at: at,
      help: missing.compactMap { examples[$0].map { "add `\($0)`" } })
  }

  static func unknownClause(_ at: Span, _ word: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0502", "a policy has no clause `\(word)`", at: at,
      help: near(word, among: known, what: "its clauses"))
  }

  static func chooseForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0502", "this is no way to choose", at: at,
      help: ["`greedy`, `softmax(temperature: 0.2)` or `threshold(condition)`"])
  }

  static func otherActions(
    _ at: Span, _ noun: String, theirs: String, ours: String?, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0503",
      "\(noun) is for `\(theirs)`, and this is "
        + (ours.map { "for `\($0)`" } ?? "not for actions"), at: at,
      secondary: [LabeledSpan(declared, "declared here")])
  }

  static func temperature(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0504", "a temperature is a number from 0", at: at,
      help: ["at 0 the best action is taken always, as by `choose greedy`"])
  }

  static func explore(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0505", "a share of exploration is between 0 and 1", at: at,
      help: ["write `explore 5%`"])
  }

  static func fallbackType(
    _ at: Span, _ type: Type, key: Type, none: String?, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0506", "this is no key of an action: it is `\(type)`, and keys are `\(key)`", at: at,
      secondary: [LabeledSpan(declared, "the key")],
      help: none.map { ["the no-op is \"\($0)\""] }
        ?? ["declare a no-op in the actions table: `none \"no_contact\"`"])
  }

  static func fallbackMayBeForbidden(
    _ at: Span, rule: String, at place: Span, actions: Table
  ) -> Diagnostic {
    Diagnostic(
      "E0516", "the mask may forbid this action, and there is no no-op to give way to", at: at,
      secondary: [
        LabeledSpan(place, "`\(rule)` may forbid it"),
        LabeledSpan(actions.span, "`\(actions.name)` has no no-op"),
      ],
      help: ["declare a no-op in the block of `\(actions.name)`: `none \"no_action\"`"])
  }

  static func candidatesForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0517", "`candidates` keeps a number of actions, at least 1, that is known beforehand",
      at: at,
      help: ["as in `candidates top(200) by match`"])
  }

  static func candidatesType(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0517", "candidates are kept by a number, and this is `\(type)`", at: at,
      help: ["as in `candidates top(200) by match`"])
  }

  static func slotsForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0518", "a number of positions, or of actions in them, is at least 1 and known beforehand",
      at: at, help: ["as in `slots 3, at most 1 per brand`"])
  }

  static func limitColumn(_ at: Span, of actions: String) -> Diagnostic {
    Diagnostic(
      "E0518", "a slate is kept diverse by a column of the actions, and this is none", at: at,
      help: ["name a column of `\(actions)`, as in `at most 1 per brand`"])
  }

  static func limitType(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic("E0518", "actions cannot be grouped by `\(type)`", at: at)
  }

  static func boundSlate(_ at: Span, slots: Span) -> Diagnostic {
    Diagnostic(
      "E0519", "a policy with `slots` is `subject to` no constraints", at: at,
      secondary: [LabeledSpan(slots, "a slate")],
      help: [
        "a rule of the mask bounds each action, and `at most 1 per brand` behind `slots` each slate",
        "or leave `slots` out: then decisions are single actions, and may be bound",
      ])
  }

  static func slateMember(_ at: Span, _ name: String, slots: Span) -> Diagnostic {
    Diagnostic(
      "E0519", "`\(name)` decides on slates, and members of a composition decide on single actions",
      at: at, secondary: [LabeledSpan(slots, "a slate")],
      help: ["query `\(name)` itself, or name a policy without `slots` here"])
  }

  static func divergenceFromSlate(_ at: Span, _ name: String, slots: Span) -> Diagnostic {
    Diagnostic(
      "E0519", "`\(name)` decides on slates, and a divergence is one of single actions", at: at,
      secondary: [LabeledSpan(slots, "a slate")],
      help: ["measure it from a policy without `slots`"])
  }

  // MARK: Masks

  static func cannotHide(_ at: Span, _ name: String, noun: String) -> Diagnostic {
    Diagnostic(
      "E0507", "`\(name)` is \(noun) and cannot be hidden", at: at,
      help: [
        "hide an event table, a profile or a column of it, context of an exposure, or a feature"
      ]
    )
  }

  static func hideReads(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      "E0508", "a condition of `hide` cannot read \(what)", at: at,
      help: ["it reads `consent(…)`, params and columns of profiles"])
  }

  static func hiddenInHide(_ at: Span, _ column: String, hide: Span) -> Diagnostic {
    Diagnostic(
      "E0508", "a condition of `hide` cannot read `\(column)`, which the mask hides", at: at,
      secondary: [LabeledSpan(hide, "hidden here")])
  }

  static func twoElses(_ at: Span, first: Span) -> Diagnostic {
    Diagnostic(
      "E0508", "two lines hide this with different values after `else`", at: at,
      secondary: [LabeledSpan(first, "the first")])
  }

  static func negatedConsent(_ at: Span, hide: Span) -> Diagnostic {
    Diagnostic(
      "E0508", "an outcome cannot be hidden by a consent that must not hold", at: at,
      label: "looks ahead", secondary: [LabeledSpan(hide, "the condition")],
      help: ["a consent has to hold throughout the window of an outcome"])
  }

  static func consentLedger(_ at: Span, _ tables: [LabeledSpan], names: [String]) -> Diagnostic {
    Diagnostic(
      "E0513",
      tables.isEmpty
        ? "`consent` needs a `consents` table" : "`consent` could mean more than one table", at: at,
      secondary: tables,
      help: names.prefix(1).map { "name it: `consent(\($0), \"purpose\")`" })
  }

  static func ruleOverPermitted(
    _ at: Span, _ noun: String, table: String, path: [LabeledSpan]
  ) -> Diagnostic {
    Diagnostic(
      "E0520",
      "\(noun) reads a window over `\(table)` of which the mask hides events one by one", at: at,
      label: "a withdrawal makes it smaller", secondary: path,
      help: [
        "a withdrawal would switch the rule off; hide the table by `consent(…)` at the decision",
        "scores and objectives may read such windows",
      ])
  }

  static func consentClock(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0523", "a consent is asked `at: event` or `at: run`", at: at,
      help: ["without `at` it is asked at the decision"])
  }

  static func eventConsentHere(_ at: Span, user: String) -> Diagnostic {
    Diagnostic(
      "E0523", "`at: event` needs events, and \(user) has none", at: at,
      help: ["it stands in `hide`, as in `hide orders unless consent(\"purchases\", at: event)`"])
  }

  static func hideWithoutEvents(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0523", "`at: event` hides events, and this line hides something else", at: at,
      help: ["hide an event table or a column of it, or leave `at: event` out"])
  }

  static func eventConsentAlone(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0523", "a consent at the event stands by itself or behind `and`", at: at,
      help: ["the other conditions are asked once a decision, this one of each event"])
  }

  static func noChannels(_ at: Span, ledger: String, declared: Span) -> Diagnostic {
    Diagnostic(
      "E0524", "`\(ledger)` knows no channels", at: at,
      secondary: [LabeledSpan(declared, "the ledger")],
      help: ["give a column of it the role, as in `channel: text? @channel`"])
  }

  static func channelForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0524", "a channel is a text, a param or a column of the action", at: at,
      help: ["as in `consent(\"marketing\", channel: offers.channel)`"])
  }

  // MARK: Outputs

  static func outputWithoutUnder(_ at: Span, masks: [String], declared: Span) -> Diagnostic {
    Diagnostic(
      "E0509", "an output says under which mask its features are seen", at: at,
      secondary: [LabeledSpan(declared, "the program has masks")],
      help: ["write `under \(masks[0])`, or `under none because \"…\"`"])
  }

  static func unmaskedWithoutReason(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0509", "an output without a mask says why", at: at,
      help: ["write `under none because \"…\"`"])
  }

  static func policyHasMask(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0510", "policy `\(name)` has its own mask", at: at, help: ["leave `under` out"])
  }

  static func hiddenRows(_ at: Span, _ table: String, mask: String, hide: Span) -> Diagnostic {
    Diagnostic(
      "E0510", "mask `\(mask)` hides what `\(table)` shows, and rows of a table are no decisions",
      at: at, secondary: [LabeledSpan(hide, "hidden here")],
      help: ["ask an exposure for features, or say `under none because \"…\"`"])
  }

  static func onlyPoliciesMove(_ at: Span) -> Diagnostic {
    Diagnostic("E0510", "only a policy can be asked at an exposure", at: at)
  }

  // MARK: Queries

  static func notSelected(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0511", "`\(name)` is no column any more: a stage before left it out", at: at,
      help: near(name, among: known, what: "columns here"))
  }

  static func unnamedColumn(_ at: Span) -> Diagnostic {
    Diagnostic("E0511", "this column needs a name", at: at, help: ["write `name = …`"])
  }

  static func unnamedAggregate(_ at: Span) -> Diagnostic {
    Diagnostic("E0511", "this column needs a name", at: at, help: ["as in `{ n = count() }`"])
  }

  static func noStar(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0511", "`\(name).*` stands for nothing", at: at,
      help: ["what an `apply` declares, or the columns of a profile"])
  }

  static func negativeCount(_ at: Span, _ verb: String) -> Diagnostic {
    Diagnostic("E0512", "`\(verb)` takes a number of rows from 0", at: at)
  }

  static func groupKey(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic("E0512", "rows cannot be grouped by `\(type)`", at: at)
  }

  static func sortKey(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic("E0512", "rows cannot be sorted by `\(type)`", at: at)
  }

  static func columnInGroup(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0512", "`\(at.text)` has one value a row, and a group has many rows", at: at,
      help: ["aggregate it, or make it a key: `group \(at.text) { … }`"])
  }

  static func notOfRows(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0512", "`\(name)` needs events in time, and the rows of a group have no such order", at: at)
  }

  static func expectTwoTables(_ at: Span, _ name: String, _ other: String, at first: Span)
    -> Diagnostic
  {
    Diagnostic(
      "E0515", "`expect` is about the rows of one table, and this names `\(other)` and `\(name)`",
      at: at, secondary: [LabeledSpan(first, "the first")])
  }

  static func expectWithoutTable(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0515", "`expect` names no table", at: at, help: ["as in `expect orders.amount >= 0 USD`"])
  }
}
