import C360Diagnostics
import Testing

@testable import C360Semantics

/// What people read of slates, and where.
@Suite("Diagnostics of slates")
struct SlateMarkerTests {
  private static let objective = "objective value for offers { maximize margin = offers.margin }\n"

  private static func page(_ slots: String, _ more: String = "") -> String {
    objective + more
      + "policy p for offers at sends "
      + "{ mask none; objective value; \(slots); choose greedy; fallback \"no_contact\" }\n"
  }

  static let form =
    "a number of positions, or of actions in them, is at least 1 and known beforehand"

  static let marked = [
    Marked("E0518", form, page("slots ‹0›")),
    Marked("E0518", form, page("slots ‹2.5›")),
    Marked("E0518", form, page("slots 3, at most ‹-1› per category")),
    Marked(
      "E0518", "a slate is kept diverse by a column of the actions, and this is none",
      page("slots 3, at most 1 per ‹accounts.region›")),
    Marked(
      "E0201", "`offers` has no column `brand`", page("slots 3, at most 1 per ‹brand›")),
    Marked(
      "E0210", "there are two limits named `category`",
      page("slots 3, at most 1 per category, at most 2 per ‹offers.category›")),
    Marked(
      "E0519", "a policy with `slots` is `subject to` no constraints",
      page("‹subject to few›; slots 3", "constraint few: count(where treated) <= 8\n")),
    Marked(
      "E0519", "`p` decides on slates, and members of a composition decide on single actions",
      page("slots 3") + "arbitrate x of customer at sends { mask none; first ‹p› }"),
    Marked(
      "E0519", "`p` decides on slates, and members of a composition decide on single actions",
      page("slots 3") + "experiment x of customer at sends { salt \"s\"; arm ‹p› 100% }"),
    Marked(
      "E0519", "`p` decides on slates, and a divergence is one of single actions",
      page("slots 3") + "constraint near: kl(‹p›) <= 0.2\n"
        + "policy q for offers at sends { mask none; objective value; subject to near; "
        + "choose softmax(temperature: 1); fallback \"no_contact\" }"),
  ]

  @Test(arguments: marked) func slate(_ marked: Marked) { marked.expectDiagnostic() }

  @Test func paramsMayBePositions() {
    let result = checked(
      script("param places: int in 1..9 = 4\n" + Self.page("slots places, at most 2 per channel")))
    #expect(result.codes == [])
    #expect(result.program?.policies.first?.slate?.slots == 4)
  }

  @Test func slotsAreInTheCanonicalText() throws {
    func text(_ slots: String) throws -> String {
      try #require(checked(script(Self.page(slots))).program?.policies.first).canonicalText
    }
    #expect(try text("slots 2") != text("slots 3"))
    #expect(try text("slots 3") != text("slots 3, at most 1 per category"))
  }
}
