import C360Diagnostics

extension SemanticError {
  static func typeMismatch(
    _ at: Span, found: Type, wanted: Type, because reason: LabeledSpan?, what: String = "this"
  ) -> Diagnostic {
    var help: [String] = []
    if found.nonOptional == wanted, found.isOptional {
      help = ["say what counts for null: `… ?? value`"]
    } else if wanted.base == .duration, found.base.isNumber {
      help = ["a length is written with its unit, as in `7d`"]
    } else if wanted.base == .duration, found.base == .calendarSpan {
      help = ["only exact lengths here, as in `30d`"]
    } else if found.base == .duration, wanted.base.isNumber {
      help = ["a duration becomes a number by `days(…)`, `hours(…)`, …"]
    } else if found.base.isNumber, wanted.base == .int {
      help = ["write `int(…)` to cut the fraction off"]
    }
    return Diagnostic(
      "E0401", "\(what) is `\(found)`, and `\(wanted)` is needed", at: at, label: "`\(found)`",
      secondary: reason.map { [$0] } ?? [], help: help)
  }

  static func unitMismatch(
    _ at: Span, found: Type, wanted: Type, because reason: LabeledSpan?
  ) -> Diagnostic {
    Diagnostic(
      "E0403", "this is `\(found)`, and `\(wanted)` is needed", at: at, label: "`\(found)`",
      secondary: reason.map { [$0] } ?? [], help: unitHelp(found, wanted))
  }

  private static func unitHelp(_ found: Type, _ wanted: Type) -> [String] {
    if let currency = wanted.base.unit?.currency, found.base.unit == Unit.none {
      return ["an amount is written with its currency: `100 \(currency)`"]
    }
    if wanted.base.unit == Unit.none { return ["`float(…)` drops the unit"] }
    return ["multiply by a rate of the right unit, or drop units by `float(…)`"]
  }

  static func operands(
    _ sign: String, _ left: Expression, _ right: Expression, at: Span
  ) -> Diagnostic {
    let sides = [
      LabeledSpan(left.span, "`\(left.type)`"), LabeledSpan(right.span, "`\(right.type)`"),
    ]
    let (a, b) = (left.type.base, right.type.base)
    if a.isNumber, b.isNumber {
      return Diagnostic(
        "E0403", "`\(sign)` needs one unit on both sides", at: at,
        label: "\(unitWords(a)) and \(unitWords(b))", secondary: sides,
        help: numberHelp(left, right))
    }
    return Diagnostic(
      "E0402", "`\(sign)` does not take `\(left.type)` and `\(right.type)`", at: at,
      secondary: sides, help: timeHelp(left, right) ?? mixedHelp(a, b))
  }

  private static func unitWords(_ base: Type.Base) -> String {
    guard let unit = base.unit, unit != .none else { return "a plain number" }
    return "\(unit)"
  }

  private static func numberHelp(_ left: Expression, _ right: Expression) -> [String] {
    for (plain, other) in [(left, right), (right, left)] {
      guard plain.type.base.unit ?? .none == Unit.none,
        let currency = other.type.base.unit?.currency
      else { continue }
      if case .literal = plain.kind { return ["write `\(plain.span.text) \(currency)`"] }
      return ["`float(…)` drops the unit of the amount in \(currency)"]
    }
    return ["multiply by a rate of the right unit first"]
  }

  /// Of a time or a day beside a day that is written without its `@`, as a text or as a difference.
  private static func timeHelp(_ left: Expression, _ right: Expression) -> [String]? {
    for (moment, other) in [(left, right), (right, left)]
    where [.time, .date].contains(moment.type.base) {
      let text = other.span.text
      let isText = text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
      let written = isText ? String(text.dropFirst().dropLast()) : text.filter { $0 != " " }
      guard let day = written.prefixMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/),
        isText || day.output.count == written.count
      else { continue }
      return ["a moment is written `@\(written)`"]
    }
    return nil
  }

  private static func mixedHelp(_ a: Type.Base, _ b: Type.Base) -> [String] {
    if (a == .duration && b.isNumber) || (b == .duration && a.isNumber) {
      return ["a length is written with its unit, as in `30d`; `days(…)` makes it a number"]
    }
    if (a == .time && b == .date) || (a == .date && b == .time) {
      return ["`date(…)` gives the day of a time, `start_of_day(…)` the first instant of a day"]
    }
    if a == .text || b == .text { return ["`text(…)` makes a text of any value"] }
    return []
  }

  static func operatorType(_ at: Span, _ sign: String, _ left: Type, _ right: Type?)
    -> Diagnostic
  {
    let types = right.map { "`\(left)` and `\($0)`" } ?? "`\(left)`"
    return Diagnostic("E0402", "`\(sign)` does not take \(types)", at: at)
  }

  static func notACondition(_ at: Span, _ type: Type, _ gate: String) -> Diagnostic {
    Diagnostic(
      "E0410", "\(gate) needs a condition, and this is `\(type)`", at: at, label: "`\(type)`",
      help: type.base.isNumber ? ["compare it, as in `… > 0`"] : [])
  }

  static func branchTypes(
    _ at: Span, _ first: Type, _ other: Span, _ second: Type, what: String
  ) -> Diagnostic {
    let isUnits = first.base.isNumber && second.base.isNumber
    return Diagnostic(
      isUnits ? "E0403" : "E0407", "\(what) are `\(first)` and `\(second)`", at: other,
      label: "`\(second)`", secondary: [LabeledSpan(at, "`\(first)`")],
      help: isUnits ? unitHelp(second, first) : ["both have to have one type"])
  }

  static func comparedWithNull(_ at: Span, isNegated: Bool) -> Diagnostic {
    Diagnostic(
      "E0409", "nothing equals `null`", at: at,
      help: [isNegated ? "write `… is not null`" : "write `… is null`"])
  }

  static func unknownType(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0408", "there is no type `\(name)`", at: at, help: near(name, among: known, what: "types"))
  }

  static func moneyWithoutCurrency(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0408", "money has a currency of three capitals", at: at, help: ["as in `money(GBP)`"])
  }

  static func badVectorType(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0408", "a vector has 1 to 65536 elements, and says how many", at: at,
      help: ["as in `vector(16)`"])
  }

  static func badListType(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0408", "a list is made of bool, int, float, text, time, date or duration", at: at,
      help: ["as in `list(text)`"])
  }

  static func badElement(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0417", "a list is made of bool, int, float, money, text, time, date or duration", at: at,
      label: "`\(type)`")
  }

  // MARK: Lengths of vectors

  static func width(
    _ at: Span, _ found: Int, wanted: Int, because reason: LabeledSpan?
  ) -> Diagnostic {
    Diagnostic(
      "E0425", "this has \(elements(found)), and a `vector(\(wanted))` is needed", at: at,
      label: elements(found), secondary: reason.map { [$0] } ?? [])
  }

  static func widths(
    _ at: Span, _ left: Expression, _ first: Int, _ right: Expression, _ second: Int
  ) -> Diagnostic {
    Diagnostic(
      "E0425", "these vectors have \(first) and \(second) elements", at: at,
      secondary: [
        LabeledSpan(left.span, elements(first)), LabeledSpan(right.span, elements(second)),
      ], help: ["both have to have one length"])
  }

  static func elementBeyond(_ at: Span, _ place: Int64, of vector: Expression) -> Diagnostic {
    Diagnostic(
      "E0425", "a `\(vector.type.nonOptional)` has no element \(place)", at: at,
      secondary: [LabeledSpan(vector.span, "`\(vector.type)`")],
      help: ["elements are counted from 1, or from -1 backwards"])
  }

  private static func elements(_ count: Int) -> String {
    count == 1 ? "1 element" : "\(count) elements"
  }

  static func caseWithoutElse(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0411", "this `case` has no `else`", at: at,
      help: ["every `case` gives a value: add `else: …`; `else: null` leaves it open"])
  }

  static func elseNotLast(_ at: Span) -> Diagnostic {
    Diagnostic("E0411", "`else` is the last branch of a `case`", at: at)
  }

  static func onlyNull(_ at: Span) -> Diagnostic {
    Diagnostic("E0418", "this has no type of which there can be values", at: at)
  }

  static func misplacedCollection(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      "E0417", "\(what) stands after `in` only", at: at,
      help: ["as in `x in [1, 2]` or `x in 0..10`"])
  }

  static func notACollection(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0417", "a list or a range is needed here", at: at, help: ["as in `[1, 2]` or `0..10`"])
  }

  // MARK: Calls

  static func unknownFunction(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    if let meant = Catalogue.foreignNames[name.lowercased()] {
      let isCall = Catalogue.isBuiltIn(meant)
      if meant == "at" {
        return Diagnostic(
          "E0404", "there is no function `\(name)`", at: at,
          help: [
            "a moment is written `@2026-03-01`; of a decision, `at` is the time at which it is made"
          ])
      }
      return Diagnostic(
        "E0404", "there is no function `\(name)`", at: at, label: "written `\(meant)` here",
        fixes: isCall
          ? [Fix("write `\(meant)`", edits: [Fix.Edit(span: at, replacement: meant)])] : [])
    }
    return Diagnostic(
      "E0404", "there is no function `\(name)`", at: at,
      help: nearest(to: name, among: known).map { ["did you mean `\($0)`?"] } ?? [],
      fixes: replacement(at, name, among: known))
  }

  static func argumentCount(
    _ at: Span, _ name: String, wanted: Int, found: Int, declared: Span?
  ) -> Diagnostic {
    let words = wanted == 1 ? "1 argument" : "\(wanted) arguments"
    return Diagnostic(
      "E0405", "`\(name)` takes \(words), and here are \(found)", at: at,
      secondary: labeled(declared, "declared here"), help: signature(name))
  }

  static func badArgument(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0405", "`\(name)` does not take this argument", at: at, help: signature(name))
  }

  static func unknownLabel(_ at: Span, _ label: String, _ name: String, _ known: [String])
    -> Diagnostic
  {
    Diagnostic(
      "E0405", "`\(name)` has no argument `\(label)`", at: at,
      help: near(label, among: known, what: "its arguments"))
  }

  private static func signature(_ name: String) -> [String] {
    let written =
      Catalogue.functionsByName[name]?.signature ?? Catalogue.aggregatesByName[name]?.signature
    return written.map { ["it is written `\($0)`"] } ?? []
  }

  static func noOverload(
    _ at: Span, _ function: Catalogue.Function, _ arguments: [Expression]
  ) -> Diagnostic {
    let types = arguments.map { "`\($0.type)`" }.joined(separator: ", ")
    let taken = function.overloads.map { overload in
      overload.arguments.map(\.description).joined(separator: ", ")
    }
    let units = arguments.contains { ($0.type.base.unit ?? .none) != .none }
    return Diagnostic(
      units ? "E0403" : "E0406", "`\(function.name)` does not take \(types)", at: at,
      secondary: arguments.map { LabeledSpan($0.span, "`\($0.type)`") },
      help: ["it takes \(taken.joined(separator: " or "))"]
        + (units ? ["`float(…)` drops the unit"] : []))
  }
}
