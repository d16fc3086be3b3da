import C360Diagnostics

/// `experiment NAME of ENTITY at EXPOSURE { settings and arms }`
public struct ExperimentSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var entity: NameSyntax? { node.name(.entity) }
  public var exposure: NameSyntax? { node.name(.exposure) }
  public var settings: [SettingSyntax] {
    node.nodes(.item).filter { $0.kind == .setting }.map(SettingSyntax.init(node:))
  }
  public var arms: [ShareSyntax] {
    node.nodes(.item).filter { $0.kind == .arm }.map(ShareSyntax.init(node:))
  }
}

/// A line of an experiment that is no arm; which accessors are filled depends on `keyword`.
public struct SettingSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `salt from through layer within ramp otherwise`
  public var keyword: SyntaxToken? { node.token(.keyword) }
  /// The text of `salt` and of `layer`.
  public var text: SyntaxToken? { node.token(.value) }
  /// `within EXPERIMENT.ARM`, `otherwise POLICY`
  public var target: NameSyntax? { node.name(.name) }
  /// `from @…`, `through @…`, `ramp 20%`, the range of `layer`.
  public var expression: ExpressionSyntax? { node.expression(.expression) }
  /// `from @… through @…`
  public var through: ExpressionSyntax? { node.expression(.through) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// A member and its share: `arm NAME 10%`, and `NAME 70%` of a mixture.
public struct ShareSyntax: SyntaxView {
  public let node: SyntaxNode
  public var member: NameSyntax? { node.name(.name) }
  public var share: ExpressionSyntax? { node.expression(.value) }
  /// Of an arm.
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `arbitrate NAME of ENTITY at EXPOSURE { mask M; permit …; first … ; then … }`
public struct ArbitrateSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var entity: NameSyntax? { node.name(.entity) }
  public var exposure: NameSyntax? { node.name(.exposure) }
  /// `mask`, `permit`, and clauses that have no meaning here.
  public var clauses: [ClauseSyntax] {
    node.nodes(.item).filter { $0.kind == .clause || $0.kind == .permit }
      .map(ClauseSyntax.init(node:))
  }
  public var turns: [TurnSyntax] {
    node.nodes(.item).filter { $0.kind == .turn }.map(TurnSyntax.init(node:))
  }
}

/// `first | then MEMBER | best of A, B | mixture of A 70%, B 30% [when condition] [because "…"]`
public struct TurnSyntax: SyntaxView {
  public let node: SyntaxNode
  /// `first` or `then`
  public var keyword: SyntaxToken? { node.token(.keyword) }
  /// `best` or `mixture`; nil: one member.
  public var rule: SyntaxToken? { node.token(.rule) }
  /// Of one member, or of `best of`.
  public var members: [NameSyntax] { node.nodes(.name).map(NameSyntax.init) }
  /// Of `mixture of`.
  public var shares: [ShareSyntax] { node.nodes(.element).map(ShareSyntax.init(node:)) }
  public var condition: ExpressionSyntax? { node.expression(.condition) }
  public var because: BecauseSyntax? { node.becauseClause }
}
