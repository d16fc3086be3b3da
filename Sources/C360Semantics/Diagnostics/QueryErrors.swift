import C360Diagnostics

/// Verbs of queries that ask for what there is not.
extension SemanticError {
  static func sampleShare(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0551", "a share of rows is between 0 and 1", at: at,
      help: ["`sample 10%` takes a share, `sample 1000` a number of rows"])
  }

  static func pivotValues(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0552", "a pivot names the values that become columns", at: at,
      help: ["as in `pivot channel in [\"phone\", \"email\"] { n = count() }`"])
  }

  // MARK: view, join

  static func viewSaysItself(_ at: Span, _ name: String, _ declared: Span) -> Diagnostic {
    Diagnostic(
      "E0554", "view `\(name)` says itself at what exposure and under what mask it is", at: at,
      secondary: [LabeledSpan(declared, "declared here")])
  }

  static func joinMayExpand(_ at: Span, _ name: String, keys: [Span]) -> Diagnostic {
    let keys = keys.map { "`\($0.text)`" }.joined(separator: ", ")
    return Diagnostic(
      "E0555", "`\(name)` may have several rows of one \(keys)", at: at,
      help: [
        "make it one row a key in a view: `view one = \(name) | group … { … }`",
        "write `expand` behind the keys to have a row for each of them",
      ])
  }

  static func joinKeyMissing(
    _ at: Span, _ name: String, of right: String, known: [String]
  ) -> Diagnostic {
    Diagnostic(
      "E0556", "`\(right)` has no column `\(name)`", at: at,
      help: [
        "its columns: \(known.map { "`\($0)`" }.joined(separator: ", "))",
        "a key that is called otherwise there: `\(name) == its_name`",
      ])
  }

  static func joinKey(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0556", "a key of `join` is a column of both sides, or `left == right`", at: at,
      help: ["as in `join offers on offer_id`, `join offers on chosen == offer_id`"])
  }

  // MARK: window

  static func namedPartition(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0553", "a key of `window` makes no column", at: at,
      help: ["leave the name out, or `derive` the column before"])
  }

  static func unnamedWindowColumn(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0511", "this column needs a name", at: at, help: ["as in `{ n = row_number() }`"])
  }

  static func outsideWindow(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0553", "`\(name)` is about rows in order, which only `window` has", at: at,
      help: ["as in `window per customer sort at { n = \(name)(…) }`"])
  }

  static func rankWithoutOrder(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0553", "`\(name)` needs an order", at: at,
      help: ["as in `window sort -amount { place = \(name)() }`"])
  }

  static func frameOfNoAggregate(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic("E0553", "`\(name)` looks at one row and has no frame", at: at)
  }

  static func noFrames(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0553", "`\(name)` ranges over whole partitions only", at: at,
      help: [
        "write `over all`",
        "`count sum mean min max first last` have frames that move with the row",
      ])
  }

  static func wideInWindow(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0553", "`window` has no `\(name)` of lists and vectors", at: at,
      help: ["ask it of a `group` by the same keys, and join its rows"])
  }

  static func badFrame(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0553", "this is no frame of `window`", at: at,
      help: ["`over all`, `over last 3` (rows), or `over 7d` along the key of `sort`"])
  }

  static func frameWithoutOrder(
    _ at: Span, what: String = "a frame that moves with the row"
  ) -> Diagnostic {
    Diagnostic(
      "E0553", "\(what) needs an order", at: at,
      help: ["as in `window per customer sort at { … }`"])
  }

  static func frameLength(_ at: Span) -> Diagnostic {
    Diagnostic("E0553", "a number of rows from 1 to \(Int32.max) is wanted here", at: at)
  }

  static func frameRange(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0553", "a frame of time goes back along one ascending key that is a `time` or a `date`",
      at: at, help: ["whole days along a `date`", "`over last 3` counts rows"])
  }
}
