import C360Diagnostics
import Foundation
import Testing

@testable import C360Syntax

/// A whole script: the edition line, then `body`.
func script(_ body: String) -> SyntaxTree {
  parse(SourceFile(name: "test.c360", text: "edition 2026\n" + body))
}

/// The tree as nested parentheses, kinds and token texts, for tests that state a shape.
func outline(_ node: SyntaxNode) -> String {
  let parts = node.elements.map { element in
    switch element.child {
    case .token(let index): SyntaxToken(tree: node.tree, index: index).text
    case .node(let index): outline(SyntaxNode(tree: node.tree, index: index))
    }
  }
  return "(" + (["\(node.kind)"] + parts).joined(separator: " ") + ")"
}

/// The outline of the expression of a feature.
func outline(expression: String) -> String {
  let tree = script("feature x = \(expression)\n")
  #expect(tree.diagnostics.map(\.message) == [])
  guard case .feature(let feature)? = tree.root.declarations.dropFirst().first,
    let value = feature.expression
  else { return "no feature" }
  return outline(value.node)
}

/// Indices of all tokens in the order of the tree.
func tokenOrder(_ node: SyntaxNode) -> [Int] {
  node.elements.flatMap { element in
    switch element.child {
    case .token(let index): [index]
    case .node(let index): tokenOrder(SyntaxNode(tree: node.tree, index: index))
    }
  }
}

/// Whether the tree holds every token once and the tokens hold every byte once.
func isLossless(_ tree: SyntaxTree) -> Bool {
  guard tokenOrder(tree.root.node) == Array(tree.tokens.indices) else { return false }
  var end = 0
  for token in tree.tokens {
    guard token.triviaStart == end, token.range.lowerBound >= end else { return false }
    end = token.range.upperBound
  }
  return end == tree.source.bytes.count
}

/// A small generator with a fixed seed, so that a failure can be seen again.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

enum Corpus {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Corpus")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }
}
