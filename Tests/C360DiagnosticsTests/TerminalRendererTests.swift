import C360Diagnostics
import Testing

/// The span of the first occurrence of `text` in a file.
func span(_ text: String, in file: SourceFile) -> Span {
  let bytes = Array(text.utf8)
  let start = file.bytes.indices.first { file.bytes[$0...].starts(with: bytes) } ?? 0
  return Span(file: file, range: start..<start + bytes.count)
}

@Suite struct TerminalRendererTests {
  static let winback: SourceFile = {
    var lines = Array(repeating: "", count: 41)
    lines[16] = "  outcome spend_after = sum(orders.amount) within 7d"
    lines[40] = "score p_buy for offers = sigmoid(spend_after * 0.1)"
    return SourceFile(name: "winback.c360", text: lines.joined(separator: "\n"))
  }()

  static var leak: Diagnostic {
    let all = span("spend_after * 0.1", in: winback).range
    let use = Span(file: winback, range: all.lowerBound..<all.lowerBound + 11)
    return Diagnostic(
      "E0312", "`spend_after` is known only after the decision, so `p_buy` cannot use it",
      at: use, label: "outcome",
      secondary: [LabeledSpan(span("spend_after", in: winback), "observed in (t, t+7d]")],
      help: [
        "for what was known before, write  feature spend_before = sum(orders.amount) over 7d"
      ])
  }

  @Test func theFormOfTheReference() {
    #expect(
      DiagnosticRenderer.terminal([Self.leak]) == """
        error[E0312]: `spend_after` is known only after the decision, so `p_buy` cannot use it
          ┌─ winback.c360:41:34
        41 │ score p_buy for offers = sigmoid(spend_after * 0.1)
           │                                  ^^^^^^^^^^^ outcome
           │
        17 │   outcome spend_after = sum(orders.amount) within 7d
           │           ----------- observed in (t, t+7d]
           = help: for what was known before, write  feature spend_before = sum(orders.amount) over 7d

        """)
  }

  @Test func coloursOnlyWhenAskedFor() {
    #expect(!DiagnosticRenderer.terminal([Self.leak]).contains("\u{1B}"))
    let coloured = DiagnosticRenderer.terminal([Self.leak], colours: true)
    #expect(coloured.hasPrefix("\u{1B}[1;31merror[E0312]\u{1B}[0m"))
    let plain = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(plain == DiagnosticRenderer.terminal([Self.leak]))
  }

  @Test func placesInOtherFilesNameThem() {
    let script = SourceFile(name: "a.c360", text: "feature x = y\n")
    let tables = SourceFile(name: "b.c360", text: "\nentity y\n")
    let diagnostic = Diagnostic(
      "E0999", .warning, "`y` is an entity", at: span("y", in: script),
      secondary: [LabeledSpan(span("y", in: tables).moved(by: 2), "declared here")],
      notes: ["one\ntwo"])
    #expect(
      DiagnosticRenderer.terminal([diagnostic]) == """
        warning[E0999]: `y` is an entity
         ┌─ a.c360:1:13
        1 │ feature x = y
          │             ^
          │
         ┌─ b.c360:2:8
        2 │ entity y
          │        - declared here
          = note: one
                  two

        """)
  }

  @Test func spansOfOneLineShareIt() {
    let file = SourceFile(name: "a.c360", text: "feature x = a < b < c\n")
    let second = span("< c", in: file).range.lowerBound
    let diagnostic = Diagnostic(
      "E0126", "comparisons do not chain", at: Span(file: file, range: second..<second + 1),
      label: "a second comparison", secondary: [LabeledSpan(span("<", in: file), "the first")])
    #expect(
      DiagnosticRenderer.terminal([diagnostic]) == """
        error[E0126]: comparisons do not chain
         ┌─ a.c360:1:19
        1 │ feature x = a < b < c
          │                   ^ a second comparison
          │               - the first

        """)
  }

  @Test func aSpanOfManyLinesShowsItsEnds() {
    let file = SourceFile(name: "a.c360", text: "x\nmask m {\n  hide a\n  hide b\n}\n")
    let diagnostic = Diagnostic(
      "E0999", "this mask", at: span("mask m {\n  hide a\n  hide b\n}", in: file),
      label: "all of it")
    #expect(
      DiagnosticRenderer.terminal([diagnostic]) == """
        error[E0999]: this mask
         ┌─ a.c360:2:1
        2 │ mask m {
          │ ^^^^^^^^
          ┆
        5 │ }
          │ ^ all of it

        """)
  }

  @Test func tabsAndWideCharactersKeepMarksBelowTheirText() {
    let file = SourceFile(name: "a.c360", text: "\tx = \"東京\" + \"e\u{301}\" + yy\n")
    let diagnostic = Diagnostic("E0999", "here", at: span("yy", in: file))
    #expect(
      DiagnosticRenderer.terminal([diagnostic]) == """
        error[E0999]: here
         ┌─ a.c360:1:19
        1 │     x = "東京" + "e\u{301}" + yy
          │                        ^^

        """)
  }

  @Test func longLinesAreCutAroundThePlace() {
    let long =
      String(repeating: "a + ", count: 200) + "HERE" + String(repeating: " + b", count: 200)
    let file = SourceFile(name: "a.c360", text: long)
    let lines = DiagnosticRenderer.terminal([
      Diagnostic("E0999", "here", at: span("HERE", in: file), label: "this")
    ]).split(separator: "\n").map(Array.init)
    #expect(lines[2].count <= 130)
    let column = lines[3].firstIndex(of: "^")!
    #expect(String(lines[2][column..<column + 4]) == "HERE")
    #expect(lines[2].last == "…")
    #expect(String(lines[2].prefix(6)) == "1 │ …a" || lines[2].contains("…"))
  }

  @Test func whatATerminalWouldObeyIsSpelledOut() {
    let file = SourceFile(name: "a.c360", text: "x \u{202E}y\u{1B}[31m\n")
    let text = DiagnosticRenderer.terminal([
      Diagnostic("E0101", "bad \u{1B}", at: span("\u{202E}", in: file))
    ])
    #expect(
      text == """
        error[E0101]: bad <U+001B>
         ┌─ a.c360:1:3
        1 │ x <U+202E>y<U+001B>[31m
          │   ^^^^^^^^

        """)
  }

  @Test func aPlaceInDataStandsForASpan() {
    let place = DataPlace(path: "data/orders.csv", row: 50_000, column: "amount")
    let text = DiagnosticRenderer.terminal([
      Diagnostic("E0701", "`12,5` is not a number", data: place)
    ])
    #expect(
      text == """
        error[E0701]: `12,5` is not a number
         ┌─ data/orders.csv row 50000 column amount

        """)
  }

  @Test func emptyPlacesGetOneMark() {
    let file = SourceFile(name: "a.c360", text: "entity\n")
    let text = DiagnosticRenderer.terminal([
      Diagnostic("E0118", "expected a name", at: Span(file: file, range: 6..<6)),
      Diagnostic("E0118", "behind the end", at: Span(file: file, range: 7..<7)),
    ])
    #expect(
      text == """
        error[E0118]: expected a name
         ┌─ a.c360:1:7
        1 │ entity
          │       ^

        error[E0118]: behind the end
         ┌─ a.c360:2:1
        2 │
          │ ^

        """)
  }

  @Test func summariesCountSeverities() {
    let warning = Diagnostic("E0001", .warning, "w")
    #expect(DiagnosticRenderer.summary([Self.leak, warning, warning]) == "1 error, 2 warnings")
    #expect(DiagnosticRenderer.summary([]) == "")
  }
}

extension Span {
  func moved(by count: Int) -> Span {
    Span(file: file, range: range.lowerBound + count..<range.upperBound + count)
  }
}
