import Foundation
import Testing

/// Every example runs as its README says, and prints what `expected.txt` beside it holds.
@Suite("examples")
struct ExampleTests {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let scripts = [
    "first/first", "winback/winback", "fashion_bandit/fashion_bandit", "retail_360/retail_360",
    "budgeted_campaign/budgeted_campaign",
  ]

  /// The example's folder, copied, with what a run of its script said.
  static func run(_ script: String) throws -> (workspace: Workspace, outcome: Workspace.Outcome) {
    let workspace = try Workspace()
    let folder = root.appending(path: "examples/\(script)").deletingLastPathComponent()
    // What is made by running an example is none of its files.
    let made =
      ["retail_360", "budgeted_campaign"].contains { script.hasPrefix($0) }
      ? ["out", "data"] : ["out"]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where !made.contains(name) {
      try FileManager.default.copyItem(
        at: folder.appending(path: name), to: workspace.folder.appending(path: name))
    }
    if workspace.files().contains("data.sh") { _ = try workspace.shell("sh data.sh --quiet") }
    let file = script.split(separator: "/").last.map(String.init) ?? script
    return (workspace, try workspace.run("run", "\(file).c360"))
  }

  @Test("prints what is expected, and writes outputs and manifest", arguments: scripts)
  func prints(script: String) throws {
    let (workspace, outcome) = try Self.run(script)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(outcome.out == workspace.text("expected.txt"))
    #expect(workspace.files("out").contains("decisions.parquet"))
    #expect(workspace.files("out").contains { $0.hasSuffix(".manifest.json") })
  }

  @Test("the README's script is examples/first, its output what that prints")
  func readme() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let blocks = readme.components(separatedBy: "```")
    let script = try String(
      contentsOf: Self.root.appending(path: "examples/first/first.c360"), encoding: .utf8)
    #expect(blocks.contains("c360\n" + script))
    let (_, outcome) = try Self.run("first/first")
    let trimmed = outcome.out.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.replacing(#/ +$/#, with: "") }.joined(separator: "\n")
    #expect(blocks.contains("text\n" + trimmed.trimmingCharacters(in: .newlines) + "\n"))
  }
}
