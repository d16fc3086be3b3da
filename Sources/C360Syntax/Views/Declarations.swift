import C360Diagnostics

public struct SourceFileSyntax: SyntaxView {
  public let node: SyntaxNode
  public init(_ node: SyntaxNode) { self.node = node }
  public var declarations: [DeclarationSyntax] { node.nodes(.item).map(DeclarationSyntax.init) }
}

/// Any declaration, by its kind.
public enum DeclarationSyntax: SyntaxView {
  case edition(EditionSyntax)
  case module(ModuleSyntax)
  case timezone(TimezoneSyntax)
  case use(UseSyntax)
  case param(ParamSyntax)
  case function(FunctionSyntax)
  case entity(EntitySyntax)
  case table(TableSyntax)
  case exposure(ExposureSyntax)
  case feature(FeatureSyntax)
  case template(TemplateSyntax)
  case apply(ApplySyntax)
  case mask(MaskSyntax)
  case score(ScoreSyntax)
  case objective(ObjectiveSyntax)
  case constraint(ConstraintSyntax)
  case policy(PolicySyntax)
  case experiment(ExperimentSyntax)
  case arbitrate(ArbitrateSyntax)
  case output(OutputSyntax)
  case show(ShowSyntax)
  case expect(ExpectSyntax)
  case view(ViewSyntax)
  /// Of the language, not of this version, or not a declaration at all; already reported.
  case malformed(SyntaxNode)

  public init(_ node: SyntaxNode) {
    switch node.kind {
    case .edition: self = .edition(EditionSyntax(node: node))
    case .module: self = .module(ModuleSyntax(node: node))
    case .timezone: self = .timezone(TimezoneSyntax(node: node))
    case .use: self = .use(UseSyntax(node: node))
    case .param: self = .param(ParamSyntax(node: node))
    case .function: self = .function(FunctionSyntax(node: node))
    case .entity: self = .entity(EntitySyntax(node: node))
    case .table: self = .table(TableSyntax(node: node))
    case .exposure: self = .exposure(ExposureSyntax(node: node))
    case .feature: self = .feature(FeatureSyntax(node: node))
    case .template: self = .template(TemplateSyntax(node: node))
    case .apply: self = .apply(ApplySyntax(node: node))
    case .mask: self = .mask(MaskSyntax(node: node))
    case .score: self = .score(ScoreSyntax(node: node))
    case .objective: self = .objective(ObjectiveSyntax(node: node))
    case .constraint: self = .constraint(ConstraintSyntax(node: node))
    case .policy: self = .policy(PolicySyntax(node: node))
    case .experiment: self = .experiment(ExperimentSyntax(node: node))
    case .arbitrate: self = .arbitrate(ArbitrateSyntax(node: node))
    case .output: self = .output(OutputSyntax(node: node))
    case .show: self = .show(ShowSyntax(node: node))
    case .expect: self = .expect(ExpectSyntax(node: node))
    case .view: self = .view(ViewSyntax(node: node))
    default: self = .malformed(node)
    }
  }

  public var node: SyntaxNode {
    switch self {
    case .edition(let view as any SyntaxView), .module(let view as any SyntaxView),
      .timezone(let view as any SyntaxView), .use(let view as any SyntaxView),
      .param(let view as any SyntaxView), .function(let view as any SyntaxView),
      .entity(let view as any SyntaxView), .table(let view as any SyntaxView),
      .exposure(let view as any SyntaxView), .feature(let view as any SyntaxView),
      .template(let view as any SyntaxView), .apply(let view as any SyntaxView),
      .mask(let view as any SyntaxView), .score(let view as any SyntaxView),
      .objective(let view as any SyntaxView), .constraint(let view as any SyntaxView),
      .policy(let view as any SyntaxView),
      .experiment(let view as any SyntaxView), .arbitrate(let view as any SyntaxView),
      .output(let view as any SyntaxView), .show(let view as any SyntaxView),
      .expect(let view as any SyntaxView), .view(let view as any SyntaxView):
      view.node
    case .malformed(let node): node
    }
  }
}

extension DeclarationSyntax {
  /// The text of the `##` comments directly above, without the signs, line by line; `nil` for none.
  public var documentation: String? {
    guard let trivia = node.firstToken?.leadingTrivia else { return nil }
    var lines: [Substring] = []
    for line in trivia.split(separator: "\n", omittingEmptySubsequences: false) {
      let text = line.drop { $0 == " " || $0 == "\t" }
      if text.hasPrefix("##"), !text.hasPrefix("###") {
        let body = text.dropFirst(2)
        lines.append(body.first == " " ? body.dropFirst() : body)
      } else if !text.isEmpty || lines.isEmpty {
        lines = []
      }
    }
    guard !lines.isEmpty else { return nil }
    return lines.map { String($0.reversed().drop { $0.isWhitespace }.reversed()) }
      .joined(separator: "\n")
  }
}

/// `edition 2026`
public struct EditionSyntax: SyntaxView {
  public let node: SyntaxNode
  public var year: SyntaxToken? { node.token(.value) }
}

/// `module retail.winback`
public struct ModuleSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: NameSyntax? { node.name(.name) }
}

/// `timezone "Europe/London"`
public struct TimezoneSyntax: SyntaxView {
  public let node: SyntaxNode
  public var identifier: SyntaxToken? { node.token(.value) }
}

/// `use std.rfm` or `use "./tables.c360"`
public struct UseSyntax: SyntaxView {
  public let node: SyntaxNode
  public var module: NameSyntax? { node.name(.path) }
  public var file: SyntaxToken? { node.token(.source) }
}

/// `param name: type in low..high = value because "…"`
public struct ParamSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var type: TypeSyntax? { node.node(.type).map(TypeSyntax.init) }
  /// A range or a list.
  public var domain: ExpressionSyntax? { node.expression(.lower) }
  public var value: ExpressionSyntax? { node.expression(.value) }
  public var because: BecauseSyntax? { node.becauseClause }
}

/// `name: type`
public struct ParameterSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var type: TypeSyntax? { node.node(.type).map(TypeSyntax.init) }
}

/// `function f(a: int) -> text = expr`
public struct FunctionSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var parameters: [ParameterSyntax] {
    node.nodes(.parameter).map(ParameterSyntax.init(node:))
  }
  public var result: TypeSyntax? { node.node(.type).map(TypeSyntax.init) }
  public var body: ExpressionSyntax? { node.expression(.expression) }
}

/// `entity customer`
public struct EntitySyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
}

/// `feature f [for actions] = expr`
public struct FeatureSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var actions: NameSyntax? { node.name(.actions) }
  public var expression: ExpressionSyntax? { node.expression(.expression) }
}

/// `template t(e: events, w: duration) { declarations }`
public struct TemplateSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var parameters: [ParameterSyntax] {
    node.nodes(.parameter).map(ParameterSyntax.init(node:))
  }
  public var declarations: [DeclarationSyntax] { node.nodes(.item).map(DeclarationSyntax.init) }
}

/// `apply t(a, b) as name`
public struct ApplySyntax: SyntaxView {
  public let node: SyntaxNode
  public var template: NameSyntax? { node.name(.callee) }
  public var arguments: [ArgumentSyntax] { node.nodes(.argument).map(ArgumentSyntax.init(node:)) }
  public var alias: SyntaxToken? { node.token(.alias) }
}

/// `score s [for actions] = expr`
public struct ScoreSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var actions: NameSyntax? { node.name(.actions) }
  public var expression: ExpressionSyntax? { node.expression(.expression) }
}

/// `output name = query to "path"`
public struct OutputSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var query: QuerySyntax? { node.node(.source).map(QuerySyntax.init) }
  public var destination: SyntaxToken? { node.token(.destination) }
  public var format: FormatSyntax? { node.node(.format).map(FormatSyntax.init) }
}

/// `view name = query`
public struct ViewSyntax: SyntaxView {
  public let node: SyntaxNode
  public var name: SyntaxToken? { node.token(.name) }
  public var query: QuerySyntax? { node.node(.source).map(QuerySyntax.init) }
}

/// `show query`
public struct ShowSyntax: SyntaxView {
  public let node: SyntaxNode
  public var query: QuerySyntax? { node.node(.source).map(QuerySyntax.init) }
}

/// `expect condition because "…"`
public struct ExpectSyntax: SyntaxView {
  public let node: SyntaxNode
  public var condition: ExpressionSyntax? { node.expression(.condition) }
  public var because: BecauseSyntax? { node.becauseClause }
}
