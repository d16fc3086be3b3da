import C360Diagnostics

/// `events | profile | consents | actions NAME [of ENTITY [via IDENTITY]] from "…" [as format]
/// { items }`, `limits NAME from …`, `identity NAME to ENTITY from …`
public struct TableSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `events`, `profile`, `consents`, `actions`, `limits` or `identity`.
  public var keyword: SyntaxToken? { node.token(.keyword) }
  public var name: SyntaxToken? { node.token(.name) }
  public var entity: NameSyntax? { node.name(.entity) }
  /// The identity through which keys belong to entities.
  public var identity: NameSyntax? { node.name(.via) }
  public var source: SyntaxToken? { node.token(.source) }
  public var format: FormatSyntax? { node.node(.format).map(FormatSyntax.init) }
  public var items: [TableItemSyntax] { node.nodes(.item).map(TableItemSyntax.init) }
}

/// An item of a table or exposure block.
public enum TableItemSyntax: SyntaxView {
  case column(ColumnSyntax)
  case observed(ObservedSyntax)
  case arrives(ArrivesSyntax)
  case expires(ExpiresSyntax)
  case timezone(TimezoneSyntax)
  case noAction(NoActionSyntax)
  case keep(KeepSyntax)
  case outcome(OutcomeSyntax)
  case link(LinkSyntax)
  case resolve(ResolveSyntax)
  case malformed(SyntaxNode)

  public init(_ node: SyntaxNode) {
    switch node.kind {
    case .column: self = .column(ColumnSyntax(node: node))
    case .observed: self = .observed(ObservedSyntax(node: node))
    case .arrives: self = .arrives(ArrivesSyntax(node: node))
    case .expires: self = .expires(ExpiresSyntax(node: node))
    case .timezone: self = .timezone(TimezoneSyntax(node: node))
    case .noAction: self = .noAction(NoActionSyntax(node: node))
    case .keep: self = .keep(KeepSyntax(node: node))
    case .outcome: self = .outcome(OutcomeSyntax(node: node))
    case .link: self = .link(LinkSyntax(node: node))
    case .resolve: self = .resolve(ResolveSyntax(node: node))
    default: self = .malformed(node)
    }
  }

  public var node: SyntaxNode {
    switch self {
    case .column(let view as any SyntaxView), .observed(let view as any SyntaxView),
      .arrives(let view as any SyntaxView), .expires(let view as any SyntaxView),
      .timezone(let view as any SyntaxView), .noAction(let view as any SyntaxView),
      .keep(let view as any SyntaxView), .outcome(let view as any SyntaxView),
      .link(let view as any SyntaxView), .resolve(let view as any SyntaxView):
      view.node
    case .malformed(let node): node
    }
  }
}

/// `name: type [= default] @role @role(argument)`
public struct ColumnSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var type: TypeSyntax? { node.node(.type).map(TypeSyntax.init) }
  public var defaultValue: ExpressionSyntax? { node.expression(.value) }
  public var roles: [RoleSyntax] { node.nodes(.role).map(RoleSyntax.init(node:)) }
}

/// `@key`, `@sensitive(age)`, `@time(end_of_day)`
public struct RoleSyntax: SyntaxView {
  public let node: SyntaxNode
  /// With its `@`.
  public var token: SyntaxToken? { node.token(.name) }
  public var argument: SyntaxToken? { node.token(.argument) }
}

/// `observed through @…` or `observed from @…`
public struct ObservedSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `from` or `through`
  public var bound: SyntaxToken? { node.token(.rule) }
  public var value: ExpressionSyntax? { node.expression(.value) }
}

/// `arrives within 2h`
public struct ArrivesSyntax: SyntaxView {
  public let node: SyntaxNode
  public var delay: ExpressionSyntax? { node.expression(.value) }
}

/// `expires after 180d`
public struct ExpiresSyntax: SyntaxView {
  public let node: SyntaxNode
  public var length: ExpressionSyntax? { node.expression(.value) }
}

/// `none "no_contact"`
public struct NoActionSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.value) }
}

/// `keep all | first | first per [calendar] P | non_overlapping W | washout G`
public struct KeepSyntax: SyntaxView {
  public let node: SyntaxNode
  public var rule: SyntaxToken? { node.token(.rule) }
  /// The word `calendar` after `per`.
  public var isCalendar: Bool { node.token(.unit) != nil }
  public var value: ExpressionSyntax? { node.expression(.value) }
}

/// `outcome name = expr`
public struct OutcomeSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var expression: ExpressionSyntax? { node.expression(.expression) }
}

/// `link EXPRESSION`
public struct LinkSyntax: SyntaxView {
  public let node: SyntaxNode
  public var expression: ExpressionSyntax? { node.expression(.expression) }
}

/// `resolve best | weighted | clusters above p`
public struct ResolveSyntax: SyntaxView {
  public let node: SyntaxNode
  public var rule: SyntaxToken? { node.token(.rule) }
  public var threshold: ExpressionSyntax? { node.expression(.value) }
}

/// `exposure NAME of ENTITY from "…" { … }`,
/// `… [in profile] every [calendar] P from @a through @b`,
/// `… [in profile] at @t`
public struct ExposureSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var entity: NameSyntax? { node.name(.entity) }
  public var source: SyntaxToken? { node.token(.source) }
  public var format: FormatSyntax? { node.node(.format).map(FormatSyntax.init) }
  /// The profile whose entities a generated exposure ranges over.
  public var population: NameSyntax? { node.name(.path) }
  public var step: ExpressionSyntax? { node.expression(.step) }
  /// The word `calendar` after `every`.
  public var isCalendar: Bool { node.token(.unit) != nil }
  public var start: ExpressionSyntax? { node.expression(.start) }
  public var through: ExpressionSyntax? { node.expression(.through) }
  public var instant: ExpressionSyntax? { node.expression(.value) }
  public var items: [TableItemSyntax] { node.nodes(.item).map(TableItemSyntax.init) }
}
