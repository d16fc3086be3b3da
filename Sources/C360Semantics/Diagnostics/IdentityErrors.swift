import C360Diagnostics

extension SemanticError {
  // MARK: Identity

  static func missingResolve(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0241", "an identity says how it is resolved", at: at,
      help: [
        "`resolve best above 0.8`, `resolve weighted above 0.2` or `resolve clusters above 0.9`"
      ])
  }

  static func unknownRule(_ at: Span, _ word: String) -> Diagnostic {
    let known = ["best", "weighted", "clusters"]
    return Diagnostic(
      "E0241", "`\(word)` is no rule of `resolve`", at: at,
      help: near(word, among: known, what: "its rules"), fixes: replacement(at, word, among: known))
  }

  static func badThreshold(_ at: Span) -> Diagnostic {
    Diagnostic("E0241", "a threshold is a probability, from 0 to 1", at: at)
  }

  static func missingLink(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0241", "clusters need the probability that two identifiers are one", at: at,
      help: ["as in  link sigmoid(-3.0 + 4.0 * float(same_email))"])
  }

  static func roleOfOtherRule(_ at: Span, _ role: String, rule: String) -> Diagnostic {
    Diagnostic(
      "E0241", "`@\(role)` has no meaning under `resolve \(rule)`", at: at,
      help: [
        "`clusters` join identifiers `@left` and `@right`; `best` and `weighted` link `@key` to "
          + "`@entity` with a `@weight`"
      ])
  }

  static func clusterKeys(_ at: Span, _ type: Type, other: Span, _ wanted: Type) -> Diagnostic {
    Diagnostic(
      "E0242", "the two sides of a link are identifiers of one type", at: at, label: "`\(type)`",
      secondary: [LabeledSpan(other, "`\(wanted)`")])
  }

  static func identifierType(
    _ at: Span, _ type: Type, _ declared: Span, _ wanted: Type, identity: String
  ) -> Diagnostic {
    Diagnostic(
      "E0242", "identifiers of `\(identity)` are `\(wanted)`", at: at, label: "`\(type)`",
      secondary: [LabeledSpan(declared, "`\(wanted)` here")])
  }

  static func confidenceOfNothing(
    _ at: Span, entity: String, clusters: [LabeledSpan]
  ) -> Diagnostic {
    Diagnostic(
      "E0244", "no identity links identifiers to `\(entity)` with a probability", at: at,
      secondary: clusters,
      help: [
        clusters.isEmpty
          ? "declare  identity devices to \(entity) from \"links.csv\" { … resolve best above 0.8 }"
          : "identifiers are of their cluster or not: under `resolve clusters` there is no confidence"
      ])
  }

  static func weightedDuration(_ at: Span, _ name: String, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0243", "`\(name)` over weighted events is a float, and this is `\(type)`", at: at,
      help: ["take a number: `days(…)`"])
  }

  static func weightForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0243", "`weight:` takes `any`", at: at,
      help: ["without it events count that are the entity's with a probability of at least 0.5"])
  }

  static func weightWithoutMeaning(
    _ at: Span, _ name: String, table: String, isWeighted: Bool
  ) -> Diagnostic {
    Diagnostic(
      "E0243",
      isWeighted
        ? "`\(name)` counts every event with its probability"
        : "events of `\(table)` have no probability", at: at, label: "says nothing here",
      help: ["leave out `weight: any`"])
  }

  static func effectiveWithoutWeights(_ at: Span, table: String) -> Diagnostic {
    Diagnostic(
      "E0243", "events of `\(table)` have no probability", at: at,
      label: "is the number of events",
      help: ["write `count(\(table))` with the same window"])
  }

  static func weightedShareOfLast(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0243", "a share per action of the last n weighted events has no form in this version",
      at: at, help: ["take a window of time: `over 90d`"])
  }
}
