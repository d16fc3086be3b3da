import C360Diagnostics

/// `SOURCE [at EXPOSURE] [under MASK | under none because "…"] | verb … | verb …`, or
/// `for ENTITY KEY at TIME [under MASK] | …`, which has an entity, a key and an instant instead of a source.
public struct QuerySyntax: SyntaxView {
  public let node: SyntaxNode
  public init(_ node: SyntaxNode) { self.node = node }
  public var source: NameSyntax? { node.name(.source) }
  /// The word of `candidates(POLICY)`, whose source is the policy.
  public var candidates: SyntaxToken? { node.token(.rule) }
  public var exposure: NameSyntax? { node.name(.exposure) }
  public var entity: NameSyntax? { node.name(.entity) }
  public var key: ExpressionSyntax? { node.expression(.key) }
  public var instant: ExpressionSyntax? { node.expression(.value) }
  /// The name after `under`; the word `none` when no mask is wanted.
  public var mask: NameSyntax? { node.name(.mask) }
  public var because: BecauseSyntax? { node.becauseClause }
  public var stages: [StageSyntax] { node.nodes(.stage).map(StageSyntax.init(node:)) }
}

/// One verb with its operands. Which of the accessors are filled depends on `verb`.
public struct StageSyntax: SyntaxView {
  public let node: SyntaxNode
  public var verb: SyntaxToken? { node.token(.keyword) }
  /// `where`: the condition. `take`, `skip`, `sample`: the amount. `pivot`: `key in [value, …]`.
  public var expression: ExpressionSyntax? { node.expression(.expression) }
  /// `join`: what is joined, a query without stages.
  public var joined: QuerySyntax? { node.node(.source).map(QuerySyntax.init) }
  /// `only` of `join only`.
  public var only: SyntaxToken? { node.token(.rule) }
  /// Whether there are braces, though nothing may stand in them.
  public var hasBlock: Bool {
    node.elements.contains { element in
      guard case .token(let token) = element.child else { return false }
      return node.tree.tokens[token].kind == .leftBrace
    }
  }
  /// `expand` of `join`.
  public var expand: SyntaxToken? { node.token(.direction) }
  /// `select`, `derive`: the items. `group`, `pivot`, `window`, `join`: what stands in braces.
  public var items: [SelectItemSyntax] { node.nodes(.item).map(SelectItemSyntax.init(node:)) }
  /// `group`, `distinct`, `pivot`, `window`, `join`: the keys, each `expr` or `name = expr`.
  public var keys: [SelectItemSyntax] { node.nodes(.key).map(SelectItemSyntax.init(node:)) }
  public var sortKeys: [SortItemSyntax] { node.nodes(.element).map(SortItemSyntax.init(node:)) }
}

/// `*`, `rfm.*`, `expr`, `name = expr`
public struct SelectItemSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var expression: ExpressionSyntax? { node.expression(.expression) }
  public var isStar: Bool { node.token(.operator) != nil }
  /// What stands before `.*`.
  public var prefix: NameSyntax? { node.name(.path) }
}

/// `expr` or `-expr`
public struct SortItemSyntax: SyntaxView {
  public let node: SyntaxNode
  public var isDescending: Bool { node.token(.operator) != nil }
  public var expression: ExpressionSyntax? { node.expression(.expression) }
}
