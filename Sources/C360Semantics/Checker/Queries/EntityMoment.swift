import C360Diagnostics
import C360Syntax

/// What `for customer 42 at @2026-03-01` stands for.
struct EntityMoment: Hashable {
  let entity: String
  let key: Value
  /// µs
  let time: Int64
}

extension Checker {
  /// `for customer 42 at @2026-03-01 [under MASK]`: an exposure of one row, made for this query.
  func momentSource(
    of name: NameSyntax, _ syntax: QuerySyntax, isOutput: Bool, _ environment: Environment
  ) -> QuerySource? {
    guard let entity = entity(name), let written = syntax.key, let at = syntax.instant else {
      return nil
    }
    guard let type = keyType(of: entity)?.nonOptional else {
      reportMissingTable(of: entity, at: name.span)
      return nil
    }
    let scope = Scope(.constant, for: Scope.Use(.constant, "a query"), in: environment)
    guard let (key, found) = constantValue(written, scope, "the key of `\(entity)`") else {
      return nil
    }
    guard found.base == type.base, key != .null else {
      report(
        SemanticError.typeMismatch(
          written.span, found: found, wanted: type, because: nil, what: "the key of `\(entity)`"))
      return nil
    }
    guard let time = instant(at, scope, bareDate: .start),
      let under = under(syntax, isOutput: isOutput, environment),
      let declaration = declarations.first(where: { $0.isEntity && $0.name == entity })
    else { return nil }
    let moment = EntityMoment(entity: entity, key: key, time: time)
    let info =
      moments[moment]
      ?? exposure(
        of: moment, key: type, named: "\(entity) \(written.span.text) at \(at.span.text)",
        declaration, name.span)
    moments[moment] = info
    return exposureSource(info, named: entity, under, environment)
  }

  private func exposure(
    of moment: EntityMoment, key: Type, named name: String, _ declaration: Declaration, _ span: Span
  ) -> ExposureInfo {
    let exposure = Exposure(
      name: name, entity: moment.entity, origin: .row(entity: moment.key, at: moment.time),
      columns: [
        Column(name: moment.entity, type: key, defaultValue: nil, labels: [], span: span),
        Column(name: "at", type: .time, defaultValue: nil, labels: [], span: span),
      ], key: 0, time: 1, action: nil, propensity: nil, loggedOutcomes: [], keep: .all,
      isKeepDeclared: false, outcomes: [],
      timezone: declaration.environment.module.clock.identifier, span: span)
    let id = ExposureID(program.exposures.count)
    program.exposures.append(exposure)
    let info = ExposureInfo(id: id, declaration: declaration, exposure: exposure, outcomes: [])
    exposureInfos.append(info)
    return info
  }
}

extension Declaration {
  fileprivate var isEntity: Bool { if case .entity = kind { true } else { false } }
}
