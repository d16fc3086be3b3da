import C360
import C360Engine
import Testing

@Suite("bounds for each entity: what is proven of decisions kept in the order of time")
struct EntityCapBoundTests {
  /// Gains of one person at eight moments, a day and a half apart, for tea; cake is worth 2 more and
  /// costs 3 in place of 1.
  private static func gains(_ seed: Int) -> [Double] {
    (0..<8).map { Double((seed * 31 + $0 * $0 * 17 + $0 * 5) % 23) - 4 }
  }

  private static func script(_ gains: [Double], _ bounds: String, subject: String) -> Script {
    var script = Script(
      text: """
        entity person
        actions offers from "offers.csv" {
          offer: text @key
          cost:  float
          extra: float
          none "nothing"
        }
        exposure sends of person from "sends.csv" {
          person: int   @key
          sent:   time  @time
          gain:   float
          keep all
        }
        objective value for offers { maximize gain = sends.gain + offers.extra }
        \(bounds)
        policy p for offers at sends {
          mask none; objective value; subject to \(subject); choose greedy; fallback "nothing"
        }
        show p
        """)
    script.files["offers.csv"] = "offer,cost,extra\ntea,1,0\ncake,3,2\n"
    script.files["sends.csv"] =
      "person,sent,gain\n"
      + gains.enumerated().map { place, gain in
        let hour = 36 * place
        return
          "1,2026-02-\(hour / 24 < 9 ? "0" : "")\(1 + hour / 24)T\(hour % 24 == 0 ? "06" : "18")"
          + ":00:00Z,\(gain)"
      }.joined(separator: "\n") + "\n"
    return script
  }

  /// The most that choices are worth of which each keeps what it uses with those before, in 72 hours, below
  /// 4, and all of them below `whole`.
  private static func greatest(_ gains: [Double], whole: Double) -> Double {
    var best = 0.0
    for code in 0..<6561 {
      var (rest, total, value) = (code, 0.0, 0.0)
      var used: [Double] = []
      for gain in gains {
        let choice = rest % 3
        rest /= 3
        let cost = [0.0, 1, 3][choice]
        // Moments are 36 hours apart, so in (t − 72 h, t] stands one other.
        if cost > 0, (used.last ?? 0) + cost > 4 {
          value = -.infinity
          break
        }
        used.append(cost)
        total += cost
        value += [0, gain, gain + 2][choice]
      }
      if total <= whole { best = max(best, value) }
    }
    return best
  }

  @Test("no order of decisions is worth more than the bound", arguments: 1..<8)
  func sound(_ seed: Int) throws {
    let gains = Self.gains(seed)
    let script = Self.script(
      gains, "constraint pace: sum(offers.cost) <= 4 per person per 72h", subject: "pace")
    let counts = try #require(script.run().decisions[0].counts.allocation)
    let best = Self.greatest(gains, whole: .infinity)
    #expect(counts.value <= best + 1e-9 && best <= counts.upperBound + 1e-9)
    // Tighter than without the caps.
    #expect(counts.upperBound <= gains.reduce(0) { $0 + max(0, $1 + 2) } + 1e-9)
  }

  @Test("with a budget on top the bound knows of both", arguments: 1..<8)
  func withBudget(_ seed: Int) throws {
    let gains = Self.gains(seed)
    let script = Self.script(
      gains,
      """
      constraint pace: sum(offers.cost) <= 4 per person per 72h
      constraint spend: sum(offers.cost) <= 7
      """, subject: "pace, spend")
    let counts = try #require(script.run().decisions[0].counts.allocation)
    let best = Self.greatest(gains, whole: 7)
    #expect(counts.value <= best + 1e-9 && best <= counts.upperBound + 1e-9)
    #expect(counts.constraints[0].bounds[0].realized ?? .nan <= 7)
  }

  @Test("where nothing is to be gained by waiting the gap is none")
  func exact() throws {
    let script = Self.script(
      [5, 1, 1, 1, 1, 1, 1, 1], "constraint once: count(where treated) <= 1 per person",
      subject: "once")
    let counts = try #require(script.run().decisions[0].counts.allocation)
    #expect(counts.value == 7)
    #expect(abs(counts.upperBound - 7) < 1e-9)
  }
}
