import C360Diagnostics
import Foundation
import Testing

@testable import C360Syntax

/// The grammar file and the parser say the same.
@Suite struct GrammarTests {
  static let grammar: Grammar = {
    let file = DiagnosticPagesTests.root.appendingPathComponent("grammar/c360.ebnf")
    return Grammar((try? String(contentsOf: file, encoding: .utf8)) ?? "")
  }()

  @Test func everyNodeKindIsAProduction() {
    let names = Set(Self.grammar.productions.keys).union(Self.grammar.built)
    let kinds = Set(SyntaxKind.allCases.map { "\($0)" }).subtracting(["malformed"])
    #expect(kinds.subtracting(names) == [])
    let lowerCase = names.filter { $0.first?.isLowercase == true }
    #expect(lowerCase.subtracting(kinds) == [])
  }

  @Test func everyUsedNameIsDefined() {
    let known = Set(Self.grammar.productions.keys).union(SentenceMaker.tokens.keys)
    #expect(Self.grammar.references.subtracting(known) == [])
  }

  @Test func everyWordOfTheParserIsInIt() {
    let words = Set(Word.allCases.filter { $0 != .other }.map(\.text))
    #expect(words.subtracting(Self.grammar.terminals) == [])
    let unknown = Self.grammar.terminals.filter { $0.first?.isLetter == true }.subtracting(words)
    #expect(unknown == ["non_overlapping", "washout", "weighted", "clusters"])
    #expect(Set(Word.allCases.filter(\.isReserved).map(\.text)) == Keyword.reserved)
  }

  @Test(arguments: ["editors/vim/syntax/c360.vim", "editors/textmate/c360.tmLanguage.json"])
  func everyWordIsHighlighted(path: String) throws {
    let file = DiagnosticPagesTests.root.appendingPathComponent(path)
    let text = try String(contentsOf: file, encoding: .utf8)
    let words = Set(text.matches(of: /[a-z]+/).map { String($0.output) })
    #expect(Set(Word.allCases.map(\.text)).subtracting(words.union(["other"])) == [])
  }

  @Test func everyOperatorIsInIt() {
    let operators = Set(OperatorTable.infix.map(\.spelling))
    #expect(operators.subtracting(Self.grammar.terminals) == [])
  }

  @Test func randomProgramsParseAndFormat() throws {
    var maker = SentenceMaker(Self.grammar, seed: 6)
    var arbitrations = SentenceMaker(Self.grammar, seed: 7)
    var clauses = SentenceMaker(Self.grammar, seed: 8)
    var missing = Set(SyntaxKind.allCases)
    var rounds = 0
    // Rare forms may take more than the rounds that are enough for the others.
    while rounds < 160 || (missing.count > 2 && rounds < 1600) {
      rounds += 1
      var declarations = (0..<12).map { _ in maker.sentence("Declaration") }
      // Mixtures are rare: one declaration of many, one line of several, one form of three.
      declarations.append(arbitrations.sentence("arbitrate"))
      // So are limits of slates: one clause of many in one declaration.
      declarations.append("policy p for a at e {\n\(clauses.sentence("clause"))\n}")
      let text = maker.sentence("sourceFile") + declarations.joined(separator: "\n")
      let tree = parse(SourceFile(name: "random.c360", text: text))
      #expect(tree.diagnostics.isEmpty, "\(DiagnosticRenderer.terminal(tree.diagnostics))\n\(text)")
      missing.subtract(tree.records.map(\.kind))
      #expect(isLossless(tree))
    }
    #expect(missing == [.malformed, .unsupported], "\(missing)")
  }

  @Test(arguments: ["Expression", "TableItem", "query", "clause", "window"])
  func randomPartsFormatToTheSameTree(production: String) throws {
    var maker = SentenceMaker(Self.grammar, seed: 9)
    for _ in 0..<60 {
      let part = maker.sentence(production, depth: 24)
      let text =
        switch production {
        case "Expression": "edition 2026\nfeature x = \(part)\n"
        case "TableItem": "edition 2026\nevents e of c from \"x\" {\n\(part)\n}\n"
        case "query": "edition 2026\nshow \(part)\n"
        case "clause": "edition 2026\npolicy p for a at e {\n\(part)\n}\n"
        default: "edition 2026\nfeature x = f() \(part)\n"
        }
      let tree = parse(SourceFile(name: "random.c360", text: text))
      #expect(tree.diagnostics.isEmpty, "\(DiagnosticRenderer.terminal(tree.diagnostics))\n\(text)")
      let once = try format(tree)
      #expect(try formatted(once) == once, "\(text)")
    }
  }
}
