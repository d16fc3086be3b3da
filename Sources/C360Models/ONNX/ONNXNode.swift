/// A node of an ONNX graph with its attributes.
struct ONNXNode {
  let operation: String
  let inputs: [String]
  let outputs: [String]
  private let attributes: [String: ProtobufMessage]

  init(_ message: ProtobufMessage) throws(ModelProblem) {
    operation = message.text(4)
    inputs = message.texts(1)
    outputs = message.texts(2)
    var attributes: [String: ProtobufMessage] = [:]
    for attribute in try message.messages(5) { attributes[attribute.text(1)] = attribute }
    self.attributes = attributes
  }

  func problem(_ message: String, _ attribute: String? = nil) -> ModelProblem {
    ModelProblem(message, at: attribute.map { "\(operation).\($0)" } ?? operation)
  }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func integers(_ name: String) throws(ModelProblem) -> [Int] {
    try attributes[name]?.integers(8) ?? []
  }

  func floats(_ name: String) throws(ModelProblem) -> [Float] {
    try attributes[name]?.floats(7) ?? []
  }

  func texts(_ name: String) -> [String] { attributes[name]?.texts(9) ?? [] }

  func integer(_ name: String) throws(ModelProblem) -> Int? {
    try attributes[name]?.integers(3).last
  }

  func text(_ name: String) -> String? { attributes[name]?.text(4) }
}
