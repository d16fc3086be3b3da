import C360Diagnostics

extension SemanticWarning {
  static func decidedBranch(_ at: Span, _ value: Bool) -> Diagnostic {
    Diagnostic(
      "W0441", .warning, "this condition is always \(value), so one branch is never taken", at: at)
  }

  static func cutCategories(_ at: Span, _ path: String) -> Diagnostic {
    Diagnostic(
      "W0442", .warning,
      "`\(path)` has category texts that are not ASCII, which xgboost may have cut", at: at,
      help: ["values that the file does not have are missing to the model: train on texts in ASCII"]
    )
  }

  static func decidedRule(_ at: Span, _ name: String, _ value: Bool) -> Diagnostic {
    Diagnostic(
      "W0521", .warning,
      value
        ? "rule `\(name)` always forbids: every action but the no-op is out"
        : "rule `\(name)` never forbids anything", at: at, label: "always \(value)",
      help: ["a switch is a param: `param paused: bool = false`"])
  }

  static func weightsCancel(_ at: Span, _ name: String, _ other: String, at first: Span)
    -> Diagnostic
  {
    Diagnostic(
      "W0522", .warning, "`\(name)` and `\(other)` cancel: one value, opposite weights", at: at,
      secondary: [LabeledSpan(first, "`\(other)`")])
  }

  static func zeroWeights(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "W0522", .warning, "all weights of `\(name)` are 0, so every action is as good", at: at)
  }
}
