import C360Columns
import Testing

@testable import C360IO

@Suite struct SchemaTests {
  let scratch = Scratch()

  private func words(_ columns: [FileColumn]) -> [String] {
    columns.map { "\($0.name): \($0.type?.words ?? "none")\($0.isNullable ? "?" : "")" }
  }

  @Test func csvIsGuessedFromItsRows() throws {
    let path = try scratch.write(
      "id,price,day,at,on,wait,name,gap\n1,2,2026-01-02,2026-01-02,true,5m,x,\n"
        + "2,2.5,2026-01-03,2026-01-03T10:00Z,false,1h,7,3\n", "t.csv")
    #expect(
      words(try schema(of: path)) == [
        "id: int", "price: float", "day: date", "at: time", "on: bool", "wait: duration",
        "name: text", "gap: int?",
      ])
  }

  @Test func anEmptyLineOfOneFieldIsANull() throws {
    #expect(words(try schema(of: try scratch.write("n\n1\n\n2\n", "t.csv"))) == ["n: int?"])
    #expect(
      words(try schema(of: try scratch.write("n,m\n1,2\n\n", "u.csv"))) == ["n: int", "m: int"])
  }

  @Test func jsonIsGuessedFromItsRows() throws {
    let path = try scratch.write(
      "{\"a\":1,\"s\":\"x\",\"t\":\"2026-01-01T00:00:00Z\"}\n{\"a\":1.5,\"b\":true,\"n\":[1]}\n",
      "t.jsonl")
    #expect(
      words(try schema(of: path)) == ["a: float", "s: text?", "t: time?", "b: bool?", "n: none?"])
  }
}
