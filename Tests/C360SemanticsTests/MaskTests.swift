import Testing

@testable import C360Semantics

@Suite("Masks")
struct MaskTests {
  private func canonical(_ text: String) throws -> [String] {
    let result = checked(script(text))
    #expect(result.report == "")
    return try #require(result.program).canonicalText.split(separator: "\n").map(String.init)
  }

  private func line(_ start: String, _ text: String) throws -> String {
    try #require(canonical(text).first { $0.hasPrefix(start) })
  }

  @Test func hiddenTableMakesAggregatesNull() throws {
    #expect(
      try line(
        "feature visits under",
        """
        feature visits = count(clicks) over 7d
        mask m { hide clicks unless consent("browsing") }
        show sends under m | select visits
        """)
        == #"feature visits under m: int? = if(consent(ledger, "browsing", at), count[clicks; over 604800000000us], null)"#
    )
  }

  @Test func featuresThatTheMaskLeavesAloneAreShared() throws {
    let lines = try canonical(
      """
      feature spend = sum(orders.amount) over 7d
      mask m { hide clicks }
      show sends under m | select spend
      """)
    #expect(lines.filter { $0.hasPrefix("feature spend") }.count == 1)
  }

  @Test func elseKeepsATotalFeatureTotal() throws {
    #expect(
      try line(
        "feature spend under",
        """
        feature spend = sum(orders.amount) over 7d
        mask m { hide spend unless consent("profiling") else 0 GBP }
        show sends under m | select spend
        """)
        == #"feature spend under m: money(GBP) = if(consent(ledger, "profiling", at), sum[orders; orders.amount; over 604800000000us], 0.0 GBP)"#
    )
  }

  @Test func outcomesNeedConsentThroughoutTheirWindow() throws {
    #expect(
      try line(
        "show sends",
        """
        mask m { hide orders unless consent("purchases") and accounts.region != "UK" }
        show sends under m | select converted
        """
      ).contains(
        #"converted = outcome(if(and(consent(ledger, "purchases", throughout 1209600000000us), !=(accounts.region, "UK")), any[orders; after 0us within 1209600000000us], null))"#
      ))
  }

  @Test func nullsThatAMaskMakesAreFoundAtTheGate() {
    let result = checked(
      script(
        """
        feature visits = count(clicks) over 7d
        mask m for offers {
          hide clicks unless consent("browsing")
          forbid often when visits > 3
        }
        """))
    #expect(
      result.report == """
        53:21 visits > 3 E0301 the condition of `forbid often` can be null, and a null must not pass a gate
          50:18 count(clicks) over 7d this can be null
          52:3 hide clicks unless consent("browsing") null otherwise
          = seen under mask `m`
          ? say what counts for null: `(visits ?? 0)`
          ? or ask for it: `visits is null`
        """)
  }

  @Test func includedRulesComeFirstAndHidesAddUp() throws {
    let result = checked(
      script(
        """
        mask base for offers {
          hide clicks unless consent("a")
          forbid one when not consent("x")
        }
        mask strict for offers {
          include base
          hide clicks unless consent("b")
          forbid two when not consent("y")
        }
        feature visits = count(clicks) over 7d
        show sends under strict | select visits
        """))
    #expect(result.report == "")
    let program = try #require(result.program)
    #expect(program.masks[1].rules.map(\.name) == ["one", "two"])
    #expect(
      program.canonicalText.contains(
        #"if(and(consent(ledger, "a", at), consent(ledger, "b", at)), count[clicks"#))
  }

  @Test func contextOfAnExposureCanBeHidden() throws {
    #expect(
      try line(
        "show sends",
        """
        mask m { hide sends.bucket unless consent("profiling") }
        show sends under m | select bucket
        """
      ).contains(#"bucket = if(consent(ledger, "profiling", at), sends.bucket, null)"#))
  }

  @Test func outputsOfAMaskedProgramSayTheirMask() {
    let base = script("mask m { hide clicks }\nfeature visits = count(clicks) over 7d\n")
    #expect(checked(base + "output o = sends | select visits to \"o.csv\"").codes == ["E0509"])
    #expect(
      checked(base + "output o = sends under none | select visits to \"o.csv\"").codes == ["E0509"])
    #expect(
      checked(base + "output o = sends under none because \"audit\" | select visits to \"o.csv\"")
        .report == "")
    #expect(checked(base + "show sends | select visits").report == "")
  }
}
