extension Catalogue {
  /// Calls with rules of their own.
  static let forms: [Function] = [
    Function(
      form: "arm", "arm(experiment)",
      "The name of the arm in which the entity is at the decision; null outside of the experiment.",
      nulls: .total),
    Function(
      form: "consent", "consent(\"purpose\")",
      "Whether the entity's consent for a purpose holds at the decision.", nulls: .total),
    Function(
      form: "coverage", "coverage(feature)",
      "The share of the feature's window that its table was observed in, and may be seen.",
      nulls: .total),
    Function(
      form: "confidence", "confidence(entity)",
      "The greatest probability with which an identifier is the entity's, by the links known before.",
      nulls: .propagates),
    Function(
      form: "declassify", "declassify(x, sensitive(label), because: \"…\")",
      "x without a sensitive label; stands in the manifest.", nulls: .propagates),
    Function(
      form: "lightgbm", "lightgbm(\"file\", [inputs], class: 2, raw: true)",
      "A model of lightgbm, as its text: what its `predict` gives.", nulls: .total),
    Function(
      form: "linear", "linear(\"file\", [inputs])",
      "A linear model: CSV rows `name,weight`, or JSON; inputs bound by name.",
      nulls: .propagates),
    Function(
      form: "logistic", "logistic(\"file\", [inputs])",
      "A logistic model: the sigmoid of a linear one.", nulls: .propagates),
    Function(
      form: "onnx", "onnx(\"file\", [inputs], class: 2, raw: true)",
      "The trees or the linear model of an ONNX file; without a class the second of two.",
      nulls: .total),
    Function(
      form: "xgboost", "xgboost(\"file\", [inputs], class: 2, raw: true)",
      "A model of xgboost, as JSON or UBJ: what its `predict` gives.", nulls: .total),
  ]
}
