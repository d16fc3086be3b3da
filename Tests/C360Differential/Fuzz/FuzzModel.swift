/// A random model file over so many inputs without names, some of them categories.
struct FuzzModel {
  let path: String
  let text: String
  /// `xgboost("…", ` up to the list of inputs.
  let format: String
  /// By input.
  let isCategory: [Bool]

  init(_ random: inout SplitMix) {
    let count = random.number(1...4)
    let categories = (0..<count).map { _ in random.chance(0.3) }
    isCategory = categories
    if random.chance(0.5) {
      (format, path) = ("xgboost", "model.json")
      text = Self.xgboost(categories, &random)
    } else {
      (format, path) = ("lightgbm", "model.txt")
      text = Self.lightgbm(categories, &random)
    }
  }

  private static let thresholds = ["-1.5", "0", "1e-36", "0.1", "0.5", "1", "2", "3.25", "10"]
  private static let leaves = ["-0.7", "0.1", "0.30000001", "1.5", "-12.25", "0"]

  /// Children of a random tree, splits numbered from the root on; −1 − k is leaf k.
  private static func shape(_ splits: Int, _ random: inout SplitMix) -> [(left: Int, right: Int)] {
    var children = [(left: Int, right: Int)](repeating: (0, 0), count: splits)
    // Open places: each becomes the next split or a leaf.
    var open: [(split: Int, isLeft: Bool)] = []
    for split in 0..<splits {
      if split > 0 {
        let place = open.remove(at: random.number(0...open.count - 1))
        if place.isLeft {
          children[place.split].left = split
        } else {
          children[place.split].right = split
        }
      }
      open += [(split, true), (split, false)]
    }
    for (leaf, place) in open.enumerated() {
      if place.isLeft {
        children[place.split].left = -1 - leaf
      } else {
        children[place.split].right = -1 - leaf
      }
    }
    return children
  }

  private static func xgboost(_ categories: [Bool], _ random: inout SplitMix) -> String {
    let trees = (0..<random.number(1...3)).map { _ in xgboostTree(categories, &random) }
    let types = categories.map { $0 ? "\"c\"" : "\"float\"" }.joined(separator: ", ")
    return """
      {"learner": {"feature_names": [], "feature_types": [\(types)],
        "gradient_booster": {"model": {"tree_info": [\(trees.map { _ in "0" }.joined(separator: ", "))],
          "trees": [\(trees.joined(separator: ",\n"))]}, "name": "gbtree"},
        "learner_model_param": {"base_score": "\(random.pick(["5E-1", "[1E-1]"]))", "num_class": "0",
          "num_feature": "\(categories.count)", "num_target": "1"},
        "objective": {"name": "reg:squarederror"}}, "version": [3, 2, 0]}
      """
  }

  private static func xgboostTree(_ categories: [Bool], _ random: inout SplitMix) -> String {
    let splits = random.number(0...5)
    let children = shape(max(1, splits), &random)
    // Splits first, then leaves.
    func place(_ child: Int) -> Int { child >= 0 ? child : splits - 1 - child }
    var columns: [String: [String]] = [:]
    var sets: [(node: Int, codes: [Int])] = []
    for split in 0..<splits {
      let feature = random.number(0...categories.count - 1)
      columns["left_children", default: []].append("\(place(children[split].left))")
      columns["right_children", default: []].append("\(place(children[split].right))")
      columns["split_conditions", default: []].append(random.pick(thresholds))
      columns["split_indices", default: []].append("\(feature)")
      columns["default_left", default: []].append(random.pick(["0", "1"]))
      columns["split_type", default: []].append(categories[feature] ? "1" : "0")
      if categories[feature] {
        sets.append(
          (split, (0...5).filter { _ in random.chance(0.5) } + (random.chance(0.3) ? [40] : [])))
      }
    }
    for _ in 0...splits {
      columns["left_children", default: []].append("-1")
      columns["right_children", default: []].append("-1")
      columns["split_conditions", default: []].append(random.pick(leaves))
      for name in ["split_indices", "default_left", "split_type"] {
        columns[name, default: []].append("0")
      }
    }
    var starts: [Int] = []
    var codes: [Int] = []
    for set in sets {
      starts.append(codes.count)
      codes += set.codes
    }
    var parts = columns.sorted { $0.key < $1.key }.map {
      "\"\($0.key)\": [\($0.value.joined(separator: ", "))]"
    }
    parts += [
      "\"categories\": \(codes)", "\"categories_nodes\": \(sets.map(\.node))",
      "\"categories_segments\": \(starts)", "\"categories_sizes\": \(sets.map(\.codes.count))",
      "\"tree_param\": {\"size_leaf_vector\": \"1\"}",
    ]
    return "{\(parts.joined(separator: ", "))}"
  }

  private static func lightgbm(_ categories: [Bool], _ random: inout SplitMix) -> String {
    let trees = random.number(1...3)
    let names = categories.indices.map { "Column_\($0)" }.joined(separator: " ")
    let infos = categories.map { $0 ? "0:1:2" : "[-9:9]" }.joined(separator: " ")
    var lines = [
      "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0",
      "max_feature_idx=\(categories.count - 1)", "objective=regression", "feature_names=\(names)",
      "feature_infos=\(infos)",
    ]
    if random.chance(0.3) { lines.append("average_output") }
    for tree in 0..<trees { lines += ["", "Tree=\(tree)"] + lightgbmTree(categories, &random) }
    lines += ["", "end of trees", "", "pandas_categorical:null"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lightgbmTree(_ categories: [Bool], _ random: inout SplitMix) -> [String] {
    let splits = random.number(0...5)
    let values = (0...splits).map { _ in random.pick(leaves) }.joined(separator: " ")
    if splits == 0 { return ["num_leaves=1", "num_cat=0", "leaf_value=\(values)"] }
    let children = shape(splits, &random)
    var features: [String] = []
    var limits: [String] = []
    var types: [String] = []
    var words: [UInt32] = []
    var bounds = [0]
    for _ in 0..<splits {
      let feature = random.number(0...categories.count - 1)
      features.append("\(feature)")
      if categories[feature] {
        limits.append("\(bounds.count - 1)")
        types.append("1")
        words += (0..<random.number(1...2)).map { _ in UInt32.random(in: 0...63, using: &random) }
        bounds.append(words.count)
      } else {
        limits.append(random.pick(thresholds))
        types.append("\(random.number(0...2) * 4 + random.number(0...1) * 2)")
      }
    }
    func row(_ numbers: [Int]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }
    return [
      "num_leaves=\(splits + 1)", "num_cat=\(bounds.count - 1)",
      "split_feature=\(features.joined(separator: " "))",
      "threshold=\(limits.joined(separator: " "))", "decision_type=\(types.joined(separator: " "))",
      "left_child=\(row(children.map(\.left)))", "right_child=\(row(children.map(\.right)))",
      "leaf_value=\(values)", "cat_boundaries=\(row(bounds))",
      "cat_threshold=\(words.map { "\($0)" }.joined(separator: " "))", "is_linear=0",
    ]
  }
}
