import C360Columns
import C360Diagnostics
import Testing

@testable import C360IO

@Suite struct CSVTests {
  let scratch = Scratch()

  @Test func columnsAreFoundByNameInAnyOrder() throws {
    let path = try scratch.write("b,unused,a\n1,x,one\n2,y,two\n", "t.csv")
    #expect(try rows([path], [column("a", .text), column("b", .int)]) == ["one | 1", "two | 2"])
  }

  @Test func everyTypeReads() throws {
    let path = try scratch.write(
      """
      i,f,m,b,t,w,d,u
      -9223372036854775808,1.5e3,12.30,TRUE,1970-01-01T00:00:01.000001Z,abc,1970-01-03,1h30m
       7 ,-.5,3,0,1970-01-01 01:00:00+01:00,"",1969-12-31,-500ms

      """, "t.csv")
    let columns = [
      column("i", .int), column("f", .float), column("m", .money("USD")), column("b", .bool),
      column("t", .time), column("w", .text), column("d", .date), column("u", .duration),
    ]
    #expect(
      try rows([path], columns) == [
        "-9223372036854775808 | 1500.0 | 12.3 | true | 1000001 | abc | 2 | 5400000000",
        "7 | -0.5 | 3.0 | false | 0 |  | -1 | -500000",
      ])
  }

  @Test func quotesTorture() throws {
    let path = try scratch.write(
      "\u{FEFF}\"na\"\"me\",n\r\n\"a,b\",1\r\n\"line\nbreak\",2\r\n\"say \"\"hi\"\"\",3\r\n\"\",4\r\n"
        + "\"\"\"\",5\r\nplain,\"6\"\r\n\"\r\n\",7",
      "t.csv")
    let columns = [column("na\"me", .text), column("n", .int)]
    let expected = [
      "a,b | 1", "line\nbreak | 2", "say \"hi\" | 3", " | 4", "\" | 5", "plain | 6", "\r\n | 7",
    ]
    #expect(try rows([path], columns) == expected)
    for size in 1...40 {
      #expect(
        try rows([path], columns, threads: 2, chunkSize: size) == expected, "chunks of \(size)")
    }
  }

  @Test func straySingleQuotesAreText() throws {
    let path = try scratch.write("s,n\n5\" disk,1\nit's \"so\",2\n\"a\nb\",3\n", "t.csv")
    let columns = [column("s", .text), column("n", .int)]
    for size in [3, 7, 4096] {
      #expect(
        try rows([path], columns, threads: 2, chunkSize: size)
          == ["5\" disk | 1", "it's \"so\" | 2", "a\nb | 3"])
    }
  }

  @Test func nullsAreEmptyUnquotedFieldsUnlessToldOtherwise() throws {
    let text = "a,b\n,1\n\"\",\nNA,3\n"
    let path = try scratch.write(text, "t.csv")
    let columns = [column("a", .text, nullable: true), column("b", .int, nullable: true)]
    #expect(try rows([path], columns) == ["null | 1", " | null", "NA | 3"])
    let options = CSVOptions(nullWords: ["", "NA"])
    #expect(
      try rows([path], columns, format: .csv(options)) == ["null | 1", " | null", "null | 3"])
  }

  @Test func defaultsStandForNulls() throws {
    let path = try scratch.write("a,b,c\n,,\nx,1,2.5\n", "t.csv")
    let columns = [
      column("a", .text, default: .text("unknown")), column("b", .int, default: .int(-1)),
      column("c", .float, default: .float(0.5)),
    ]
    #expect(try rows([path], columns) == ["unknown | -1 | 0.5", "x | 1 | 2.5"])
  }

  @Test func delimiterAndHeaderOptions() throws {
    let path = try scratch.write("'x;y';1\nz;2\n", "t.txt")
    let options = CSVOptions(delimiter: 0x3B, quote: 0x27, hasHeader: false)
    let columns = [column("s", .text), column("n", .int)]
    #expect(try rows([path], columns, format: .csv(options)) == ["x;y | 1", "z | 2"])
    let tabs = try scratch.write("s\tn\na,b\t1\n", "t.tsv")
    #expect(try rows([tabs], columns) == ["a,b | 1"])
  }

  @Test func nothingButAHeaderIsAnEmptyTable() throws {
    let path = try scratch.write("a,b", "t.csv")
    #expect(try rows([path], [column("b", .int)]) == [])
    #expect(try rows([try scratch.write("a,b\n\n\n", "u.csv")], [column("b", .int)]) == [])
  }

  @Test func anEmptyLineOfOneFieldIsANull() throws {
    let columns = [column("b", .text, nullable: true)]
    for end in ["\n", "\r\n"] {
      let lines = ["b", "x", "", "\"\"", "y", "", ""]
      let path = try scratch.write(lines.map { $0 + end }.joined(), "t.csv")
      for size in [1, 2, 3, 1 << 20] {
        #expect(
          try rows([path], columns, threads: 2, chunkSize: size)
            == ["x", "null", "", "y", "null", "null"])
      }
    }
    let numbers = try scratch.write("b\n\n7\n", "n.csv")
    #expect(try rows([numbers], [column("b", .int, nullable: true)]) == ["null", "7"])
    #expect(complaint([numbers], [column("b", .int)])?.code == "E0608")
    var options = CSVOptions()
    options.hasHeader = false
    let bare = try scratch.write("\nx\n", "bare.csv")
    #expect(try rows([bare], columns, format: .csv(options)) == ["null", "x"])
  }

  @Test func chunksAndThreadsChangeNothing() throws {
    var text = "id,name,amount,at\n"
    for row in 0..<3000 {
      let name = row % 7 == 0 ? "\"n\"\"\(row % 13)\n,\"" : "n\(row % 13)"
      text += "\(row),\(name),\(row % 3 == 0 ? "" : "\(Double(row) / 7)"),2026-01-02T03:04:05Z\n"
      if row % 100 == 0 { text += "\n" }
    }
    let path = try scratch.write(text, "t.csv")
    let columns = [
      column("amount", .float, nullable: true), column("id", .int), column("name", .text),
      column("at", .time),
    ]
    let whole = try rows([path], columns)
    #expect(whole.count == 3000)
    #expect(whole[4] == "\(4.0 / 7) | 4 | n4 | 1767323045000000")
    for size in [1000, 1 << 14] {
      #expect(try rows([path], columns, threads: 2, chunkSize: size) == whole)
    }
  }

  @Test func timesWithoutAnOffsetAreLocal() throws {
    let path = try scratch.write(
      "t\n2026-07-01T12:00\n2026-07-01 12:00:00Z\n2026-03-29T01:30:00\n2026-07-01\n", "t.csv")
    #expect(
      try rows([path], [column("t", .time, bareDate: .startOfDay, zone: "Europe/London")]) == [
        "1782903600000000", "1782907200000000", "1774747800000000", "1782860400000000",
      ])
    #expect(
      try rows([path], [column("t", .time, zone: "Europe/London")]).last == "1782946799999999")
  }

  @Test func aBadNumberInRow50000() throws {
    var text = "customer,amount\n"
    for row in 1...60_000 { text += "\(row),\(row == 50_000 ? "twelve" : "1.25")\n" }
    let path = try scratch.write(text, "orders.csv")
    let columns = [column("customer", .int), column("amount", .money("USD"))]
    for (threads, size) in [(1, 4 << 20), (2, 10_000)] {
      let found = complaint([path], columns, threads: threads, chunkSize: size)
      #expect(found?.code == "E0610")
      #expect(found?.data == DataPlace(path: path, row: 50_000, column: "amount"))
      #expect(
        found?.message == "`\(path)`, row 50000, column `amount`: `twelve` is no money(USD)")
    }
  }

  @Test(arguments: [
    ("n,m\n\n1,1\nx,1\n", "E0610", 2), ("n\n1\n\n2\n", "E0608", 2),
    ("n\n9223372036854775808\n", "E0611", 1),
    ("n,m\n1\n", "E0612", 1), ("n,m\n1,2,3\n", "E0612", 1), ("m,n\n\"1\",\"2\n", "E0613", 1),
    ("m,n\n\"1\"x,2\n", "E0613", 1), ("m,n\n1,\n", "E0608", 1), ("n\n1.5\n", "E0610", 1),
    ("m,n\n1,2\n3,4\n5\n", "E0612", 3),
  ])
  func complaintsOfRows(text: String, code: String, row: Int) throws {
    let path = try scratch.write(text, "t.csv")
    let found = complaint([path], [column("n", .int)])
    #expect(found?.code.name == code, "\(found?.message ?? "")")
    #expect(found?.data?.row == row)
  }

  @Test func complaintsOfHeaders() throws {
    let empty = try scratch.write("", "empty.csv")
    #expect(complaint([empty], [column("n", .int)])?.code == "E0616")
    let near = try scratch.write("custmer_id,x\n1,2\n", "near.csv")
    let missing = complaint([near], [column("customer_id", .int)])
    #expect(missing?.code == "E0606")
    #expect(missing?.help == ["the file has a column `custmer_id`"])
    let twice = try scratch.write("n,n\n1,2\n", "twice.csv")
    #expect(complaint([twice], [column("n", .int)])?.code == "E0615")
  }

  @Test func textsMustBeUTF8() throws {
    let path = try scratch.write(Array("s\n".utf8) + [0x63, 0xE9, 0x0A], "t.csv")
    #expect(complaint([path], [column("s", .text)])?.code == "E0614")
  }

  @Test func nanNeedsAPolicy() throws {
    let path = try scratch.write("f\n1\nNaN\n", "t.csv")
    #expect(complaint([path], [column("f", .float)])?.code == "E0609")
    #expect(try rows([path], [column("f", .float, nan: .keep)]) == ["1.0", "nan"])
    #expect(try rows([path], [column("f", .float, nullable: true, nan: .null)]) == ["1.0", "null"])
  }

  @Test(arguments: [
    "2026-13-01", "2026-02-29", "2026-01-01T25:00", "12", "2026-01-01T10:00:00+", "",
  ])
  func badTimes(text: String) throws {
    let path = try scratch.write("x,t\n1,\(text)\n", "t.csv")
    #expect(complaint([path], [column("t", .time)])?.data?.row == 1)
  }
}
