/// What is built into the language, with the words that completion, `c360 help` and the
/// documentation show. There is no second list.
public enum Catalogue {
  /// Computed row by row; in the order in which the reference lists them.
  public static let functions: [Function] =
    numbers + comparisons + conversions + durations + calendar + texts + collections + forms

  static let functionsByName: [String: Function] = Dictionary(
    functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  static let aggregatesByName: [String: Aggregation] = Dictionary(
    aggregates.map { ($0.function.rawValue, $0) }, uniquingKeysWith: { first, _ in first })

  /// Functions and aggregates of the language that this version does not have.
  static let laterFunctions: Set<String> = [
    "scorecard", "trees", "kl", "difference", "rate",
  ]

  /// What other languages call what this one has, and how to write it here.
  static let foreignNames: [String: String] = [
    "avg": "mean", "average": "mean", "std": "stddev", "stdev": "stddev", "variance": "var",
    "nunique": "distinct", "count_distinct": "distinct", "n": "count", "size": "count",
    "total": "sum", "minimum": "min", "maximum": "max", "log": "ln", "ceiling": "ceil",
    "len": "length", "strlen": "length", "pow": "^", "now": "at", "today": "at",
    "coalesce": "??", "ifnull": "??", "isnull": "is null", "nvl": "??", "str": "text",
    "string": "text", "to_int": "int", "to_float": "float", "toupper": "upper",
    "tolower": "lower", "approx_median": "median", "approx_quantile": "quantile",
    "dayofweek": "weekday", "logistic_function": "sigmoid",
  ]

  /// A verb of queries.
  public struct Verb: Sendable {
    public let name: String
    public let signature: String
    public let summary: String
  }

  /// A kind of declaration.
  public struct Declaration: Sendable {
    public let name: String
    public let signature: String
    public let summary: String
  }
}
