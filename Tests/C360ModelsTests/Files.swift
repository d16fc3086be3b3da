@testable import C360Models

/// Small models as their makers write them.
enum Files {
  /// Two trees over a, b and the category c: `a < 0.5` with missing left, then c in {1, 3} goes right.
  static let xgboost = """
    {"learner": {"attributes": {}, "feature_names": ["a", "b", "c"],
      "feature_types": ["float", "float", "c"],
      "gradient_booster": {"model": {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "2"}, "tree_info": [0, 0],
        "trees": [
          {"categories": [1, 3], "categories_nodes": [1], "categories_segments": [0],
           "categories_sizes": [2], "default_left": [1, 0, 0, 0, 0],
           "left_children": [1, 3, -1, -1, -1], "right_children": [2, 4, -1, -1, -1],
           "split_conditions": [5E-1, 1E-45, 7E-1, 2.5E-1, -5E-1],
           "split_indices": [0, 2, 0, 0, 0], "split_type": [0, 1, 0, 0, 0],
           "tree_param": {"num_feature": "3", "num_nodes": "5", "size_leaf_vector": "1"}},
          {"categories": [], "categories_nodes": [], "categories_segments": [],
           "categories_sizes": [], "default_left": [0, 0, 0], "left_children": [1, -1, -1],
           "right_children": [2, -1, -1], "split_conditions": [-1E0, 1E-1, 2E-1],
           "split_indices": [1, 0, 0], "split_type": [0, 0, 0],
           "tree_param": {"num_feature": "3", "num_nodes": "3", "size_leaf_vector": "1"}}]},
        "name": "gbtree"},
      "learner_model_param": {"base_score": "[5E-1]", "num_class": "0", "num_feature": "3",
        "num_target": "1"},
      "objective": {"name": "binary:logistic"}}, "version": [3, 2, 0]}
    """

  /// `a <= 0.25` with NaN left, then the category c in {1, 33} goes left; one leaf in the second tree.
  static let lightgbm = """
    tree
    version=v4
    num_class=1
    num_tree_per_iteration=1
    label_index=0
    max_feature_idx=1
    objective=binary sigmoid:2
    feature_names=a c
    feature_infos=[-2:3] -1:0:1:33
    tree_sizes=1 1

    Tree=0
    num_leaves=3
    num_cat=1
    split_feature=0 1
    split_gain=1 1
    threshold=0.25 0
    decision_type=10 1
    left_child=-1 -2
    right_child=1 -3
    leaf_value=0.5 -0.25 1
    cat_boundaries=0 2
    cat_threshold=2 2
    is_linear=0
    shrinkage=1


    Tree=1
    num_leaves=1
    num_cat=0
    leaf_value=0.125
    is_linear=0
    shrinkage=1


    end of trees

    feature_importances:
    a=1

    parameters:
    [boosting: gbdt]

    end of parameters

    pandas_categorical:null
    """

  static func read(_ text: String, as format: Model.Format) throws(ModelProblem) -> Model {
    try Model.read(Array(text.utf8), as: format, digest: "")
  }

  /// What is wrong with a file, with its place.
  static func complaint(_ bytes: [UInt8], as format: Model.Format) -> String? {
    do throws(ModelProblem) {
      _ = try Model.read(bytes, as: format, digest: "")
      return nil
    } catch {
      return error.place.map { "\($0): \(error.message)" } ?? error.message
    }
  }

  static func complaint(_ text: String, as format: Model.Format) -> String? {
    complaint(Array(text.utf8), as: format)
  }
}
