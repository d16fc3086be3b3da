import C360Columns
import C360REPL
import Testing

@Suite("the prompt: queries, values, declarations, errors")
struct EvaluationTests {
  @Test("a query is a name and stages; its rows are printed and counted")
  func query() throws {
    let prompt = try Prompt()
    let out = try prompt.ask("orders | where amount > 15 EUR | select customer, amount")
    #expect(out.contains("40.00"))
    #expect(out.hasSuffix("(3 rows)\n"))
  }

  @Test("a line that begins with | goes on with the last query, typed or completed")
  func continued() throws {
    let prompt = try Prompt()
    #expect(try prompt.refused("| take 1").contains("_"))
    _ = try prompt.ask("orders | where amount > 15 EUR")
    #expect(try prompt.ask("| select amount | sort amount | take 1").hasSuffix("(1 row)\n"))
    // What went on is the last query in turn.
    #expect(try prompt.ask("| group { n = count() }").contains("1\n"))
    _ = try prompt.ask("orders")
    let typed = "| where am"
    let completion = prompt.repl.complete(typed, at: typed.utf8.count)
    #expect(completion.range == 8..<10)
    #expect(completion.candidates.map(\.text) == ["amount"])
    #expect(prompt.repl.isIncomplete("|"))
  }

  @Test("what is known of one entity before an instant needs no exposure")
  func moment() throws {
    let out = try Prompt().ask("for person 1 at @2026-02-10 | select spend")
    #expect(out.contains("60.00"))
  }

  @Test("candidates of a policy are a query, and a function's call a value")
  func candidates() throws {
    let prompt = try Prompt()
    #expect(try prompt.refused("candidates(nobody) | take 1").contains("there is no `nobody`"))
    #expect(try prompt.ask("least(2, 1)") == "1\n")
  }

  @Test("rows left out by a null condition are told")
  func nullConditions() throws {
    let prompt = try Prompt()
    let out = try prompt.ask("today | where spend > 1 EUR | select customer = person")
    _ = out
    let told = try prompt.ask("today | select s = if spend > 50 EUR then 1 else null | where s > 0")
    #expect(told.contains("left out, the condition is null"))
  }

  @Test(
    "an expression without rows is a value",
    arguments: [
      ("1 + 2 * 3", "7\n"), ("1 EUR * 3", "3.00\n"), ("exp(0.0)", "1\n"), ("least * 2", "20.00\n"),
      ("36h", "1d12h\n"), ("\"a\" + \"b\"", "ab\n"), ("@2026-03-01", "2026-03-01T00:00:00Z\n"),
      ("if 1 < 2 then \"yes\" else \"no\"", "yes\n"),
    ])
  func value(text: String, expected: String) throws {
    #expect(try Prompt().ask(text) == expected)
  }

  @Test("the row of which a value is computed is nobody's, and not told")
  func ownRow() throws {
    let prompt = try Prompt()
    for text in ["int(\"a\")", "at", "spend", "count()"] {
      let out = try prompt.refused(text)
      #expect(!out.contains("_one"), "\(out)")
      #expect(out.contains("input "), "\(out)")
    }
  }

  @Test("words of other prompts are told as the commands that they are here, unless they are names")
  func foreignCommands() throws {
    let prompt = try Prompt()
    for (text, command) in [
      ("quit", ":quit"), ("exit;", ":quit"), ("help", ":help"), ("\\q", ":quit"),
      (".tables", ":tables"), ("\\d", ":tables"),
    ] {
      #expect(try prompt.refused(text) == "commands begin with a colon: `\(command)`\n")
    }
    try prompt.ask("param help: int = 3")
    #expect(try prompt.ask("help") == "3\n")
    #expect(try prompt.ask(":reload;").contains("shop.c360"))
  }

  @Test("a zone of time that is typed is told, since it changes what was loaded")
  func timezone() throws {
    let out = try Prompt().ask("timezone \"Asia/Tokyo\"")
    #expect(out.contains("timezone \"Asia/Tokyo\": days and clocks"))
  }

  @Test("complaints name the file that a text is of, and its line there")
  func origin() throws {
    let prompt = try Prompt()
    let response = prompt.repl.evaluate("orders\n| take x", from: ("some/replrc", 7))
    let out = Printer(settings: prompt.repl.settings).text(of: response)
    #expect(out.contains("some/replrc:8:8"), "\(out)")
  }

  @Test("a plot is of what was asked last, and takes back-ticks; so does :describe")
  func plots() throws {
    let prompt = try Prompt()
    try prompt.ask("orders")
    #expect(try prompt.ask(":plot hist `amount`").contains("amount"))
    #expect(try prompt.ask(":describe `spend`").contains("feature spend"))
    try prompt.ask("1 + 1")
    #expect(try prompt.refused(":plot").contains("there is no result to draw"))
  }

  @Test("`_` is the last query, in the order in which it stood; queries over it chain")
  func last() throws {
    let prompt = try Prompt()
    try prompt.ask("orders | sort -amount | select customer, amount")
    let two = try prompt.ask("_ | take 2")
    #expect(two.contains("100.00") && two.contains("40.00") && two.hasSuffix("(2 rows)\n"))
    let one = try prompt.ask("_ | skip 1")
    #expect(one.contains("40.00") && one.hasSuffix("(1 row)\n"))
  }

  @Test("`_` is the last expression where that was asked last, in queries too")
  func lastValue() throws {
    let prompt = try Prompt()
    try prompt.ask("1 + 2")
    #expect(try prompt.ask("_ * 10") == "30\n")
    #expect(try prompt.ask("_") == "30\n")
    #expect(try prompt.ask("_ - 1 - _ + (_)") == "29\n")
    #expect(try prompt.refused("_ | take 1").contains("has no rows"))
    try prompt.ask("least")
    #expect(try prompt.ask("orders | where amount > _ | select amount").hasSuffix("(3 rows)\n"))
    #expect(try prompt.ask("_ | take 1").hasSuffix("(1 row)\n"))
    #expect(try prompt.refused("_ + 1").contains("not a value"))
    #expect(try prompt.ask(":type _") == "amount  money(EUR)\n")
  }

  @Test("what is kept cannot hold `_`: `show` is answered and not kept")
  func lastIsOfPrompt() throws {
    let prompt = try Prompt()
    try prompt.ask("orders")
    #expect(try prompt.ask("show _ | take 1").contains("not kept"))
    #expect(try prompt.refused("view v = _ | take 1").contains("of the prompt alone"))
    #expect(try prompt.ask("orders | take 1").hasSuffix("(1 row)\n"))
  }

  @Test(
    "a column that a stage named like a feature is that column from there on",
    arguments: [
      ("today | select person, spend | where spend > 50 EUR", "(2 rows)"),
      ("today | select person, spend | sort -spend | take 1", "100.00"),
      ("today | select spend | distinct | where spend > 50 EUR", "(2 rows)"),
      ("today | group spend { n = count() } | sort -spend", "(3 rows)"),
      ("today | select person, spend | group { m = max(spend) }", "100.00"),
      ("today | select person, spend | where today.spend > 50 EUR", "(2 rows)"),
      ("orders | group customer { spend = sum(amount) } | where spend > 60 EUR", "(2 rows)"),
      ("orders | derive spend = amount | sort -spend | take 1", "100.00"),
      ("for person 1 at @2026-02-10 | select spend | where spend > 3 EUR", "60.00"),
    ])
  func columnsNamedLikeFeatures(query: String, expected: String) throws {
    #expect(try Prompt().ask(query).contains(expected))
  }

  @Test("so it is of views, and of `_`")
  func viewsNamedLikeFeatures() throws {
    let prompt = try Prompt()
    try prompt.ask("view v = today | select person, spend")
    #expect(try prompt.ask("v | where v.spend > 50 EUR | sort -spend").hasSuffix("(2 rows)\n"))
    #expect(try prompt.ask("_ | where spend < 90 EUR").hasSuffix("(1 row)\n"))
    #expect(try prompt.ask("_ | where _.spend < 90 EUR").hasSuffix("(1 row)\n"))
  }

  @Test("while a feature can be asked for the name is ambiguous, and the help is true")
  func stillAmbiguous() throws {
    let prompt = try Prompt()
    let told = try prompt.refused("today | derive spend = 1 EUR | where spend > 0 EUR")
    #expect(told.contains("E0203") && told.contains("`today.spend`"))
    #expect(
      try prompt.ask("today | derive spend = 1 EUR | where today.spend > 0 EUR")
        .hasSuffix("(3 rows)\n"))
    let param = try prompt.refused("orders | group { least = count() } | where least > 1")
    #expect(param.contains("`orders.least`"))
    #expect(
      try prompt.ask("orders | group { least = count() } | where orders.least > 1")
        .hasSuffix("(1 row)\n"))
  }

  @Test("the least integer can be written, and only with its sign")
  func leastInteger() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask("-9223372036854775808 + 0") == "-9223372036854775808\n")
    #expect(try prompt.ask("-9_223_372_036_854_775_808") == "-9223372036854775808\n")
    for text in ["9223372036854775808", "0 - 9223372036854775808", "-9223372036854775809"] {
      #expect(try prompt.refused(text).contains("E0110"))
    }
    #expect(try prompt.refused("edition 9223372036854775808").contains("E0"))
  }

  @Test(
    "a number that does not fit is one complaint, wherever it stands",
    arguments: [
      "1e400", "1e400%", "1e9999999999999999999%", "orders | take 1e400",
      "param most: int = 1e400", "orders | group kind { q = quantile(amount, 1e400) }",
    ])
  func tooLarge(text: String) throws {
    let complaint = try Prompt().refused(text)
    #expect(complaint.components(separatedBy: "error[").count == 2)
    #expect(complaint.contains("error[E0110]"))
  }

  @Test("percentages at the ends of what a number can be")
  func percentages() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask("1e310% == 1e308") == "true\n")
    #expect(try prompt.ask("1e-9999999999999999999% == 0") == "true\n")
  }

  @Test("`first` and `last` over all rows of a partition are by the order of the window")
  func firstOverAll() throws {
    let prompt = try Prompt()
    let out = try prompt.ask(
      """
      orders | window per customer sort -bought {
        newest = first(kind) over all; oldest = last(amount) over all; dear = last(amount where amount > 15 EUR) over all
      } | where customer == 1 | select bought, newest, oldest, dear
      """)
    #expect(out.contains("2026-01-02T10:00:00Z  tea          10.00     20.00"))
    #expect(out.contains("2026-01-31T00:00:00Z  tea          10.00     20.00"))
    #expect(
      try prompt.refused("orders | window per customer { a = first(kind) over all }")
        .contains("`first` needs an order"))
  }

  static let masks = """
    actions offers from "offers.csv" { id: text @key
      none "none" }
    mask quiet for offers { hide orders }
    """

  @Test("a query without a mask says so where a mask would hide something")
  func unmasked() throws {
    let prompt = try Prompt()
    try prompt.write("offers.csv", "id\na\n")
    #expect(try !prompt.ask("today | select spend").contains("note:"))
    try prompt.ask(Self.masks)
    #expect(try prompt.ask("today | select spend").contains("note: unmasked; `under quiet`"))
    #expect(try prompt.ask("orders | take 1").contains("note: unmasked"))
    #expect(try prompt.ask("for person 1 at @2026-02-10 | select spend").contains("note:"))
    #expect(try !prompt.ask("today under quiet | select spend").contains("note:"))
    #expect(try !prompt.ask("today under none | select spend").contains("note:"))
    #expect(try !prompt.ask("offers").contains("note:"))
  }

  @Test("the note is no part of the answer")
  func noteIsNoAnswer() throws {
    let prompt = try Prompt()
    try prompt.write("offers.csv", "id\na\n")
    try prompt.ask(Self.masks)
    try prompt.ask(":mode csv")
    var (answer, told) = ("", "")
    for part in prompt.repl.evaluate("today | select person").parts {
      Printer(settings: prompt.repl.settings)
        .write(part, answer: { answer += $0 }, complain: { told += $0 })
    }
    #expect(answer == "person\n1\n2\n3\n")
    #expect(told.hasPrefix("note: unmasked"))
  }

  @Test("a failed query leaves `_` and the session as they were")
  func failedQuery() throws {
    let prompt = try Prompt()
    try prompt.ask("orders | take 1")
    let complaint = try prompt.refused("orders | where amont > 1 EUR")
    #expect(complaint.contains("E0201"))
    #expect(complaint.contains("input 2:1:16"))
    #expect(complaint.contains("amount"))
    #expect(try prompt.ask("_ | select customer").hasSuffix("(1 row)\n"))
  }

  @Test("a declaration is taken in and told with its type")
  func declaration() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask("feature n = count(orders) over 30d") == "feature n: int\n")
    #expect(try prompt.ask("today | select person, n | take 1").contains("n"))
  }

  @Test("a redefinition takes the place of the old one; what uses it is recomputed")
  func redefinition() throws {
    let prompt = try Prompt()
    try prompt.ask("feature double = spend * 2")
    let before = try prompt.ask("today | group { s = sum(double) }")
    let out = try prompt.ask("feature spend = sum(orders.amount) over 365d")
    #expect(out == "feature spend: money(EUR), replaced; used by double\n")
    let after = try prompt.ask("today | group { s = sum(double) }")
    #expect(before != after)
    #expect(after.contains("350.00"))
  }

  @Test("what takes the place of something else says of what, typed or loaded")
  func otherKind() throws {
    let prompt = try Prompt()
    #expect(
      try prompt.ask("view spend = orders | take 1")
        == "view spend, in place of the feature of that name\n")
    try prompt.write("more.c360", "edition 2026\nfeature least = 1\nview spend = orders | take 2\n")
    let loaded = try prompt.ask(":load \(prompt.path("more.c360"))")
    #expect(
      loaded.contains("\nin place of param least\nview spend as typed here, not as in the script\n")
    )
    #expect(try prompt.ask("spend").contains("(1 row)"))
  }

  @Test("a row of what was asked is said to be of the query, whatever word asked for it")
  func rowsOfTheQuery() throws {
    let prompt = try Prompt()
    let failed = try prompt.refused(
      "orders | where kind == \"tea\" | select x = customer * 9_000_000_000_000_000_000")
    #expect(failed.contains("of the query: where kind == \"tea\""))
  }

  @Test("a redefinition that breaks what uses it changes nothing, and says where that is")
  func brokenRedefinition() throws {
    let prompt = try Prompt()
    try prompt.ask("feature double = spend * 2")
    let before = try prompt.ask("today | select double")
    let complaint = try prompt.refused("feature spend = last(orders.kind)")
    #expect(complaint.contains("input 1:1"))
    #expect(try prompt.ask("today | select double") == before)
  }

  @Test("complaints about a loaded script name its file and line")
  func placesInFiles() throws {
    let prompt = try Prompt(loaded: false)
    try prompt.write("bad.c360", "edition 2026\n\nfeature x = nothing\n")
    let complaint = try prompt.refused(":load \(prompt.path("bad.c360"))")
    #expect(complaint.contains("bad.c360:3:13"))
    #expect(try prompt.ask(":tables") == "nothing is declared\n")
  }

  @Test("an input of several parts is one: when one fails, none is")
  func atomic() throws {
    let prompt = try Prompt()
    _ = try prompt.refused("feature a = spend\ntoday | select nothing")
    #expect(try prompt.refused(":describe a").contains("nothing is called `a`"))
  }

  @Test("a cancelled query ends with a word, and the session goes on")
  func cancelled() throws {
    let prompt = try Prompt()
    let cancellation = Cancellation()
    cancellation.cancel()
    let response = prompt.repl.evaluate("orders | take 1", cancellation: cancellation)
    #expect(response.hasFailed)
    #expect(Printer(settings: prompt.repl.settings).text(of: response) == "cancelled\n")
    #expect(try prompt.ask("orders | take 1").hasSuffix("(1 row)\n"))
  }

  @Test("rows are read from the file again when it has changed")
  func changedFile() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask("orders | group { n = count() }").contains("5"))
    #expect(try prompt.ask("orders | group { n = count() }").contains("5"))
    try prompt.write(
      "orders.csv", "customer,bought,amount,kind\n1,2026-01-02T10:00:00Z,10,tea\n")
    #expect(try prompt.ask("orders | group { n = count() }").contains("1"))
  }

  @Test("a table that is declared anew is read from where it is now")
  func redefinedTable() throws {
    let prompt = try Prompt()
    #expect(try prompt.ask("orders | group { n = count() }").contains("5"))
    try prompt.write(
      "later.csv", "customer,bought,amount\n1,2026-02-05T10:00:00Z,10\n2,2026-02-05T10:00:00Z,7\n")
    try prompt.ask(
      """
      events orders of person from "\(prompt.path("later.csv"))" {
        customer: int         @key
        bought:   time        @time
        amount:   money(EUR)
        observed through @2026-02-28
      }
      """)
    #expect(try prompt.ask("orders | group { n = count() }").contains("2"))
    #expect(try prompt.ask("today | group { n = count(); most = max(spend) }").contains("10"))
  }

  @Test(
    "a query that does not fit in memory says so, and the session goes on",
    arguments: [
      "orders | sort amount", "orders | group bought, amount { n = count() }",
      "orders | distinct bought, amount",
      "orders | window per customer sort bought { s = sum(amount) }",
      "orders | join orders on customer expand { other = amount }",
    ])
  func beyondMemory(query: String) throws {
    let prompt = try Prompt()
    var rows = "customer,bought,amount,kind\n"
    for row in 0..<3000 {
      rows += "\(row % 7),2026-01-0\(row % 9 + 1)T10:00:00Z,\(row * 31 % 997),tea\n"
    }
    try prompt.write("orders.csv", rows)
    try prompt.ask(":set memory 30KB")
    #expect(try prompt.refused(query).contains("E0703"))
    try prompt.ask(":set memory none")
    #expect(try prompt.ask("orders | group { n = count() }").contains("3000"))
    #expect(try prompt.ask("1 + 1") == "2\n")
  }

  @Test("show is kept for the script, a bare query is not; output writes at once")
  func kept() throws {
    let prompt = try Prompt()
    try prompt.ask("show orders | take 1")
    try prompt.ask("orders | take 2")
    let out = try prompt.ask("output big = orders | where amount > least to \"big.csv\"")
    #expect(out.contains("3 rows"))
    #expect(try prompt.text("big.csv").hasPrefix("customer,"))
    try prompt.ask(":save \(prompt.path("saved.c360"))")
    let saved = try prompt.text("saved.c360")
    #expect(saved.contains("show orders | take 1"))
    #expect(!saved.contains("take 2"))
  }

  @Test(
    "nonsense of any kind is a complaint, and never ends the session",
    arguments: [
      "|", "orders |> x", "\"", "(((", "feature", "@@", "1 +* 2", "why", "orders | take -1", ":",
      ":x",
      ":load", ":set", "_", "{", "}", "show", "\u{0}", "é", "orders | where", "1 2", ":plan",
      ":type",
      "why nobody for x 1", ":describe nothing", "for person 1 at", "1 / 0", "int(\"x\")",
    ])
  func nonsense(text: String) throws {
    let prompt = try Prompt()
    _ = prompt.repl.isIncomplete(text)
    _ = prompt.repl.complete(text, at: text.utf8.count)
    _ = prompt.answer(text)
    #expect(try prompt.ask("1 + 1") == "2\n")
  }
}
