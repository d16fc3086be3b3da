import C360REPL
import Foundation
import Testing

@Suite("the prompt: history")
struct HistoryTests {
  private func path() -> String {
    FileManager.default.temporaryDirectory.appending(
      path: "c360-\(UUID().uuidString)/state/history"
    ).path
  }

  @Test("a statement of several lines is one entry, in this session and the next")
  func lines() {
    let path = path()
    var history = History(path: path)
    let statement = "policy p for a at b {\n  mask m   # \\n\n}"
    history.add(statement)
    history.add(":time on")
    #expect(History(path: path).entries == [statement, ":time on"])
  }

  @Test("what is said twice, or after a space, is kept once or not")
  func duplicates() {
    var history = History(path: path())
    history.add("1")
    history.add("1\n")
    history.add(" secret")
    history.add("2")
    history.add("1")
    #expect(history.entries == ["1", "2", "1"])
  }

  @Test("the empty lines behind a pasted block are not kept")
  func trailingLines() {
    #expect(
      History.entry(of: "feature a = 1\nfeature b = 2\n\n  \n") == "feature a = 1\nfeature b = 2")
    #expect(History.entry(of: "\n") == nil)
  }

  @Test("two sessions at once both keep theirs")
  func together() {
    let path = path()
    var first = History(path: path)
    var second = History(path: path)
    first.add("a")
    second.add("b")
    #expect(History(path: path).entries == ["a", "b"])
  }
}
