import C360Diagnostics

extension Checker {
  /// Law 3: whether a value can be had at each decision of an exposure; complains when not.
  func isDecided(
    _ expression: Expression, at exposure: ExposureInfo, noun: String, user: LabeledSpan
  ) -> Bool {
    let grain = expression.facts.grain
    switch grain.row {
    case .constant: return true
    case .decision(let entity):
      if entity.isEmpty || entity == exposure.exposure.entity { return true }
    case .exposure(let id):
      if id == exposure.id { return true }
    case .row, .query: break
    }
    let way = path(from: expression, words: { part, _ in self.words(part.facts.grain) }) {
      $0.facts.grain.row == grain.row
    }
    report(
      SemanticError.notAtExposure(
        way.first?.span ?? expression.span, noun, grain: words(grain), exposure: exposure.name,
        path: Array(way.dropFirst()) + [user]))
    return false
  }
}
