import C360REPL
import Testing

@Suite("the prompt: where statements end")
struct StatementsTests {
  private func statements(_ lines: [String]) throws -> [String] {
    let repl = try Prompt().repl
    var statements = Statements()
    return lines.flatMap { statements.add($0, repl) } + statements.finish()
  }

  @Test("what could end is told from what must go on, for whoever waits for an answer")
  func open() throws {
    let repl = try Prompt().repl
    for (lines, isIncomplete) in [
      (["orders"], false), (["orders |"], true), (["orders", "| take 2"], false),
      (["feature x ="], true), (["# more comes"], true),
    ] {
      var statements = Statements()
      for line in lines { #expect(statements.add(line, repl) == []) }
      #expect(statements.isOpen)
      #expect(statements.isIncomplete(repl) == isIncomplete, "\(lines)")
    }
  }

  @Test("a comment above a command is no part of it")
  func commentAboveCommand() throws {
    #expect(
      try statements([
        "# settings", ":mode csv", "# two", "orders | take 1", "", "# end", ":mode plain",
      ])
        == ["# settings", ":mode csv", "# two\norders | take 1", "# end", ":mode plain"])
    let prompt = try Prompt()
    #expect(try prompt.ask("# settings") == "")
    #expect(Statements.blocks(of: "# a\n:mode csv", prompt.repl) == ["# a", ":mode csv"])
  }
}
