import C360REPL
import Testing

@Suite("the prompt: where statements end")
struct StatementsTests {
  private func statements(_ lines: [String]) throws -> [String] {
    let repl = try Prompt().repl
    var statements = Statements()
    return lines.flatMap { statements.add($0, repl) } + statements.finish()
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
