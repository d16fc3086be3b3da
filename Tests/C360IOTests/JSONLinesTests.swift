import C360Columns
import C360Diagnostics
import Testing

@testable import C360IO

@Suite struct JSONLinesTests {
  let scratch = Scratch()

  @Test func membersInAnyOrderOthersSkipped() throws {
    let path = try scratch.write(
      """
      {"id": 1, "skip": {"a": [1, "}"]}, "name": "caf\\u00e9 \\"x\\"\\n", "on": true, "f": 1e2}
      {"name":"\\ud83d\\ude00","f":-0.5,"id":2,"on":false,"skip":[[{}]]}

      { "id" : 3 , "f" : null , "on" : true , "name" : null }\r
      """, "t.jsonl")
    let columns = [
      column("id", .int), column("name", .text, nullable: true), column("on", .bool),
      column("f", .float, nullable: true),
    ]
    let expected = [
      "1 | café \"x\"\n | true | 100.0", "2 | 😀 | false | -0.5", "3 | null | true | null",
    ]
    #expect(try rows([path], columns) == expected)
    for size in [1, 20, 64] {
      #expect(try rows([path], columns, threads: 2, chunkSize: size) == expected)
    }
  }

  @Test func timesAndDurationsAreStrings() throws {
    let path = try scratch.write(
      "{\"t\":\"1970-01-01T00:00:01Z\",\"d\":\"1970-01-02\",\"u\":\"1m\"}\n", "t.ndjson")
    #expect(
      try rows([path], [column("t", .time), column("d", .date), column("u", .duration)])
        == ["1000000 | 1 | 60000000"])
  }

  @Test func missingMembersAreNull() throws {
    let path = try scratch.write("{\"a\":1}\n{\"b\":2}\n", "t.jsonl")
    let columns = [column("a", .int, nullable: true), column("b", .int, default: .int(9))]
    #expect(try rows([path], columns) == ["1 | 9", "null | 2"])
  }

  @Test func aColumnThatNoObjectHasIsMissing() throws {
    let path = try scratch.write("{\"a\":1}\n{\"a\":2}\n", "t.jsonl")
    let found = complaint([path], [column("amount", .int, nullable: true)])
    #expect(found?.code == "E0606")
    let empty = try scratch.write("", "empty.jsonl")
    #expect(try rows([empty], [column("amount", .int, nullable: true)]) == [])
  }

  @Test(arguments: [
    ("{\"n\":1}\n[1]\n", "E0617", 2), ("{\"n\":1\n", "E0617", 1), ("{\"n\" 1}\n", "E0617", 1),
    ("{\"n\":\"1\"}\n", "E0610", 1), ("{\"n\":1.5}\n", "E0610", 1), ("{\"n\":true}\n", "E0610", 1),
    ("{\"n\":99999999999999999999}\n", "E0611", 1), ("{\"n\":null}\n", "E0608", 1),
    ("{\"m\":1}\n", "E0608", 1), ("{\"n\":1,\"n\":2}\n", "E0617", 1), ("{\"n\":1} x\n", "E0617", 1),
    ("{\"n\":1,\"\\q\":1}\n", "E0617", 1), ("{\"n\":}\n", "E0617", 1), ("{", "E0617", 1),
    ("{\"n\":[1]}\n", "E0610", 1), ("{\"n\":nil}\n", "E0617", 1),
  ])
  func complaints(text: String, code: String, row: Int) throws {
    let path = try scratch.write(text, "t.jsonl")
    let found = complaint([path], [column("n", .int)])
    #expect(found?.code.name == code, "\(found?.message ?? "")")
    #expect(found?.data?.row == row)
  }
}
