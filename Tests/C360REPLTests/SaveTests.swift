import C360REPL
import Foundation
import Testing

@Suite("the prompt: what is set, and what is saved of it")
struct SaveTests {
  /// The saved script's answer in a session that knows nothing else.
  private func answer(_ query: String, of script: String) throws -> String {
    let fresh = try Prompt(loaded: false)
    try fresh.ask(":load \(script)")
    return try fresh.ask(query)
  }

  @Test("a set param is its default in the saved script, which runs to the same result")
  func setParameter() throws {
    let prompt = try Prompt()
    try prompt.ask(":set least 30")
    let shown = try prompt.ask("orders | where amount > least")
    #expect(shown.hasSuffix("(2 rows)\n"))
    let path = prompt.path("saved.c360")
    #expect(try prompt.ask(":save \(path)") == "wrote \(path)\n")
    #expect(try prompt.text("saved.c360").contains("param least: money(EUR) = 30 EUR"))
    #expect(try answer("orders | where amount > least", of: path) == shown)
  }

  @Test(
    "values of every type are written as the language has them",
    arguments: [
      ("int", "1", "-9223372036854775808"), ("float", "0.5", "1"), ("float", "0.5", "5%"),
      ("bool", "true", "false"), ("text", "\"a\"", "say \"hi\" \\ é\tx"),
      ("text?", "\"a\"", "null"),
      ("time", "@2026-01-01", "2026-03-01T12:00:00Z"), ("duration", "7d", "-36h"),
      ("date", "date(@2026-01-01)", "2026-03-01"), ("money(EUR)", "1 EUR", "-2.5 EUR"),
      ("vector(2)", "[1.0, 2.0]", "[0.5, 3]"),
    ])
  func values(type: String, declared: String, set: String) throws {
    let prompt = try Prompt()
    try prompt.ask("param p: \(type) = \(declared)")
    let before = try prompt.ask("p")
    try prompt.ask(":set p \(set)")
    let after = try prompt.ask("p")
    #expect(after != before)
    try prompt.ask(":save \(prompt.path("saved.c360"))")
    #expect(try answer("p", of: prompt.path("saved.c360")) == after)
  }

  @Test("a bound table is read from its file by the saved script too")
  func bound() throws {
    let other = try Prompt()
    try other.write("other.csv", "customer,bought,amount,kind\n1,2026-01-02T10:00:00Z,10,tea\n")
    let prompt = try Prompt { $0.bindings["orders"] = .path(other.path("other.csv")) }
    let shown = try prompt.ask("orders")
    #expect(shown.hasSuffix("(1 row)\n"))
    try prompt.ask(":save \(prompt.path("saved.c360"))")
    #expect(try answer("orders", of: prompt.path("saved.c360")) == shown)
  }

  @Test("what a script has no place for is told")
  func left() throws {
    let prompt = try Prompt { $0.seed = 7 }
    try prompt.ask(":set as-of 2026-02-01")
    let out = try prompt.ask(":save \(prompt.path("saved.c360"))")
    #expect(out.contains("not in the file") && out.contains("--seed 7"))
    #expect(out.contains("--as-of 2026-02-01T00:00:00Z"))
  }

  @Test("saved elsewhere, the script finds its files from there")
  func otherFolder() throws {
    let prompt = try Prompt(loaded: false)
    try prompt.write("weights.csv", "name,weight\nintercept,0.5\nvisits,2\n")
    try prompt.write("more.c360", "edition 2026\nparam bonus: float = 1.5\n")
    try prompt.write(
      "shop.c360",
      Prompt.script + """
        use "./more.c360"
        feature visits = count(orders) over 365d
        score s = linear("weights.csv", [visits])
        output big = orders | where amount > least to "out/big.csv"

        """)
    try prompt.ask(":load \(prompt.path("shop.c360"))")
    let shown = try prompt.ask("today | select person, s, b = s * bonus")
    let folder = prompt.folder.appending(path: "sub/deeper")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try prompt.ask(":save \(prompt.path("sub/deeper/saved.c360"))")
    let saved = try prompt.text("sub/deeper/saved.c360")
    #expect(saved.contains("from \"../../orders.csv\""))
    #expect(saved.contains("use \"../../more.c360\""))
    #expect(saved.contains("linear(\"../../weights.csv\""))
    #expect(saved.contains("to \"../../out/big.csv\""))
    #expect(
      try answer(
        "today | select person, s, b = s * bonus", of: prompt.path("sub/deeper/saved.c360"))
        == shown)
  }

  @Test("a new definition of a set param has its own value, and that is told")
  func redefinition() throws {
    let prompt = try Prompt()
    try prompt.ask(":set least 100 EUR")
    let out = try prompt.ask("param least: money(EUR) = 5 EUR")
    #expect(out.contains("no longer set to 100 EUR"))
    #expect(try prompt.ask("least") == "5.00\n")
    #expect(try !prompt.ask(":set").contains("100"))
  }

  @Test("a new definition that fails leaves the set value")
  func failedRedefinition() throws {
    let prompt = try Prompt()
    try prompt.ask(":set least 100 EUR")
    _ = try prompt.refused("param least: money(EUR) = \"tea\"")
    #expect(try prompt.ask("least") == "100.00\n")
  }

  @Test(":unset gives a param its declared value, an option that of the start")
  func unset() throws {
    let prompt = try Prompt { $0.seed = 3 }
    try prompt.ask(":set least 100 EUR")
    try prompt.ask(":unset least")
    #expect(try prompt.ask("least") == "10.00\n")
    try prompt.ask(":set seed 9")
    try prompt.ask(":unset seed")
    #expect(try prompt.ask(":set").contains("seed     3"))
    #expect(try prompt.refused(":unset leest").contains("there is `least`"))
    #expect(prompt.repl.complete(":unset le", at: 9).candidates.map(\.text) == ["least"])
  }
}
