import Testing

@testable import C360Semantics

@Suite("Functions, templates and modules")
struct ReuseTests {
  @Test func functionsAreSubstituted() throws {
    let result = checked(
      script(
        """
        function band(years: int?) -> text = case { (years ?? 0) < 18: "minor"; else: "adult" }
        function twice(x: float) -> float = x * 2
        feature a = band(accounts.birth_year)
        feature b = twice(twice(count(orders) over 7d))
        """))
    #expect(result.report == "")
    let program = try #require(result.program)
    let text = CanonicalText(program)
    #expect(
      text.expression(program.features[0].expression)
        == #"if(<(??(accounts.birth_year, 0), 18), "minor", "adult")"#)
    #expect(program.features[0].expression.facts.labels == ["age"])
    #expect(
      text.expression(program.features[1].expression)
        == "*(*(widen(count[orders; over 604800000000us]), 2.0), 2.0)")
  }

  @Test func errorsInTemplatesShowWhereTheyAreApplied() {
    let result = checked(
      script(
        """
        template t(e: events, w: duration) {
          feature size = sum(e.amount) over w
          feature twice = size + 1
        }
        apply t(orders, 7d) as big
        apply t(clicks, 7d) as small
        """))
    #expect(
      result.report == """
        51:22 e.amount E0201 `clicks` has no column `amount`
          11:8 clicks `clicks` is declared here
          55:1 apply t(clicks, 7d) as small applied here as `small`
          ? columns: `clicked_at`, `customer_id`, `dwell`, `page`
        52:24 + E0403 `+` needs one unit on both sides
          52:19 size `money(GBP)`
          52:26 1 `int`
          54:1 apply t(orders, 7d) as big applied here as `big`
          ? write `1 GBP`
        """)
  }

  @Test func templatesHoldMasksAndPolicies() throws {
    let result = checked(
      script(
        """
        mask polite for offers { forbid never when consent("no") }
        template contact(m: mask, cap: int) {
          mask both for offers { include m; forbid often when visits > cap }
          feature visits = count(clicks) over 7d
          objective value for offers { maximize margin = offers.margin }
          policy best for offers at sends { mask both; objective value; choose greedy; fallback "no_contact" }
        }
        apply contact(polite, 3) as web
        show web.best | take 1
        """))
    #expect(result.report == "")
    let program = try #require(result.program)
    #expect(program.policies.map(\.name) == ["web.best"])
    #expect(program.masks[1].rules.map(\.name) == ["never", "often"])
  }

  @Test func standardLibraryChecksClean() {
    let result = checked(
      script(
        """
        use std.rfm
        use std.fatigue
        use std.affinity
        use std.time
        use std.math
        apply rfm(orders, orders.amount, 365d) as rfm
        apply fatigue(clicks, 7d) as fatigue
        apply pressure(clicks, 3d) as clicked
        apply affinity(orders, orders.category, 90d) as taste
        feature weekend = is_weekend(at)
        feature slot = hour_of_week(at)
        feature part = part_of_day(at)
        feature age = years_since(at, accounts.birth_year)
        feature gap = days_between(at - 3d, at)
        feature scale = clamp01(log1p(float(rfm.frequency)))
        feature per = safe_ratio(float(rfm.frequency), clicked.pressure)
        feature soft = lerp(0, 1, saturate(0.5, 2)) + odds(0.5) + at_least_once(0.1, 3)
        """))
    #expect(result.report == "")
  }

  @Test func moduleZonesAreTheirOwn() throws {
    let files = [
      "t.c360": """
      edition 2026
      timezone "America/New_York"
      entity shop
      events sales of shop from "s.csv" {
        k: int @key
        t: time @time
        observed through @2026-03-31
      }
      """
    ]
    let result = checked(
      """
      edition 2026
      timezone "Europe/London"
      use "t.c360"
      exposure e of shop at @2026-07-01
      """, files: files)
    #expect(result.report == "")
    let program = try #require(result.program)
    #expect(program.timezone == "Europe/London")
    #expect(program.tables[0].timezone == "America/New_York")
    // The last microsecond of the day in New York.
    #expect(program.tables[0].kind.observedThrough == 1_775_015_999_999_999)
    guard case .instant(let at, _) = program.exposures[0].origin else { return }
    #expect(at == 1_782_860_400_000_000)
  }

  @Test func canonicalTextIgnoresLayoutAndOrder() throws {
    let one = checked(script("feature a = count(orders) over 7d # note\nfeature b = a + 1"))
    let two = checked(
      script("## doc\nfeature b = (a) + 1\n\n\nfeature a =\n  count(orders) over 1w"))
    #expect(try #require(one.program).canonicalText == (try #require(two.program)).canonicalText)
  }
}

extension Table.Kind {
  fileprivate var observedThrough: Int64? {
    if case .events(let roles) = self { roles.observedThrough } else { nil }
  }
}
