import Testing

@testable import C360Semantics

/// What people read of compositions, and where.
@Suite("Diagnostics of compositions")
struct CompositionMarkerTests {
  private static let policy = """
    objective value for offers { maximize margin = offers.margin }
    policy p for offers at sends { mask none; objective value; choose greedy; fallback "no_contact" }

    """
  private static func experiment(_ body: String) -> String {
    policy + "experiment x of customer at sends { \(body) }"
  }
  private static func arbitrate(_ body: String) -> String {
    policy + "arbitrate x of customer at sends { \(body) }"
  }

  static let marked = [
    Marked(
      "E0540", "experiment `x` has no salt",
      policy + "experiment ‹x› of customer at sends { arm p 100% }"),
    Marked(
      "E0540", "this line is never reached", arbitrate("mask none; first p; ‹then p›")),
    Marked(
      "E0540", "only the first line of an arbitration begins with `first`",
      arbitrate("mask none; first p when 1 < 2; ‹first› p")),
    Marked(
      "E0541", "the arms of `x` add to 70 %, not to 100 %",
      policy + "experiment ‹x› of customer at sends { salt \"s\"; arm p 60%; arm none 10% }"),
    Marked(
      "E0541", "the ramp is between 0 % and 100 %",
      experiment("salt \"s\"; ramp ‹1.5›; arm p 100%")),
    Marked(
      "E0544", "a slot of a layer is a range of shares, the smaller first",
      experiment("salt \"s\"; layer \"l\" ‹5%..1%›; arm p 100%")),
    Marked(
      "E0546", "`arm` takes the name of an experiment",
      experiment("salt \"s\"; arm p 100%") + "\nfeature f = ‹arm(1)›"),
    Marked(
      "E0325", "`arm` cannot stand inside an aggregate",
      experiment("salt \"s\"; arm p 100%")
        + "\nfeature f = count(orders where ‹arm(x)› == \"p\") over 7d"),
    Marked(
      "E0547", "`d` bounds the probabilities of one policy, by `entropy`",
      "constraint d: entropy() >= 0.1\n" + arbitrate("mask none; ‹subject to d›; first p")),
    Marked(
      "E0301", "the condition of `p` can be null, and a null must not pass a gate",
      arbitrate("mask none; first p when ‹mean(orders.amount) > 1 GBP›; then p")),
    Marked("E0207", "`x` depends on itself", arbitrate("first ‹x›")),
    Marked(
      "E0324", "`sends` is about `customer`, and `shop` is needed",
      policy + "entity shop\narbitrate x of shop at ‹sends› { first p }"),
  ]
  @Test(arguments: marked) func composition(_ marked: Marked) { marked.expectDiagnostic() }
}
