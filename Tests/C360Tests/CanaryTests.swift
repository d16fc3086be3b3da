import C360
import C360Diagnostics
import Testing

@Suite("the leak canary: what comes after a decision changes no byte of it")
struct CanaryTests {
  private static var script: Script {
    Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text  @key
          person: int   @entity
          p:      float @weight
          since:  time  @known
          resolve weighted above 0.1
        }
        events orders of person from "orders.csv" {
          person: int   @key
          bought: time  @time
          loaded: time? @known
          amount: float
          kind:   text
        }
        events clicks of person via devices from "clicks.csv" {
          device:  text @key
          clicked: time @time
          arrives within 2h
        }
        profile people of person from "people.csv" {
          person: int  @key
          since:  time @from
          town:   text = "none"
        }
        consents ledger of person from "ledger.csv" {
          person:  int   @key
          purpose: text  @purpose
          given:   time  @from
          taken:   time? @until
        }
        actions offers from "offers.csv" {
          offer: text @key
          kind:  text
          none "nothing"
        }
        exposure days of person every 1d from @2026-01-02 through @2026-01-08
        exposure end of person in orders at @2026-01-06

        feature spent = sum(orders.amount) over 5d
        feature kinds = list(orders.kind, 3)
        feature taps = count(clicks)
        feature sure = confidence(person)
        feature town = people.town
        feature may = consent("ads")
        feature wanted for offers = share(orders where kind == offers.kind)
        score appeal = spent / 10

        mask careful for offers {
          hide orders unless consent("ads")
          forbid unasked when not consent("ads", at: run)
        }
        objective value for offers {
          maximize fit = (wanted ?? 0) + 0.1 * (appeal ?? 0)
        }
        policy choice for offers at days {
          mask      careful
          objective value
          choose    softmax(temperature: 0.5)
          fallback  "nothing"
        }
        show choice
        """,
      files: [
        "links.csv": """
        device,person,p,since
        a,1,0.6,2026-01-01T00:00:00Z
        a,1,0.4,2026-01-05T00:00:00Z
        a,2,0.4,2026-01-04T00:00:00Z
        b,2,0.9,2026-01-06T00:00:00Z

        """,
        "orders.csv": """
        person,bought,loaded,amount,kind
        1,2026-01-01T10:00:00Z,2026-01-01T10:00:00Z,10,tea
        1,2026-01-04T00:00:00Z,2026-01-04T00:00:00Z,1e16,cake
        1,2026-01-03T10:00:00Z,2026-01-06T00:00:00Z,7,tea
        2,2026-01-01T12:00:00Z,2026-01-01T12:00:00Z,3,cake
        2,2026-01-05T12:00:00Z,,40,tea
        2,2026-01-07T12:00:00Z,2026-01-07T12:00:00Z,50,tea

        """,
        "clicks.csv": """
        device,clicked
        a,2026-01-01T10:00:00Z
        a,2026-01-03T23:00:00Z
        b,2026-01-05T11:00:00Z

        """,
        "people.csv": """
        person,since,town
        1,2026-01-01T00:00:00Z,York
        1,2026-01-04T00:00:00Z,Leeds
        2,2026-01-06T00:00:00Z,Bath

        """,
        "ledger.csv": """
        person,purpose,given,taken
        1,ads,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z
        2,ads,2026-01-04T00:00:00Z,

        """,
        "offers.csv": "offer,kind\nt,tea\nc,cake\n",
      ])
  }

  @Test("S5: features, scores and decisions stay the same; what was asked is counted")
  func silent() throws {
    let report = try Self.script.inFolder { try $0.canary().report }
    #expect(
      report.cuts
        == ["2026-01-04", "2026-01-06", "2026-01-08"].compactMap { SessionOptions.instant($0) })
    #expect(report.columns > 10)
    #expect(report.values > 0)
    #expect(report.changedRows > 0)
  }

  @Test("it sings: where rows of the past are tampered with, each value that sees them is named")
  func singing() throws {
    let found = try Self.script.inFolder { session -> [String] in
      do {
        _ = try session.canary(leak: 3 * 86_400_000_000)
        return []
      } catch let failure as RunFailure {
        #expect(failure.diagnostics.allSatisfy { $0.code == "E0731" })
        return failure.diagnostics.map(\.message)
      }
    }
    for name in [
      "spent", "kinds", "taps", "sure", "town", "may", "appeal", "choice.action",
      "choice.propensity", "choice.reasons",
    ] {
      #expect(found.contains("`\(name)` hangs on what comes after the decision"), "\(name)")
    }
  }

  @Test("without decisions there is nothing to ask")
  func nothing() throws {
    let report = try Script(
      text: Shop.tables + "feature n = count(orders)", files: ["orders.csv": Shop.orders]
    ).inFolder { try $0.canary().report }
    #expect(report.summary == "canary: no decisions in the data, so nothing was asked\n")
  }
}
