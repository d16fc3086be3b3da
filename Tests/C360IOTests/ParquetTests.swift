#if C360_ARROW
  import C360Columns
  import C360Diagnostics
  import Testing

  @testable import C360IO

  @Suite struct ParquetTests {
    let scratch = Scratch()
    let pool = TextPool()

    private func write(_ table: Batch, _ name: String) throws -> String {
      let output = try openOutput(
        path: scratch.path(name),
        columns: table.columns.map { OutputColumn(name: $0.name, type: $0.type) }, pool: pool,
        options: OutputOptions(metadata: [("policy", "winback")]))
      try output.write(table)
      try output.commit()
      return scratch.path(name)
    }

    private var orders: Batch {
      batch(
        [
          ("customer", .int, [.int(1), .int(2), .int(3)]),
          ("amount", .float, [.float(1.5), .null, .float(.nan)]),
          ("category", .text, [.text("shoes"), .text("hats"), .text("shoes")]),
        ], pool)
    }

    @Test func vectorsAndListsGoInAndOut() throws {
      let table = batch(
        [
          ("taste", .vector(2), [.vector([1.5, -2]), .null, .vector([0, 3])]),
          ("tags", .list(.text), [.list([.text("a"), .text("b")]), .list([]), .null]),
          ("days", .list(.date), [.list([.int(3)]), .null, .list([])]),
        ], pool)
      for name in ["t.parquet", "t.arrow"] {
        let path = try write(table, name)
        let columns = [
          column("days", .list(.date), nullable: true), column("taste", .vector(2), nullable: true),
          column("tags", .list(.text), nullable: true),
        ]
        #expect(
          try rows([path], columns) == [
            #"list([C360Columns.Scalar.int(3)]) | vector([1.5, -2.0]) | "#
              + #"list([C360Columns.Scalar.text("a"), C360Columns.Scalar.text("b")])"#,
            "null | null | list([])", "list([]) | vector([0.0, 3.0]) | null",
          ])
        #expect(
          try rows([path], [column("taste", .list(.float), nullable: true)])[2]
            == "list([C360Columns.Scalar.float(0.0), C360Columns.Scalar.float(3.0)])")
        let found = try schema(of: path).map { "\($0.name) \($0.type.map(\.words) ?? "-")" }
        #expect(found == ["taste vector(2)", "tags list(text)", "days list(date)"])
        let width = complaint([path], [column("taste", .vector(3), nullable: true)])
        #expect(width?.code == "E0607")
        let lists = complaint([path], [column("tags", .list(.int), nullable: true)])
        #expect(lists?.code == "E0607")
      }
    }

    @Test func listsOfAnotherLengthAreNoVectors() throws {
      let table = batch(
        [("taste", .list(.float), [.list([.float(1), .float(2)]), .list([.float(1)])])], pool)
      let path = try write(table, "t.parquet")
      let wrong = complaint([path], [column("taste", .vector(2))])
      #expect(wrong?.code == "E0627")
      #expect(wrong?.data == DataPlace(path: path, row: 2, column: "taste"))
    }

    @Test func onlyListedColumnsAreRead() throws {
      for name in ["t.parquet", "t.arrow"] {
        let path = try write(orders, name)
        let columns = [column("category", .text), column("customer", .float)]
        #expect(try rows([path], columns) == ["shoes | 1.0", "hats | 2.0", "shoes | 3.0"])
        #expect(try rows([path], []).count == 3)
      }
    }

    @Test func complaintsOfColumnsAndValues() throws {
      for name in ["t.parquet", "t.arrow"] {
        let path = try write(orders, name)
        let missing = complaint([path], [column("costumer", .int)])
        #expect(missing?.code == "E0606")
        #expect(missing?.help == ["the file has a column `customer`"])
        let type = complaint([path], [column("category", .int)])
        #expect(type?.code == "E0607")
        #expect(
          type?.message
            == "column `category` of `\(path)` is string, where table `orders` expects int")
        let time = complaint([path], [column("category", .time)])
        #expect(time?.code == "E0607")
        #expect(time?.help.first?.contains("such as a timestamp") == true)
        let null = complaint([path], [column("customer", .int), column("amount", .float)])
        #expect(null?.code == "E0608")
        #expect(null?.data == DataPlace(path: path, row: 2, column: "amount"))
        let nan = complaint([path], [column("amount", .float, nullable: true)])
        #expect(nan?.code == "E0609")
        #expect(nan?.data?.row == 3)
        #expect(
          try rows([path], [column("amount", .float, default: .float(0), nan: .null)])
            == ["1.5", "0.0", "0.0"])
      }
    }

    @Test func theFirstBadRowIsTheSameForAnyThreads() throws {
      let count = 1_200_000
      let values: [Scalar] = (0..<count).map {
        $0 == 700_000 || $0 == 1_100_000 ? .null : .int(Int64($0))
      }
      let path = try write(batch([("a", .int, values), ("b", .int, values)], pool), "t.parquet")
      for threads in [1, 2] {
        let found = complaint([path], [column("a", .int), column("b", .int)], threads: threads)
        #expect(found?.data == DataPlace(path: path, row: 700_001, column: "a"))
      }
    }

    @Test func everyCutOfAFileIsDamaged() throws {
      for name in ["t.parquet", "t.arrow"] {
        _ = try write(orders, name)
        let whole = try scratch.bytes(name)
        for size in stride(from: 0, to: whole.count, by: 41) {
          let cut = try scratch.write(Array(whole.prefix(size)), "cut-\(name)")
          let found = complaint([cut], [column("customer", .int)])
          #expect(found?.code == "E0605", "\(name) cut to \(size) bytes")
        }
      }
    }

    @Test func damageNeverCrashes() throws {
      for name in ["t.parquet", "t.arrow"] {
        _ = try write(orders, name)
        let whole = try scratch.bytes(name)
        let columns = [
          column("customer", .int), column("amount", .float, nullable: true, nan: .keep),
          column("category", .text),
        ]
        for place in stride(from: 0, to: whole.count, by: 7) {
          var bytes = whole
          bytes[place] ^= 0x55
          let path = try scratch.write(bytes, "bad-\(name)")
          _ = try? rows([path], columns)
        }
      }
    }

    @Test func filesSayTheirSchema() throws {
      let path = try write(orders, "t.parquet")
      #expect(
        try schema(of: path).map { "\($0.name) \($0.type?.words ?? "") \($0.isNullable)" }
          == ["customer int false", "amount float true", "category text false"])
    }
  }
#endif
