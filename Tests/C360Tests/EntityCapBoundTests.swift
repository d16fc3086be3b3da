import C360
import C360Engine
import Foundation
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

  @Test("what gives room back is in the bound, where periods stand side by side", arguments: 1..<8)
  func negative(_ seed: Int) throws {
    let gains = Self.gains(seed)
    var script = Self.script(
      gains, "constraint room: sum(offers.cost) <= 2 per person", subject: "room")
    script.files["offers.csv"] = "offer,cost,extra\ntea,1,0\ncake,3,2\nback,-2,-9\n"
    let counts = try #require(script.run().decisions[0].counts.allocation)
    var best = 0.0
    for code in 0..<65_536 {
      var (rest, used, value) = (code, 0.0, 0.0)
      for gain in gains {
        let choice = rest % 4
        rest /= 4
        let cost = [0.0, 1, 3, -2][choice]
        if cost > 0, used + cost > 2 {
          value = -.infinity
          break
        }
        used += cost
        value += [0, gain, gain + 2, gain - 9][choice]
      }
      best = max(best, value)
    }
    #expect(counts.value <= best + 1e-9 && best <= counts.upperBound + 1e-9)
    // Nothing like what could be had without the cap.
    let free = gains.reduce(0) { $0 + max(0, $1 + 2) }
    #expect(counts.upperBound < 0.7 * free)
  }

  @Test("over rolling periods what gives room back proves nothing, and claims nothing")
  func negativeRolling() throws {
    var script = Self.script(
      Self.gains(3), "constraint room: sum(offers.cost) <= 2 per person per 72h", subject: "room")
    script.files["offers.csv"] = "offer,cost,extra\ntea,1,0\ncake,3,2\nback,-2,-9\n"
    let counts = try #require(script.run().decisions[0].counts.allocation)
    let free = Self.gains(3).reduce(0) { $0 + max(0, $1 + 2) }
    #expect(abs(counts.upperBound - free) < 1e-9 && counts.value <= counts.upperBound)
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

  @Test(
    "of choices that draw it is said what they are expected to bring and what was drawn",
    arguments: ["choose greedy\n  explore 20%", "choose softmax(temperature: 0.5)\n  explore 10%"])
  func drawn(choose: String) throws {
    let script = WhyTests.many(
      "constraint each: count(where treated) <= 1 per person per 2d",
      "subject to each\n  \(choose)",
      composition: "show p\nshow candidates(p) | where propensity > 0 | select propensity")
    let report = try script.run()
    let counts = try #require(report.decisions[0].counts.allocation)
    #expect(!counts.isProven && counts.caps[0].blockedPairs > 0 && counts.repaired == 0)
    func sum(_ name: String) throws -> Double {
      let table = report.shows[0]
      let column = try #require(table.columnNames.firstIndex(of: name))
      return (0..<table.rowCount).reduce(0) { sum, row in
        if case .float(let value) = table.value(row, column) { sum + value } else { sum }
      }
    }
    #expect(abs(try #require(counts.drawnValue) - sum("value")) < 1e-9)
    let expected = try sum("expected_value")
    if counts.isEntropic {
      // Temperature × entropy of the softmax alone: more than none, less than that of four equal candidates.
      #expect(counts.value > expected && counts.value < expected + 120 * 0.5 * 0.9 * log(4.0))
    } else {
      #expect(abs(counts.value - expected) < 1e-9)
    }
    #expect(report.summary.contains("expected value"))
    #expect(report.summary.contains("how much is possible is not proven"))
    #expect(report.summary.contains("each: kept for each entity"))
    var other = script
    other.adjust = { $0.spillPartitions = 3 }
    let parts = try #require(other.run().decisions[0].counts.allocation)
    #expect(parts.value == counts.value && parts.drawnValue == counts.drawnValue)
    #expect(parts.caps[0].blockedPairs == counts.caps[0].blockedPairs)
  }
}
