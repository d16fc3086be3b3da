import Testing

@testable import C360Models

@Suite("Model files")
struct ReadingTests {
  @Test func xgboost() throws {
    let model = try Files.read(Files.xgboost, as: .xgboost)
    #expect(model.inputs.map(\.name) == ["a", "b", "c"])
    #expect(model.inputs.map(\.kind) == [.number, .number, .category])
    #expect(model.link == .logistic(scale: 1))
    // The logit of one half.
    #expect(model.outputs.map(\.start) == [0])
    #expect(model.outputs[0].used == [0, 1, 2])
    guard case .trees(let trees, let weights) = model.outputs[0].form else {
      Issue.record("no trees")
      return
    }
    #expect(trees.map(\.depth) == [2, 1])
    #expect(weights == [1, 1])
  }

  /// From 3.1 on the names of categories are in the file.
  @Test func categoriesOfXGBoost() throws {
    let cats = """
      "cats": {"enc": [{"offsets": [], "values": []}, {"offsets": [], "values": []},
        {"offsets": [0, 1, 3], "values": [120, 195, 182]}]}, "gbtree_model_param"
      """
    let model = try Files.read(
      Files.xgboost.replacingFirst("\"gbtree_model_param\"", with: cats), as: .xgboost)
    #expect(model.inputs[2].kind == .texts(["x", "ö"]))
    #expect(model.hasForeignTexts)
  }

  /// Python's package writes as many bytes as there are characters: of "été" and "x" four.
  @Test func cutCategoriesOfXGBoost() throws {
    let cats = """
      "cats": {"enc": [{"offsets": [], "values": []}, {"offsets": [], "values": []},
        {"offsets": [0, 3, 4], "values": [-61, -87, 116, -61]}]}, "gbtree_model_param"
      """
    let problem = #expect(throws: ModelProblem.self) {
      try Files.read(
        Files.xgboost.replacingFirst("\"gbtree_model_param\"", with: cats), as: .xgboost)
    }
    #expect(problem?.message.hasPrefix("xgboost has cut its category texts") ?? false)
  }

  @Test func lightgbm() throws {
    let model = try Files.read(Files.lightgbm, as: .lightgbm)
    #expect(model.inputs.map(\.name) == ["a", "c"])
    #expect(model.inputs.map(\.kind) == [.number, .category])
    #expect(model.link == .logistic(scale: 2))
    let pandas = Files.lightgbm.replacingFirst(
      "pandas_categorical:null", with: "pandas_categorical:[[\"u\", \"v\"]]")
    #expect(try Files.read(pandas, as: .lightgbm).inputs[1].kind == .texts(["u", "v"]))
  }

  @Test(arguments: [
    (
      "binary:logistic", "multi:softprob",
      "learner.learner_model_param.num_class: `multi:softprob` has two classes or more"
    ),
    (
      "binary:logistic", "my:own",
      "learner.objective.name: the objective `my:own` of xgboost is not known here"
    ),
    (
      "\"gbtree\"}", "\"gbforest\"}",
      "learner.gradient_booster.name: the booster `gbforest` of xgboost is not known here"
    ),
    (
      "[5E-1]", "[1E0]",
      "learner.learner_model_param.base_score: the base score of `binary:logistic` lies between 0 and 1"
    ),
    (
      "\"split_indices\": [0, 2,", "\"split_indices\": [0, 3,",
      "learner.gradient_booster.model.trees[0]: node 1 splits by feature 3 of 3"
    ),
    (
      "\"left_children\": [1, 3,", "\"left_children\": [1, 0,",
      "learner.gradient_booster.model.trees[0]: a tree reaches its node 0 twice"
    ),
    (
      "\"left_children\": [1, 3,", "\"left_children\": [1, 9,",
      "learner.gradient_booster.model.trees[0]: a tree has a child 9 that is no node of it"
    ),
    (
      "\"size_leaf_vector\": \"1\"", "\"size_leaf_vector\": \"3\"",
      "learner.gradient_booster.model.trees[0].tree_param.size_leaf_vector: trees with several values a leaf (multi_output_tree) are not known here"
    ),
    (
      "\"tree_info\": [0, 0]", "\"tree_info\": [0, 1]",
      "learner.gradient_booster.model.tree_info: an output from 0 to 0 is needed for each tree"
    ),
    (
      "\"categories\": [1, 3]", "\"categories\": [1, -3]",
      "learner.gradient_booster.model.trees[0]: node 1 has a category that is no code"
    ),
    ("\"a\", \"b\"", "\"a\", \"a\"", "learner.feature_names: a name stands twice"),
  ])
  func badXGBoost(_ part: String, _ other: String, _ complaint: String) {
    let text = Files.xgboost.replacingFirst(part, with: other)
    #expect(Files.complaint(text, as: .xgboost) == complaint)
  }

  @Test(arguments: [
    (
      "objective=binary sigmoid:2", "objective=mine",
      "line 7: the objective `mine` of lightgbm is not known here"
    ),
    ("version=v4", "version=v9", "line 2: the version `v9` of lightgbm's text is not known here"),
    ("is_linear=0", "is_linear=1", "line 24: linear trees of lightgbm are not known here"),
    ("split_feature=0 1", "split_feature=0 2", "line 15: split 1 is by feature 2 of 2"),
    ("left_child=-1 -2", "left_child=-1 -9", "line 19: split 1 has a child that does not exist"),
    ("left_child=-1 -2", "left_child=-1 0", "line 12: a tree reaches its node 0 twice"),
    (
      "right_child=1 -3", "right_child=7 -3", "line 12: a tree has a child -1 that is no node of it"
    ),
    ("cat_boundaries=0 2", "cat_boundaries=0 3", "line 22: its bounds do not ascend"),
    ("decision_type=10 1", "decision_type=10 77", "line 18: split 1 has the decision type 77"),
    ("end of trees", "end", "it has no `end of trees`: the file is cut off"),
    (
      "end of parameters", "end of",
      "it has no `end of parameters`: the file is cut off"
    ),
    (
      "leaf_value=0.5 -0.25 1", "leaf_value=0.5 x 1",
      "line 21: `leaf_value` holds `x`, which is no number"
    ),
  ])
  func badLightGBM(_ part: String, _ other: String, _ complaint: String) {
    let text = Files.lightgbm.replacingFirst(part, with: other)
    #expect(Files.complaint(text, as: .lightgbm) == complaint)
  }

  /// A tree deeper than may be walked recursively is refused, whatever its size.
  @Test func deepTrees() {
    let count = 2000
    func column(_ value: (Int) -> Int) -> String {
      (0..<count).map { "\(value($0))" }.joined(separator: " ")
    }
    let text = """
      tree
      version=v4
      num_tree_per_iteration=1
      max_feature_idx=0
      objective=regression
      feature_names=a
      feature_infos=[0:1]

      Tree=0
      num_leaves=\(count + 1)
      num_cat=0
      split_feature=\(column { _ in 0 })
      threshold=\(column { $0 })
      decision_type=\(column { _ in 0 })
      left_child=\(column { -1 - $0 })
      right_child=\(column { $0 + 1 < count ? $0 + 1 : -1 - count })
      leaf_value=\(column { $0 }) 0
      end of trees
      """
    #expect(Files.complaint(text, as: .lightgbm) == "line 9: a tree is deeper than 512")
  }
}

extension String {
  func replacingFirst(_ part: String, with other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
  }
}
