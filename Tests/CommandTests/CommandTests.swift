import Foundation
import Testing

@Suite("the command: arguments, help, exit codes")
struct CommandTests {
  @Test("version prints one line, fast")
  func version() throws {
    let outcome = try Workspace().run("version")
    #expect(outcome.status == 0)
    #expect(outcome.out == "c360 0.1.0 (language edition 2026)\n")
  }

  @Test(
    "a wrong option is a usage error with exit code 2",
    arguments: [
      ["check"], ["run", "a.c360", "--threads", "0"],
      ["run", "a.c360", "--threads", "-1"], ["run", "a.c360", "--memory", "lots"],
      ["run", "a.c360", "--set", "x"], ["frobnicate"], ["check", "a.c360", "--format", "yaml"],
      ["run", "a.c360", "--as-of", "yesterday"],
      ["run", "a.c360", "--as-of", "2026-01-01", "--now", "2026-01-02"], ["synth"],
      ["synth", "x", "--customers", "0"],
      ["synth", "x", "--from", "2026-01-01", "--through", "2026-01-02"],
      ["synth", "x", "--from", "soon"],
    ])
  func usage(arguments: [String]) throws {
    let outcome = try Workspace().run(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.out.isEmpty)
    #expect(outcome.complaints.contains("Usage: c360"))
  }

  @Test(
    "help of every command shows examples",
    arguments: [
      "check", "fmt", "run", "why", "plan", "schema", "synth", "explain",
    ])
  func help(command: String) throws {
    let outcome = try Workspace().run(command, "--help")
    #expect(outcome.status == 0)
    #expect(outcome.out.contains("EXAMPLES"))
  }

  @Test("check --canary asks the script's own data, writes nothing and says what it did")
  func canary() throws {
    let workspace = try Workspace.shop()
    let outcome = try workspace.run("check", "shop.c360", "--canary")
    #expect(outcome.status == 0)
    #expect(outcome.out.isEmpty)
    #expect(
      outcome.complaints.contains("stayed the same when 3 rows at or after 2026-02-01T00:00:00Z"))
    #expect(workspace.text("out/decisions.csv") == nil)
  }

  @Test("a number of threads that is none says so, negative ones too")
  func threads() throws {
    let outcome = try Workspace().run("run", "a.c360", "--threads", "-1")
    #expect(outcome.complaints.contains("`--threads` is at least 1"))
  }

  @Test("E0608: the help for a key or time without a value is one that works")
  func missingTime() throws {
    let workspace = try Workspace.shop()
    try workspace.write("orders.csv", "customer_id,ordered_at,amount\n1,,10\n")
    let outcome = try workspace.run("run", "shop.c360")
    #expect(outcome.status == 3)
    #expect(outcome.complaints.contains("E0608"))
    #expect(outcome.complaints.contains("mend the data, or leave such rows out of the file"))
  }

  @Test("a script that does not exist is a diagnostic")
  func missingScript() throws {
    let outcome = try Workspace().run("check", "none.c360")
    #expect(outcome.status == 1)
    #expect(outcome.complaints.contains("the script `none.c360` does not exist"))
  }

  @Test("explain prints the page of a code, and lists codes")
  func explain() throws {
    let workspace = try Workspace()
    let page = try workspace.run("explain", "w0701")
    #expect(page.status == 0)
    #expect(page.out.hasPrefix("# W0701: Outcome windows overlap\n"))
    #expect(try workspace.run("explain").out.contains("W0701  Outcome windows overlap\n"))
    #expect(try workspace.run("explain", "E9999").status == 2)
  }

  @Test("synth writes tables that a script reads, and prints what is true of them")
  func synth() throws {
    let workspace = try Workspace()
    let made = try workspace.run("synth", "shop", "--customers", "50", "--seed", "4")
    #expect(made.status == 0, "\(made.complaints)")
    #expect(made.out.contains("always no_contact"))
    #expect(workspace.files("shop").contains("truth.json"))
    try workspace.write(
      "count.c360",
      """
      edition 2026
      entity customer
      profile accounts of customer from "shop/accounts.parquet" {
        customer_id: int  @key
        since:       time @from
      }
      exposure end of customer in accounts at @2026-03-31
      show end | group { n = count() }
      """)
    let counted = try workspace.run("run", "count.c360", "-q")
    #expect(counted.out.contains("50"), "\(counted.out)\(counted.complaints)")
    let again = try workspace.run("synth", "shop", "--customers", "9", "-q")
    #expect(again.status == 3)
    #expect(again.complaints.contains("error[E0718]: there is a shop in the folder `shop`"))
    #expect(again.complaints.contains("help: `--force` replaces it; or name another folder"))
    let quiet = try workspace.run("synth", "shop", "--customers", "9", "-q", "--force")
    #expect(quiet.status == 0 && quiet.out.isEmpty)
  }
}
