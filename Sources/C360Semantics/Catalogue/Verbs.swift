extension Catalogue {
  /// The stages of queries in this version.
  public static let verbs: [Verb] = [
    Verb(name: "where", signature: "where condition", summary: "Rows for which it is true."),
    Verb(
      name: "select", signature: "select *, name.*, f, name = expr",
      summary: "The columns from here on."),
    Verb(
      name: "derive", signature: "derive name = expr", summary: "More columns beside the others."),
    Verb(
      name: "group", signature: "group keys { name = aggregate }",
      summary: "One row a group of equal keys."),
    Verb(
      name: "sort", signature: "sort a, -b",
      summary: "Rows in order, `-` for descending; nulls last."),
    Verb(name: "take", signature: "take n", summary: "The first n rows."),
    Verb(name: "skip", signature: "skip n", summary: "All but the first n rows."),
  ]
}
