#if C360_ARROW
  import C360Arrow
  import C360Columns
  import C360Diagnostics
  import Testing

  @testable import C360IO

  /// Row groups of Parquet that nobody looks at are not read; rows keep their numbers.
  @Suite struct RowGroupTests {
    let scratch = Scratch()
    let pool = TextPool()

    /// Ten rows in groups of two: ids 0 to 9, times in hours, kinds a a b b c c d d e e.
    private func file(
      times: [Scalar] = (0..<10).map { .int($0 * 3_600_000_000) },
      amounts: [Scalar] = (0..<10).map { .int($0) }
    ) throws -> String {
      let table = batch(
        [
          ("id", .int, (0..<10).map { .int($0) }), ("at", .time, times),
          ("kind", .text, (0..<10).map { .text(["a", "b", "c", "d", "e"][$0 / 2]) }),
          ("amount", .int, amounts),
        ], pool)
      var options = OutputOptions()
      options.rowGroupRows = 2
      let output = try openOutput(
        path: scratch.path("t.parquet"),
        columns: table.columns.map { OutputColumn(name: $0.name, type: $0.type) }, pool: pool,
        options: options)
      try output.write(table)
      try output.commit()
      return scratch.path("t.parquet")
    }

    private func contract(_ path: String, _ requirements: [RowRequirement]) -> TableContract {
      var contract = TableContract(
        table: "t", sources: [path],
        columns: [
          column("id", .int), column("at", .time, nullable: true), column("kind", .text),
          column("amount", .int),
        ])
      contract.requirements = requirements
      return contract
    }

    /// Ids that are read, and what is not.
    private func read(
      _ path: String, _ requirements: [RowRequirement]
    ) throws -> (ids: [Int64], skipped: [SkippedRows]) {
      let rows = try readNeededRows(contract(path, requirements), pool: pool, threads: 2)
      let skipped = rows.skipped.count
      #expect(rows.rowGroups == RowGroupCounts(read: 5 - skipped, skipped: skipped))
      return (
        (0..<rows.batch.rowCount).map { rows.batch.columns[0].vector.int64s[$0] }, rows.skipped
      )
    }

    @Test(
      "a group is left out only when none of its rows can meet a comparison",
      arguments: [
        (.less, 4, [0, 1, 2, 3]), (.less, 5, [0, 1, 2, 3, 4, 5]),
        (.lessOrEqual, 4, [0, 1, 2, 3, 4, 5]), (.lessOrEqual, 3, [0, 1, 2, 3]),
        (.equal, 4, [4, 5]), (.equal, 5, [4, 5]), (.greater, 5, [6, 7, 8, 9]),
        (.greater, 4, [4, 5, 6, 7, 8, 9]), (.greaterOrEqual, 5, [4, 5, 6, 7, 8, 9]),
        (.greaterOrEqual, 6, [6, 7, 8, 9]),
      ] as [(RowRequirement.Comparison, Int64, [Int64])])
    func bounds(comparison: RowRequirement.Comparison, hours: Int64, ids: [Int64]) throws {
      let path = try file()
      let time = RowRequirement(column: 1, comparison, .int(hours * 3_600_000_000), .condition)
      #expect(try read(path, [time]).ids == ids)
      let number = RowRequirement(column: 0, comparison, .int(hours), .condition)
      #expect(try read(path, [number]).ids == ids)
    }

    @Test func textsGoByBytes() throws {
      let path = try file()
      #expect(
        try read(path, [RowRequirement(column: 2, .equal, .text("c"), .condition)]).ids == [4, 5])
      #expect(
        try read(path, [RowRequirement(column: 2, .greater, .text("bz"), .condition)]).ids
          == [4, 5, 6, 7, 8, 9])
    }

    @Test("groups with a null are read: it may have to be counted, or stand for a default")
    func nulls() throws {
      let path = try file(times: (0..<10).map { $0 == 9 ? .null : .int($0) })
      let requirement = RowRequirement(column: 1, .less, .int(3), .condition)
      #expect(try read(path, [requirement]).ids == [0, 1, 2, 3, 8, 9])
    }

    @Test("each skipped row has one reason, and a group in which they would be mixed is read")
    func reasons() throws {
      let path = try file()
      let hour: Int64 = 3_600_000_000
      let found = try read(
        path,
        [
          RowRequirement(column: 1, .less, .int(5 * hour), .notYetKnown),
          RowRequirement(column: 0, .equal, .int(2), .condition),
        ])
      // Of 4 and 5 one is not yet known, the other dropped.
      #expect(found.ids == [2, 3, 4, 5])
      #expect(
        found.skipped == [
          SkippedRows(firstRow: 0, count: 2, reason: .condition),
          SkippedRows(firstRow: 6, count: 2, reason: .notYetKnown),
          SkippedRows(firstRow: 8, count: 2, reason: .notYetKnown),
        ])
    }

    @Test(
      "what breaks the contract is found in groups that nobody looks at, as far as statistics tell")
    func contractHolds() throws {
      let path = try file(amounts: (0..<10).map { $0 == 7 ? .null : .int($0) })
      let requirement = RowRequirement(column: 0, .less, .int(2), .condition)
      let failure = #expect(throws: DiagnosticError.self) { try read(path, [requirement]) }
      // Rows before it count, read or not.
      #expect(failure?.diagnostics.first?.data?.row == 8)
    }

    @Test("a time beyond all times is found in groups that nobody looks at")
    func timesInRange() throws {
      let last = TimeRange.instants.bounds.upperBound
      let requirement = RowRequirement(column: 0, .less, .int(2), .condition)
      func read(_ time: Scalar) throws -> [Int64] {
        let path = try file(times: (0..<10).map { $0 == 7 ? time : .int($0) })
        return try self.read(path, [requirement]).ids
      }
      #expect(try read(.int(last)) == [0, 1])
      #expect(try read(.null) == [0, 1])
      let failure = #expect(throws: DiagnosticError.self) { try read(.int(last + 1)) }
      #expect(failure?.diagnostics.first?.code == "E0611")
      #expect(failure?.diagnostics.first?.data?.row == 8)
    }

    @Test("groups without a time are left out")
    func noTimes() throws {
      let path = try file(times: (0..<10).map { $0 < 2 ? .int($0) : .null })
      let requirement = RowRequirement(column: 0, .less, .int(2), .condition)
      #expect(try read(path, [requirement]).ids == [0, 1])
    }

    @Test("a stream gives the same rows, each batch with its place in the file")
    func stream() throws {
      let path = try file()
      let stream = try TableStream(
        contract(
          path,
          [
            RowRequirement(column: 0, .greaterOrEqual, .int(2), .condition),
            RowRequirement(column: 0, .less, .int(8), .condition),
          ]), pool: pool)
      var found: [[Int64]] = []
      while let (batch, firstRow) = try stream.next(bytes: 1) {
        let ids = batch.columns[0].vector
        found.append([Int64(firstRow)] + (0..<batch.rowCount).map { ids.int64s[$0] })
      }
      #expect(found == [[2, 2, 3], [4, 4, 5], [6, 6, 7]])
      #expect(stream.skippedRows(.condition) == 4)
      #expect(stream.rowsAtMost == 6)
    }

    @Test("a file of many columns has row groups of fewer rows, with the same values")
    func widthOfGroups() throws {
      let count = 40_000
      let values = Vector(type: .int64, count: count, values: Buffer(byteCount: 8 * count))
      for row in 0..<count { values.int64s[row] = Int64(row) }
      for (width, groups) in [(2, [count]), (200, [16_384, 16_384, 7_232])] {
        let columns = (0..<width).map { OutputColumn(name: "c\($0)", type: .int) }
        let path = scratch.path("w\(width).parquet")
        let output = try openOutput(
          path: path, columns: columns, pool: pool, options: OutputOptions(threads: 2))
        try output.write(
          Batch(
            columns: columns.map { Batch.Column(name: $0.name, type: .int, vector: values) },
            rowCount: count))
        try output.commit()
        #expect(try ParquetFile(path: path).rowGroups == groups)
        let read = try readTable(
          TableContract(table: "w", sources: [path], columns: [column("c\(width - 1)", .int)]),
          pool: pool)
        #expect((0..<count).allSatisfy { read.columns[0].vector.int64s[$0] == Int64($0) })
      }
    }
  }
#endif
