import C360Columns
import C360Diagnostics
import Testing

@testable import C360IO

@Suite struct SourceTests {
  let scratch = Scratch()

  @Test func aFolderIsReadInTheOrderOfItsPaths() throws {
    try scratch.write("n\n2\n", "in/b.csv")
    try scratch.write("n\n1\n", "in/a/x.csv")
    try scratch.write("n\n3\n", "in/c.tsv")
    try scratch.write("{\"n\":4}\n", "in/d.jsonl")
    try scratch.write("ignored", "in/notes.md")
    try scratch.write("n\n99\n", "in/_hidden.csv")
    #expect(
      try rows([scratch.path("in")], [column("n", .int)], threads: 2) == ["1", "2", "3", "4"])
  }

  @Test func aGlobIsSorted() throws {
    for name in ["p2", "p10", "p1"] { try scratch.write("n\n\(name.dropFirst())\n", "\(name).csv") }
    #expect(try rows([scratch.path("p*.csv")], [column("n", .int)]) == ["1", "10", "2"])
  }

  @Test func sourcesKeepTheirOrder() throws {
    let first = try scratch.write("n\n1\n", "z.csv")
    let second = try scratch.write("n\n2\n", "a.csv")
    #expect(try rows([first, second], [column("n", .int)]) == ["1", "2"])
  }

  @Test func complaints() throws {
    try scratch.write("n\n1\n", "orders.csv")
    let columns = [column("n", .int)]
    let missing = complaint([scratch.path("order.csv")], columns)
    #expect(missing?.code == "E0601")
    #expect(missing?.help == ["there is a file `orders.csv` in that folder"])
    #expect(complaint([scratch.path("*.parquet")], columns)?.code == "E0603")
    try scratch.write("x", "folder/readme.md")
    #expect(complaint([scratch.path("folder")], columns)?.code == "E0603")
    #expect(complaint([try scratch.write("n\n", "t.dat")], columns)?.code == "E0604")
    #expect(complaint(["postgres://host/db?query"], columns)?.code == "E0621")
    let unknown = column("n", .int, zone: "Europe/Lodnon")
    #expect(complaint([scratch.path("orders.csv")], [unknown])?.code == "E0618")
  }

  @Test func rowsAreCountedWithinTheirFile() throws {
    let first = try scratch.write("n\n1\n2\n", "1.csv")
    let second = try scratch.write("n\n3\nx\n", "2.csv")
    #expect(
      complaint([first, second], [column("n", .int)])?.data
        == DataPlace(path: second, row: 2, column: "n"))
  }

  @Test func gzipOfSeveralMembers() throws {
    // printf 'n\n1\n' | gzip -n; printf '2\n' | gzip -n
    let first: [UInt8] = [
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0xe3, 0x32, 0xe4, 0x02,
      0x00, 0x56, 0x34, 0xa2, 0xd1, 0x04, 0x00, 0x00, 0x00,
    ]
    let second: [UInt8] = [
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x33, 0xe2, 0x02, 0x00, 0x90,
      0xaf, 0x7c, 0x4c, 0x02, 0x00, 0x00, 0x00,
    ]
    let whole = try scratch.write(first + second, "t.csv.gz")
    #expect(try rows([whole], [column("n", .int)]) == ["1", "2"])
    let cut = try scratch.write(first + second.dropLast(9), "cut.csv.gz")
    #expect(complaint([cut], [column("n", .int)])?.code == "E0605")
    var wrong = first
    wrong[16] ^= 1
    let damaged = try scratch.write(wrong, "damaged.csv.gz")
    #expect(complaint([damaged], [column("n", .int)])?.code == "E0605")
  }

  @Test func cancellationEndsReading() throws {
    let path = try scratch.write("n\n1\n", "t.csv")
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) {
      try readTable(
        TableContract(table: "t", sources: [path], columns: [column("n", .int)]),
        pool: TextPool(), cancellation: cancellation)
    }
  }
}
