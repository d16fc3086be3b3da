import C360Diagnostics
import Testing

@testable import C360Syntax

/// One mistake, one diagnostic, at its place. In the sources `‹` and `›` mark where it is reported.
@Suite struct ErrorTests {
  /// The script without its marks, and the range between them.
  private func unmarked(_ text: String) -> (source: SourceFile, range: Range<Int>?) {
    var bytes: [UInt8] = []
    var bounds: [Int] = []
    for character in "edition 2026\n" + text {
      if character == "‹" || character == "›" {
        bounds.append(bytes.count)
      } else {
        bytes += Array(character.utf8)
      }
    }
    let range = bounds.count == 2 ? bounds[0]..<bounds[1] : nil
    return (SourceFile(name: "test.c360", bytes: bytes), range)
  }

  @Test(arguments: [
    // The end of items
    ("feature x = ‹)› + 1", "E0118", "expected an expression, found `)`"),
    (
      "feature x = 1 +‹›\nfeature y = 2", "E0118",
      "expected an expression, found the end of the line"
    ),
    ("feature x =‹›", "E0118", "expected an expression, found the end of the file"),
    ("feature x = 1 ‹2›", "E0119", "`2` does not belong here: the declaration ends before it"),
    ("feature ‹= 1›", "E0118", ""),
    ("feature x = a\n‹- b›", "E0115", ""),
    ("feature x = a\n‹not› in b", "E0115", "the word `not` starts no declaration"),
    ("feature x = f(a ‹b›, c)\nfeature y = 1", "E0118", "expected `,` or `)`, found `b`"),
    ("feature x = f‹(›a, b\nfeature y = 1", "E0120", "this `(` is not closed"),
    ("feature x = (1 ‹]›\nfeature y = 1", "E0120", ""),
    ("mask m for offers ‹{›\n  hide a\nfeature x = 1", "E0120", "this `{` is not closed"),
    ("mask m for offers ‹{›\n  hide a", "E0120", "this `{` is not closed"),
    ("policy p for o at s ‹{›\n  mask m\nmask m for o {\n  hide a\n}", "E0120", ""),
    ("template t(e: events) ‹{›\n  feature a = 1\nentity c", "E0120", ""),
    // Declarations
    ("param ‹at›: int", "E0125", "`at` is a reserved word and cannot be the name of the param"),
    ("param x‹› ", "E0118", "expected `:` and the type of the param, found the end of the file"),
    (
      "events o ‹from› \"x\" {\n  a: int\n}", "E0118",
      "expected `of` and the entity that the rows belong to, found `from`"
    ),
    (
      "events o of c from ‹x› {\n  a: int\n}", "E0118",
      "expected the path of a file as a text, found `x`"
    ),
    (
      "events o of c from \"x\" {\n  a ‹int›\n  b: int\n}", "E0118",
      "expected `:` and the type of the column, found `int`"
    ),
    ("actions o from \"x\" {\n  nnoe \"a\"\n}", "E0123", ""),
    (
      "exposure e of c ‹evry› 1w", "E0118",
      "expected `from` and a file, `every` and a step, or `at` and a time, found `evry`"
    ),
    ("objective o {\n  maximize a = b ‹wieght› 1\n}", "E0119", ""),
    ("output o = a ‹too› \"x\"", "E0118", "expected `to`, found `too`"),
    ("apply t(a)‹›\nentity c", "E0118", "expected `as`, found the end of the line"),
    (
      "function f(x ‹int›) -> int = x", "E0118",
      "expected `:` and the type of the parameter, found `int`"
    ),
    // Versions
    (
      "‹monitor› health of p on s {\n  psi(a) <= 0.2\n  feature: int\n}\nentity c", "E0116",
      "`monitor` is not in this version of c360"
    ),
    (
      "show ‹reasons›(winback) | take 3", "E0116",
      "`reasons(…)` is not in this version of c360"
    ),
    // Characters
    ("feature x = ‹$›a + b c", "E0104", "`$` starts nothing in this language"),
    (
      "feature x = f(‹\"abc)›\nfeature y = 1", "E0106",
      "this text is not closed before the end of its line"
    ),
    (
      "feature x = \"a‹\u{202E}›b\"", "E0101",
      "the text direction character U+202E makes the text read differently from what it says"
    ),
    (
      "# a‹\u{2028}›entity b", "E0101",
      "the line separator U+2028 makes the text read differently from what it says"
    ),
    (
      "# a‹\r›entity b", "E0101",
      "a carriage return without a line feed makes the text read differently from what it says"
    ),
    ("feature ‹ａ› = 1", "E0103", ""),
    ("feature x‹\u{A0}›= 1", "E0104", ""),
  ])
  func oneMistakeOneDiagnostic(text: String, code: String, message: String) {
    let (source, range) = unmarked(text)
    let said = parse(source).diagnostics
    #expect(said.map(\.code.name) == [code], "\(text) \(said.map(\.message))")
    guard let first = said.first else { return }
    if !message.isEmpty { #expect(first.message == message) }
    guard let range, !message.isEmpty else { return }
    #expect(first.primary?.span.range == range, "\(text)")
  }

  @Test(
    "what other languages write is told what to write here",
    arguments: [
      ("show orders | filter a > 1", "did you mean `where`?"),
      ("show orders | LIMIT 3", "did you mean `take`?"),
      ("show orders | sort amount desc", "a key that descends has a minus: `sort -amount`"),
      ("show orders | select a as b", "a name stands before its value: `select spend = amount`"),
      ("show orders | where a between 1 and 2", "write both ends: `1 <= x and x <= 2`"),
    ])
  func foreignWords(text: String, help: String) {
    let said = parse(SourceFile(name: "test.c360", text: "edition 2026\n" + text)).diagnostics
    #expect(said.first?.help == [help], "\(said)")
  }

  @Test func everyItemIsHeard() {
    let tree = script(
      """
      mask m offers {
        hide
        forbid a when b = 1
        forbid c whn d
        include e
      }
      feature x = (1, 2
      feature y = f(a b, c = d)
      show a | filter b | sort - | take
      """)
    #expect(
      tree.diagnostics.map(\.code.name) == [
        "E0118", "E0118", "E0130", "E0118", "E0118", "E0118", "E0118", "E0124", "E0118", "E0118",
      ])
  }

  @Test func anUnknownEditionSilencesTheRest() {
    let tree = parse(SourceFile(name: "a", text: "# c\nedition 2031\nfeature = $ \"\n"))
    #expect(tree.diagnostics.map(\.code) == ["E0113"])
    #expect(tree.diagnostics[0].primary?.span.text == "2031")
    #expect(isLossless(tree))
  }

  @Test(arguments: ["edition", "edition x", "edition\n2026"])
  func anEditionHasAYear(text: String) {
    #expect(parse(SourceFile(name: "a", text: text)).diagnostics.map(\.code) == ["E0118"])
  }

  @Test(arguments: ["", "\n", "# only a comment\n", "\u{FEFF}"])
  func nothingIsAFileWithoutEdition(text: String) {
    let tree = parse(SourceFile(name: "a", text: text))
    #expect(tree.diagnostics.map(\.code) == ["E0112"])
    #expect(isLossless(tree))
  }

  @Test func brokenBytesAreReportedOnceARun() {
    let source = SourceFile(
      name: "a", bytes: Array("edition 2026\n# ".utf8) + [0xFF, 0xC0, 0x80, 0x0A])
    #expect(parse(source).diagnostics.map(\.code) == ["E0101"])
  }
}
