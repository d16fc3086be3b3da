import Testing

@testable import C360Semantics

@Suite("Diagnostics of identities")
struct IdentityMarkerTests {
  private static let devices = """
    identity devices to customer from "l.csv" {
      d: text @key; c: int @entity; p: float @weight; resolve weighted above 20%
    }
    events taps of customer via devices from "c.csv" { d: text @key; t: time @time; w: duration }

    """
  static let cases = [
    Marked(
      "E0241", "an identity says how it is resolved",
      "identity ‹i› to customer from \"l.csv\" { d: text @key; c: int @entity; p: float @weight }"),
    Marked(
      "E0241", "`bets` is no rule of `resolve`",
      "identity i to customer from \"l.csv\" { d: text @key; c: int @entity; p: float @weight; "
        + "resolve ‹bets› above 0.5 }"),
    Marked(
      "E0241", "a threshold is a probability, from 0 to 1",
      "identity i to customer from \"l.csv\" { d: text @key; c: int @entity; p: float @weight; "
        + "resolve best above ‹1.5› }"),
    Marked(
      "E0241", "clusters need the probability that two identifiers are one",
      "identity ‹i› to customer from \"l.csv\" { a: int @left; b: int @right; "
        + "resolve clusters above 0.5 }"),
    Marked(
      "E0241", "`@weight` has no meaning under `resolve clusters`",
      "identity i to customer from \"l.csv\" { a: int @left; b: int @right; p: float ‹@weight›; "
        + "link p; resolve clusters above 0.5 }"),
    Marked(
      "E0242", "the two sides of a link are identifiers of one type",
      "identity i to customer from \"l.csv\" { ‹a›: text @left; b: int @right; p: float; "
        + "link p; resolve clusters above 0.5 }"),
    Marked(
      "E0242", "identifiers of `devices` are `text`",
      devices
        + "events e of customer via devices from \"e.csv\" { ‹k›: int @key; t: time @time }"),
    Marked(
      "E0204", "`orders` is an event table, and an identity is needed here",
      "events e of customer via ‹orders› from \"e.csv\" { k: int @key; t: time @time }"),
    Marked(
      "E0218", "`via` does not belong to a profile",
      devices + "profile p of customer via ‹devices› from \"p.csv\" { k: text @key }"),
    Marked(
      "E0243", "`sum` over weighted events is a float, and this is `duration`",
      devices + "feature a = ‹sum(taps.w)›"),
    Marked(
      "E0243", "`weight:` takes `any`", devices + "feature a = any(taps, weight: ‹0.5›)"),
    Marked(
      "E0243", "events of `orders` have no probability",
      "feature a = any(orders, weight: ‹any›)"),
    Marked(
      "E0243", "events of `orders` have no probability", "feature a = ‹effective_count(orders)›"),
    Marked(
      "E0243", "`mean` over weighted events is a float, and this is `duration`",
      devices + "feature a = ‹mean(taps.w)›"),
    Marked(
      "E0244", "no identity links identifiers to `customer` with a probability",
      "feature a = ‹confidence(customer)›"),
    Marked(
      "E0204", "`orders` is an event table, and an entity is needed here",
      devices + "feature a = confidence(‹orders›)"),
    Marked(
      "E0325", "`confidence` cannot stand inside an aggregate",
      devices + "feature a = count(orders where ‹confidence(customer)› is null)"),
  ]

  @Test(arguments: cases) func declaration(_ marked: Marked) { marked.expectDiagnostic() }
}
