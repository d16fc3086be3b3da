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
    Verb(
      name: "distinct", signature: "distinct a, b",
      summary: "The different rows, or the different values of some columns, in order."),
    Verb(
      name: "sample", signature: "sample 10%",
      summary: "A share or a number of the rows, by a hash of their values and the seed."),
    Verb(
      name: "pivot", signature: "pivot key in [value, …] per keys { name = aggregate }",
      summary: "One row a group, and a column a value of the key."),
    Verb(
      name: "join", signature: "join [only] rows on keys [expand] { name = expr }",
      summary: "More columns, of other rows with equal keys."),
    Verb(
      name: "describe", signature: "describe",
      summary: "One row a column: type, nulls, different values, quantiles, mean and histogram."),
    Verb(
      name: "window", signature: "window per keys sort keys { name = expr }",
      summary: "More columns: numbers, ranks and aggregates of the rows beside each row."),
  ]
}
