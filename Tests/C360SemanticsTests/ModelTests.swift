import Testing

@testable import C360Semantics

@Suite("Models of coefficients")
struct ModelTests {
  private let declarations = """
    feature spend = sum(orders.amount) over 90d
    feature visits = count(clicks) over 30d

    """

  private func score(_ text: String, _ models: [String: String]) throws -> String {
    let result = checked(script(declarations + text), models: models)
    #expect(result.report == "")
    let program = try #require(result.program)
    return CanonicalText(program).expression(program.scores[0].expression)
  }

  @Test func csvBindsByName() throws {
    #expect(
      try score(
        "score s = logistic(\"m.csv\")",
        ["m.csv": "name,weight\nintercept,-2\nspend,0.01\nvisits,0.5\n"])
        == "sigmoid(+(-2.0, +(*(0.01, float(spend)), *(0.5, widen(visits)))))")
  }

  @Test func jsonWithListedInputs() throws {
    #expect(
      try score(
        "score s for offers = linear(\"m.json\", [visits, offers.margin])",
        ["m.json": #"{"intercept": 1, "coefficients": {"visits": 2, "margin": 0.5}}"#])
        == "+(1.0, +(*(0.5, float(offers.margin)), *(2.0, widen(visits))))")
  }

  @Test(arguments: [
    ("intercept,1\nage,2\n", "the inputs of this model are not those of its file"),
    ("visits,2\n", "the model `m.csv` cannot be used: it has no `intercept`"),
    ("intercept,1\nvisits,two\n", "the model `m.csv` cannot be used: `two` is no number"),
    (
      "intercept,1\nvisits,2\nvisits,3\n",
      "the model `m.csv` cannot be used: `visits` stands in it twice"
    ),
  ])
  func misfits(_ file: String, _ message: String) {
    let text = script(declarations + "score s = linear(\"m.csv\", [visits])")
    let result = checked(text, models: ["m.csv": file])
    #expect(result.messages == [message])
    #expect(result.codes == ["E0221"])
  }
}
