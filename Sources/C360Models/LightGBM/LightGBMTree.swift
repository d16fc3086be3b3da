/// A block `Tree=`: columns with an entry for each split, and for each leaf.
struct LightGBMTree {
  let tree: Tree

  init(_ section: LightGBMFile.Section, features: Int) throws(ModelProblem) {
    if let linear = section.values["is_linear"], linear.text != "0" {
      throw section.problem("linear trees of lightgbm are not known here", "is_linear")
    }
    let leaves = try section.integer("num_leaves", in: 1...Limits.nodes)
    let values = try section.numbers("leaf_value")
    guard values.count == leaves else {
      throw section.problem("\(leaves) values are needed", "leaf_value")
    }
    let tests = leaves > 1 ? try Self.tests(section, count: leaves - 1, features: features) : []
    let lefts = leaves > 1 ? try section.integers("left_child") : []
    let rights = leaves > 1 ? try section.integers("right_child") : []
    guard lefts.count == leaves - 1, rights.count == leaves - 1 else {
      throw section.problem("\(leaves - 1) children are needed on either side", "left_child")
    }
    // Splits first, then leaves; a child below 0 is the leaf −1 − child.
    func place(_ child: Int) -> Int {
      child >= 0 ? (child < leaves - 1 ? child : -1) : leaves - 1 + (-1 - child)
    }
    var nodes: [Tree.Node] = []
    nodes.reserveCapacity(2 * leaves - 1)
    for (split, test) in tests.enumerated() {
      guard lefts[split] > -leaves - 1, rights[split] > -leaves - 1 else {
        throw section.problem("split \(split) has a child that does not exist", "left_child")
      }
      nodes.append(Tree.Node(test: test, left: place(lefts[split]), right: place(rights[split])))
    }
    for value in values { nodes.append(Tree.Node(test: .leaf(value), left: 0, right: 0)) }
    do throws(ModelProblem) {
      tree = try Tree(nodes)
    } catch {
      throw section.problem(error.message)
    }
  }

  private static func tests(
    _ section: LightGBMFile.Section, count: Int, features: Int
  ) throws(ModelProblem) -> [Tree.Test] {
    let inputs = try section.integers("split_feature")
    let thresholds = try section.numbers("threshold")
    let types = try section.integers("decision_type")
    guard inputs.count == count, thresholds.count == count, types.count == count else {
      throw section.problem("its columns differ in length")
    }
    let sets = try categorySets(section)
    var tests: [Tree.Test] = []
    for split in 0..<count {
      let feature = inputs[split]
      guard (0..<features).contains(feature) else {
        throw section.problem(
          "split \(split) is by feature \(feature) of \(features)", "split_feature")
      }
      let type = types[split]
      guard (0..<16).contains(type), type >> 2 < 3 else {
        throw section.problem("split \(split) has the decision type \(type)", "decision_type")
      }
      // Bit 0: categories; bit 1: missing goes left; bits 2 and 3: what is missing.
      if type & 1 != 0 {
        guard let index = Int(exactly: thresholds[split]), sets.indices.contains(index) else {
          throw section.problem("split \(split) is by categories that are not there", "threshold")
        }
        tests.append(
          .category(feature: feature, members: sets[index], membersLeft: true, missingLeft: false))
        continue
      }
      let isLeft = type & 2 != 0
      let missing: Tree.Missing =
        switch type >> 2 {
        case 0: .asZero
        case 1: isLeft ? .zeroLeft : .zeroRight
        default: isLeft ? .left : .right
        }
      tests.append(
        .number(feature: feature, threshold: thresholds[split], orEqual: true, missing: missing))
    }
    return tests
  }

  private static func categorySets(
    _ section: LightGBMFile.Section
  ) throws(ModelProblem) -> [CategorySet] {
    guard try section.integer("num_cat", in: 0...Limits.nodes) > 0 else { return [] }
    let bounds = try section.integers("cat_boundaries")
    let words = try section.integers("cat_threshold")
    guard bounds.first == 0, bounds.last == words.count,
      zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw section.problem("its bounds do not ascend", "cat_boundaries") }
    var sets: [CategorySet] = []
    for (start, end) in zip(bounds, bounds.dropFirst()) {
      var bits: [UInt32] = []
      for word in words[start..<end] {
        guard let word = UInt32(exactly: word) else {
          throw section.problem("a word has 32 bits", "cat_threshold")
        }
        bits.append(word)
      }
      guard bits.count <= Limits.categories / 32 else {
        throw section.problem("there are too many categories", "cat_boundaries")
      }
      sets.append(CategorySet(words: bits))
    }
    return sets
  }
}
