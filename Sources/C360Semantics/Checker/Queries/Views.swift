import C360Diagnostics
import C360Syntax

/// A run of stages as seen from where it is written.
struct QueryPart {
  /// What its first stage calls the rows.
  let name: String
  let stages: [StageSyntax]
  let environment: Environment
}

extension Checker {
  /// The source of a query with views taken apart: the query whose source is none, and the stages from
  /// there on. nil after a complaint.
  func unfolded(
    _ syntax: QuerySyntax, _ environment: Environment
  ) -> (base: QuerySyntax, environment: Environment, parts: [QueryPart])? {
    if let entity = syntax.entity {
      let own = QueryPart(name: entity.dotted, stages: syntax.stages, environment: environment)
      return (syntax, environment, [own])
    }
    guard let name = syntax.source else { return nil }
    let own = QueryPart(name: name.dotted, stages: syntax.stages, environment: environment)
    let scope = Scope(.constant, for: Scope.Use(.query, "a query"), in: environment)
    guard let declaration = declaration(named: name.dotted, scope),
      case .view(let view) = declaration.kind, syntax.candidates == nil
    else { return (syntax, environment, [own]) }
    if let other = syntax.exposure ?? syntax.mask {
      report(SemanticError.viewSaysItself(other.span, declaration.name, declaration.nameSpan))
      return nil
    }
    if case .inProgress = declaration.resolution {
      report(SemanticError.cycle(name.span, declaration.name, declared: declaration.nameSpan))
      declaration.resolution = .failed
      return nil
    }
    guard isSound(view, declaration), let query = view.query,
      let inner = unfolded(query, declaration.environment)
    else { return nil }
    return (inner.base, inner.environment, inner.parts + [own])
  }

  /// Whether a view has no error of its own; told once.
  func isSound(_ view: ViewSyntax, _ declaration: Declaration) -> Bool {
    switch declaration.resolution {
    case .view: return true
    case .failed, .inProgress: return false
    default: break
    }
    declaration.resolution = .inProgress
    let query = view.query.flatMap { query in
      visiting(declaration.environment.sites, mask: nil) {
        self.query(query, isOutput: false, declaration.environment)
      }
    }
    if case .inProgress = declaration.resolution {
      declaration.resolution = query == nil ? .failed : .view
    }
    if case .view = declaration.resolution { return true }
    return false
  }
}
