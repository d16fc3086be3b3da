import C360REPL
import Foundation
import Testing

@Suite("the prompt: completion")
struct CompletionTests {
  private func candidates(_ text: String, _ prompt: Prompt) -> [String] {
    prompt.repl.complete(text, at: text.utf8.count).candidates.map(\.text)
  }

  @Test(
    "what may stand at the end of a text",
    arguments: [
      ("ord", ["orders"]), ("orders | wh", ["where"]), ("orders | where am", ["amount"]),
      ("orders | group k", ["kind"]), ("feature x = sum(orders.am", ["amount"]),
      ("today | select sp", ["spend"]), (":ta", [":tables"]), (":describe sp", ["spend"]),
      (":set le", ["least"]), (":mode c", ["csv"]),
      ("orders | where qua", ["quarter", "quantile"]),
      (
        "orders | select a = amount | where a",
        ["a", "abs", "any", "and", "at", "arm", "approx_quantile"]
      ),
      (":plan orders | sel", ["select"]), (":type orders | where amo", ["amount"]),
      ("expo", ["exposure"]), ("orders | join tod", ["today"]),
    ])
  func atEnd(text: String, expected: [String]) throws {
    let found = candidates(text, try Prompt())
    if expected.count == 1 {
      #expect(found == expected)
    } else {
      #expect(found.first == expected.first)
      #expect(Set(found).isSuperset(of: expected.prefix(3)))
    }
  }

  @Test("columns are those of the stages before")
  func stages() throws {
    let found = candidates("orders | group kind { total = sum(amount) } | sort ", try Prompt())
    #expect(found.prefix(2) == ["kind", "total"])
    #expect(!found.contains("amount"))
  }

  @Test("features are offered where the rows can still be asked for them")
  func inScope() throws {
    let prompt = try Prompt()
    #expect(candidates("today | where spe", prompt) == ["spend"])
    #expect(candidates("today | group person { n = count() } | where spe", prompt) == [])
    #expect(candidates("orders | where spe", prompt) == [])
    #expect(candidates("today | select s = spend | sort -s", prompt).first == "s")
  }

  @Test("of a join: sources, its keys, and in braces and behind `==` the columns of the other side")
  func joined() throws {
    let prompt = try Prompt()
    try prompt.ask("view totals = orders | group who = customer { total = sum(amount) }")
    #expect(candidates("orders | join on", prompt) == ["only"])
    #expect(candidates("orders | join only tot", prompt) == ["totals"])
    #expect(candidates("orders | join totals o", prompt) == ["on"])
    #expect(candidates("orders | join totals on cust", prompt) == ["customer"])
    #expect(
      candidates("orders | join totals on customer == ", prompt).prefix(2) == ["who", "total"])
    #expect(candidates("orders | join totals on customer == who { tot", prompt) == ["total"])
    #expect(candidates("orders | join only totals on customer == who { am", prompt) == [])
  }

  @Test("names that are no identifiers are written in back-ticks, which may be typed")
  func backTicks() throws {
    let prompt = try Prompt()
    try prompt.write("odd.csv", "k,t,Größe in cm\n1,2026-01-02T10:00:00Z,3\n")
    try prompt.ask(
      "events `my orders` of person from \"odd.csv\" { k: int @key\n t: time @time\n"
        + "`Größe in cm`: int }")
    #expect(candidates("my", prompt) == ["`my orders`"])
    #expect(candidates("`my", prompt) == ["`my orders`"])
    #expect(candidates("`my orders` | select Gr", prompt) == ["`Größe in cm`"])
    #expect(candidates("`my orders` | select `Größe in", prompt) == ["`Größe in cm`"])
    #expect(candidates("feature f = sum(`my orders`.`Gr", prompt) == ["`Größe in cm`"])
    #expect(candidates("orders | where `am", prompt) == ["`amount`"])
    #expect(candidates(":describe my", prompt) == ["`my orders`"])
    #expect(candidates(":describe `my o", prompt) == ["`my orders`"])
    #expect(candidates("`my orders` ", prompt) == ["under", "at"])
    try prompt.ask("`my orders`")
    #expect(candidates(":plot bars `Gr", prompt) == ["`Größe in cm`"])
  }

  @Test("in parentheses of a function stands how it is called")
  func signatures() throws {
    let prompt = try Prompt()
    func signature(_ text: String) -> String? {
      prompt.repl.complete(text, at: text.utf8.count).signature
    }
    #expect(signature("quantile(") == "quantile(x, p)")
    #expect(signature("orders | where quantile(clamp(amount, 1, 2), ") == "quantile(x, p)")
    #expect(signature("orders | where clamp(") == "clamp(x, low, high)")
    #expect(signature("orders | where clamp(am") == nil)
    #expect(signature("orders | where (") == nil)
    #expect(!candidates("quantile(", prompt).contains("abs"))
  }

  @Test("behind an aggregate its window and its filter come first")
  func behindAggregates() throws {
    let prompt = try Prompt()
    #expect(candidates("feature z = sum(orders.amount) ", prompt).prefix(2) == ["over", "where"])
    #expect(candidates("feature z = sum(orders.amount) o", prompt) == ["over", "or"])
    #expect(candidates("orders | group kind { n = count() w", prompt) == ["where"])
  }

  @Test("functions are offered where a word begins, or where no name is known")
  func fewest() throws {
    let prompt = try Prompt()
    #expect(
      candidates("orders | group ", prompt) == ["customer", "bought", "amount", "kind", "least"])
    #expect(candidates("orders | group customer, q", prompt).contains("quarter"))
  }

  private func first() throws -> Prompt {
    let prompt = try Prompt(loaded: false)
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    try prompt.ask(":load \(root.appending(path: "examples/first/first.c360").path)")
    return prompt
  }

  @Test("why is asked about policies, arbitrations and experiments")
  func why() throws {
    let prompt = try first()
    try prompt.ask("arbitrate contest of customer at today { first first }")
    try prompt.ask("experiment spring of customer at today { salt \"s\"; arm contest 100% }")
    for (text, name) in [("fir", "first"), ("cont", "contest"), ("spr", "spring")] {
      #expect(candidates("why \(text)", prompt) == [name])
      #expect(candidates(":why \(text)", prompt) == [name])
    }
    for text in ["why first for ", ":why first for ", ":why why first for cus", "for "] {
      #expect(candidates(text, prompt) == ["customer"])
    }
    #expect(candidates("policy second for ", prompt) == ["offers"])
    #expect(candidates(":why first ", prompt) == ["for"])
    #expect(candidates(":why first for customer 4 ", prompt) == ["at"])
    let answer = prompt.repl.evaluate("why spring for customer 4")
    #expect(!answer.hasFailed)
    guard case .why(let why)? = answer.parts.last else {
      Issue.record("no explanation")
      return
    }
    #expect(why.text.contains("where it stands in spring"))
    // Tables keep to the screen.
    func longest(_ columns: Int?) -> Int {
      Printer(settings: prompt.repl.settings, screen: columns.map { ($0, 40) }).text(of: answer)
        .split(separator: "\n").map(\.count).max() ?? 0
    }
    #expect(longest(nil) > 90)
    #expect(longest(90) <= 90)
  }

  @Test("candidates are those of a policy")
  func candidatesOfPolicies() throws {
    let prompt = try first()
    #expect(candidates("candidates(", prompt) == ["first"])
    #expect(candidates("candidates(fi", prompt) == ["first"])
  }

  @Test("a candidate takes the place of the word, and shows its type or signature")
  func shown() throws {
    let completion = try Prompt().repl.complete("orders | where am > 1", at: 17)
    #expect(completion.range == 15..<17)
    #expect(completion.candidates.first?.shown == "amount: money(EUR)")
    let function = try Prompt().repl.complete("cla", at: 3)
    #expect(function.candidates.first?.shown == "clamp(x, low, high)")
    #expect(function.candidates.first?.suffix == "(")
  }

  @Test("files stand after a quotation mark and after :load")
  func files() throws {
    let prompt = try Prompt()
    #expect(candidates("events e of person from \"ord", prompt) == ["orders.csv"])
    let path = prompt.path("sh")
    #expect(candidates(":load \(path)", prompt) == [prompt.path("shop.c360")])
    // Scripts, and folders in which some may be.
    try FileManager.default.createDirectory(
      at: prompt.folder.appending(path: "more"), withIntermediateDirectories: true)
    let folder = prompt.path("")
    #expect(
      candidates(":load \(folder)/", prompt) == ["\(folder)/more/", "\(folder)/shop.c360"]
        || candidates(":load \(folder)", prompt) == [folder + "more/", folder + "shop.c360"])
  }

  /// A bound of work, which holds on a machine of any speed: what is checked, and that no file is read.
  @Test("1,000 columns cost one look of the checker a query, and no file")
  func wide() throws {
    let prompt = try Prompt()
    let columns = (0..<1000).map { "  column_\($0): float?\n" }.joined()
    // There is no such file.
    try prompt.ask(
      "events wide of person from \"nowhere.parquet\" {\n  customer: int @key\n  at_time: time @time\n"
        + columns + "}")
    let query = "wide | where column_7 > 1 | select "
    let found = candidates(query + "column_", prompt)
    #expect(found.count == 1000)
    let checks = prompt.repl.completionChecks
    // Its rows cannot be asked for features, which need not be tried.
    #expect(checks == 1)
    for end in ["", "c", "column_9", "column_99", "column_1, column_2", "column_3 + abs(column_4"] {
      _ = candidates(query + end, prompt)
    }
    #expect(prompt.repl.completionChecks == checks)
    #expect(candidates(query + "column_99", prompt).count == 11)
  }

  @Test("a name that was just declared is known")
  func fresh() throws {
    let prompt = try Prompt()
    try prompt.ask("feature visits = count(orders) over 7d")
    #expect(candidates("today | select vis", prompt) == ["visits"])
  }
}
