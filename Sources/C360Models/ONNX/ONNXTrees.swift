/// The attributes of a tree ensemble: columns with an entry for each node, and for each weight of a leaf.
struct ONNXTrees {
  private let node: ONNXNode
  private let features: Int
  /// `class` or `target`.
  private let kind: String

  init(_ node: ONNXNode, _ kind: String, features: Int) {
    self.node = node
    self.kind = kind
    self.features = features
  }

  func outputs(_ count: Int) throws(ModelProblem) -> (outputs: [ModelOutput], divisor: Double) {
    guard count <= Limits.classes else { throw node.problem("there are too many outputs") }
    let weights = try leafWeights(count)
    let owners = try node.integers("nodes_treeids")
    guard owners.count <= Limits.nodes / max(1, count) else {
      throw node.problem("there are too many nodes", "nodes_treeids")
    }
    var nodesOf: [Int: [Int]] = [:]
    var order: [Int] = []
    for (place, tree) in owners.enumerated() {
      if nodesOf[tree] == nil { order.append(tree) }
      nodesOf[tree, default: []].append(place)
    }
    let columns = try Columns(node, count: owners.count, features: features)
    let base = try node.floats("base_values")
    guard base.isEmpty || base.count == count || base.count == 1 else {
      throw node.problem("there are \(base.count) for \(count) outputs", "base_values")
    }
    let divisor: Double
    switch node.text("aggregate_function") ?? "SUM" {
    case "SUM": divisor = 1
    case "AVERAGE": divisor = Double(max(1, order.count))
    case let other: throw node.problem("`\(other)` is not known here", "aggregate_function")
    }
    let used = Set(weights.values.flatMap(\.keys))
    var outputs: [ModelOutput] = []
    for output in 0..<count {
      var trees: [Tree] = []
      for tree in order where used.contains(output) {
        trees.append(
          try columns.tree(nodesOf[tree] ?? []) { id in
            weights[tree << 32 ^ id]?[output] ?? 0
          })
      }
      let start = base.isEmpty ? 0 : base.count == 1 ? base[0] : base[output]
      outputs.append(
        ModelOutput(
          start: Double(start) * divisor,
          form: .trees(trees, weights: Array(repeating: 1, count: trees.count))))
    }
    return (outputs, divisor)
  }

  /// By tree and node, by output.
  private func leafWeights(_ count: Int) throws(ModelProblem) -> [Int: [Int: Double]] {
    let trees = try node.integers("\(kind)_treeids")
    let nodes = try node.integers("\(kind)_nodeids")
    let outputs = try node.integers("\(kind)_ids")
    let values = try node.floats("\(kind)_weights")
    guard [nodes.count, outputs.count, values.count].allSatisfy({ $0 == trees.count }),
      outputs.allSatisfy({ (0..<count).contains($0) }),
      (trees + nodes).allSatisfy({ (0..<1 << 31).contains($0) })
    else { throw node.problem("the weights of leaves do not fit the outputs", "\(kind)_weights") }
    var weights: [Int: [Int: Double]] = [:]
    for place in trees.indices {
      weights[trees[place] << 32 ^ nodes[place], default: [:]][outputs[place], default: 0] +=
        Double(values[place])
    }
    return weights
  }

  private struct Columns {
    let node: ONNXNode
    let features: Int
    let ids: [Int]
    let modes: [String]
    let inputs: [Int]
    let values: [Float]
    let lefts: [Int]
    let rights: [Int]
    let missing: [Int]

    init(_ node: ONNXNode, count: Int, features: Int) throws(ModelProblem) {
      self.node = node
      self.features = features
      ids = try node.integers("nodes_nodeids")
      modes = node.texts("nodes_modes")
      inputs = try node.integers("nodes_featureids")
      values = try node.floats("nodes_values")
      lefts = try node.integers("nodes_truenodeids")
      rights = try node.integers("nodes_falsenodeids")
      let tracks = try node.integers("nodes_missing_value_tracks_true")
      missing = tracks.isEmpty ? Array(repeating: 0, count: count) : tracks
      let counts = [
        ids.count, modes.count, inputs.count, values.count, lefts.count, rights.count,
        missing.count,
      ]
      guard counts.allSatisfy({ $0 == count }) else {
        throw node.problem("its columns differ in length")
      }
      guard ids.allSatisfy({ (0..<1 << 31).contains($0) }) else {
        throw node.problem("a number of a node is below 0", "nodes_nodeids")
      }
    }

    /// The tree of the nodes at these places.
    func tree(_ places: [Int], _ leaf: (Int) -> Double) throws(ModelProblem) -> Tree {
      var index: [Int: Int] = [:]
      for (new, place) in places.enumerated() {
        guard index.updateValue(new, forKey: ids[place]) == nil else {
          throw node.problem("a tree has its node \(ids[place]) twice", "nodes_nodeids")
        }
      }
      var nodes: [Tree.Node] = []
      for place in places {
        if modes[place] == "LEAF" {
          nodes.append(Tree.Node(test: .leaf(leaf(ids[place])), left: 0, right: 0))
          continue
        }
        let isTrue = index[lefts[place]] ?? -1
        let isFalse = index[rights[place]] ?? -1
        guard (0..<features).contains(inputs[place]), !values[place].isNaN else {
          throw node.problem("node \(ids[place]) has no input or no value", "nodes_featureids")
        }
        // `>` and `>=` are `<=` and `<` with the branches exchanged.
        let mode = modes[place]
        guard ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"].contains(mode) else {
          throw node.problem("`\(mode)` is not known here", "nodes_modes")
        }
        let orEqual = mode == "BRANCH_LEQ" || mode == "BRANCH_GT"
        let isSwapped = mode == "BRANCH_GTE" || mode == "BRANCH_GT"
        // NaN makes every comparison false.
        let missingIsLeft = (missing[place] != 0) != isSwapped
        let test = Tree.Test.number(
          feature: inputs[place], threshold: Double(values[place]), orEqual: orEqual,
          missing: missingIsLeft ? .left : .right)
        nodes.append(
          Tree.Node(
            test: test, left: isSwapped ? isFalse : isTrue, right: isSwapped ? isTrue : isFalse))
      }
      do throws(ModelProblem) {
        return try Tree(nodes)
      } catch {
        throw node.problem(error.message)
      }
    }
  }
}
