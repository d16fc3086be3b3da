/// Arguments that begin with a minus and are no options: `--seed -1`, and queries such as `-7 / 2`.
enum SignedArguments {
  /// Options of `query` that take a number.
  private static let numbers = ["--threads", "--seed", "--memory", "--max-rows"]

  /// The same arguments, each value joined to its option, and a query moved behind a `--`.
  static func readable(_ arguments: [String]) -> [String] {
    if arguments.contains("--") { return arguments }
    let isQuery = arguments.first == QueryCommand.configuration.commandName
    var readable: [String] = []
    var queries: [String] = []
    for argument in arguments {
      if isSigned(argument), let option = readable.last, option.hasPrefix("--"),
        !option.contains("="), !isQuery || numbers.contains(option)
      {
        readable[readable.count - 1] = option + "=" + argument
      } else if isSigned(argument), isQuery {
        queries.append(argument)
      } else {
        readable.append(argument)
      }
    }
    return queries.isEmpty ? readable : readable + ["--"] + queries
  }

  /// Whether a text begins with a minus and goes on as no option does.
  private static func isSigned(_ text: String) -> Bool {
    guard text.hasPrefix("-"), let next = text.dropFirst().first else { return false }
    return next.isNumber || next == "(" || next == " "
  }
}
