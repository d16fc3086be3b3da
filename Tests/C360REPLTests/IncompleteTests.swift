import C360REPL
import Testing

@Suite("the prompt: what is not complete")
struct IncompleteTests {
  @Test(
    "an open bracket, block or text, or a sign at the end, asks for more",
    arguments: [
      "orders |", "orders | where amount >", "policy p for a at b {",
      "policy p for a at b {\n  mask m",
      "mask m for a {\n  forbid x when (1", "feature f =", "f(1,", "[1, 2", "orders | select a,",
      "a and", "param p: int = \"\"\"x", "if a then b", ":plan orders |", ":type (1 +",
      "orders | group kind {", "feature f = sum(orders.amount) +  # and",
    ])
  func incomplete(text: String) throws {
    #expect(try Prompt(loaded: false).repl.isIncomplete(text))
  }

  @Test(
    "what holds together, and what more lines cannot mend, does not",
    arguments: [
      "orders", "orders | take 5", "1 + 2", "feature f = 1", "feature", "\"open", "orders | take )",
      "policy p for a at b {\n  mask m\n}", "", "# nothing", ":help", ":plan orders", ":tables |",
      "orders | select *", "a = b",
    ])
  func complete(text: String) throws {
    #expect(try !Prompt(loaded: false).repl.isIncomplete(text))
  }

  @Test("lines are cut where a statement ends and the next line does not go on with it")
  func statements() throws {
    let repl = try Prompt(loaded: false).repl
    var statements = Statements()
    let text = """
      # about orders
      orders
        | take 5
      :time on
      feature f =
        1
      1 + 1; 2

      3
      """
    var found: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      found += statements.add(String(line), repl)
    }
    found += statements.finish()
    #expect(
      found == [
        "# about orders\norders\n  | take 5", ":time on", "feature f =\n  1", "1 + 1; 2", "3",
      ])
  }

  @Test("pasted text is cut at commands only: declarations may need each other in any order")
  func blocks() throws {
    let repl = try Prompt(loaded: false).repl
    let blocks = Statements.blocks(
      of: "feature a = b\nfeature b = 1\n:time on\norders |\n take 1", repl)
    #expect(blocks == ["feature a = b\nfeature b = 1", ":time on", "orders |\n take 1"])
  }
}
