import Testing

@testable import C360Semantics

@Suite("A whole script")
struct SpineTests {
  @Test func spineChecksClean() throws {
    let result = checked(
      script(
        """
        param w_revenue: float in 0..1 = 0.6 because "growth"
        param weekly_cap: int in 1..7 = 3
        use std.rfm
        use std.fatigue
        apply rfm(orders, orders.amount, 365d) as rfm
        apply fatigue(clicks, 7d) as fatigue
        feature age = year(at) - accounts.birth_year - 1
        feature spend_90d = sum(orders.amount) over 90d
        feature active_days = distinct(date(clicks.clicked_at)) over 30d lag 2h
        feature affinity for offers = share(orders where category == offers.category) over 365d
        feature is_lapsed = (rfm.recency ?? 9999d) > 60d
        mask marketing for offers {
          hide clicks unless consent("browsing") because "consent scope"
          hide accounts.gender
          hide spend_90d unless consent("profiling") else 0 GBP
          forbid opted_out when not consent("marketing")
          forbid age_gate when (age ?? 0) < offers.min_age because "CAP code 18.1"
          forbid cap when (fatigue.contacts ?? 0) >= weekly_cap
        }
        score p_buy for offers =
          sigmoid(-2.1 - 0.02 * days(rfm.recency ?? 365d) + 1.4 * (affinity ?? 0)
            + 0.3 * ln(1 + (active_days ?? 0)))
        objective value for offers {
          maximize revenue = p_buy * offers.margin weight w_revenue
          minimize attention = (fatigue.contacts ?? 0) / 10 weight 0.1
        }
        policy spring for offers at sends {
          mask marketing
          permit sensitive(age) in age_gate because "the law asks for it"
          objective value
          choose softmax(temperature: 0.2)
          explore 5%
          fallback "no_contact"
          owner "growth"
          approved "data protection office" until @2027-01-01
        }
        expect orders.amount >= 0 GBP
        output decisions = spring to "out/decisions.parquet"
        output training = sends under marketing
          | select *, rfm.*, spend_90d, active_days, converted, revenue to "out/train.parquet"
        show spring | group action { n = count(); expected = sum(expected_value) } | sort -n
        show orders | where amount > 100 GBP | group category { n = count() } | sort -n | take 10
        """))
    #expect(result.report == "")
    let program = try #require(result.program)
    #expect(program.policies.count == 1)
    #expect(program.outputs.count == 2)
    #expect(program.canonicalText.contains("policy spring for offers at sends"))
  }
}
