import C360Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("featur", "feature"), ("polciy", "policy"), ("amuont", "amount"), ("Amount", "amount"),
    ("forbidd", "forbid"),
  ])
  func slipsOfTheKeyboardAreNear(written: String, meant: String) {
    #expect(
      nearest(to: written, among: ["feature", "policy", "amount", "forbid", "x"]) == meant)
  }

  @Test func otherWordsAreNot() {
    #expect(nearest(to: "spend", among: ["amount", "orders", "x"]) == nil)
    #expect(nearest(to: "ab", among: ["cd"]) == nil)
    #expect(nearest(to: "a", among: ["b"]) == nil)
    #expect(nearest(to: "", among: ["b", ""]) == nil)
  }

  @Test func tiesDoNotHangOnTheOrder() {
    #expect(nearest(to: "cost", among: ["cast", "most"]) == "cast")
    #expect(nearest(to: "cost", among: ["most", "cast"]) == "cast")
  }
}
