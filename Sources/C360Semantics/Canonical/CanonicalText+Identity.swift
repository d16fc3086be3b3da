extension Program {
  /// All that decides to whom identifiers of an identity belong, its params included; its hash stands
  /// in manifests.
  public func canonicalText(of identity: Table) -> String {
    let text = CanonicalText(self)
    var lines = [text.table(identity)]
    if case .identity(let roles) = identity.kind {
      var parameters: Set<ParameterID> = []
      ExpressionWalk.forEach(roles.weight) { part in
        if case .parameter(let id) = part.kind { parameters.insert(id) }
      }
      lines += parameters.map { text.parameter(self[$0]) }.sorted()
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
