import Foundation
import Testing

@Suite("the prompt without a terminal, and one question")
struct PromptTests {
  private func piped(_ statements: String, _ workspace: Workspace) throws -> Workspace.Outcome {
    try workspace.write("statements.txt", statements)
    return try workspace.shell("XDG_CONFIG_HOME=$PWD $C360 repl shop.c360 < statements.txt")
  }

  @Test("statements of a pipe are answered in order, without prompt, colour or history")
  func pipe() throws {
    let workspace = try Workspace.shop()
    let outcome = try piped("1 + 1\norders\n  | group { n = count() }\n:mode csv\n_\n", workspace)
    #expect(outcome.status == 0)
    #expect(outcome.out.hasPrefix("2\nn\n-\n"))
    #expect(outcome.out.contains("(1 row)\nn\n"))
    #expect(!outcome.out.contains("\u{1B}"))
    #expect(outcome.complaints.isEmpty)
  }

  @Test(
    "results that find no room end with the code of a run, and are told",
    arguments: ["query 'orders' --on shop.c360", "schema orders.csv", "repl shop.c360 <<< orders"])
  func fullDisk(command: String) throws {
    let workspace = try Workspace.shop()
    let outcome = try workspace.shell("XDG_CONFIG_HOME=$PWD $C360 \(command) > /dev/full")
    #expect(outcome.status == 3)
    #expect(outcome.complaints.contains("could not be written to standard output"))
    // A reader that had enough is no failure.
    let cut = try workspace.shell("set -o pipefail; $C360 query orders --on shop.c360 | true")
    #expect(cut.status == 0)
  }

  @Test("what fails is told, the rest is done, and the exit code says so")
  func failure() throws {
    let outcome = try piped("nothing\n2 * 3\n", try Workspace.shop())
    #expect(outcome.status == 1)
    #expect(outcome.out == "6\n")
    #expect(outcome.complaints.contains("E0201"))
  }

  @Test("--batch writes statements with their answers")
  func batch() throws {
    let workspace = try Workspace.shop()
    try workspace.write("b.txt", "1 +\n  1\nnothing\n:quit\n3\n")
    let outcome = try workspace.run("repl", "--no-init", "--batch", "b.txt")
    #expect(outcome.out.hasPrefix("c360> 1 +\n   …>   1\n2\nc360> nothing\nerror[E0201]"))
    #expect(outcome.out.hasSuffix("c360> :quit\n"))
  }

  @Test("the start-up file is read first; --no-init leaves it alone")
  func startup() throws {
    let workspace = try Workspace.shop()
    try workspace.write("c360/replrc", ":mode csv\n")
    try workspace.write("statements.txt", "orders | group { n = count() }\n")
    let read = try workspace.shell("XDG_CONFIG_HOME=$PWD $C360 repl shop.c360 < statements.txt")
    #expect(read.out.hasPrefix("n\n"))
    #expect(!read.out.contains("row"))
    let left = try workspace.shell(
      "XDG_CONFIG_HOME=$PWD $C360 repl --no-init shop.c360 < statements.txt")
    #expect(left.out.contains("(1 row)"))
  }

  @Test("what fails in the start-up file is told at its place there")
  func startupFails() throws {
    let workspace = try Workspace.shop()
    try workspace.write("c360/replrc", "# mine\n:mode csv\n\n1 +\n  nobody\n:nothing\n")
    try workspace.write("statements.txt", "1 + 1\n")
    let read = try workspace.shell("XDG_CONFIG_HOME=$PWD $C360 repl shop.c360 < statements.txt")
    #expect(read.complaints.contains("replrc:5:3"), "\(read.complaints)")
    #expect(read.complaints.contains("replrc:6: there is no command"), "\(read.complaints)")
    #expect(read.status == 0)
  }

  @Test("a question may begin with a minus")
  func minus() throws {
    let workspace = try Workspace.shop()
    #expect(try workspace.run("query", "-7 / 2").out.contains("-3.5"))
    #expect(try workspace.run("query", "--threads", "1", "-7 / 2").out.contains("-3.5"))
    for arguments in [
      ["query", "1 + 1", "--threads", "-2"], ["synth", "shop", "--threads", "-2"],
    ] {
      let refused = try workspace.run(arguments)
      #expect(refused.complaints.contains("at least 1"))
      #expect(refused.status == 2)
    }
    #expect(try workspace.run("query", "--on", "shop.c360", "-(1 + 2)").out.contains("-3"))
  }

  @Test(":output sends answers to a file, anew each time it is named")
  func output() throws {
    let workspace = try Workspace.shop()
    let outcome = try piped(":output a.txt\n1 + 1\n:output\n3\n", workspace)
    #expect(outcome.out == "3\n")
    #expect(workspace.text("a.txt") == "2\n")
    let lost = try piped(":output none/a.txt\n1 + 1\n", workspace)
    #expect(lost.status == 1)
    #expect(lost.complaints.contains("cannot be written"))
  }

  @Test("comments stand above commands in pipes, files of statements and start-up files")
  func commentedCommands() throws {
    let workspace = try Workspace.shop()
    let lines = "# rows as programs want them\n:mode csv\norders | group { n = count() }\n"
    let pipe = try piped(lines, workspace)
    #expect(pipe.out == "n\n5\n")
    #expect(pipe.status == 0)
    try workspace.write("b.txt", lines)
    let batch = try workspace.run("repl", "--no-init", "--batch", "b.txt", "shop.c360")
    #expect(
      batch.out.hasPrefix("c360> # rows as programs want them\nc360> :mode csv\nc360> orders"))
    try workspace.write("c360/replrc", "# mine\n:mode csv\n")
    let started = try workspace.shell(
      "echo 'orders | group { n = count() }' | XDG_CONFIG_HOME=$PWD $C360 repl shop.c360")
    #expect(started.out == "n\n5\n")
    #expect(started.complaints.isEmpty)
  }

  @Test("no question is no answer, and why is a document in json")
  func oddQuestions() throws {
    let workspace = try Workspace.shop()
    #expect(try workspace.run("query", "").status == 2)
    #expect(try workspace.run("query", " # nothing").status == 2)
    let why = try workspace.run(
      "query", "why first for customer 1", "--on", "shop.c360", "--mode", "json")
    #expect(why.status == 0)
    #expect(why.out.hasPrefix("{"))
  }

  @Test("a query without a mask says so beside the answer, not in it")
  func unmasked() throws {
    let workspace = try Workspace.shop()
    let script = ShopFiles.script + "mask quiet for offers { hide orders }\n"
    try workspace.write("masked.c360", script)
    let plain = try workspace.run("query", "today | take 1", "--on", "masked.c360", "--mode", "csv")
    #expect(plain.complaints.hasPrefix("note: unmasked; `under quiet`"))
    #expect(!plain.out.contains("note"))
    let quiet = try workspace.run("query", "-q", "today | take 1", "--on", "masked.c360")
    #expect(quiet.complaints.isEmpty)
    let masked = try workspace.run("query", "today under quiet | take 1", "--on", "masked.c360")
    #expect(masked.complaints.isEmpty)
  }

  @Test("query answers one question; exit codes are those of run")
  func query() throws {
    let workspace = try Workspace.shop()
    let found = try workspace.run(
      "query", "orders | group { n = count() }", "--on", "shop.c360", "--mode", "json")
    #expect(found.status == 0)
    #expect(found.out.hasPrefix("[{\"n\":"))
    #expect(try workspace.run("query", "6 * 7").out == "42\n")
    let wrong = try workspace.run("query", "nobody | take 1", "--on", "shop.c360")
    #expect(wrong.status == 1)
    #expect(wrong.out.isEmpty)
    #expect(wrong.complaints.contains("E0201"))
    try workspace.write("orders.csv", "nothing\n1\n")
    #expect(try workspace.run("query", "orders", "--on", "shop.c360").status == 3)
    #expect(try workspace.run("query", "orders", "--max-rows", "-1").status == 2)
  }
}
