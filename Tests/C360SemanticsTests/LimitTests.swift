import Testing

@testable import C360Semantics

/// Scripts that a program wrote: they end with one complaint, not with the stack.
@Suite("Limits")
struct LimitTests {
  private func codes(_ text: String) -> [String] { checked(script(text)).codes }

  @Test func longChainsOfFeatures() {
    let forward = (1...150).map { "feature f\($0) = f\($0 - 1) + 1" }.joined(separator: "\n")
    let backward = (0..<150).map { "feature f\($0) = f\($0 + 1) + 1" }.joined(separator: "\n")
    #expect(codes("feature f0 = 1\n" + forward) == ["E0132"])
    #expect(codes(backward + "\nfeature f150 = 1") == ["E0132"])
    let fine = (0..<90).map { "feature f\($0) = f\($0 + 1) + 1" }.joined(separator: "\n")
    #expect(codes(fine + "\nfeature f90 = 1") == [])
  }

  @Test func functionsThatDouble() {
    let doubling = (1...40).map {
      "function g\($0)(x: float) -> float = g\($0 - 1)(x) + g\($0 - 1)(x)"
    }
    #expect(
      codes("function g0(x: float) -> float = x\n" + doubling.joined(separator: "\n")) == ["E0132"])
  }

  @Test func templatesThatDouble() {
    let doubling = (1...30).map {
      "template t\($0)(w: duration) { apply t\($0 - 1)(w) as l; apply t\($0 - 1)(w) as r }"
    }
    let text =
      "template t0(w: duration) { feature a = count(orders) over w }\n"
      + doubling.joined(separator: "\n") + "\napply t30(7d) as big"
    #expect(codes(text) == ["E0132"])
  }

  @Test func functionsThatGrowTall() {
    let tall = "function f(x: float) -> float = x" + String(repeating: " + 1", count: 400)
    #expect(codes(tall + "\nfeature y = f(f(f(1)))") == ["E0132"])
    #expect(codes(tall + "\nfeature y = f(1)") == [])
  }
}
