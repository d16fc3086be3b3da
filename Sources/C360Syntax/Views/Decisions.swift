import C360Diagnostics

/// `mask NAME [for actions] { hide … ; forbid … ; include … }`
public struct MaskSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var actions: NameSyntax? { node.name(.actions) }
  public var items: [MaskItemSyntax] { node.nodes(.item).map(MaskItemSyntax.init) }
}

public enum MaskItemSyntax: SyntaxView {
  case hide(HideSyntax)
  case forbid(ForbidSyntax)
  case include(IncludeSyntax)
  case malformed(SyntaxNode)

  public init(_ node: SyntaxNode) {
    switch node.kind {
    case .hide: self = .hide(HideSyntax(node: node))
    case .forbid: self = .forbid(ForbidSyntax(node: node))
    case .include: self = .include(IncludeSyntax(node: node))
    default: self = .malformed(node)
    }
  }

  public var node: SyntaxNode {
    switch self {
    case .hide(let view as any SyntaxView), .forbid(let view as any SyntaxView),
      .include(let view as any SyntaxView):
      view.node
    case .malformed(let node): node
    }
  }
}

/// `hide TARGET [unless condition] [else value] [because "…"]`
public struct HideSyntax: SyntaxView {
  public let node: SyntaxNode
  public var target: NameSyntax? { node.name(.target) }
  public var unless: ExpressionSyntax? { node.expression(.condition) }
  public var otherwise: ExpressionSyntax? { node.expression(.otherwise) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `forbid NAME when condition [because "…"]`
public struct ForbidSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var condition: ExpressionSyntax? { node.expression(.condition) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `include OTHER`
public struct IncludeSyntax: SyntaxView {
  public let node: SyntaxNode
  public var mask: NameSyntax? { node.name(.target) }
}

/// `objective NAME [for actions] { terms }`
public struct ObjectiveSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var actions: NameSyntax? { node.name(.actions) }
  public var terms: [TermSyntax] { node.nodes(.item).map(TermSyntax.init(node:)) }
}

/// `maximize | minimize NAME = expr [weight expr] [because "…"]`
public struct TermSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `maximize` or `minimize`
  public var direction: SyntaxToken? { node.token(.direction) }
  public var name: SyntaxToken? { node.token(.name) }
  public var value: ExpressionSyntax? { node.expression(.value) }
  public var weight: ExpressionSyntax? { node.expression(.weight) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `constraint NAME: MEASURE <= BOUND [per …]* [soft PENALTY] [because "…"]`
public struct ConstraintSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var condition: ExpressionSyntax? { node.expression(.condition) }
  /// What follows each `per` and each comma behind one, in order.
  public var groups: [PerSyntax] {
    node.nodes(.clause).flatMap { $0.nodes(.item) }.map(PerSyntax.init(node:))
  }
  public var penalty: ExpressionSyntax? { node.expression(.weight) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `calendar 1d`, `7d`, an entity or a column.
public struct PerSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `calendar`
  public var rule: SyntaxToken? { node.token(.rule) }
  public var value: ExpressionSyntax? { node.expression(.value) }
}

/// `policy NAME for ACTIONS at EXPOSURE { clauses }`
public struct PolicySyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var actions: NameSyntax? { node.name(.actions) }
  public var exposure: NameSyntax? { node.name(.exposure) }
  public var clauses: [ClauseSyntax] { node.nodes(.item).map(ClauseSyntax.init(node:)) }
}

/// One clause of a policy; which accessors are filled depends on `keyword`:
/// `mask objective` → names; `permit` → names[0] = `sensitive`… see `label`; `choose explore` →
/// expression; `candidates` → expression and key; `slots` → expression and limits; `stable` → shifts and,
/// behind `within`, expression; `fallback` → expression (a literal); `owner approved ticket` → text.
public struct ClauseSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `mask permit objective subject candidates slots choose explore stable fallback owner …`
  public var keyword: SyntaxToken? { node.token(.keyword) }
  /// `mask M` / `mask none`, `objective O`: one name. `permit … in a, b`: the names after `in`.
  public var names: [NameSyntax] { node.nodes(.name).map(NameSyntax.init) }
  /// `permit sensitive(age)`: the token `age`.
  public var label: SyntaxToken? { node.token(.label) }
  public var expression: ExpressionSyntax? { node.expression(.expression) }
  /// `candidates top(200) by match`: what follows `by`.
  public var key: ExpressionSyntax? { node.expression(.key) }
  /// `slots 3, at most 1 per brand`: what follows the commas.
  public var limits: [LimitSyntax] { node.nodes(.item).map(LimitSyntax.init(node:)) }
  /// `stable under spend_90d 10%, orders_30d 1`: what follows `under` and the commas.
  public var shifts: [ShiftSyntax] { node.nodes(.item).map(ShiftSyntax.init(node:)) }
  public var text: SyntaxToken? { node.token(.value) }
  /// `approved "…" until @…`
  public var until: ExpressionSyntax? { node.expression(.until) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `at most 1 per brand`
public struct LimitSyntax: SyntaxView {
  public let node: SyntaxNode
  public var most: ExpressionSyntax? { node.expression(.expression) }
  public var column: NameSyntax? { node.name(.name) }
}

/// `spend_90d 10%`
public struct ShiftSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: NameSyntax? { node.name(.name) }
  public var amount: ExpressionSyntax? { node.expression(.value) }
}
