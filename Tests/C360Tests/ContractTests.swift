import C360
import Testing

@Suite("the contract of a table holds whether or not a column is used")
struct ContractTests {
  private static let declaration = """
    entity person
    events visits of person from "visits.csv" {
      person: int   @key
      at_:    time  @time
      spent:  float? @nan(null)
      observed through @2026-02-28
    }

    """

  private static func codes(_ rows: String, _ query: String) throws -> [String] {
    try Script(
      text: declaration + query, files: ["visits.csv": rows]
    ).codes()
  }

  @Test(
    "a bad value in a column that nobody reads",
    arguments: [
      ("person,at_,spent\n1,2026-01-01T00:00:00Z,x\n", "E0610"),
      ("person,at_,spent\nx,2026-01-01T00:00:00Z,1\n", "E0610"),
      ("person,at_,spent\n1,2026-02-30T00:00:00Z,1\n", "E0610"),
      ("person,at_,spent\n,2026-01-01T00:00:00Z,1\n", "E0608"),
      ("person,spent\n1,1\n", "E0606"),
    ])
  func unread(rows: String, code: String) throws {
    #expect(try Self.codes(rows, "show visits | group { n = count() }") == [code])
  }

  @Test("what is no duration is told how durations are written")
  func forms() throws {
    let found = try Script(
      text: """
        entity person
        events stays of person from "stays.csv" { p: int @key; t: time @time; d: duration }
        show stays
        """, files: ["stays.csv": "p,t,d\n1,2026-01-01T00:00:00Z,3600\n"]
    ).diagnostics()
    #expect(found.map(\.code.name) == ["E0610"])
    #expect(found.first?.help == ["duration is written `90m`, `1h30m`, `3d`"])
  }

  @Test("`@nan(null)` reads NaN as null")
  func nan() throws {
    let rows = "person,at_,spent\n1,2026-01-01T00:00:00Z,nan\n"
    let shown = try Script(
      text: Self.declaration + "show visits | select spent", files: ["visits.csv": rows]
    ).shown()
    #expect(shown.contains("null"))
  }

  @Test("moments without end are refused before they are made")
  func moments() throws {
    let rows = "person,at_,spent\n1,2020-01-01T00:00:00Z,1\n"
    let query = """
      exposure often of person every 1ms from @1970-01-01 through @2999-01-01
      show often | group { n = count() }
      """
    let script = Script(text: Self.declaration + query, files: ["visits.csv": rows])
    let error = try #require(try script.diagnostics().first)
    #expect(error.code.name == "E0704")
    #expect(error.primary?.span.text == "often")
  }

  @Test("a consent that is withdrawn on a day is withdrawn from its start")
  func withdrawal() throws {
    let script = Script(
      text: Self.declaration + """
        consents ledger of person from "ledger.csv" {
          person:  int   @key
          purpose: text  @purpose
          granted: time  @from
          revoked: time? @until
        }
        exposure noon of person at @2026-02-01T12:00:00Z
        show noon | select person, may = consent("mail")
        """,
      files: [
        "visits.csv": "person,at_,spent\n1,2026-01-01T00:00:00Z,1\n2,2026-01-01T00:00:00Z,1\n",
        "ledger.csv":
          "person,purpose,granted,revoked\n1,mail,2026-01-01,2026-02-01\n2,mail,2026-01-01,2026-02-02\n",
      ])
    #expect(
      try script.shown() == """
        person  may
        ------  -----
             1  false
             2  true

        """)
  }
}
