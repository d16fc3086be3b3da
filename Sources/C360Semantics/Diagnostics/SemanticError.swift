import C360Diagnostics

/// Every error of checking: E02xx names and declarations, E03xx the laws, E04xx types, E05xx masks,
/// policies and queries. One page each under docs/diagnostics.
enum SemanticError {
  static func list(_ names: [String], limit: Int = 8) -> String {
    let shown = names.prefix(limit).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > limit ? shown + ", …" : shown
  }

  /// Help that offers a near name, or else what there is.
  static func near(_ name: String, among known: [String], what: String) -> [String] {
    if let found = nearest(to: name, among: known) { return ["did you mean `\(found)`?"] }
    guard !known.isEmpty, known.count <= 12 else { return [] }
    return ["\(what): \(list(known.sorted(), limit: 12))"]
  }

  static func replacement(_ at: Span, _ name: String, among known: [String]) -> [Fix] {
    guard let found = nearest(to: name, among: known), at.text == name else { return [] }
    return [Fix("write `\(found)`", edits: [Fix.Edit(span: at, replacement: found)])]
  }

  static func labeled(_ span: Span?, _ label: String) -> [LabeledSpan] {
    span.map { [LabeledSpan($0, label)] } ?? []
  }
}

/// Warnings: what is legal and hardly meant.
enum SemanticWarning {}
