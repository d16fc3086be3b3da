import Foundation
import Testing

@Suite("c360 run: files in, files out")
struct RunTests {
  @Test("prints what is shown, writes decisions and a manifest")
  func shop() throws {
    let workspace = try Workspace.shop()
    let outcome = try workspace.run("run", "shop.c360", "--quiet", "--now", "2026-02-02")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(
      outcome.out == """
        customer  orders_30d  spend EUR
        --------  ----------  ---------
               1           2      30.50
               2           1       5.25
               3           1     100.00

        """)
    #expect(workspace.files("out") == ["decisions.csv", "shop.manifest.json"])
    let log = try #require(workspace.text("out/decisions.csv"))
    #expect(log.split(separator: "\n").count == 4)
    #expect(log.contains("cake"))
    let manifest = try #require(workspace.text("out/shop.manifest.json"))
    #expect(manifest.contains("\"programSHA256.v1\": \""))
    #expect(manifest.contains("\"runTime\": \"2026-02-02T00:00:00Z\""))
  }

  @Test("tables in another mode, and fewer rows of them")
  func modes() throws {
    let workspace = try Workspace.shop()
    func out(_ options: String...) throws -> String {
      try workspace.run(["run", "shop.c360", "--quiet", "--now", "2026-02-02"] + options).out
    }
    #expect(
      try out("--mode", "csv", "--max-rows", "1")
        == "customer,orders_30d,spend\n1,2,30.5\n2,1,5.25\n3,1,100.0\n")
    #expect(
      try out("--mode", "box", "--max-rows", "2") == """
        ┌──────────┬────────────┬────────┐
        │ customer │ orders_30d │  spend │
        │      int │        int │    EUR │
        ├──────────┼────────────┼────────┤
        │        1 │          2 │  30.50 │
        │        … │          … │      … │
        │        3 │          1 │ 100.00 │
        └──────────┴────────────┴────────┘
        3 rows, 1 left out

        """)
    #expect(try out("--max-rows", "0") == out())
    #expect(try workspace.run("run", "shop.c360", "--max-rows=-1").status == 2)
    #expect(try workspace.run("run", "shop.c360", "--mode", "table").status == 2)
  }

  @Test("same seed and run time: the same bytes, whatever the threads")
  func deterministic() throws {
    let workspace = try Workspace.shop()
    var texts: Set<String> = []
    for threads in ["1", "2"] {
      let outcome = try workspace.run(
        "run", "shop.c360", "-q", "--now", "2026-02-02", "--threads", threads)
      #expect(outcome.status == 0)
      texts.insert(workspace.text("out/decisions.csv") ?? "")
      texts.insert(workspace.text("out/shop.manifest.json") ?? "")
    }
    #expect(texts.count == 2)
  }

  @Test("a failed expectation leaves the old output and nothing else")
  func expectation() throws {
    let workspace = try Workspace.shop(
      script: ShopFiles.script + "expect orders.amount < 50 EUR because \"small shop\"\n")
    try workspace.write("out/decisions.csv", "old\n")
    let outcome = try workspace.run("run", "shop.c360")
    #expect(outcome.status == 3)
    #expect(outcome.out.isEmpty)
    #expect(outcome.complaints.contains("error[E0702]"))
    #expect(outcome.complaints.contains("small shop"))
    #expect(outcome.complaints.contains("orders.csv"))
    #expect(workspace.files("out") == ["decisions.csv"])
    #expect(workspace.text("out/decisions.csv") == "old\n")
  }

  @Test("a bad number in a file is placed by row and column")
  func badNumber() throws {
    let workspace = try Workspace.shop()
    try workspace.write(
      "orders.csv", "customer_id,ordered_at,amount\n1,2026-01-02T10:00:00Z,ten\n")
    let outcome = try workspace.run("run", "shop.c360")
    #expect(outcome.status == 3)
    #expect(outcome.complaints.contains("orders.csv"))
    #expect(outcome.complaints.contains("amount"))
    #expect(workspace.files("out").isEmpty)
  }

  @Test("a script with errors writes nothing and exits with 1")
  func badScript() throws {
    let workspace = try Workspace.shop(
      script: ShopFiles.script + "feature broken = count(ordrs)\n")
    let outcome = try workspace.run("run", "shop.c360", "--format", "json")
    #expect(outcome.status == 1)
    #expect(outcome.complaints.contains("\"severity\": \"error\""))
    #expect(workspace.files("out").isEmpty)
  }

  @Test("--bind reads a table from elsewhere; an unknown table is named")
  func bind() throws {
    let workspace = try Workspace.shop()
    try workspace.write(
      "new/orders.csv", "customer_id,ordered_at,amount\n7,2026-01-30T10:00:00Z,1\n")
    let bound = try workspace.run(
      "run", "shop.c360", "-q", "--bind", "orders=new/orders.csv", "--now", "2026-02-02")
    #expect(bound.out.contains("       7           1       1.00\n"))
    let unknown = try workspace.run("run", "shop.c360", "--bind", "order=new/orders.csv")
    #expect(unknown.status == 1)
    #expect(unknown.complaints.contains("there is `orders`"))
  }

  @Test("--as-of drops what was not yet known")
  func asOf() throws {
    let workspace = try Workspace.shop()
    let outcome = try workspace.run("run", "shop.c360", "--as-of", "2026-01-20T10:00:00Z")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(outcome.out.contains("       1           1      10.50\n"))
    #expect(outcome.complaints.contains("2 rows read, 3 not yet known"))
  }

  @Test("an approval that ran out writes nothing")
  func approval() throws {
    let script = ShopFiles.script.replacing(
      "fallback  \"nothing\"",
      with: "fallback  \"nothing\"\n  approved  \"board\" until @2026-01-31")
    let workspace = try Workspace.shop(script: script)
    let outcome = try workspace.run("run", "shop.c360", "--now", "2026-02-02")
    #expect(outcome.status != 0)
    #expect(outcome.complaints.contains("ran out"))
    #expect(workspace.files("out").isEmpty)
    #expect(try workspace.run("run", "shop.c360", "--now", "2026-01-15").status == 0)
  }

  @Test("an output that cannot be written, and a full disk: a diagnostic, nothing half-written")
  func unwritable() throws {
    let workspace = try Workspace.shop()
    try workspace.write("out", "a file where a folder should be\n")
    let outcome = try workspace.run("run", "shop.c360")
    #expect(outcome.status == 3)
    #expect(outcome.complaints.contains("decisions.csv"))
    try FileManager.default.removeItem(at: workspace.folder.appending(path: "out"))
    let full = try workspace.shell("(ulimit -f 0; \"$C360\" run shop.c360 -q) 2>&1 | cat")
    #expect(full.out.contains("error["))
    #expect(workspace.files("out").isEmpty)
  }

  @Test("a table may be a pipe, which is read once and has no hash")
  func pipe() throws {
    let workspace = try Workspace.shop()
    #expect(try workspace.run("run", "shop.c360", "-q").status == 0)
    let decisions = workspace.text("out/decisions.csv")
    let piped = try workspace.shell(
      "mv orders.csv rows; mkfifo orders.csv; cat rows > orders.csv & $C360 run shop.c360 -q")
    #expect(piped.status == 0, "\(piped.complaints)")
    #expect(workspace.text("out/decisions.csv") == decisions)
  }

  @Test("a limit of the size of files is a diagnostic, wherever it is reached")
  func fileSizeLimit() throws {
    let workspace = try Workspace.shop()
    for command in ["run shop.c360", "cache shop.c360", "synth made --customers 9"] {
      let limited = try workspace.shell(
        "(ulimit -f 0; \"$C360\" \(command) -q) 2>&1 | cat; exit ${PIPESTATUS[0]}")
      #expect(limited.status == 3, "\(command)")
      #expect(limited.out.contains("error[E0631]"), "\(command): \(limited.out)")
      #expect(workspace.files() == ["offers.csv", "orders.csv", "shop.c360"])
    }
  }

  @Test("--memory is a bound, not a hope")
  func memory() throws {
    let workspace = try Workspace.shop()
    let outcome = try workspace.run("run", "shop.c360", "--memory", "64B")
    #expect(outcome.status == 3)
    #expect(outcome.complaints.contains("error[E0703]"))
    #expect(workspace.files("out").isEmpty)
  }

  @Test("plan shows operators, --analyze measures them and writes nothing")
  func plan() throws {
    let workspace = try Workspace.shop()
    let plan = try workspace.run("plan", "shop.c360")
    #expect(plan.status == 0)
    #expect(plan.out.contains("logical plan"))
    #expect(plan.out.contains("timeline"))
    let analyzed = try workspace.run("plan", "--analyze", "shop.c360")
    #expect(analyzed.status == 0, "\(analyzed.complaints)")
    #expect(analyzed.out.contains(" ms"))
    #expect(workspace.files("out").isEmpty)
  }
}
