import Foundation
import Testing

@Suite("c360 why: one decision with all it came from")
struct WhyTests {
  @Test("the page's transcript is what the command prints, but for how it is called")
  func page() throws {
    let page = try String(
      contentsOf: ExampleTests.root.appending(path: "docs/why.md"), encoding: .utf8)
    let (workspace, _) = try ExampleTests.run("first/first")
    let outcome = try workspace.run("why", "first.c360", "first", "--for", "customer=4", "-q")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(page.components(separatedBy: "```").contains("text\n" + outcome.out))
  }

  @Test("the page's experiment is explained as the page says, before the policy that acted")
  func composition() throws {
    let page = try String(
      contentsOf: ExampleTests.root.appending(path: "docs/why.md"), encoding: .utf8)
    let blocks = page.components(separatedBy: "```")
    let more = try #require(blocks.first { $0.hasPrefix("c360\n") }).dropFirst(5)
    let (workspace, _) = try ExampleTests.run("first/first")
    try workspace.write("first.c360", try #require(workspace.text("first.c360")) + more)
    let outcome = try workspace.run("why", "first.c360", "spring", "--for", "customer=4", "-q")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let shown = try #require(blocks.first { $0.hasPrefix("text\nspring for") }).dropFirst(5)
    #expect(outcome.out.hasPrefix(shown + "\ncheapest for customer 4 at"))
  }

  @Test("as JSON it has all digits, and those of the decisions written")
  func json() throws {
    let (workspace, _) = try ExampleTests.run("first/first")
    try workspace.write(
      "csv.c360",
      try #require(workspace.text("first.c360")).replacing("decisions.parquet", with: "all.csv"))
    _ = try workspace.run("run", "csv.c360", "-q")
    let log = try #require(workspace.text("out/all.csv")).split(separator: "\n")
    let names = log[0].split(separator: ",").map(String.init)
    let propensity = try #require(names.firstIndex(of: "propensity"))
    let customer = try #require(names.firstIndex(of: "customer"))
    for line in log.dropFirst() {
      // Reasons, which hold commas, stand behind.
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let outcome = try workspace.run(
        "why", "first.c360", "first", "--for", "customer=\(cells[customer])", "--format", "json",
        "-q")
      #expect(outcome.status == 0, "\(outcome.complaints)")
      // As texts: Foundation reads the last digit of some numbers otherwise.
      #expect(outcome.out.contains("\"propensity\": \(cells[propensity]),"))
      if cells[propensity] != "1" {
        #expect(outcome.out.contains("\"probability\": \(cells[propensity]),"))
      }
    }
  }

  @Test("what cannot be answered has a code and an exit code, and nothing is printed")
  func errors() throws {
    let workspace = try Workspace.shop()
    for (arguments, status, words) in [
      (["firts", "--for", "customer=1"], 1, "error[E0714]"),
      (["first", "--for", "customer=x"], 1, "error[E0715]"),
      (["first", "--for", "customer=99"], 3, "error[E0716]"),
      (["first", "--for", "customer=1", "--at", "2026-02-02"], 3, "error[E0716]"),
      (["first", "--for", "customer"], 2, "entity=key"),
      (["first", "--for", "customer=1", "--at", "noon"], 2, "is no time"),
      (["first"], 2, "--for"),
    ] as [([String], Int32, String)] {
      let outcome = try workspace.run(["why", "shop.c360"] + arguments)
      #expect(outcome.status == status, "\(arguments)")
      #expect(outcome.complaints.contains(words), "\(outcome.complaints)")
      // The usage of this command and not of all of them.
      #expect(outcome.complaints.contains("Usage: c360 why [<options>]") == (status == 2))
      #expect(outcome.out.isEmpty)
      #expect(workspace.files("out").isEmpty)
    }
  }
}
