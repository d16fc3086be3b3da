import C360REPL
import Testing

@Suite("the prompt: commands")
struct CommandTests {
  @Test("a prefix of one command will do, of several it asks which")
  func prefixes() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask(":ta").contains("orders"))
    #expect(try prompt.refused(":t").contains("`:tables` or `:type` or `:time`"))
    #expect(try prompt.refused(":tabels").contains("there is `:tables`"))
  }

  @Test(":tables lists what can be queried")
  func tables() throws {
    #expect(
      try Prompt().ask(":tables")
        == """
        orders  events    4 columns  from "orders.csv"
        today   exposure  2 columns  of person

        """)
  }

  @Test(":describe says columns, types and roles")
  func describe() throws {
    let out = try Prompt().ask(":describe orders")
    #expect(out.contains("events orders: 4 columns from \"orders.csv\""))
    #expect(out.contains("  customer  int         key"))
    #expect(out.contains("  bought    time        time"))
    #expect(try Prompt().ask(":describe spend").contains("feature spend: money(EUR)"))
    #expect(try Prompt().ask(":describe quantile").contains("quantile("))
  }

  @Test(
    ":type of a value, of a feature, of a query",
    arguments: [
      ("1 + 1", "int\n"), ("spend * 2", "money(EUR), known of a person before a time\n"),
      ("orders | select amount, x = kind", "amount  money(EUR)\nx       text\n"),
    ])
  func type(text: String, expected: String) throws {
    #expect(try Prompt().ask(":type \(text)") == expected)
  }

  @Test(":set changes a param, and refuses what it cannot be")
  func set() throws {
    let prompt = try Prompt()
    try prompt.ask(":set least 50 EUR")
    _ = try? prompt.ask(":set least=50")
    #expect(try prompt.ask("least") == "50.00\n")
    _ = try prompt.refused(":set least tea")
    #expect(try prompt.ask("least") == "50.00\n")
    _ = try prompt.refused(":set nothing 1")
    #expect(try prompt.ask("1") == "1\n")
  }

  @Test(
    "modes are those of tables",
    arguments: [
      ("csv", "customer,amount\n3,"), ("json", "[{\"customer\":3,\"amount\":100"),
      ("markdown", "| customer | amount EUR |\n| -------: | ---------: |\n"),
      ("line", "  customer = 3\namount EUR = 100.00\n"), ("box", "┌──────────┬"),
      ("plain", "customer  amount EUR\n"),
    ])
  func modes(mode: String, expected: String) throws {
    let prompt = try Prompt()
    try prompt.ask(":mode \(mode)")
    let out = try prompt.ask("orders | sort -amount | take 2 | select customer, amount")
    #expect(out.hasPrefix(expected))
  }

  @Test(":maxrows bounds what is shown, not what is counted; 0 shows all")
  func maximumRows() throws {
    let prompt = try Prompt()
    try prompt.ask(":maxrows 2")
    let out = try prompt.ask("orders")
    #expect(out.contains("… 3 of 5 rows left out"))
    #expect(out.hasSuffix("(5 rows)\n"))
    try prompt.ask(":maxrows 0")
    #expect(try !prompt.ask("orders").contains("left out"))
  }

  @Test(":plot draws the last result, on the screen or as SVG, and says what it cannot")
  func plot() throws {
    let prompt = try Prompt()
    #expect(try prompt.refused(":plot").contains("ask a query first"))
    try prompt.ask("orders | group kind { n = count() }")
    let chart = try prompt.ask(":plot bars kind n")
    #expect(chart.contains("cake") && chart.contains("tea"))
    #expect(try prompt.refused(":plot bars nothing").contains("nothing"))
    let path = prompt.path("kinds.svg")
    #expect(try prompt.ask(":plot bars kind n --svg \(path)") == "wrote \(path)\n")
    #expect(try prompt.text("kinds.svg").hasPrefix("<svg"))
    let lost = try prompt.refused(":plot bars kind n --svg \(prompt.path("orders.csv/a.svg"))")
    #expect(lost.contains("a.svg` cannot be created") && !lost.contains("script"))
    let first = prompt.path("new/deep/kinds.svg")
    #expect(
      try prompt.ask(":plot --svg \(first) bars kind n")
        == "wrote \(first); the folder \(prompt.path("new")) is new\n")
    #expect(
      try prompt.refused(":plot bars kind n --svg k.png").contains("charts are written as SVG"))
  }

  @Test("what shares its name with a declaration of another kind is told as what it is")
  func sameName() throws {
    let prompt = try Prompt()
    let template = "template spend(e: events) { feature most = count(e) over 30d }"
    #expect(try prompt.ask(template) == "template spend\n")
    let both = try prompt.ask(":describe spend")
    #expect(both.contains("feature spend: money(EUR)") && both.contains("template spend\n"))
    #expect(both.contains("feature most"))
    #expect(
      try prompt.ask("feature spend = count(orders)").hasPrefix("feature spend: int, replaced"))
  }

  @Test(":save writes over what is of this session, and over other files only when told to")
  func savedOver() throws {
    let prompt = try Prompt()
    let (shop, other) = (prompt.path("shop.c360"), prompt.path("orders.csv"))
    #expect(
      try prompt.ask(":save \(shop)") == "wrote \(shop), in place of the script that was loaded\n")
    #expect(try prompt.refused(":save \(other)").contains(":save --force \(other)` writes over it"))
    #expect(try prompt.text("orders.csv") == Prompt.orders)
    let new = prompt.path("made/new.c360")
    #expect(
      try prompt.ask(":save \(new)") == "wrote \(new); the folder \(prompt.path("made")) is new\n")
    #expect(try prompt.ask(":save \(new)") == "wrote \(new), in place of what it was\n")
    #expect(
      try prompt.ask(":save --force \(other)") == "wrote \(other), in place of what it was\n")
  }

  @Test("of a file that is no script the first complaints are told, and how many more there are")
  func noScript() throws {
    let prompt = try Prompt()
    let rows = (0..<40).map { "\($0);;x } y\n" }.joined()
    try prompt.write("data.txt", rows)
    let said = try prompt.refused(":load \(prompt.path("data.txt"))")
    #expect(said.components(separatedBy: "error[").count == 6, "\(said)")
    #expect(said.contains("more; `c360 check \(prompt.path("data.txt"))` tells them all"))
    // The session is what it was.
    #expect(try prompt.ask("orders | group { n = count() }").contains("5"))
  }

  @Test(":save writes a formatted script that runs to the same result; comments stay")
  func save() throws {
    let prompt = try Prompt()
    try prompt.ask("feature spend = sum(orders.amount) over 365d")
    let shown = try prompt.ask("show today | select person, spend")
    try prompt.ask(":save \(prompt.path("saved.c360"))")
    let saved = try prompt.text("saved.c360")
    #expect(saved.contains("# Who buys here."))
    #expect(saved.contains("feature spend = sum(orders.amount) over 365d"))
    #expect(!saved.contains("over 30d"))
    let again = try Prompt(loaded: false)
    try again.write("saved.c360", saved)
    try again.ask(":load \(again.path("saved.c360"))")
    #expect(try again.ask("today | select person, spend") == shown)
  }

  @Test(":reload reads the script anew, under what was typed")
  func reload() throws {
    let prompt = try Prompt()
    try prompt.ask("feature spend = sum(orders.amount) over 365d")
    try prompt.write(
      "shop.c360", Prompt.script + "feature n = count(orders) over 365d\n")
    try prompt.ask(":reload")
    #expect(try prompt.ask("today | group { s = sum(spend); n = sum(n) }").contains("175.00"))
  }

  @Test(":plan shows the plan of one query, with --analyze the rows")
  func plan() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask(":plan orders | take 1").contains("physical plan"))
    #expect(try prompt.ask(":plan --analyze orders | take 1").contains("time"))
  }

  @Test(":help on a topic, a function, a verb, a code, a near name")
  func help() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask(":help").contains(":describe name"))
    #expect(try prompt.ask(":help clamp").contains("clamp(x, low, high)"))
    #expect(try prompt.ask(":help group").contains("group keys"))
    #expect(try prompt.ask(":help e0201").hasPrefix("# E0201"))
    #expect(try prompt.refused(":help clmp").contains("there is `clamp`"))
  }

  @Test("what only a terminal can do is handed on")
  func actions() throws {
    let prompt = try Prompt()
    try prompt.ask("orders | take 1")
    #expect(prompt.repl.evaluate(":edit").action == .edit("orders | take 1"))
    #expect(prompt.repl.evaluate(":q").action == .quit)
    #expect(prompt.repl.evaluate(":hi").action == .history)
  }

  @Test(":reset forgets all")
  func reset() throws {
    let prompt = try Prompt()
    try prompt.ask(":reset")
    #expect(try prompt.ask(":tables") == "nothing is declared\n")
  }
}
