import Testing

@testable import C360Semantics

@Suite("Imported models")
struct ImportedModelTests {
  /// One split by the whole-number category `kind` of 7, 5 and 9, none by `spend`; no objective's link.
  private static func file(_ categories: String, names: String = "kind spend") -> String {
    """
    tree
    version=v4
    num_tree_per_iteration=1
    max_feature_idx=1
    objective=poisson
    feature_names=\(names)
    feature_infos=0:1:2 [0:9]

    Tree=0
    num_leaves=2
    num_cat=1
    split_feature=0
    threshold=0
    decision_type=1
    left_child=-1
    right_child=-2
    leaf_value=1 2
    cat_boundaries=0 1
    cat_threshold=2

    end of trees

    pandas_categorical:\(categories)
    """
  }

  private func score(_ text: String, _ file: String) -> Checked {
    checked(
      script(
        """
        feature spend = sum(orders.amount) over 90d
        feature visits = count(clicks) over 30d
        score s = \(text)
        """), models: ["m.txt": file])
  }

  private func canonical(_ text: String, _ file: String) throws -> String {
    let result = score(text, file)
    #expect(result.report == "")
    let program = try #require(result.program)
    let written = CanonicalText(program).expression(program.scores[0].expression)
    let digest = TestResolver().digest(of: Array(file.utf8))
    return written.replacing("lightgbm[\(digest), ", with: "lightgbm[")
  }

  @Test func codesByPlace() throws {
    #expect(
      try canonical(
        "lightgbm(\"m.txt\", [visits, spend])", Self.file("null", names: "Column_0 Column_1"))
        == "exp(lightgbm[0](widen(visits)))")
  }

  @Test func raw() throws {
    #expect(
      try canonical(
        "lightgbm(\"m.txt\", [visits, spend], raw: true)",
        Self.file("null", names: "Column_0 Column_1")) == "lightgbm[0](widen(visits))")
  }

  /// The code of a value is the sum of the bits of its place.
  @Test func categoriesOfTheFile() throws {
    #expect(
      try canonical(
        "lightgbm(\"m.txt\", [visits, spend])", Self.file("[[7, 5, 9]]", names: "visits spend"))
        == "exp(lightgbm[0](if(in(visits, [7, 5, 9]), "
        + "+(if(in(visits, [5]), 1.0, 0.0), if(in(visits, [9]), 2.0, 0.0)), null)))")
  }

  @Test(arguments: [
    ("[visits]", "null", "the inputs of this model are not those of its file"),
    ("[spend, visits]", "[[\"a\", \"b\"]]", "the inputs of this model are not those of its file"),
  ])
  func misfits(_ list: String, _ categories: String, _ message: String) {
    let result = score("lightgbm(\"m.txt\", \(list))", Self.file(categories))
    #expect(result.codes == ["E0221"])
    #expect(result.messages == [message])
  }

  @Test(arguments: [
    ("[[\"a\", \"b\"]]", "this input of the model is a category, and `int` is no `text`"),
    ("[[0.5, 1]]", "this input of the model is a category, and `int` is no `float`"),
  ])
  func categoryTypes(_ categories: String, _ message: String) {
    let file = Self.file(categories, names: "visits spend")
    let result = score("lightgbm(\"m.txt\", [visits, spend])", file)
    #expect(result.messages == [message])
    #expect(result.codes == ["E0221"])
  }

  /// Another file is another policy.
  @Test func digests() throws {
    func written(_ file: String) throws -> String {
      let program = try #require(score("lightgbm(\"m.txt\", [visits, spend])", file).program)
      return CanonicalText(program).expression(program.scores[0].expression)
    }
    let file = Self.file("null", names: "visits spend")
    #expect(try written(file) == written(file))
    #expect(try written(file) != written(file.replacing("leaf_value=1 2", with: "leaf_value=1 3")))
  }
}
