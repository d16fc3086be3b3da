import C360Diagnostics
import Testing

@testable import C360Syntax

@Suite struct ParserTests {
  @Test func theReferenceScriptParses() throws {
    let tree = parse(SourceFile(name: "retail_360.c360", text: try Corpus.text("retail_360.c360")))
    #expect(tree.diagnostics.map { "\($0.code) \($0.message)" } == [])
    #expect(isLossless(tree))
  }

  @Test func documentationBelongsToTheNextDeclaration() {
    let tree = script("## What it is.\n##  Twice.  \nfeature x = 1\n## gone\n# plain\nentity c\n")
    let all = tree.root.declarations
    #expect(all.map(\.documentation) == [nil, "What it is.\n Twice.", nil])
  }

  @Test(arguments: [
    ("1 + 2 * 3", "(binary (literal 1) + (binary (literal 2) * (literal 3)))"),
    ("2 ^ 3 ^ 4", "(binary (literal 2) ^ (binary (literal 3) ^ (literal 4)))"),
    ("-2 ^ 2", "(unary - (binary (literal 2) ^ (literal 2)))"),
    ("2 ^ -1", "(binary (literal 2) ^ (unary - (literal 1)))"),
    (
      "a - b - c",
      "(binary (binary (reference (name a)) - (reference (name b))) - (reference (name c)))"
    ),
    ("not a == b", "(unary not (binary (reference (name a)) == (reference (name b))))"),
    ("a ?? 0 + 1", "(binary (reference (name a)) ?? (binary (literal 0) + (literal 1)))"),
    (
      "a not in [1, 2,]",
      "(isIn (reference (name a)) not in (list [ (literal 1) , (literal 2) , ]))"
    ),
    ("a in 0..1", "(isIn (reference (name a)) in (range (literal 0) .. (literal 1)))"),
    ("a.b is not null", "(isNull (reference (name a . b)) is not null)"),
    ("100 USD", "(money 100 USD)"),
    (
      "if a then 1 else 2",
      "(conditional if (reference (name a)) then (literal 1) else (literal 2))"
    ),
    (
      "at - last(e.t)",
      "(binary (reference at) - (call (name last) ( (argument (reference (name e . t))) )))"
    ),
    (
      "sum(o.a where b, k: 1) over 30d lag 2h",
      "(windowed (call (name sum) ( (argument (reference (name o . a)) where (reference (name b))) , (argument k : (literal 1)) )) (window over (literal 30d)) (window lag (literal 2h)))"
    ),
    ("f() over last 5", "(windowed (call (name f) ( )) (window over last (literal 5)))"),
    ("f() over last", "(windowed (call (name f) ( )) (window over (reference (name last))))"),
    (
      "f() over session(30m)",
      "(windowed (call (name f) ( )) (window over session ( (literal 30m) )))"
    ),
    (
      "f() over since last(e where a) else all",
      "(windowed (call (name f) ( )) (window over since last ( (reference (name e)) where (reference (name a)) ) else all))"
    ),
    (
      "f() every calendar 1d", "(windowed (call (name f) ( )) (window every calendar (literal 1d)))"
    ),
    (
      "f() within 7d after 1d",
      "(windowed (call (name f) ( )) (window within (literal 7d)) (window after (literal 1d)))"
    ),
    (
      "consent(\"p\", at: event)",
      "(call (name consent) ( (argument (literal \"p\")) , (argument at : (reference (name event))) ))"
    ),
  ])
  func expressions(source: String, shape: String) {
    #expect(outline(expression: source) == shape)
  }
}
