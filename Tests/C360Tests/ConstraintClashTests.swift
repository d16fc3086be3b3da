import C360
import C360Diagnostics
import Testing

/// Bounds that no decisions satisfy: what clashes, the closest bound of each, and the decisions that force it.
@Suite("constraints: bounds that clash")
struct ConstraintClashTests {
  private func clash(
    _ constraints: String, subject: String, choose: String = "greedy",
    change: (String) -> String = { $0 }
  ) throws -> Diagnostic {
    var script = ConstraintTests.script(
      constraints, "  subject to \(subject)\n  choose \(choose)", show: "show p")
    script.text = change(script.text)
    return try #require(script.diagnostics().first { $0.code.name.hasPrefix("E07") })
  }

  @Test("a share has a closest limit, and so has what clashes with it")
  func share() throws {
    // At most two get cake, so a share of 90 % leaves 2 / 0.9 treated.
    let found = try clash(
      """
      constraint sweet: share(where offers.kind == "food") >= 90%
      constraint few:   count(where offers.kind == "food") <= 2
      constraint reach: rate(where treated) >= 50%
      """, subject: "sweet, few, reach")
    #expect(found.code.name == "E0730")
    #expect(found.message == "no decisions of `p` satisfy `few`, `reach`, `sweet` together")
    #expect(
      found.notes == [
        "`sweet` asks >= 0.9, and the closest that can hold is 0.5",
        "`few` asks <= 2, and the closest that can hold is 4",
        "`reach` asks >= 0.5, and the closest that can hold is 0.25",
      ])
  }

  @Test("digits that tell a bound from what comes nearest are shown")
  func digits() throws {
    // ln 3: tea, cake and nothing.
    let found = try clash("constraint vary: entropy() >= 1.0986123", subject: "vary")
    #expect(
      found.notes[0] == "`vary` asks >= 1.0986123, and the closest that can hold is "
        + "1.0986122886681098: the bound stands at the edge of what is possible")
  }

  @Test("a mean has a closest limit, rounded to the side on which it holds")
  func mean() throws {
    // Of seven, six have tea at 1 and one has cake at 4.
    let found = try clash(
      """
      constraint dear:  mean(offers.cost where treated) >= 2
      constraint few:   count(where offers.kind == "food") <= 1
      constraint reach: count(where treated) >= 7
      """, subject: "dear, few, reach")
    #expect(
      found.notes == [
        "`dear` asks >= 2, and the closest that can hold is 1.42857",
        "`few` asks <= 1, and the closest that can hold is 3",
        "`reach` asks >= 7, and the closest that can hold is 3",
      ])
  }

  @Test("the closest limit that is shown can be written")
  func writable() throws {
    let constraints = """
      constraint dear:  mean(offers.cost where treated) >= 1.42857
      constraint few:   count(where offers.kind == "food") <= 1
      constraint reach: count(where treated) >= 7
      """
    let script = ConstraintTests.script(
      constraints, "  subject to dear, few, reach\n  choose greedy", show: "show p")
    let counts = try #require(script.run().decisions.first?.counts.allocation)
    #expect(counts.constraints.map { $0.bounds[0].realized } == [10.0 / 7, 1, 7])
  }

  @Test("a ratio of rates has a closest limit")
  func ratio() throws {
    // In the South three of four may not be treated.
    let found = try clash(
      """
      constraint fair:  ratio(rate(where treated), by: people.region, to: groups) >= 0.8
      constraint reach: count(where treated) >= 3
      """, subject: "fair, reach",
      change: {
        $0.replacing("mask none", with: "mask m").replacing(
          "policy p",
          with: "mask m for offers { forbid far when (people.worth ?? 0) > 5 }\npolicy p")
      })
    #expect(
      found.notes.prefix(2) == [
        "`fair` [South] asks >= 0.8, and the closest that can hold is 0.5",
        "`reach` asks >= 3, and the closest that can hold is 2",
      ])
    // Without what the mask forbids they could hold.
    #expect(
      found.notes.dropFirst(2) == [
        "the proof hangs on what may not be chosen at 3 of the 8 decisions counted in them",
        "person 6 at 2026-02-06T09:00:00Z: only the fallback is left",
        "person 7 at 2026-02-07T09:00:00Z: only the fallback is left",
        "person 8 at 2026-02-08T09:00:00Z: only the fallback is left",
      ])
  }

  @Test("nobody is named where bounds clash whoever may have what")
  func nobody() throws {
    let found = try clash(
      "constraint reach: count(where treated) >= 6\nconstraint spend: sum(offers.cost) <= 3",
      subject: "reach, spend",
      change: {
        $0.replacing("mask none", with: "mask m").replacing(
          "policy p",
          with: "mask m for offers { forbid far when (people.worth ?? 0) > 6 }\npolicy p")
      })
    #expect(
      found.notes == [
        "`reach` asks >= 6, and the closest that can hold is 3",
        "`spend` asks <= 3, and the closest that can hold is 6",
      ])
  }

  @Test("beside a floor of entropy, totals and shares have a closest bound")
  func besideEntropy() throws {
    // At most H(x) + x ln 2 where a share x is treated, with tea as often as with cake.
    let found = try clash(
      "constraint calm: entropy() >= 0.5\nconstraint few: rate(where treated) <= 5%",
      subject: "calm, few")
    #expect(found.message == "no decisions of `p` satisfy `calm`, `few` together")
    #expect(
      found.notes == [
        "`calm` asks >= 0.5, and the closest that can hold is 0.233172",
        "`few` asks <= 0.05, and the closest that can hold is 0.139203",
      ])
  }

  @Test("more than bounds for each person leave is a clash with them")
  func caps() throws {
    let found = try clash(
      """
      constraint reach: count(where treated) >= 5
      constraint own:   count(where treated) <= (if (people.worth ?? 0) <= 3 then 1 else 0) per person
      """, subject: "reach, own")
    #expect(found.code.name == "E0730")
    #expect(found.message == "no decisions of `p` satisfy `own`, `reach` together")
    #expect(
      found.notes == [
        "`reach` asks >= 5, and the closest that can hold is 3",
        "`own` leaves no more for it, whatever is chosen when",
      ])
    #expect(
      found.help == [
        "loosen one of them, or make `reach` `soft` with a penalty for each unit of violation"
      ])
  }

  @Test("so it is where choices are drawn", arguments: ["softmax(temperature: 0.4)"])
  func drawnCaps(choose: String) throws {
    let found = try clash(
      """
      constraint reach: rate(where treated) >= 50%
      constraint own:   sum(offers.cost) <= (if (people.worth ?? 0) <= 2 then 9 else 0) per person
      """, subject: "reach, own", choose: choose)
    #expect(
      found.notes == [
        "`reach` asks >= 0.5, and the closest that can hold is 0.25",
        "`own` leaves no more for it, whatever is chosen when",
      ])
  }

  @Test("what caps and two bounds break together says how near one came")
  func capsUnproven() throws {
    let found = try clash(
      """
      constraint reach: count(where treated) >= 3
      constraint spend: sum(offers.cost) <= 5
      constraint own:   count(where offers.kind == "drink") <= (if (people.worth ?? 0) <= 1 then 1 else 0) per person
      """, subject: "reach, spend, own")
    #expect(found.code.name == "E0732")
    #expect(found.notes.contains { $0.contains("and the nearest decisions found come to") })
  }

  @Test("a budget that exploration alone exceeds says so")
  func explored() throws {
    // A tenth of eight thirds of tea and cake.
    let found = try clash(
      "constraint spend: sum(offers.cost) <= 1", subject: "spend", choose: "greedy\n  explore 10%")
    #expect(
      found.notes == [
        "`spend` asks <= 1, and the closest that can hold is 1.33334; what `explore` chooses at random "
          + "comes to 1.33333 alone"
      ])
  }

  @Test("each day that cannot hold is told, with the closest of each")
  func days() throws {
    let found = try clash(
      "constraint daily: count(where treated) >= 2 per calendar 1d", subject: "daily")
    #expect(found.message == "no decisions of `p` satisfy `daily`")
    #expect(
      found.notes.filter { $0.contains("asks") }
        == (1...8).map {
          "`daily` [2026-02-0\($0)] asks >= 2, and the closest that can hold is 1"
            + ($0 == 1 ? "" : ": it cannot hold either")
        })
  }

  // MARK: Against enumeration

  /// Two people, each decided for on some days: the greatest total of costs when each may have so many of
  /// `kind` within a number of days (nil: in all), in the order of time.
  private static func greatestCost(
    _ days: [[Int]], kind: String?, most: Int, window: Int?
  ) -> Double {
    let offers = [("none", 0.0), ("drink", 1.0), ("food", 4.0)]
    return days.reduce(0) { sum, days in
      var best = 0.0
      func visit(_ place: Int, _ used: [Int], _ cost: Double) {
        guard place < days.count else {
          best = max(best, cost)
          return
        }
        for (name, price) in offers {
          let counts = name != "none" && (kind == nil || kind == name)
          let before = used.count { window == nil || days[place] - $0 < window ?? 0 }
          if counts, before + 1 > most { continue }
          visit(place + 1, counts ? used + [days[place]] : used, cost + price)
        }
      }
      visit(0, [], 0)
      return sum + best
    }
  }

  @Test("what caps leave, against all decisions that they allow", arguments: 0..<16)
  func capsByEnumeration(seed: Int) throws {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 7
    func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let days = (0..<2).map { _ in (1...9).filter { _ in below(2) == 0 } }
    let (kind, most) = ([nil, "food", "drink"][below(3)], below(3))
    let window = [nil, 2, 4][below(3)]
    let greatest = Self.greatestCost(days, kind: kind, most: most, window: window)
    let asked = Int(greatest) - 1 + below(4)
    let what = kind.map { "offers.kind == \"\($0)\"" } ?? "treated"
    var script = ConstraintTests.script(
      """
      constraint cost: sum(offers.cost) >= \(asked)
      constraint own:  count(where \(what)) <= \(most) per person\(window.map { " per \($0)d" } ?? "")
      """, "  subject to cost, own\n  choose greedy", show: "show p")
    script.files["sends.csv"] =
      "person,sent\n"
      + days.enumerated().flatMap { person, days in
        days.map { "\(person + 1),2026-02-0\($0)T09:00:00Z\n" }
      }.joined()
    let found = try script.diagnostics().first { $0.code.name.hasPrefix("E07") }
    guard let found, found.code.name == "E0730" else {
      // Nothing that is written breaks the bound.
      if found == nil { #expect(Double(asked) <= greatest) }
      return
    }
    #expect(Double(asked) > greatest)
    let all = Self.greatestCost(days, kind: nil, most: 99, window: nil)
    let note = try #require(found.notes.first)
    let exact = "the closest that can hold is \(Int(Double(asked) > all ? all : greatest))"
    if note.contains("the closest that can") {
      #expect(note.contains(exact), "\(note)")
    } else {
      let figures = note.split(whereSeparator: { !$0.isNumber }).compactMap { Double($0) }
      // Asked, reached, out of reach.
      #expect(figures.count >= 3 && figures[1] <= greatest && figures[2] >= greatest, "\(note)")
    }
  }
}
