import C360Diagnostics

/// What would be slow and dangerous to walk shares its code with what nests too deeply as text.
extension SemanticError {
  static func tooDeep(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0132", "this nests too deeply through the declarations that it needs", at: at,
      help: ["declare features before those that use them, or make them smaller"])
  }

  static func tooManyInARow(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0132", "too many declarations stand one behind the other, this one among them", at: at,
      label: "more than \(Limits.featureDepth)")
  }

  static func tooManyCalls(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0132", "functions that call functions make `\(name)` too large to substitute", at: at)
  }

  static func tooManyDeclarations(_ at: Span) -> Diagnostic {
    Diagnostic("E0132", "templates that apply templates declare too much", at: at)
  }
}
