/// One element of `trees`: columns with an entry for each node.
struct XGBoostTree {
  let tree: Tree

  init(_ place: DocumentPlace, features: Int) throws(ModelProblem) {
    if let width = try place["tree_param"].optional("size_leaf_vector") {
      guard try width.integer(in: 0...1_000_000) <= 1 else {
        throw width.problem(
          "trees with several values a leaf (multi_output_tree) are not known here")
      }
    }
    let lefts = try place["left_children"].integers()
    let rights = try place["right_children"].integers()
    let conditions = try place["split_conditions"].numbers()
    let indices = try place["split_indices"].integers()
    let defaults = try place["default_left"].integers()
    let count = lefts.count
    guard
      [rights.count, conditions.count, indices.count, defaults.count].allSatisfy({ $0 == count })
    else { throw place.problem("its columns differ in length") }
    let types = try place.optional("split_type")?.integers() ?? []
    guard types.isEmpty || types.count == count else {
      throw place.problem("its columns differ in length")
    }
    let sets = try Self.categories(place, nodes: count)
    var nodes: [Tree.Node] = []
    nodes.reserveCapacity(count)
    for node in 0..<count {
      if lefts[node] == -1 {
        let value = Double(Float(conditions[node]))
        nodes.append(Tree.Node(test: .leaf(value), left: 0, right: 0))
        continue
      }
      let feature = indices[node]
      guard (0..<features).contains(feature) else {
        throw place.problem("node \(node) splits by feature \(feature) of \(features)")
      }
      let isLeft = defaults[node] != 0
      let test: Tree.Test
      switch types.isEmpty ? 0 : types[node] {
      case 0:
        test = .number(
          feature: feature, threshold: Double(Float(conditions[node])), orEqual: false,
          missing: isLeft ? .left : .right)
        guard !conditions[node].isNaN else { throw place.problem("node \(node) has no threshold") }
      case 1:
        guard let members = sets[node] else {
          throw place.problem("node \(node) splits by categories and has none")
        }
        test = .category(
          feature: feature, members: members, membersLeft: false, missingLeft: isLeft)
      case let other: throw place.problem("node \(node) has the split type \(other)")
      }
      nodes.append(Tree.Node(test: test, left: lefts[node], right: rights[node]))
    }
    do throws(ModelProblem) {
      tree = try Tree(nodes)
    } catch {
      throw place.problem(error.message)
    }
  }

  /// By node: the categories that go right.
  private static func categories(
    _ place: DocumentPlace, nodes: Int
  ) throws(ModelProblem) -> [Int: CategorySet] {
    let owners = try place.optional("categories_nodes")?.integers() ?? []
    if owners.isEmpty { return [:] }
    let starts = try place["categories_segments"].integers()
    let sizes = try place["categories_sizes"].integers()
    let codes = try place["categories"].integers()
    guard starts.count == owners.count, sizes.count == owners.count else {
      throw place.problem("its lists of categories differ in length")
    }
    var sets: [Int: CategorySet] = [:]
    for (index, owner) in owners.enumerated() {
      let (start, size) = (starts[index], sizes[index])
      guard start >= 0, size >= 0, start <= codes.count, size <= codes.count - start else {
        throw place.problem("the categories of node \(owner) are not in the file")
      }
      guard let set = CategorySet(codes: codes[start..<start + size]) else {
        throw place.problem("node \(owner) has a category that is no code")
      }
      sets[owner] = set
    }
    return sets
  }
}

extension CategorySet {
  /// nil when one is no code.
  init?(codes: some Collection<Int>) {
    guard codes.allSatisfy({ (0..<Limits.categories).contains($0) }) else { return nil }
    var words = [UInt32](repeating: 0, count: (codes.max() ?? -1) / 32 + 1)
    for code in codes { words[code >> 5] |= 1 << UInt32(code & 31) }
    self.words = words
  }
}
