/// What other languages write where this one has something else, for the help of complaints. Words are
/// looked up in lower case.
enum ForeignWords {
  /// The verb that does what a verb of another language does.
  static let verbs: [String: String] = [
    "filter": "where", "having": "where", "limit": "take", "head": "take", "top": "take",
    "offset": "skip", "order": "sort", "order_by": "sort", "arrange": "sort", "count": "group",
    "aggregate": "group", "agg": "group", "summarise": "group", "summarize": "group",
    "group_by": "group", "mutate": "derive", "extend": "derive", "assign": "derive",
    "with_columns": "derive", "project": "select", "unique": "distinct", "merge": "join",
    "summary": "describe",
  ]

  /// What to write in place of a word that ends an item too early.
  static let forms: [String: String] = [
    "desc": "a key that descends has a minus: `sort -amount`",
    "asc": "keys ascend; one that descends has a minus: `sort -amount`",
    "as": "a name stands before its value: `select spend = amount`",
    "like": "texts are tested with `contains(x, \"…\")`, `starts_with` and `ends_with`",
    "ilike": "texts are tested with `contains(lower(x), \"…\")`, `starts_with` and `ends_with`",
    "between": "write both ends: `1 <= x and x <= 2`",
    "is_null": "write `x is null`",
    "having": "after `group` comes `| where …`",
  ]

  /// Words that begin a statement elsewhere, where here its rows stand first.
  static let statements: Set<String> = [
    "select", "from", "with", "where", "group", "describe", "sort",
  ]

  /// - Parameter line: the line that the complaint is about.
  static func help(for word: String, in line: String) -> String? {
    if let form = forms[word.lowercased()] { return form }
    let first = line.drop { $0 == " " }.prefix { $0.isLetter }.lowercased()
    return statements.contains(first)
      ? "a query begins with its rows, and each step stands behind `|`: `orders | where amount > 10 | select amount`"
      : nil
  }
}
