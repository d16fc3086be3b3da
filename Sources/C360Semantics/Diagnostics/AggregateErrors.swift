import C360Diagnostics

extension SemanticError {
  // MARK: Lengths

  static func noLength(_ at: Span, _ message: String) -> Diagnostic {
    Diagnostic("E0412", message, at: at, label: "a window of no length")
  }

  static func notPositive(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic("E0412", "\(what) is above 0", at: at)
  }

  static func negativeLag(_ at: Span) -> Diagnostic {
    Diagnostic("E0412", "a lag below 0 would look past the decision", at: at)
  }

  static func negativeDelay(_ at: Span) -> Diagnostic {
    Diagnostic("E0412", "nothing is known before it happens", at: at)
  }

  static func tooLong(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      "E0421", "\(what) is at most 10,000 years long", at: at,
      label: "longer than 3,652,425 days or 120,000 months")
  }

  static func coverageOfNothing(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0420", "`coverage` takes a feature with a window", at: at,
      help: ["as in `coverage(orders_30d)` with `feature orders_30d = count(orders) over 30d`"])
  }

  static func coverageOfWindow(_ at: Span, window: Span) -> Diagnostic {
    Diagnostic(
      "E0420", "this window is no stretch of time with a start and an end", at: at,
      secondary: [LabeledSpan(window, "the window")],
      help: ["`coverage` is of windows like `over 30d`, `over 1mo` or `over calendar 1mo`"])
  }

  // MARK: Forms of windows

  static func windowForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0413", "`within` takes a length", at: at, help: ["as in `within 7d` or `within 1mo`"])
  }

  static func repeatedWindow(_ at: Span, _ word: String, first: Span) -> Diagnostic {
    Diagnostic(
      "E0413", "an aggregate has one `\(word)`", at: at,
      secondary: [LabeledSpan(first, "the first")])
  }

  static func mixedWindow(_ at: Span, _ word: String, forward: String, at other: Span)
    -> Diagnostic
  {
    Diagnostic(
      "E0413", "`\(word)` looks back and `\(forward)` looks ahead", at: at,
      secondary: [LabeledSpan(other, "ahead")], help: ["choose one"])
  }

  static func afterWithoutWithin(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0413", "`after` says where a window starts, not where it ends", at: at,
      help: ["add `within`, as in `after 1d within 7d`"])
  }

  static func calendarPeriod(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0413", "`calendar` takes local days, weeks, months, quarters or years", at: at,
      help: ["as in `calendar 1d`, `calendar 1w` or `calendar 1mo`"])
  }

  static func forwardDecay(_ at: Span, _ function: String) -> Diagnostic {
    Diagnostic("E0413", "`\(function)` looks back from a decision, never ahead", at: at)
  }

  static func windowOnFunction(_ at: Span, _ name: String, callee: Span) -> Diagnostic {
    Diagnostic(
      "E0413", "`\(name)` is no aggregate and has no window", at: at,
      secondary: [LabeledSpan(callee, "computed for one row")])
  }

  static func windowInGroup(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0413", "in `group`, `\(name)` ranges over the rows of the group and has no window", at: at)
  }

  // MARK: The table

  static func twoTables(
    _ at: Span, _ name: String, first: String, at other: Span, second: String
  ) -> Diagnostic {
    Diagnostic(
      "E0414", "this `\(name)` names two event tables", at: at, label: "`\(second)`",
      secondary: [LabeledSpan(other, "`\(first)`")],
      help: ["aggregate each by itself and combine the results"])
  }

  static func markerOfOther(_ at: Span, _ table: String, _ marker: String) -> Diagnostic {
    Diagnostic(
      "E0414", "`\(table)` and `\(marker)` are events of different entities", at: at,
      help: ["`since last(…)` takes events of the same entity"])
  }

  static func aggregateOfOther(
    _ at: Span, _ name: String, _ found: String, noun: String, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0414", "`\(name)` ranges over events, and `\(found)` is \(noun)", at: at,
      secondary: [LabeledSpan(declared, "declared here")])
  }

  static func aggregateWithoutTable(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0414", "this `\(name)` names no event table", at: at,
      help: ["as in `\(name)(orders.amount)`"])
  }

  static func bareColumn(_ at: Span, _ name: String, _ column: String, table: String)
    -> Diagnostic
  {
    Diagnostic(
      "E0414", "this `\(name)` names no event table", at: at,
      help: ["write `\(table).\(column)`"],
      fixes: [
        Fix("name the table", edits: [Fix.Edit(span: at, replacement: "\(table).\(column)")])
      ])
  }

  // MARK: Where aggregates stand, what they take

  static func nestedAggregate(_ at: Span, _ name: String, table: String) -> Diagnostic {
    Diagnostic(
      "E0415", "`\(name)` cannot stand inside another aggregate", at: at,
      label: "inside an aggregate over `\(table)`")
  }

  static func aggregateHere(_ at: Span, _ name: String, user: String) -> Diagnostic {
    Diagnostic(
      "E0415", "`\(name)` cannot stand in \(user)", at: at,
      help: ["give it a name with `feature` and use that where decisions are at hand"])
  }

  static func aggregateOfRows(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0415", "`\(name)` is of many rows, and this is asked of each row by itself", at: at,
      help: [
        "`| group … { x = \(at.text) }` makes one row of many",
        "`| window { x = \(at.text) over all }` adds it to each row",
      ])
  }

  static func aggregateArgument(
    _ at: Span, _ aggregation: Catalogue.Aggregation, _ type: Type?
  ) -> Diagnostic {
    let found = type.map { "`\($0)`" } ?? "the table itself"
    return Diagnostic(
      "E0416",
      "`\(aggregation.function.rawValue)` takes \(aggregation.argument.wanted), and this is \(found)",
      at: at, help: [instead(of: aggregation, type) ?? "it is written `\(aggregation.signature)`"])
  }

  /// What says of such values what the aggregate would say of others.
  private static func instead(of aggregation: Catalogue.Aggregation, _ type: Type?) -> String? {
    switch (type?.base, aggregation.argument) {
    case (.bool, .number), (.bool, .numberOrVector), (.bool, .numberOrDuration), (.bool, .binnable),
      (.bool, .twoNumbers):
      "`share(events where x)` is how often a condition is true, and `if x then 1 else 0` a number"
    case (.bool, .ordered): "`any(x)` and `all(x)` are what there is of conditions"
    case (.duration, .number), (.duration, .numberOrVector), (.duration, .twoNumbers):
      "make a number of it: `days(x)`"
    case (.time, .number), (.time, .numberOrVector), (.time, .numberOrDuration), (.time, .binnable),
      (.date, .number), (.date, .numberOrVector), (.date, .numberOrDuration), (.date, .binnable):
      "`min`, `max`, `median` and `quantile` are of what has an order, dates and times too"
    case (.text, .number), (.text, .numberOrVector), (.text, .numberOrDuration), (.text, .binnable),
      (.text, .twoNumbers):
      "`distinct`, `mode` and `top` are of texts"
    default: nil
    }
  }

  static func shareWithoutCondition(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0416", "`\(name)` needs a condition", at: at,
      help: ["as in `\(name)(orders where category == \"toys\")`"])
  }

  static func halfLife(_ at: Span, _ name: String, isNeeded: Bool) -> Diagnostic {
    Diagnostic(
      "E0416", isNeeded ? "`\(name)` needs a half-life" : "`\(name)` has no half-life", at: at,
      help: isNeeded ? ["as in `\(name)(orders.amount, half_life: 14d)`"] : [])
  }

  static func badProbability(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0416", "`quantile` takes a number from 0 to 1", at: at,
      help: ["as in `quantile(orders.amount, 0.9)`"])
  }

  static func badAlpha(_ at: Span) -> Diagnostic {
    Diagnostic("E0416", "the `alpha` of `ewma` is above 0 and at most 1", at: at)
  }

  static func noAlpha(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0416", "`ewma` needs the weight of the newest value", at: at,
      help: ["as in `ewma(orders.amount, alpha: 0.2)`"])
  }

  static func incompleteFold(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0416", "`fold` needs what it starts from and its step", at: at,
      help: ["as in `fold(orders, from: 0.0, step: 0.9 * acc + amount)`"])
  }

  static func badFold(_ at: Span, _ found: String) -> Diagnostic {
    Diagnostic("E0416", "`fold` starts from a number, and this is \(found)", at: at)
  }

  static func wideFold(_ at: Span, _ found: String) -> Diagnostic {
    Diagnostic(
      "E0416", "`acc` is a number, and this is \(found)", at: at,
      help: ["make a number of it first, as in `acc + norm(v)`"])
  }

  static func badLimit(_ at: Span, _ aggregation: Catalogue.Aggregation) -> Diagnostic {
    Diagnostic(
      "E0416", "`\(aggregation.function.rawValue)` gives 1 to 1000 values", at: at,
      help: ["it is written `\(aggregation.signature)`"])
  }

  static func badBounds(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0416", "`histogram` needs bounds that are numbers and ascend", at: at,
      help: ["as in `histogram(orders.amount, bounds: [0, 10, 100])`"])
  }

  static func boundsOfOtherType(_ at: Span, _ bounds: Type, values: Type) -> Diagnostic {
    let example =
      values.base == .duration
      ? "[1h, 2d]" : values.base.unit?.currency.map { "[10 \($0), 100 \($0)]" } ?? "[10, 100]"
    return Diagnostic(
      "E0416", "the bounds are `\(bounds)`, and the values `\(values)`", at: at,
      help: ["bounds are of the type of the values, as in `bounds: \(example)`"])
  }

  static func badPosition(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0416", "`nth` takes a position from 1, or from -1 backwards", at: at)
  }
}
