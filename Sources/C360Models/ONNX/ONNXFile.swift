/// An ONNX graph that is one operator for trees or linear models of `ai.onnx.ml`, of float32.
struct ONNXFile {
  private let node: ONNXNode
  private let inputs: [ModelInput]
  /// Whether probabilities are divided by their sum at the end.
  private let isNormalized: Bool

  init(_ bytes: [UInt8]) throws(ModelProblem) {
    let graphs = try ProtobufMessage(bytes[...]).messages(7)
    guard let graph = graphs.last else { throw ModelProblem("it is no ONNX file") }
    var nodes: [ONNXNode] = []
    for message in try graph.messages(1) { nodes.append(try ONNXNode(message)) }
    var found: ONNXNode?
    var joined: ONNXNode?
    var isNormalized = false
    for node in nodes {
      switch node.operation {
      case "TreeEnsembleRegressor", "TreeEnsembleClassifier", "LinearRegressor",
        "LinearClassifier":
        guard found == nil else { throw node.problem("there are two models in the graph") }
        found = node
      case "Identity", "ZipMap": continue
      case "Concat" where found == nil && joined == nil: joined = node
      case "Normalizer" where found != nil && node.text("norm") == "L1": isNormalized = true
      case let other: throw ModelProblem("the operator `\(other)` of ONNX is not known here")
      }
    }
    guard let found else { throw ModelProblem("the graph holds no model") }
    node = found
    self.isNormalized = isNormalized
    inputs = try Self.inputs(graph, of: found, joined)
  }

  /// One tensor of columns without names, or one column an input, joined in order.
  private static func inputs(
    _ graph: ProtobufMessage, of node: ONNXNode, _ joined: ONNXNode?
  ) throws(ModelProblem) -> [ModelInput] {
    var widths: [String: Int] = [:]
    for input in try graph.messages(11) {
      let name = input.text(1)
      guard let tensor = try input.messages(2).last?.messages(1).last,
        try tensor.integers(1).last == 1
      else { throw ModelProblem("the input `\(name)` is no tensor of float32") }
      let sizes = try tensor.messages(2).last?.messages(1) ?? []
      guard sizes.count == 2, let width = try sizes[1].integers(1).last,
        (1...Limits.features).contains(width)
      else { throw ModelProblem("the input `\(name)` has no known number of columns") }
      widths[name] = width
    }
    guard let source = node.inputs.first else { throw node.problem("it has no input") }
    if let joined {
      guard joined.outputs.first == source else { throw joined.problem("it joins no inputs") }
      for name in joined.inputs where widths[name] != 1 {
        throw joined.problem("`\(name)` is no input of one column")
      }
      return joined.inputs.map { ModelInput(name: $0, kind: .number) }
    }
    guard let width = widths[source] else { throw node.problem("it does not read an input") }
    let name = width == 1 ? source : nil
    return (0..<width).map { _ in ModelInput(name: name, kind: .number) }
  }

  func model(_ digest: String) throws(ModelProblem) -> Model {
    let labels = max(
      try node.integers("classlabels_int64s").count, try node.integers("classlabels_ints").count,
      node.texts("classlabels_strings").count)
    guard labels <= Limits.classes else { throw node.problem("there are too many classes") }
    let parts: (outputs: [ModelOutput], divisor: Double)
    switch node.operation {
    case "LinearRegressor":
      parts = (try linear(max(1, try node.integer("targets") ?? 1)), 1)
    case "LinearClassifier": parts = (try linear(try node.floats("intercepts").count), 1)
    case "TreeEnsembleRegressor":
      parts = try ONNXTrees(node, "target", features: inputs.count).outputs(
        max(1, try node.integer("n_targets") ?? 1))
    default: parts = try ONNXTrees(node, "class", features: inputs.count).outputs(max(1, labels))
    }
    var outputs = parts.outputs
    let link = try link(outputs.count)
    // Of two classes the probability of the second is the score.
    if labels == 2, link != .softmax {
      // Where all leaves name one class, whichever, they speak of the second.
      let given = outputs.filter { output in
        if case .trees(let trees, _) = output.form { !trees.isEmpty } else { true }
      }
      guard let last = given.last ?? outputs.last else { throw node.problem("it has no output") }
      outputs = [last]
    } else if labels > 0, outputs.count != labels {
      throw node.problem("there are \(outputs.count) sums for \(labels) classes")
    }
    if isNormalized, link != .softmax, outputs.count > 1 {
      throw ModelProblem("the operator `Normalizer` of ONNX after `LOGISTIC` is not known here")
    }
    return Model(
      format: .onnx, digest: digest, precision: .single, inputs: inputs, outputs: outputs,
      divisor: parts.divisor, link: link, objective: node.operation)
  }

  private func link(_ outputs: Int) throws(ModelProblem) -> Link {
    switch node.text("post_transform") ?? "NONE" {
    case "NONE": return .identity
    case "LOGISTIC": return .logistic(scale: 1)
    case "SOFTMAX" where outputs > 1: return .softmax
    case let other:
      throw node.problem("the transformation `\(other)` is not known here", "post_transform")
    }
  }

  private func linear(_ outputs: Int) throws(ModelProblem) -> [ModelOutput] {
    let weights = try node.floats("coefficients")
    let starts = try node.floats("intercepts")
    guard (1...Limits.classes).contains(outputs), weights.count == outputs * inputs.count,
      starts.isEmpty || starts.count == outputs
    else { throw node.problem("coefficients and intercepts do not fit the inputs", "coefficients") }
    return (0..<outputs).map { output in
      let row = weights[output * inputs.count..<(output + 1) * inputs.count]
      return ModelOutput(
        start: starts.isEmpty ? 0 : Double(starts[output]), form: .linear(row.map { Double($0) }))
    }
  }
}
