import C360
import C360Columns
import Foundation
import Testing

/// Rules of the engine, from rows to values that were reckoned by hand. How it keeps them is tested where it
/// is: E1, E3, E4 in C360TimelineTests and C360EngineTests, E6 in C360LoweringTests, E7 in C360Differential.
@Suite("E: what the engine computes, however it does")
struct EngineRuleTests {
  /// Column by column, the cells of the first show.
  private func columns(_ script: Script) throws -> [String: [String]] {
    let table = try #require(try script.run().shows.first)
    return Dictionary(
      uniqueKeysWithValues: table.columnNames.enumerated().map { column, name in
        (name, (0..<table.rowCount).map { table.text($0, column) })
      })
  }

  @Test("E2: each kind of kernel has the values of its definition while the window moves on")
  func kernels() throws {
    // 10 of kind a on the 2nd, 30 of b on the 3rd, 20 of a on the 5th, 60 of a on the 9th.
    let script = Script(
      text: """
        entity person
        events orders of person from "orders.csv" {
          person: int  @key
          bought: time @time
          amount: float
          units:  int
          kind:   text
          observed through @2026-01-31
        }
        exposure days of person from "days.csv" { person: int @key; day: time @time; keep all }
        feature n       = count(orders) over 4d
        feature total   = sum(orders.amount) over 4d
        feature units   = sum(orders.units) over 4d
        feature least   = min(orders.amount) over 4d
        feature most    = max(orders.amount) over 4d
        feature average = mean(orders.amount) over 4d
        feature spread  = var_pop(orders.amount) over 4d
        feature kinds   = distinct(orders.kind) over 4d
        feature often   = mode(orders.kind) over 4d
        feature warm    = decayed_sum(orders.amount, half_life: 1d) over 4d
        feature oldest  = first(orders.amount) over 4d
        feature newest  = last(orders.amount) over 4d
        feature since   = at - last(orders.bought) over 4d
        feature middle  = median(orders.amount) over 4d
        show days | select n, total, units, least, most, average, spread, kinds, often, warm, oldest, newest, since, middle
        """,
      files: [
        "orders.csv": """
        person,bought,amount,units,kind
        1,2026-01-02T00:00:00Z,10,1,a
        1,2026-01-03T00:00:00Z,30,3,b
        1,2026-01-05T00:00:00Z,20,2,a
        1,2026-01-09T00:00:00Z,60,6,a

        """,
        "days.csv": "person,day\n"
          + [4, 6, 10, 14].map { "1,2026-01-\($0 < 10 ? "0" : "")\($0)T00:00:00Z\n" }.joined(),
      ])
    // [0, 4): 10, 30; [2, 6): 10, 30, 20; [6, 10): 60; [10, 14): nothing.
    let found = try columns(script)
    #expect(found["n"] == ["2", "3", "1", "0"])
    #expect(found["total"] == ["40", "60", "60", "0"])
    #expect(found["units"] == ["4", "6", "6", "0"])
    #expect(found["least"] == ["10", "10", "60", "null"])
    #expect(found["most"] == ["30", "30", "60", "null"])
    #expect(found["average"] == ["20", "20", "60", "null"])
    #expect(found["spread"] == ["100", "66.666667", "0", "null"])
    #expect(found["kinds"] == ["2", "2", "1", "0"])
    #expect(found["often"] == ["a", "a", "a", "null"])
    // 10/4 + 30/2; 10/16 + 30/8 + 20/2; 60/2.
    #expect(found["warm"] == ["17.5", "14.375", "30", "0"])
    #expect(found["oldest"] == ["10", "10", "60", "null"])
    #expect(found["newest"] == ["30", "20", "60", "null"])
    #expect(found["since"] == ["1d", "1d", "1d", "null"])
    #expect(found["middle"] == ["10", "20", "60", "null"])
  }

  @Test(
    "E7: other exposures, the order of rows, certain links and granted consents change no value",
    arguments: ["alone", "among others", "shuffled", "of devices", "with consent"])
  func metamorphic(_ form: String) throws {
    var rows = [
      "1,2026-01-02T00:00:00Z,0.1", "1,2026-01-03T00:00:00Z,1e16", "1,2026-01-03T00:00:00Z,0.2",
      "1,2026-01-05T00:00:00Z,-1e16", "2,2026-01-03T00:00:00Z,7",
    ]
    if form == "shuffled" { rows = [4, 2, 0, 3, 1].map { rows[$0] } }
    let days = form == "among others" ? Array(3...9) : [6]
    let isLinked = form == "of devices"
    let script = Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: int @key
          person: int @entity
          p: float @weight
          resolve weighted above 0
        }
        consents ledger of person from "ledger.csv" {
          person:  int  @key
          purpose: text @purpose
          granted: time @from
        }
        events orders of person \(isLinked ? "via devices " : "")from "orders.csv" {
          owner:  int  @key
          bought: time @time
          amount: float
          observed through @2026-01-31
        }
        exposure days of person from "days.csv" { person: int @key; day: time @time; keep all }
        feature n      = count(orders) over 4d
        feature total  = sum(orders.amount) over 4d
        feature most   = max(orders.amount) over 4d
        feature newest = last(orders.amount) over 4d
        mask m { hide orders unless consent("p", at: event) }
        show days \(form == "with consent" ? "under m " : "")| where day == @2026-01-06
          | select n = float(n ?? 0), total, most, newest
        """.replacingOccurrences(of: "float(n ?? 0)", with: isLinked ? "n" : "float(n)"),
      files: [
        "links.csv": "device,person,p\n1,1,1\n2,2,1\n",
        "ledger.csv": "person,purpose,granted\n1,p,2020-01-01T00:00:00Z\n",
        "orders.csv": (["owner,bought,amount"] + rows).joined(separator: "\n") + "\n",
        "days.csv": "person,day\n" + days.map { "1,2026-01-0\($0)T00:00:00Z\n" }.joined(),
      ])
    let table = try script.run().shows[0]
    // 0.1 + 1e16 + 0.2 − 1e16, exact and rounded once.
    #expect(
      (0..<4).map { table.value(0, $0) } == [
        .float(4), .float(0.30000000000000004), .float(1e16), .float(-1e16),
      ])
  }

  private static let days =
    "person,day\n" + (3...10).map { "1,2026-01-\($0 < 10 ? "0" : "")\($0)T00:00:00Z\n" }.joined()

  @Test(
    "E5: an event enters a window when it has happened and is known, and leaves by when it happened"
  )
  func twoClocks() throws {
    // 1 on the 2nd, 10 on the 3rd but known on the 8th, 100 on the 5th.
    let script = Script(
      text: """
        entity person
        events taps of person from "taps.csv" {
          person: int  @key
          moment: time @time
          known:  time @known
          value:  int
          observed through @2026-01-31
        }
        exposure days of person from "days.csv" { person: int @key; day: time @time; keep all }
        feature six     = sum(taps.value) over 6d
        feature four    = sum(taps.value) over 4d
        feature lagging = sum(taps.value) over 6d lag 1d
        feature n       = count(taps) over 6d
        feature least   = min(taps.value) over 6d
        feature newest  = last(taps.value) over 6d
        feature kinds   = distinct(taps.value) over 6d
        feature middle  = median(taps.value) over 6d
        show days | select six, four, lagging, n, least, newest, kinds, middle
        """,
      files: [
        "taps.csv": """
        person,moment,known,value
        1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,1
        1,2026-01-03T00:00:00Z,2026-01-08T00:00:00Z,10
        1,2026-01-05T00:00:00Z,2026-01-05T00:00:00Z,100

        """,
        "days.csv": Self.days,
      ])
    // From the 3rd to the 10th. The late one counts on the 9th alone: known before it, and within six days
    // of it; four days after it happened it was not known yet.
    let found = try columns(script)
    #expect(found["six"] == ["1", "1", "1", "101", "101", "101", "110", "100"])
    #expect(found["four"] == ["1", "1", "1", "101", "100", "100", "100", "0"])
    #expect(found["lagging"] == ["0", "1", "1", "1", "101", "101", "111", "110"])
    #expect(found["n"] == ["1", "1", "1", "2", "2", "2", "2", "1"])
    #expect(found["least"] == ["1", "1", "1", "1", "1", "1", "10", "100"])
    #expect(found["newest"] == ["1", "1", "1", "100", "100", "100", "100", "100"])
    #expect(found["kinds"] == ["1", "1", "1", "2", "2", "2", "2", "1"])
    #expect(found["middle"] == ["1", "1", "1", "1", "1", "1", "10", "100"])
  }

  @Test("E5: versions and links come and go by their own clocks")
  func versions() throws {
    // Bought for 1, corrected to 5 on the 4th, taken back on the 7th; the device is theirs from the 5th on.
    let script = Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text  @key
          person: int   @entity
          p:      float @weight
          since:  time  @known
          resolve best above 0.5
        }
        events orders of person from "orders.csv" {
          order:  int  @id
          person: int  @key
          bought: time @time
          known:  time @known
          gone:   bool @retracted
          value:  int
        }
        events taps of person via devices from "taps.csv" {
          device: text @key
          moment: time @time
          known:  time @known
        }
        exposure days of person from "days.csv" { person: int @key; day: time @time; keep all }
        feature total = sum(orders.value) over 10d
        feature most  = max(orders.value) over 10d
        feature taps5 = count(taps) over 5d
        feature age   = at - first(taps.moment)
        show days | select total, most, taps5, age
        """,
      files: [
        "links.csv": "device,person,p,since\na,1,0.9,2026-01-05T00:00:00Z\n",
        "orders.csv": """
        order,person,bought,known,gone,value
        7,1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,false,1
        7,1,2026-01-02T00:00:00Z,2026-01-04T00:00:00Z,false,5
        7,1,2026-01-02T00:00:00Z,2026-01-07T00:00:00Z,true,5

        """,
        "taps.csv": """
        device,moment,known
        a,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z
        a,2026-01-04T00:00:00Z,2026-01-08T00:00:00Z

        """,
        "days.csv": Self.days,
      ])
    let found = try columns(script)
    #expect(found["total"] == ["1", "1", "5", "5", "5", "0", "0", "0"])
    #expect(found["most"] == ["1", "1", "5", "5", "5", "null", "null", "null"])
    // The first tap from the 6th, when the link is known, to the 7th; the second on the 9th alone.
    #expect(found["taps5"] == ["0", "0", "0", "1", "1", "0", "1", "0"])
    #expect(found["age"] == ["null", "null", "null", "4d", "5d", "6d", "7d", "8d"])
  }
}
