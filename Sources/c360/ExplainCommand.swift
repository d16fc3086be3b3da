import ArgumentParser
import C360

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a diagnostic by its code.",
    discussion: """
      EXAMPLES
        c360 explain E0312
        c360 explain          (lists the codes)
      """)

  @Argument(
    help: "The code, such as E0312.", completion: .custom { _, _, _ in Installation.codes() })
  var code: String?

  func run() throws {
    guard let code else {
      let codes = Installation.codes()
      for code in codes {
        Terminal.out("\(code)  \(Self.title(of: Installation.page(of: code) ?? ""))\n")
      }
      return
    }
    guard let page = Installation.page(of: code.uppercased()) else {
      Terminal.complain("there is no page on `\(code)`; `c360 explain` lists the codes\n")
      throw ExitStatus.usage
    }
    Terminal.out(Terminal.printsToTerminal ? PageText.coloured(page) : page)
  }

  /// The first heading without its marks and without the code.
  private static func title(of page: String) -> String {
    guard let line = page.split(separator: "\n").first(where: { $0.hasPrefix("#") }) else {
      return ""
    }
    let words = line.drop { $0 == "#" || $0 == " " }
    return String(words.drop { $0 != " " }.drop { " :–—-".contains($0) })
  }
}

/// A page of Markdown on a terminal: headings bold, code cyan.
enum PageText {
  static func coloured(_ page: String) -> String {
    guard Terminal.complainsInColours else { return page }
    var isCode = false
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.hasPrefix("```") {
        isCode.toggle()
        return "\u{1B}[2m\(line)\u{1B}[0m"
      }
      if isCode { return "\u{1B}[36m\(line)\u{1B}[0m" }
      if line.hasPrefix("#") { return "\u{1B}[1m\(line)\u{1B}[0m" }
      return String(line)
    }
    return lines.joined(separator: "\n")
  }
}
