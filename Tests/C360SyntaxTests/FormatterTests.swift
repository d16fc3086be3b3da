import C360Diagnostics
import Testing

@testable import C360Syntax

/// What `c360 fmt` makes of a text.
func formatted(_ text: String) throws -> String {
  try format(parse(SourceFile(name: "test.c360", text: text)))
}

@Suite struct FormatterTests {
  /// Formats `body` behind the edition line and gives the body back.
  func body(_ text: String) throws -> String {
    let all = try formatted("edition 2026\n" + text)
    #expect(try formatted(all) == all)
    return String(all.dropFirst("edition 2026\n".count))
  }

  @Test(arguments: ["retail_360.c360", "language.c360"])
  func formattingTwiceChangesNothing(file: String) throws {
    let once = try formatted(Corpus.text(file))
    #expect(try formatted(once) == once)
    let lines = once.split(separator: "\n").filter { !$0.contains("#") }
    #expect(lines.allSatisfy { $0.count <= 100 })
  }

  @Test func columnsOfATableAreAligned() throws {
    #expect(
      try body(
        """
        events orders of customer from "o.csv" {
          id:int @key
          ordered_at : time @time   # when
          amount: money(USD)
          region: text="x"
          `a b`: int? @sensitive( age )  # who
          observed through @2026-01-01
        }
        """) == """
          events orders of customer from "o.csv" {
            id:         int        @key
            ordered_at: time       @time            # when
            amount:     money(USD)
            region:     text = "x"
            `a b`:      int?       @sensitive(age)  # who
            observed through @2026-01-01
          }

          """)
  }

  @Test func definitionsSideBySideAreAligned() throws {
    #expect(
      try body(
        """
        feature a=1
        feature long_name = 2
        feature aff for offers = 3

        feature b = -x^2
        """) == """
          feature a         = 1
          feature long_name = 2
          feature aff for offers = 3

          feature b = -x ^ 2

          """)
  }

  @Test func masksObjectivesAndPoliciesAreTables() throws {
    #expect(
      try body(
        """
        mask m for offers { hide a unless consent("x") because "y"
          hide longer.name
          forbid b when c }
        objective o { maximize r = a*b weight w
          minimize fatigue = c weight 0.1 because "z" }
        policy p for offers at sends {
          mask m
          permit sensitive(age) in b, c because "law"
          objective o
        }
        """) == """
          mask m for offers {
            hide a           unless consent("x")  because "y"
            hide longer.name
            forbid b         when c
          }
          objective o {
            maximize r       = a * b  weight w
            minimize fatigue = c      weight 0.1  because "z"
          }
          policy p for offers at sends {
            mask      m
            permit    sensitive(age) in b, c  because "law"
            objective o
          }

          """)
  }

  @Test func aBlockOnOneLineStaysThereIfItFits() throws {
    #expect(
      try body("function f(x: int) -> text = case { x<1: \"a\";else: \"b\"; }\n")
        == "function f(x: int) -> text = case { x < 1: \"a\"; else: \"b\" }\n")
    #expect(
      try body("function f(x: int) -> text = case { x<1: \"a\"\n else: \"b\" }\n") == """
        function f(x: int) -> text = case {
          x < 1: "a"
          else: "b"
        }

        """)
    let long = "\"" + String(repeating: "a", count: 80) + "\""
    #expect(
      try body("function f(x: int) -> text = case { x<1: \(long);else: \"b\" }\n") == """
        function f(x: int) -> text = case {
          x < 1: \(long)
          else: "b"
        }

        """)
  }

  @Test func longQueriesTakeALineAStage() throws {
    #expect(
      try body(
        "output o = sends under none because \"test\" | where a and b | group k { n = count(); "
          + "m = mean(x) } | sort -n, k to \"out/file.csv\"\n") == """
          output o = sends under none because "test"
            | where a and b
            | group k { n = count(); m = mean(x) }
            | sort -n, k
            to "out/file.csv"

          """)
  }

  @Test func longExpressionsBreakWhereTheLanguageAllows() throws {
    let name = "some_rather_long_name"
    #expect(
      try body(
        "feature x = \(name) + \(name) - \(name) * 2 + f(\(name), \(name)) + g(\(name), \(name), \(name), \(name), \(name))\n"
      ) == """
        feature x =
          \(name)
            + \(name) - \(name) * 2
            + f(\(name), \(name))
            + g(
              \(name),
              \(name),
              \(name),
              \(name),
              \(name)
            )

        """)
  }

  @Test func commentsStayWhereTheyStand() throws {
    let text = """
      # head

      # second
      edition 2026 # year
      # before


      # after
      events o of c from "x" { # opener
        # first
        a: int # one
               # goes on

        # last
      } # closed
      feature x = f( # open
        # inside
        a, # the a
        b # the b
        # end
      ) + # plus
        # dangling
        1
      feature y = a # why
        # and
        + b
      show o # source
        # stage
        | where x; # semicolon
      ; # lone
      # end
      """
    let once = try formatted(text)
    #expect(
      once == """
        # head

        # second
        edition 2026  # year
        # before

        # after
        events o of c from "x" {  # opener
          # first
          a: int  # one
                  # goes on

          # last
        }  # closed
        feature x =
          f(  # open
            # inside
            a,  # the a
            b  # the b
            # end
          )
            +  # plus
            # dangling
            1
        feature y =
          a  # why
            # and
            + b
        show o  # source
          # stage
          | where x  # semicolon
        # lone
        # end

        """)
    #expect(try formatted(once) == once)
  }

  @Test func emptyLinesAreKeptOnce() throws {
    #expect(
      try body("\n\n\nentity a\n\n\n\nentity b\nentity c\n\n\n")
        == "\nentity a\n\nentity b\nentity c\n")
  }

  @Test func semicolonsAndTrailingCommasGo() throws {
    #expect(
      try body("entity a; entity b;; feature x = [1, 2,]\n")
        == "entity a\nentity b\nfeature x = [1, 2]\n")
  }

  @Test func commasInBracketsDoNotCutAClause() throws {
    #expect(
      try body("policy p for a at e {\n  permit sensitive(age,) in b,c\n}\n")
        == "policy p for a at e {\n  permit sensitive(age) in b, c\n}\n")
  }

  @Test func carriageReturnsAndTextBlocks() throws {
    #expect(
      try body("feature x = \"\"\"\r\n  a\r\n  \"\"\" # c\r\n")
        == "feature x = \"\"\"\r\n  a\r\n  \"\"\"  # c\n")
  }

  @Test func filesWithErrorsAreLeftAlone() {
    #expect(throws: DiagnosticError.self) { try formatted("edition 2026\nfeature = 1\n") }
  }

  @Test func laterVersionsStayAsTheyAreWritten() throws {
    #expect(
      try body("monitor  a of  b   { } # c\n\n\nfit x   {\n    learner  dr\n}\n")
        == "monitor  a of  b   { }  # c\n\nfit x   {\n    learner  dr\n}\n")
  }

  @Test func constraintsAreColumnsAndNeverBreakBehindTheColon() throws {
    #expect(
      try body(
        "constraint spend:sum(a.cost)<=5 GBP because \"x\"\nconstraint each: count() <= 3 per calendar 1d,b.c soft 2\n"
      ) == """
        constraint spend: sum(a.cost) <= 5 GBP  because "x"
        constraint each:  count() <= 3 per calendar 1d, b.c soft 2

        """)
  }

  @Test func deletedTokensAndStrayCommentsNeverBreakIt() throws {
    var random = Generator(3)
    var formattedCount = 0
    for name in ["retail_360.c360", "language.c360"] {
      let source = SourceFile(name: name, text: try Corpus.text(name))
      let tree = parse(source)
      for round in 0..<30 {
        var bytes: [UInt8] = []
        for token in tree.tokens {
          let trivia = source.bytes[token.triviaStart..<token.range.lowerBound]
          switch Int.random(in: 0..<(round.isMultiple(of: 2) ? 40 : 400), using: &random) {
          case 0: bytes += Array(" # stray\n".utf8)
          case 1: bytes += Array("\n # own\n\n".utf8)
          case 2 where round.isMultiple(of: 3): continue
          case 3: bytes += [0x20]
          case 4: bytes += [0x0A, 0x0A, 0x0A]
          default: bytes += trivia
          }
          bytes += source.bytes[token.range]
        }
        // Items that no longer parse are left out, so that the rest can be formatted.
        let text = withoutBadDeclarations(SourceFile(name: name, bytes: bytes))
        let tree = parse(SourceFile(name: name, text: text))
        guard tree.diagnostics.allSatisfy({ $0.code.name == "E0116" }) else { continue }
        let once = try format(tree)
        let twice = try formatted(once)
        let changed = zip(once.split(separator: "\n"), twice.split(separator: "\n"))
          .first { $0 != $1 }
        #expect(twice == once, "\(String(describing: changed))")
        formattedCount += 1
      }
    }
    #expect(formattedCount > 20)
  }

  /// The declarations of a file that have no errors.
  private func withoutBadDeclarations(_ source: SourceFile) -> String {
    let tree = parse(source)
    let bad = tree.diagnostics.filter { $0.code.name != "E0116" }
      .compactMap { $0.primary?.span.range.lowerBound }
    var text = ""
    for element in tree.root.node.elements {
      guard case .node(let index) = element.child else { continue }
      let node = SyntaxNode(tree: tree, index: index)
      guard let first = node.firstToken, let last = node.lastToken else { continue }
      let range = first.token.triviaStart..<last.token.range.upperBound
      let isBad = bad.contains { range.contains($0) || $0 == range.upperBound }
      if !isBad, node.kind != .malformed { text += tree.source.text(range) + "\n" }
    }
    return text
  }
}
