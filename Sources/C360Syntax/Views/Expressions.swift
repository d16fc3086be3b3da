import C360Diagnostics

/// Any expression, by its form.
public enum ExpressionSyntax: SyntaxView {
  case reference(ReferenceSyntax)
  case literal(LiteralSyntax)
  case money(MoneySyntax)
  case list(ListSyntax)
  case parenthesized(ParenthesizedSyntax)
  case unary(UnarySyntax)
  case binary(BinarySyntax)
  case isNull(IsNullSyntax)
  case isIn(IsInSyntax)
  case range(RangeSyntax)
  case call(CallSyntax)
  case windowed(WindowedSyntax)
  case conditional(ConditionalSyntax)
  case caseOf(CaseSyntax)
  /// Something that did not parse; already reported.
  case malformed(SyntaxNode)

  public init(_ node: SyntaxNode) {
    switch node.kind {
    case .reference: self = .reference(ReferenceSyntax(node: node))
    case .literal: self = .literal(LiteralSyntax(node: node))
    case .money: self = .money(MoneySyntax(node: node))
    case .list: self = .list(ListSyntax(node: node))
    case .parenthesized: self = .parenthesized(ParenthesizedSyntax(node: node))
    case .unary: self = .unary(UnarySyntax(node: node))
    case .binary: self = .binary(BinarySyntax(node: node))
    case .isNull: self = .isNull(IsNullSyntax(node: node))
    case .isIn: self = .isIn(IsInSyntax(node: node))
    case .range: self = .range(RangeSyntax(node: node))
    case .call: self = .call(CallSyntax(node: node))
    case .windowed: self = .windowed(WindowedSyntax(node: node))
    case .conditional: self = .conditional(ConditionalSyntax(node: node))
    case .caseOf: self = .caseOf(CaseSyntax(node: node))
    default: self = .malformed(node)
    }
  }

  public var node: SyntaxNode {
    switch self {
    case .reference(let view as any SyntaxView), .literal(let view as any SyntaxView),
      .money(let view as any SyntaxView), .list(let view as any SyntaxView),
      .parenthesized(let view as any SyntaxView), .unary(let view as any SyntaxView),
      .binary(let view as any SyntaxView), .isNull(let view as any SyntaxView),
      .isIn(let view as any SyntaxView), .range(let view as any SyntaxView),
      .call(let view as any SyntaxView), .windowed(let view as any SyntaxView),
      .conditional(let view as any SyntaxView), .caseOf(let view as any SyntaxView):
      view.node
    case .malformed(let node): node
    }
  }
}

/// A name used as a value: `amount`, `orders.amount`, `at`.
public struct ReferenceSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: NameSyntax? { node.name(.name) }
  /// The reserved word `at`, the decision time.
  public var isDecisionTime: Bool { node.token(.keyword) != nil }
}

/// `1_000  0.5  5%  "…"  @2026-03-01  7d  1mo  true  false  null`; the token's kind tells.
public struct LiteralSyntax: SyntaxView {
  public let node: SyntaxNode
  public var token: SyntaxToken? { node.token(.value) }
}

/// `50_000 USD`
public struct MoneySyntax: SyntaxView {
  public let node: SyntaxNode
  public var number: SyntaxToken? { node.token(.value) }
  public var currency: SyntaxToken? { node.token(.unit) }
}

/// `[a, b, c]`
public struct ListSyntax: SyntaxView {
  public let node: SyntaxNode
  public var elements: [ExpressionSyntax] { node.expressions(.element) }
}

public struct ParenthesizedSyntax: SyntaxView {
  public let node: SyntaxNode
  public var expression: ExpressionSyntax? { node.expression(.expression) }
}

/// `-x`, `not x`
public struct UnarySyntax: SyntaxView {
  public let node: SyntaxNode
  public var `operator`: SyntaxToken? { node.token(.operator) }
  public var operand: ExpressionSyntax? { node.expression(.operand) }
}

/// `or and == != < <= > >= ?? + - * / ^`
public struct BinarySyntax: SyntaxView {
  public let node: SyntaxNode
  public var left: ExpressionSyntax? { node.expression(.left) }
  public var `operator`: SyntaxToken? { node.token(.operator) }
  public var right: ExpressionSyntax? { node.expression(.right) }
}

/// `x is null`, `x is not null`
public struct IsNullSyntax: SyntaxView {
  public let node: SyntaxNode
  public var operand: ExpressionSyntax? { node.expression(.operand) }
  /// The word `not`.
  public var isNegated: Bool { node.token(.operator) != nil }
}

/// `x in [a, b]`, `x in low..high`, `x not in …`
public struct IsInSyntax: SyntaxView {
  public let node: SyntaxNode
  public var operand: ExpressionSyntax? { node.expression(.operand) }
  public var isNegated: Bool { node.token(.operator) != nil }
  public var collection: ExpressionSyntax? { node.expression(.right) }
}

/// `low..high`: closed for numbers, half-open for times.
public struct RangeSyntax: SyntaxView {
  public let node: SyntaxNode
  public var lower: ExpressionSyntax? { node.expression(.lower) }
  public var upper: ExpressionSyntax? { node.expression(.upper) }
}

/// `f(a, label: b, events where c)`
public struct CallSyntax: SyntaxView {
  public let node: SyntaxNode
  public var callee: NameSyntax? { node.name(.callee) }
  public var arguments: [ArgumentSyntax] { node.nodes(.argument).map(ArgumentSyntax.init(node:)) }
}

/// One argument: `value`, `label: value`, `value where filter`, `where filter`.
public struct ArgumentSyntax: SyntaxView {
  public let node: SyntaxNode
  public var label: SyntaxToken? { node.token(.label) }
  public var value: ExpressionSyntax? { node.expression(.value) }
  public var filter: ExpressionSyntax? { node.expression(.filter) }
}

/// An aggregate call and its clauses: `sum(x) over 30d lag 2h every calendar 1d`.
public struct WindowedSyntax: SyntaxView {
  public let node: SyntaxNode
  public var call: CallSyntax? { node.node(.expression).map(CallSyntax.init(node:)) }
  public var clauses: [WindowSyntax] { node.nodes(.clause).map(WindowSyntax.init(node:)) }
}

/// `over W`, `lag d`, `every P`, `within W`, `after d`.
public struct WindowSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `over lag every within after`
  public var keyword: SyntaxToken? { node.token(.keyword) }
  /// `all`, `last`, `calendar`, `session`, `since` when the value has such a form.
  public var form: SyntaxToken? { node.token(.rule) }
  /// The literal or parameter: the span, the number of `last n`, the gap of a session; the events
  /// table of `since last(…)`.
  public var value: ExpressionSyntax? { node.expression(.value) }
  /// The condition in `since last(E where condition)`.
  public var filter: ExpressionSyntax? { node.expression(.filter) }
  /// The `all` of `else all`.
  public var otherwise: SyntaxToken? { node.token(.otherwise) }
}

/// `if a then b else c`
public struct ConditionalSyntax: SyntaxView {
  public let node: SyntaxNode
  public var condition: ExpressionSyntax? { node.expression(.condition) }
  public var value: ExpressionSyntax? { node.expression(.value) }
  public var otherwise: ExpressionSyntax? { node.expression(.otherwise) }
}

/// `case { a: x  b: y  else: z }`
public struct CaseSyntax: SyntaxView {
  public struct Branch: SyntaxView {
    public let node: SyntaxNode
    /// `nil` for `else`.
    public var condition: ExpressionSyntax? { node.expression(.condition) }
    public var value: ExpressionSyntax? { node.expression(.value) }
  }
  public let node: SyntaxNode
  public var branches: [Branch] { node.nodes(.item).map(Branch.init(node:)) }
}
