import C360Diagnostics
import C360Models

extension SemanticError {
  // MARK: Roles

  static func missingRole(_ at: Span, _ role: String, of noun: String, example: String)
    -> Diagnostic
  {
    Diagnostic(
      "E0211", "\(noun) needs a column with the role `@\(role)`", at: at,
      help: ["as in  \(example)"])
  }

  static func unknownRole(_ at: Span, _ role: String, of noun: String, known: [String])
    -> Diagnostic
  {
    Diagnostic(
      "E0212", "\(noun) has no role `@\(role)`", at: at,
      help: near(role, among: known, what: "its roles").map {
        $0.replacing("`", with: "`@", isOpening: true)
      })
  }

  static func roleArgument(_ at: Span, _ form: String) -> Diagnostic {
    Diagnostic("E0212", "this role is written \(form)", at: at)
  }

  static func weightOfNaN(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0212", "a `@weight` is a probability, and NaN is none", at: at,
      help: ["leave `@nan` away, and links without a probability out of the file"])
  }

  static func knownTwice(_ at: Span, column: Span, name: String) -> Diagnostic {
    Diagnostic(
      "E0212", "`@known` already says when an event was learned of", at: at,
      secondary: [LabeledSpan(column, "`\(name)` is `@known`")],
      help: ["keep the column, or the delay for a table without one"])
  }

  static func roleType(
    _ at: Span, _ role: String, found: Type, wanted: [Type.Base], allowsNull: Bool
  ) -> Diagnostic {
    let names = wanted.map { "`\($0)`" }.joined(separator: " or ")
    let isOnlyNull = wanted.contains(found.base)
    return Diagnostic(
      "E0213",
      isOnlyNull
        ? "the column `@\(role)` cannot be null" : "the column `@\(role)` has to be \(names)",
      at: at, label: "`\(found)`",
      help: isOnlyNull && !allowsNull ? ["write `\(found.nonOptional)`"] : [])
  }

  static func profileColumn(_ at: Span, _ name: String, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0214", "`\(name)` has no value while an entity has no row", at: at, label: "`\(type)`",
      help: [
        "let it be null: `\(name): \(type)?`",
        "or say what counts then: `\(name): \(type) = …`",
      ])
  }

  static func misplacedItem(_ at: Span, _ what: String, _ noun: String) -> Diagnostic {
    Diagnostic("E0218", "\(what) does not belong to \(noun)", at: at)
  }

  static func columnOfGenerated(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0218", "an exposure without a file has no columns of its own", at: at,
      help: ["it has its entity and `at`; its block may hold `keep` and outcomes"])
  }

  static func keyTypes(
    _ at: Span, _ type: Type, entity: String, first: LabeledSpan
  ) -> Diagnostic {
    Diagnostic(
      "E0219", "the keys of `\(entity)` have two types", at: at, label: "`\(type)` here",
      secondary: [first])
  }

  static func entityWithoutTable(_ at: Span, _ entity: String) -> Diagnostic {
    Diagnostic(
      "E0219", "no table says who there is of `\(entity)`", at: at,
      help: ["declare a table of `\(entity)` with a `@key`"])
  }

  // MARK: Exposures

  static func throughBeforeStart(_ at: Span, start: Span) -> Diagnostic {
    Diagnostic(
      "E0220", "this exposure ends before it starts", at: at,
      secondary: [LabeledSpan(start, "it starts here")])
  }

  static func observedBackwards(_ at: Span, from: Span) -> Diagnostic {
    Diagnostic(
      "E0220", "this table is observed to an end before its start", at: at,
      secondary: [LabeledSpan(from, "it starts here")])
  }

  static func keepForm(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0220", "this is no rule of `keep`", at: at,
      help: [
        "`all`, `first`, `first per 30d`, `first per calendar 1d`, `non_overlapping 14d` or `washout 7d`"
      ])
  }

  static func formatOption(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0222", "an option of a format has a name and a value", at: at,
      help: ["as in  as csv(delimiter: \";\")"])
  }

  static func samePath(_ at: Span, _ path: String, first: Span) -> Diagnostic {
    Diagnostic(
      "E0223", "two outputs write to `\(path)`", at: at,
      secondary: [LabeledSpan(first, "the first")])
  }

  // MARK: Params

  static func outsideDomain(_ at: Span, _ name: String, domain: String, at place: Span?)
    -> Diagnostic
  {
    Diagnostic(
      "E0215", "the value of `\(name)` is not in `\(domain)`", at: at,
      secondary: labeled(place, "its domain"))
  }

  static func settingOutsideDomain(
    _ name: String, _ text: String, domain: String, at place: Span?
  ) -> Diagnostic {
    Diagnostic(
      "E0215", "`--set \(name)=\(text)` is not in `\(domain)`", at: place, label: "its domain")
  }

  static func emptyRange(_ at: Span) -> Diagnostic {
    Diagnostic("E0215", "this range holds nothing: it ends before it starts", at: at)
  }

  static func rangeOfUnordered(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0215", "values of type `\(type)` have no order", at: at,
      help: ["list the values: `in [a, b]`"])
  }

  static func badSetting(_ name: String, _ text: String, _ type: Type, at place: Span)
    -> Diagnostic
  {
    Diagnostic(
      "E0216", "`--set \(name)=\(text)` is no `\(type)`", at: place,
      label: "the param is declared here")
  }

  static func unknownSetting(_ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0216", "`--set \(name)=…`: there is no param `\(name)`",
      help: near(name, among: known, what: "params"))
  }

  static func notConstant(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      "E0224", "\(what) has to be known before the run", at: at,
      label: "not a constant", help: ["use literals and params"])
  }

  // MARK: Templates

  static func wrongTemplateArgument(_ at: Span, wanted: String, parameter: Span) -> Diagnostic {
    Diagnostic(
      "E0217", "this argument is no `\(wanted)`", at: at,
      secondary: [LabeledSpan(parameter, "the parameter")],
      help: wanted == "events"
        ? ["give the name of an event table"]
        : wanted.hasPrefix("column") ? ["give a column, as in `orders.amount`"] : [])
  }

  static func wrongColumnKind(_ at: Span, _ type: Type, wanted: String, parameter: Span)
    -> Diagnostic
  {
    Diagnostic(
      "E0217", "this column is `\(type)`, and a column of `\(wanted)` is needed", at: at,
      secondary: [LabeledSpan(parameter, "the parameter")])
  }

  static func tableInTemplate(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0217", "a template holds no tables", at: at,
      help: ["declare the table outside and give it as an argument of type `events`"])
  }

  // MARK: Models

  static func unreadableModel(_ at: Span, _ path: String, _ cause: Diagnostic) -> Diagnostic {
    Diagnostic(
      "E0221", "the model `\(path)` cannot be read: \(cause.message)", at: at,
      notes: cause.notes, help: cause.help)
  }

  static func badModel(_ at: Span, _ path: String, line: Int?, _ message: String) -> Diagnostic {
    Diagnostic(
      "E0221", "the model `\(path)` cannot be used: \(message)", at: at,
      data: DataPlace(path: path, row: line),
      help: [
        "CSV rows `name,weight` with a row `intercept`, or {\"intercept\": …, \"coefficients\": {…}}"
      ])
  }

  static func modelInputs(_ at: Span, missing: [String], extra: [String]) -> Diagnostic {
    var notes: [String] = []
    if !missing.isEmpty { notes.append("the file has \(list(missing)), which the list lacks") }
    if !extra.isEmpty { notes.append("the list has \(list(extra)), which the file lacks") }
    return Diagnostic(
      "E0221", "the inputs of this model are not those of its file", at: at, notes: notes)
  }

  static func modelForm(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0221",
      "`\(name)` is written `\(name)(\"file\")` or `\(name)(\"file\", [inputs])` in a score",
      at: at)
  }

  static func badImportedModel(_ at: Span, _ path: String, _ problem: ModelProblem) -> Diagnostic {
    Diagnostic(
      "E0221", "the model `\(path)` cannot be used: \(problem.message)", at: at,
      data: DataPlace(path: path),
      notes: problem.place.map { ["in the file at \($0)"] } ?? [])
  }

  static func importedModelForm(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0221", "`\(name)` is written `\(name)(\"file\", [inputs])` in a score", at: at,
      help: [
        "`class: 2` names the output of a model of several, `raw: true` gives the sum of its leaves"
      ])
  }

  static func modelClass(_ at: Span, count: Int, isGiven: Bool) -> Diagnostic {
    Diagnostic(
      "E0221",
      count == 1
        ? "this model has one output, and none to choose"
        : isGiven
          ? "this model has the classes 0 to \(count - 1)"
          : "this model has \(count) classes, and a score is one number", at: at,
      help: count == 1 ? ["leave out `class`"] : ["name one by its number: `class: 0`"])
  }

  static func modelPlaces(_ at: Span, wanted: Int, found: Int?) -> Diagnostic {
    Diagnostic(
      "E0221",
      "the file has \(wanted) inputs without names"
        + (found.map { ", and the list has \($0)" } ?? ", and there is no list"), at: at,
      help: ["list the inputs in the order in which the model was trained"])
  }

  static func modelCategory(_ at: Span, _ type: Type, wanted: String, codes: Bool) -> Diagnostic {
    Diagnostic(
      "E0221", "this input of the model is a category, and `\(type)` is no `\(wanted)`", at: at,
      help: codes ? ["the file has no names of categories: give their codes, from 0"] : [])
  }

  static func modelInput(_ at: Span, _ type: Type) -> Diagnostic {
    Diagnostic(
      "E0221", "an input of a model is a number, and this is `\(type)`", at: at,
      help: type.base == .duration ? ["write `days(…)`"] : [])
  }
}

extension String {
  /// Every opening back-tick followed by `@`.
  func replacing(_ mark: Character, with text: String, isOpening: Bool) -> String {
    var result = ""
    var isInside = false
    for character in self {
      if character == mark {
        result += isInside ? String(mark) : text
        isInside.toggle()
      } else {
        result.append(character)
      }
    }
    return result
  }
}
