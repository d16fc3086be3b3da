import C360Diagnostics
import Testing

@testable import C360Syntax

/// Where a new line ends an item, and where it does not (language.md §2).
@Suite struct LineEndTests {
  /// How many items a block of aggregates has.
  private func items(_ text: String) -> Int? {
    let tree = script("show t | group {\n\(text)\n}\n")
    guard tree.diagnostics.isEmpty, case .show(let show)? = tree.root.declarations.last,
      let stage = show.query?.stages.first
    else { return nil }
    return stage.items.count
  }

  @Test(arguments: ["or", "and", "+", "-", "*", "/", "^", "??", "==", "<", ">=", "in", ".."])
  func anItemGoesOnAfterABinaryOperator(sign: String) {
    #expect(items("a = b \(sign)\n  c") == 1)
  }

  @Test func anItemGoesOnAfterCommaEqualAndArrow() {
    #expect(items("a =\n  b") == 1)
    #expect(script("show t | select a,\n  b\n").diagnostics.isEmpty)
    #expect(script("function f() ->\n  int =\n  1\n").diagnostics.isEmpty)
    #expect(script("show t |\n  take 1\n").diagnostics.isEmpty)
  }

  @Test(arguments: ["or", "and", "+", "*", "/", "^", "??", "==", "!=", "<", "<=", ">", ">="])
  func anItemGoesOnBeforeALineThatStartsWith(sign: String) {
    #expect(items("a = b\n  \(sign) c") == 1)
    #expect(items("a = b # why\n\n  # and\n  \(sign) c") == 1)
  }

  @Test func isGoesOnToo() { #expect(items("a = b\n  is not null") == 1) }

  @Test func signsThatMayStartAnItemEndTheOneBefore() {
    #expect(items("a = b\n-c") == 2)
    #expect(items("a = b\nnot c") == 2)
    #expect(items("a = b\n(c)") == 2)
    #expect(items("a = b\n[c]") == 2)
    #expect(items("a = f(b)\nover 7d") == nil)
  }

  @Test func aSignIsNoBinaryOperator() {
    #expect(items("a = -\nb") == nil)
    #expect(items("a = not\nb") == nil)
    let tree = script("show t | select *\nshow t | select a.*\nshow t\n")
    #expect(tree.diagnostics.isEmpty && tree.root.declarations.count == 4)
  }

  @Test func wordsOfClausesGoOnUnlessTheyAreNames() {
    let mask = script(
      "mask m {\n  hide a\n    unless b\n    else 0\n    because \"x\"\n  forbid c\n    when d\n}\n"
    )
    #expect(mask.diagnostics.isEmpty)
    let table = script(
      "actions t from \"x\" {\n  a: text\n  to: time\n  when: int\n  under: int\n}\n")
    #expect(table.diagnostics.isEmpty)
    guard case .table(let columns)? = table.root.declarations.last else { return }
    #expect(columns.items.count == 4)
    #expect(items("a = case {\n  b: 1\n  else: 2\n}") == 1)
    #expect(script("output o = t\n  under m\n  | take 1\n  to \"x\"\n").diagnostics.isEmpty)
  }

  @Test func insideBracketsLineEndsAreSpace() {
    #expect(items("a = (\nb\n-\nc\n)") == 1)
    #expect(items("a = f(\nb\n,\nc,\n)\nd = [\n1\n]") == 2)
  }

  @Test func insideBracesInsideBracketsTheyCountAgain() {
    #expect(items("a = f(case {\n  b: 1\n  else: 2\n}, 3)") == 1)
    #expect(items("a = f(case { b: 1 else: 2 })") == nil)
  }

  @Test func semicolonsEndItemsToo() {
    #expect(items("a = 1; b = 2;; c = 3;") == 3)
  }
}
