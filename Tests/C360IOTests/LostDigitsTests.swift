import C360Columns
import C360Diagnostics
import Testing

@testable import C360IO

@Suite("what floats of a text lose")
struct LostDigitsTests {
  private func lost(
    _ sources: [String], _ columns: [ColumnContract], threads: Int = 1, chunkSize: Int = 4 << 20
  ) throws -> [Int: LostDigits] {
    var tuning = ReadTuning()
    tuning.chunkSize = chunkSize
    return try readTable(
      TableContract(table: "orders", sources: sources, columns: columns), pool: TextPool(),
      threads: threads, cancellation: nil, progress: nil, tuning: tuning
    ).lostDigits
  }

  @Test("each form of a number in CSV and JSON")
  func forms() throws {
    let scratch = Scratch()
    let kept = [
      "1.5", "123456789012345", "0.1000000000000000055511151231257827021181583404541015625",
      "3.3333333333333335", "1e300", "9007199254740992", "0.00000000000000000000000000001",
      "17976931348623157e292", "\"0.30000000000000004\"", "0",
    ]
    let lost = [
      "9007199254740993", "-0.1000000000000000055511151231257828", "999999999999999999",
      "12345678901234567.89", "3.33333333333333331", "\"9007199254740993\"",
    ]
    let csv = try scratch.write("n\n" + (kept + lost).joined(separator: "\n") + "\n", "a.csv")
    let found = LostDigits(
      count: lost.count, row: kept.count, number: "9007199254740993", path: csv)
    #expect(try self.lost([csv], [column("n", .float)]) == [0: found])
    let money = try self.lost([csv], [column("n", .money("GBP"))])
    #expect(money == [0: found])
    #expect(try self.lost([csv], [column("n", .text)]) == [:])
    let lines = (kept + lost).filter { !$0.hasPrefix("\"") }.map { "{\"n\":\($0)}\n" }
    let json = try scratch.write(lines.joined(), "a.jsonl")
    #expect(
      try self.lost([json], [column("n", .float)])
        == [0: LostDigits(count: 5, row: 9, number: "9007199254740993", path: json)])
  }

  @Test("the first and their number hang on neither threads nor segments")
  func segments() throws {
    let scratch = Scratch()
    func rows(_ lost: Set<Int>) -> String {
      "k,n\n"
        + (0..<200).map { "\($0),\(lost.contains($0) ? "9007199254740993" : "0.5")\n" }.joined()
    }
    let first = try scratch.write(rows([]), "1.csv")
    let second = try scratch.write(rows([61, 62, 150]), "2.csv")
    let columns = [column("k", .int), column("n", .float)]
    let expected = LostDigits(count: 3, row: 61, number: "9007199254740993", path: second)
    for (threads, size) in [(1, 4 << 20), (3, 64), (2, 300)] {
      #expect(
        try lost([first, second], columns, threads: threads, chunkSize: size) == [1: expected])
    }
    let stream = try TableStream(
      TableContract(table: "orders", sources: [first, second], columns: columns), pool: TextPool())
    while try stream.next(bytes: 1) != nil {}
    #expect(stream.lostDigits == [1: expected])
  }

  @Test("the note shows the first, counts the others, and says what to declare")
  func words() {
    func words(_ number: String, count: Int) -> [String] {
      let note = column("n", .float).diagnostic(
        LostDigits(count: count, row: 6, number: number, path: "/a/b.csv"), path: "b.csv")
      #expect(note.code.name == "W0601" && note.severity == .warning)
      return [note.message] + note.help
    }
    #expect(
      words("9007199254740993", count: 1) == [
        "`b.csv`, row 7, column `n`: `9007199254740993` loses digits as a float",
        "declare `n: int`, which holds whole numbers of 64 bits",
      ])
    #expect(
      words("12345678901234567.89", count: 2) == [
        "`b.csv`, row 7, column `n`: `12345678901234567.89` loses digits as a float, and so does 1 number more",
        "keep such numbers as an `int` of a smaller unit, as pence for pounds",
      ])
    #expect(
      words("99999999999999999999", count: 12) == [
        "`b.csv`, row 7, column `n`: `99999999999999999999` loses digits as a float, and so do 11 numbers more",
        "declare `n: text` where it is a name and no number",
      ])
  }
}
