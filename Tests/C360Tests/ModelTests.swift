import C360
import Foundation
import Testing

@Suite("imported models")
struct ModelTests {
  /// `a < 0.5`, missing left, then categories 1 and 3 right; `b < -1`, missing right.
  private static let xgboost = """
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

  /// `a <= 0.25`, NaN left, then categories 1 and 33 left; one leaf more. Leaves 0.5, −0.25, 1; 0.125.
  private static let lightgbm = """
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

  private static let rows = """
    who,seen,a,b,c
    1,2026-01-01T00:00:00Z,0.4,0,0
    2,2026-01-01T00:00:00Z,0.4,-2,3
    3,2026-01-01T00:00:00Z,,,1
    4,2026-01-01T00:00:00Z,0.5,-1,
    5,2026-01-01T00:00:00Z,0.25,,33
    6,2026-01-01T00:00:00Z,0.3,,33

    """

  private static func script(_ text: String, _ files: [String: String] = [:]) -> Script {
    let head = """
      entity person
      exposure moments of person from "rows.csv" {
        who: int  @key
        seen: time @time
        a:   float?
        b:   float?
        c:   int?
        keep all
      }

      """
    let models = ["x.json": xgboost, "l.txt": lightgbm, "rows.csv": rows]
    return Script(text: head + text, files: models.merging(files) { $1 })
  }

  @Test("splits of numbers and categories, and missing values, go as the makers send them")
  func sums() throws {
    // By hand: tree of a and c, then tree of b.
    let shown = try Self.script(
      """
      score x = xgboost("x.json", [moments.c, moments.a, moments.b], raw: true)
      score l = lightgbm("l.txt", [moments.a, moments.c], raw: true)
      show moments | select who, x, l
      """
    ).shown()
    #expect(
      shown == """
        who     x       l
        ---  ----  ------
          1  0.45   1.125
          2  -0.4   1.125
          3  -0.3   0.625
          4   0.9   1.125
          5  0.45   0.625
          6  0.45  -0.125

        """)
  }

  @Test("an input that a mask hides always is missing, and the model has a value")
  func hidden() throws {
    let shown = try Self.script(
      """
      score x = xgboost("x.json", [moments.c, moments.a, moments.b], raw: true)
      mask m { hide moments.b }
      show moments under m | select who, x
      """
    ).shown()
    #expect(
      shown == """
        who     x
        ---  ----
          1  0.45
          2  -0.3
          3  -0.3
          4   0.9
          5  0.45
          6  0.45

        """)
  }

  @Test("the link is that of the objective, its scale too")
  func links() throws {
    let shown = try Self.script(
      """
      score l = lightgbm("l.txt", [moments.a, moments.c])
      score r = lightgbm("l.txt", [moments.a, moments.c], raw: true)
      score gap = l - sigmoid(2.0 * r)
      show moments | select who, gap | take 1
      """
    ).shown()
    #expect(
      shown == """
        who  gap
        ---  ---
          1    0

        """)
  }

  @Test("a file is in the manifest with its hash, and a plan names the sum")
  func records() throws {
    let script = Self.script(
      """
      score l = lightgbm("l.txt", [moments.a, moments.c])
      output scored = moments | select who, l to "out.csv"
      """)
    let (plan, manifest) = try script.inFolder { session in
      let path = try #require(try session.run().manifestPath)
      return (try session.plan(), try String(contentsOfFile: path, encoding: .utf8))
    }
    #expect(plan.contains("sigmoid((2.0 * lightgbm[0](a, intToFloat(c))))"))
    #expect(manifest.contains("l.txt"))
    #expect(manifest.contains(#""role": "model""#))
  }

  @Test(
    "what does not fit the file stops the compiler",
    arguments: [
      "xgboost(\"x.json\", [moments.a, moments.b])",
      "xgboost(\"x.json\", [moments.a, moments.b, moments.c, moments.who])",
      "xgboost(\"x.json\", [moments.a, moments.b, moments.a])",
      "xgboost(\"none.json\", [moments.a, moments.b, moments.c])",
      "xgboost(\"l.txt\", [moments.a, moments.b, moments.c])",
      "xgboost(\"x.json\", [moments.a, moments.b, moments.c], class: 0)",
      "xgboost(\"x.json\", [moments.a, moments.b, moments.c], depth: 3)",
      "lightgbm(\"l.txt\", [at, moments.c])",
    ])
  func misfits(_ call: String) throws {
    #expect(try Self.script("score s = \(call)\n\nshow moments | select s").codes() == ["E0221"])
  }
}
