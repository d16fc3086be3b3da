import Foundation
import Testing

@Suite("c360 fmt")
struct FormatTests {
  private static let sloppy = "edition 2026\n\nentity   customer   # who\nparam x:int=1\n"

  @Test("replaces a file by its canonical form, comments kept")
  func replaces() throws {
    let workspace = try Workspace()
    try workspace.write("a.c360", Self.sloppy)
    #expect(try workspace.run("fmt", "a.c360").status == 0)
    let text = try #require(workspace.text("a.c360"))
    #expect(text.contains("entity customer"))
    #expect(text.contains("# who"))
    #expect(try workspace.run("fmt", "--check", "a.c360").status == 0)
    #expect(workspace.files() == ["a.c360"])
  }

  @Test("--check and --diff write nothing")
  func asksOnly() throws {
    let workspace = try Workspace()
    try workspace.write("a.c360", Self.sloppy)
    let check = try workspace.run("fmt", "--check", "a.c360")
    #expect(check.status == 1)
    #expect(check.complaints == "a.c360 is not in canonical form\n")
    let diff = try workspace.run("fmt", "--diff", "a.c360")
    #expect(diff.status == 0)
    #expect(diff.out.contains("\n-param x:int=1\n"))
    #expect(diff.out.contains("\n+param x: int = 1\n"))
    #expect(workspace.text("a.c360") == Self.sloppy)
  }

  @Test("a file that is no script is left alone")
  func refuses() throws {
    let workspace = try Workspace()
    try workspace.write("a.c360", "edition 2026\nfeature = = 3\n")
    #expect(try workspace.run("fmt", "a.c360").status == 1)
    #expect(workspace.text("a.c360") == "edition 2026\nfeature = = 3\n")
  }
}
