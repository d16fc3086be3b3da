import C360Diagnostics
import Testing

@testable import C360Syntax

@Suite struct RobustnessTests {
  @Test func anyBytesMakeALosslessTree() throws {
    var random = Generator(7)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(isLossless(parse(SourceFile(name: "noise", bytes: bytes))))
    }
  }

  @Test func deletedDoubledAndSwappedTokensMakeALosslessTree() throws {
    let source = SourceFile(name: "retail", text: try Corpus.text("retail_360.c360"))
    let tokens = parse(source).tokens
    var random = Generator(11)
    for _ in 0..<60 {
      var bytes: [UInt8] = []
      for token in tokens {
        let text = source.bytes[token.triviaStart..<token.range.upperBound]
        switch Int.random(in: 0..<60, using: &random) {
        case 0: continue
        case 1: bytes += Array(text) + Array(text)
        case 2: bytes += Array(source.bytes[tokens.randomElement(using: &random)!.range])
        default: bytes += text
        }
      }
      #expect(isLossless(parse(SourceFile(name: "cut", bytes: bytes))))
    }
  }

  @Test(arguments: [
    "(", "[", "{", "case {", "-", "not ", "if a then ", "f(", "list(", "1 ^ ", "a ?? ",
  ])
  func deepNestingIsADiagnostic(opening: String) {
    for count in [150, 250, 4_000] {
      let tree = script("feature x = " + String(repeating: opening, count: count) + "1\n")
      #expect(isLossless(tree))
    }
  }

  @Test func longChainsAreADiagnostic() {
    let tree = script("feature x = " + Array(repeating: "a", count: 5000).joined(separator: " + "))
    #expect(tree.diagnostics.map(\.code.name) == ["E0132"])
  }

  @Test func openTemplatesNestToTheLimit() {
    let tree = script(String(repeating: "template t() {\n", count: 5000))
    #expect(isLossless(tree))
    #expect(tree.diagnostics.count < 300)
  }
}
