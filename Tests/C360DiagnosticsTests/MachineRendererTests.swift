import C360Diagnostics
import Foundation
import Testing

@Suite struct MachineRendererTests {
  static var mistake: Diagnostic {
    let file = SourceFile(name: "my plan.c360", text: "é = \"😀\" fob\n")
    let place = span("fob", in: file)
    return Diagnostic(
      "E0115", "`fob` \"starts\"\nnothing", at: place, label: "here",
      secondary: [LabeledSpan(span("é", in: file), "there")],
      data: DataPlace(path: "d.csv", row: 3), notes: ["a note"], help: ["a help"],
      fixes: [Fix("write `for`", edits: [Fix.Edit(span: place, replacement: "for")])])
  }

  func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func jsonHasOneShape() throws {
    let all = try object(DiagnosticRenderer.json([Self.mistake]))
    #expect(all["version"] as? Int == 1)
    let one = try #require((all["diagnostics"] as? [[String: Any]])?.first)
    #expect(
      Set(one.keys) == [
        "code", "severity", "message", "primary", "secondary", "data", "notes", "help", "fixes",
      ])
    #expect(one["message"] as? String == "`fob` \"starts\"\nnothing")
    let start = try #require((one["primary"] as? [String: Any])?["start"] as? [String: Int])
    #expect(start == ["offset": 12, "line": 1, "column": 9])
    let data = try #require(one["data"] as? [String: Any])
    #expect(data["row"] as? Int == 3 && data["column"] is NSNull)
  }

  @Test func nothingToSayIsAnEmptyList() throws {
    #expect(
      DiagnosticRenderer.json([]) == """
        {
          "version": 1,
          "diagnostics": []
        }

        """)
  }

  @Test func sarifNamesRulesPlacesAndFixes() throws {
    let log = try object(DiagnosticRenderer.sarif([Self.mistake], toolVersion: "0.1.0"))
    #expect(log["version"] as? String == "2.1.0")
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["version"] as? String == "0.1.0")
    #expect((driver["rules"] as? [[String: String]]) == [["id": "E0115"]])
    let result = try #require((run["results"] as? [[String: Any]])?.first)
    #expect(result["level"] as? String == "error")
    let location = try #require((result["locations"] as? [[String: Any]])?.first)
    let place = try #require(location["physicalLocation"] as? [String: Any])
    #expect((place["artifactLocation"] as? [String: String]) == ["uri": "my%20plan.c360"])
    let region = try #require(place["region"] as? [String: Int])
    #expect(region["startColumn"] == 9 && region["byteOffset"] == 12 && region["byteLength"] == 3)
    #expect((result["relatedLocations"] as? [Any])?.count == 2)
    #expect((result["fixes"] as? [Any])?.count == 1)
  }
}
