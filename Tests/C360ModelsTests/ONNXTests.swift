import Testing

@testable import C360Models

/// Writes messages in the wire format of protocol buffers.
private struct Wire {
  var bytes: [UInt8] = []

  private mutating func varint(_ value: Int) {
    var rest = UInt64(bitPattern: Int64(value))
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func integer(_ field: Int, _ value: Int) {
    varint(field << 3)
    varint(value)
  }

  mutating func put(_ field: Int, _ content: [UInt8]) {
    varint(field << 3 | 2)
    varint(content.count)
    bytes += content
  }

  mutating func text(_ field: Int, _ text: String) { put(field, Array(text.utf8)) }

  mutating func message(_ field: Int, _ body: (inout Wire) -> Void) {
    var inner = Wire()
    body(&inner)
    put(field, inner.bytes)
  }

  mutating func integers(_ name: String, _ values: [Int]) {
    message(5) { attribute in
      attribute.text(1, name)
      for value in values { attribute.integer(8, value) }
    }
  }

  mutating func floats(_ name: String, _ values: [Float]) {
    message(5) { attribute in
      attribute.text(1, name)
      attribute.put(
        7,
        values.flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
        })
    }
  }

  mutating func texts(_ name: String, _ values: [String]) {
    message(5) { attribute in
      attribute.text(1, name)
      for value in values { attribute.text(9, value) }
    }
  }
}

@Suite("ONNX files")
struct ONNXTests {
  /// `x1 > 0.5`, NaN false, into 1 or 2; over two columns.
  static func file(
    operation: String = "TreeEnsembleRegressor", mode: String = "BRANCH_GT",
    children: [Int] = [1, 0, 0], before: String? = nil
  ) -> [UInt8] {
    var file = Wire()
    file.message(7) { graph in
      if let before { graph.message(1) { $0.text(4, before) } }
      graph.message(1) { node in
        node.text(1, "X")
        node.text(2, "variable")
        node.text(4, operation)
        node.integers("nodes_treeids", [0, 0, 0])
        node.integers("nodes_nodeids", [0, 1, 2])
        node.texts("nodes_modes", [mode, "LEAF", "LEAF"])
        node.integers("nodes_featureids", [1, 0, 0])
        node.floats("nodes_values", [0.5, 0, 0])
        node.integers("nodes_truenodeids", children)
        node.integers("nodes_falsenodeids", [2, 0, 0])
        node.integers("target_treeids", [0, 0])
        node.integers("target_nodeids", [1, 2])
        node.integers("target_ids", [0, 0])
        node.floats("target_weights", [1, 2])
      }
      graph.message(11) { input in
        input.text(1, "X")
        input.message(2) { type in
          type.message(1) { tensor in
            tensor.integer(1, 1)
            tensor.message(2) { shape in
              shape.message(1) { $0.text(2, "N") }
              shape.message(1) { $0.integer(1, 2) }
            }
          }
        }
      }
    }
    return file.bytes
  }

  /// `>` is `<=` with its branches exchanged, and NaN goes where a comparison that is false goes.
  @Test func branches() throws {
    let model = try Model.read(Self.file(), as: .onnx, digest: "")
    #expect(model.inputs.count == 2 && model.inputs.allSatisfy { $0.name == nil })
    guard case .trees(let trees, _) = model.outputs[0].form,
      case .number(let feature, let threshold, let orEqual, let missing) = trees[0].nodes[0].test
    else {
      Issue.record("no tree")
      return
    }
    #expect(feature == 1 && threshold == 0.5 && orEqual && missing == .left)
    guard case .leaf(2) = trees[0].nodes[trees[0].nodes[0].left].test else {
      Issue.record("the left child is that of `false`")
      return
    }
  }

  @Test func refusals() {
    func complaint(_ bytes: [UInt8]) -> String? { Files.complaint(bytes, as: .onnx) }
    #expect(
      complaint(Self.file(operation: "Conv")) == "the operator `Conv` of ONNX is not known here")
    #expect(
      complaint(Self.file(before: "Scaler")) == "the operator `Scaler` of ONNX is not known here")
    #expect(
      complaint(Self.file(mode: "BRANCH_EQ"))
        == "TreeEnsembleRegressor.nodes_modes: `BRANCH_EQ` is not known here")
    #expect(
      complaint(Self.file(children: [0, 0, 0]))
        == "TreeEnsembleRegressor: a tree reaches its node 0 twice")
    #expect(
      complaint(Self.file(children: [7, 0, 0]))
        == "TreeEnsembleRegressor: a tree has a child -1 that is no node of it")
    #expect(complaint(Array("no protocol buffer".utf8)) != nil)
  }

  /// Damaged bytes end in a model or in words.
  @Test func damaged() {
    let bytes = Self.file()
    for count in 0..<bytes.count {
      #expect(Files.complaint(Array(bytes[..<count]), as: .onnx) != nil)
    }
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        _ = Files.complaint(damaged, as: .onnx)
      }
    }
  }
}
