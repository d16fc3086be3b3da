import C360
import Testing

@Suite("constraints: bounds that are columns of a small table")
struct ConstraintLimitTests {
  private static let byHalf =
    "show p | group early = person <= 4, action { n = count() } | sort early, action"
  private static let limits = """
    kind,day,most
    drink,2026-02-01,1
    food,2026-02-01,2
    drink,2026-02-02,0
    food,2026-02-02,3

    """

  /// Four people on each of two days, under a table of limits by kind and day.
  private static func script(
    _ bound: String, limits: String = Self.limits, day: String = "day: date @key",
    show: String = Self.byHalf
  ) -> Script {
    var script = ConstraintTests.script(
      """
      limits room from "limits.csv" {
        kind: text @key
        \(day)
        most: int
      }
      constraint reach: count(where treated) <= \(bound)
      """, "  subject to reach\n  choose greedy", show: show)
    script.files["limits.csv"] = limits
    script.files["sends.csv"] =
      "person,sent\n"
      + (1...8).map { "\($0),2026-02-0\($0 <= 4 ? 1 : 2)T09:00:00Z" }.joined(separator: "\n")
      + "\n"
    return script
  }

  private static func failure(_ script: Script) -> String {
    do {
      _ = try script.run()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("each group and day has the bound of its row")
  func groupsAndDays() throws {
    // On the first day two cakes and a tea, on the second three cakes and no tea.
    let shown = """
      early  action   n
      -----  -------  -
      false  cake     3
      false  nothing  1
      true   cake     2
      true   nothing  1
      true   tea      1

      """
    let script = Self.script("room.most per offers.kind, calendar 1d")
    #expect(try script.shown() == shown)
    // The order of `per` and of the rows says nothing.
    let turned = Self.script(
      "room.most per calendar 1d, offers.kind",
      limits: "kind,day,most\nfood,2026-02-02,3\ndrink,2026-02-02,0\n"
        + "food,2026-02-01,2\ndrink,2026-02-01,1\n")
    #expect(try turned.shown() == shown)
    let bounds = try #require(script.run().decisions[0].counts.allocation).constraints[0].bounds
    #expect(bounds.map(\.limit) == [1, 0, 2, 3])
    #expect(bounds.map(\.realized) == [1, 0, 2, 3])
  }

  @Test("a key that is no period may be less fine than the groups")
  func coarser() throws {
    // Two a day, of whatever kind's row: people 3, 4 and 7, 8 have cake; tea has none.
    let script = Self.script(
      "room.most per offers.kind, calendar 1d", limits: "kind,most\ndrink,0\nfood,2\n", day: "")
    #expect(try script.run().decisions[0].counts.actions == ["cake": 4, "nothing": 4])
  }

  @Test("the bound is an expression over the row, and `??` holds where there is none")
  func otherwise() throws {
    let three = Self.limits.replacing("food,2026-02-02,3\n", with: "")
    let script = Self.script("2 * room.most ?? 1 per offers.kind, calendar 1d", limits: three)
    // Two teas and up to four cakes; then one cake, no tea.
    #expect(try script.run().decisions[0].counts.actions == ["cake": 5, "nothing": 3])
  }

  @Test("a group without a row stops the run, so do two rows for one")
  func refusals() {
    let missing = Self.script(
      "room.most per offers.kind, calendar 1d",
      limits: Self.limits.replacing("food,2026-02-02,3\n", with: ""))
    #expect(Self.failure(missing).contains("no row is about `food`, `2026-02-02`"))
    let twice = Self.script(
      "room.most per offers.kind, calendar 1d", limits: Self.limits + "food,2026-02-01,9\n")
    #expect(Self.failure(twice).contains("rows 2 and 5 are both about `food`, `2026-02-01`"))
    #expect(Self.failure(twice).contains("E0704"))
  }

  /// Persons 3 and 4 are of no known region, 1 and 2 of the North, the others of the South.
  private static func byRegion(
    _ rows: String, bound: String = "room.most", mask: String = "none"
  ) -> Script {
    var script = ConstraintTests.script(
      """
      limits room from "limits.csv" {
        region: text? @key
        most:   int
      }
      mask blind { hide people.region }
      constraint reach: count(where treated) <= \(bound) per people.region
      """, "  subject to reach\n  choose greedy",
      show: "show p | where action != \"nothing\" | select person | sort person")
    script.text = script.text.replacing("mask none", with: "mask \(mask)")
    script.files["people.csv"] =
      "person,since,region,worth,left\n"
      + (1...8).map {
        "\($0),2026-01-01,\($0 <= 2 ? "North" : $0 <= 4 ? "" : "South"),\($0),2"
      }.joined(separator: "\n") + "\n"
    script.files["limits.csv"] = "region,most\n" + rows
    return script
  }

  @Test("a row with a null is about decisions whose group is not known")
  func unknownGroup() throws {
    let script = Self.byRegion("North,2\n,1\nSouth,0\n")
    #expect(try script.shown() == "person\n------\n     1\n     2\n     4\n")
    let bounds = try #require(script.run().decisions[0].counts.allocation).constraints[0].bounds
    #expect(bounds.map(\.label) == ["null", "North", "South"])
    #expect(bounds.map(\.limit) == [1, 2, 0])
  }

  @Test("hidden by the mask, a group is not known either")
  func hiddenGroup() throws {
    let script = Self.byRegion("North,2\n,3\nSouth,0\n", mask: "blind")
    #expect(try script.shown() == "person\n------\n     6\n     7\n     8\n")
  }

  @Test(
    "without a row for it the unknown group is like any without a row; two rows are one too many")
  func unknownGroupWithoutRow() throws {
    let missing = Self.failure(Self.byRegion("North,2\nSouth,0\n"))
    #expect(missing.contains("E0704") && missing.contains("no row is about `null`"))
    #expect(Self.failure(Self.byRegion("North,2\nSouth,0\n", bound: "room.most ?? 0")).isEmpty)
    let twice = Self.failure(Self.byRegion("North,2\n,1\nSouth,0\n,2\n"))
    #expect(twice.contains("E0704") && twice.contains("both about `null`"))
  }

  @Test("a column of the actions bounds groups of actions")
  func actions() throws {
    let script = ConstraintTests.script(
      "constraint reach: count(where treated) <= offers.most per offers.offer",
      "  subject to reach\n  choose greedy", show: "show p")
    #expect(try script.run().decisions[0].counts.actions == ["cake": 3, "nothing": 3, "tea": 2])
  }

  @Test("actions of one group that are bounded differently stop the run")
  func differing() {
    var script = ConstraintTests.script(
      "constraint reach: count(where treated) <= offers.most per offers.kind",
      "  subject to reach\n  choose greedy", show: "show p")
    script.files["offers.csv"] =
      "offer,kind,cost,extra,most\ntea,food,1,0,2\ncake,food,4,3,3\n"
    #expect(Self.failure(script).contains("rows 1 and 2 are in one group of `reach`"))
  }

  @Test(
    "what does not fit is refused before the run",
    arguments: [
      "room.most per offers.kind", "room.most per calendar 1d", "room.most", "offers.most",
      "offers.most per people.region",
      "(if room.most > 2 then room.most else null) per "
        + "offers.kind, calendar 1d", "room.most + offers.most per offers.kind, calendar 1d",
    ])
  func unfit(_ bound: String) throws {
    #expect(try Self.script(bound).codes() == ["E0536"])
  }

  @Test("limits are bounds and nothing else")
  func elsewhere() throws {
    var script = Self.script("3")
    script = Script(
      text: script.text + "feature room_left = room.most\nshow sends | select room_left\n",
      files: script.files)
    #expect(try script.codes().contains("E0536"))
  }
}
