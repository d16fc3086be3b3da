import C360
import C360Diagnostics
import C360Semantics

/// What `:help` says; words of the language come from its catalogue.
enum Help {
  static let topics = ["commands", "queries", "declarations", "functions", "aggregates", "keys"]

  static var overview: String {
    """
    Type a query, a declaration or an expression; what is not complete goes on in the next line.

      orders | where amount > 100 | take 5       rows of a table, exposure, policy or view
      _ | sort -amount                           `_` is the last query
      feature spend = sum(orders.amount) over 90d
      1 EUR * 3
      why policy for customer 42 at @2026-03-01

    Commands; any prefix that is of one alone will do:

    """ + commands
      + "\n`:help` with a topic (\(topics.joined(separator: ", "))), a name or a code says more.\n"
  }

  static var commands: String {
    AlignedText.text(
      Command.all.map { [":\($0.name.rawValue) \($0.arguments)".trimmed, $0.summary] }, indent: "  "
    )
  }

  private static let keys = """
    Tab completes, twice it lists. Up and down recall statements, each as a whole; Ctrl-R searches.
    Ctrl-C clears the line, or stops the query that runs. Ctrl-D leaves.
    Keys are those of readline: ~/.inputrc holds, vi mode included; `$if c360` is for here alone.

    """

  static func topic(_ name: String) -> String? {
    switch name {
    case "commands": commands
    case "keys": keys
    case "queries", "verbs": AlignedText.text(Catalogue.verbs.map { [$0.signature, $0.summary] })
    case "declarations":
      AlignedText.text(Catalogue.declarations.map { [$0.signature, $0.summary] })
    case "functions":
      AlignedText.text(
        (Catalogue.functions.filter { isName($0.name) }.map { [$0.signature, $0.summary] })
          + Catalogue.windowFunctions.map { [$0.signature, $0.summary] })
    case "aggregates":
      AlignedText.text(Catalogue.aggregates.map { [$0.signature, $0.summary] })
    default: nil
    }
  }

  /// A function, aggregate, verb, declaration or command by its name; a name may be several.
  static func word(_ name: String) -> String? {
    var lines: [[String]] = []
    for function in Catalogue.functions where function.name == name {
      lines.append([function.signature, function.summary + " (\(function.nulls.rawValue))"])
    }
    for aggregate in Catalogue.aggregates where aggregate.function.rawValue == name {
      lines.append([
        aggregate.signature, aggregate.summary + " (over nothing: \(aggregate.whenEmpty))",
      ])
    }
    for function in Catalogue.windowFunctions where function.name == name {
      lines.append([function.signature, function.summary])
    }
    for verb in Catalogue.verbs where verb.name == name {
      lines.append([verb.signature, verb.summary])
    }
    for declaration in Catalogue.declarations where declaration.name == name {
      lines.append([declaration.signature, declaration.summary])
    }
    let command = name.hasPrefix(":") ? String(name.dropFirst()) : name
    for found in Command.all where found.name.rawValue == command {
      lines.append([":\(command) \(found.arguments)".trimmed, found.summary])
    }
    return lines.isEmpty ? nil : AlignedText.text(lines)
  }

  static func isName(_ name: String) -> Bool { name.first?.isLetter ?? false }

  /// All that has help, for completion and near names.
  static var names: [String] {
    topics + Catalogue.functions.map(\.name).filter(isName)
      + Catalogue.aggregates.map(\.function.rawValue) + Catalogue.windowFunctions.map(\.name)
      + Catalogue.verbs.map(\.name) + Catalogue.declarations.map(\.name)
      + Command.all.map(\.name.rawValue)
  }
}

extension REPL {
  func help(_ name: String) throws -> String {
    if name.isEmpty { return Help.overview }
    if let topic = Help.topic(name) { return topic }
    if let words = Help.word(name) { return words }
    if let page = Installation.page(of: name.uppercased()) { return page }
    let near = nearest(to: name, among: Help.names).map { "; there is `\($0)`" } ?? ""
    throw Refusal("there is no help on `\(name)`\(near)")
  }
}
