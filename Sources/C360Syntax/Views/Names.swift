import C360Diagnostics

/// A dotted name: `orders`, `rfm.recency`, `` accounts.`birth year` ``.
public struct NameSyntax: SyntaxView {
  public let node: SyntaxNode
  public init(_ node: SyntaxNode) { self.node = node }

  public var parts: [SyntaxToken] { node.tokens(.name) }
  /// The parts without back-ticks.
  public var components: [String] { parts.map(\.identifierText) }
  public var dotted: String { components.joined(separator: ".") }
}

/// `int`, `money(USD)`, `id(customer)`, `vector(16)`, each also with `?`.
public struct TypeSyntax: SyntaxView {
  public let node: SyntaxNode
  public init(_ node: SyntaxNode) { self.node = node }

  public var name: SyntaxToken? { node.token(.name) }
  /// What stands in the parentheses: an identifier or an integer.
  public var argument: SyntaxToken? { node.token(.argument) }
  public var isOptional: Bool { node.token(.operator) != nil }
}

/// `because "…"`
public struct BecauseSyntax: SyntaxView {
  public let node: SyntaxNode
  public init(_ node: SyntaxNode) { self.node = node }
  public var text: SyntaxToken? { node.token(.value) }
}

/// `as csv(delimiter: ";")`
public struct FormatSyntax: SyntaxView {
  public let node: SyntaxNode
  public init(_ node: SyntaxNode) { self.node = node }
  public var name: SyntaxToken? { node.token(.name) }
  public var arguments: [ArgumentSyntax] { node.nodes(.argument).map(ArgumentSyntax.init(node:)) }
}

extension SyntaxToken {
  /// The name an identifier token stands for: back-ticks removed.
  public var identifierText: String {
    guard kind == .quotedIdentifier else { return text }
    return String(text.dropFirst().dropLast())
  }

  /// The value of a text token: quotes removed, escapes resolved; block texts (`"""`) lose the
  /// indentation of their closing line. Bad escapes, which the lexer reports, stand as written.
  public var textValue: String { TextLiteral.value(of: text) }
}

extension SyntaxNode {
  func name(_ field: Field) -> NameSyntax? { node(field).map(NameSyntax.init) }
  func expression(_ field: Field) -> ExpressionSyntax? { node(field).map(ExpressionSyntax.init) }
  func expressions(_ field: Field) -> [ExpressionSyntax] {
    nodes(field).map(ExpressionSyntax.init)
  }
  var becauseClause: BecauseSyntax? { node(.because).map(BecauseSyntax.init) }
}
