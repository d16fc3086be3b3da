import C360Columns
import C360Diagnostics
import Foundation
import Testing

@testable import C360IO

/// A batch from columns of optional scalars.
func batch(
  _ columns: [(name: String, type: LogicalType, values: [Scalar])], _ pool: TextPool
) -> Batch {
  let count = columns.first?.values.count ?? 0
  return Batch(
    columns: columns.map { column in
      let builder = ColumnBuilder(
        rules: ColumnRules(type: column.type, isNullable: true), capacity: count, pool: pool)
      for (row, value) in column.values.enumerated() {
        switch value {
        case .null: _ = builder.setAbsent(row)
        case .bool(let value): builder.bools[row] = value ? 1 : 0
        case .int(let value): builder.int64s[row] = value
        case .float(let value): builder.float64s[row] = value
        case .text(let value): builder.codes[row] = pool.intern(value)
        case .vector(let value):
          for (place, element) in value.enumerated() {
            builder.float64s[row * value.count + place] = element
          }
        case .list(let value): builder.codes[row] = pool.lists.intern(value, texts: pool)
        }
      }
      return Batch.Column(
        name: column.name, type: column.type, vector: builder.vector(count: count))
    }, rowCount: count)
}

@Suite struct OutputTests {
  let scratch = Scratch()
  let pool = TextPool()

  /// One column of each type, nulls in each.
  private var everything: Batch {
    batch(
      [
        ("i", .int, [.int(.min), .null, .int(7)]),
        ("f", .float, [.float(0.1), .float(1e300), .null]),
        ("m", .money("USD"), [.null, .float(-2.5), .float(3)]),
        ("b", .bool, [.bool(true), .bool(false), .null]),
        ("w", .text, [.text("a,\"b\"\n\u{1}é"), .text(""), .null]),
        ("t", .time, [.int(-1), .null, .int(1_767_323_045_000_000)]),
        ("d", .date, [.int(-1), .int(20_000), .null]),
        ("u", .duration, [.int(5_400_000_000), .null, .int(-1500)]),
      ], pool)
  }

  private func write(_ batches: [Batch], _ name: String, threads: Int = 1) throws {
    let output = try openOutput(
      path: scratch.path(name),
      columns: batches[0].columns.map { OutputColumn(name: $0.name, type: $0.type) }, pool: pool,
      options: OutputOptions(threads: threads))
    for batch in batches { try output.write(batch) }
    try output.commit()
  }

  private var formats: [String] {
    let texts = ["t.csv", "t.tsv", "t.csv.gz", "t.jsonl", "t.ndjson.gz"]
    #if C360_ARROW
      return texts + ["t.parquet", "t.arrow", "t.feather", "t.ipc"]
    #else
      return texts
    #endif
  }

  @Test func everyFormatReadsBackAsItWas() throws {
    let batch = everything
    let columns = batch.columns.map { column($0.name, $0.type, nullable: true) }
    for name in formats {
      try write([batch], name)
      #expect(try rows([scratch.path(name)], columns) == words(batch, pool), "\(name)")
      #expect(scratch.names.filter { $0.hasSuffix(".tmp") } == [])
    }
  }

  @Test func theEndsOfTimeReadBackAsTheyWere() throws {
    let (times, days) = (TimeRange.instants.bounds, TimeRange.days.bounds)
    // Around the new years of 10000 and 0, where texts of years have a sign more or less.
    let newYears: [Int64] = [2_932_897, -719_528]
    let day: Int64 = 86_400_000_000
    let ends = batch(
      [
        (
          "t", .time,
          [.int(times.lowerBound), .int(times.upperBound)]
            + newYears.flatMap { [.int($0 * day - 1), .int($0 * day)] }
        ),
        (
          "d", .date,
          [.int(days.lowerBound), .int(days.upperBound)]
            + newYears.flatMap { [.int($0 - 1), .int($0)] }
        ),
        (
          "u", .duration,
          [.int(.min), .int(.max), .int(.min + 1)] + [.int(day), .int(0), .int(-1)]
        ),
      ], pool)
    let columns = ends.columns.map { column($0.name, $0.type) }
    for name in formats {
      try write([ends], name)
      #expect(try rows([scratch.path(name)], columns) == words(ends, pool), "\(name)")
    }
  }

  @Test func aLoneColumnReadsBackAsItWas() throws {
    let lone = batch([("w", .text, [.null, .text("x"), .null, .text(""), .null])], pool)
    for name in formats {
      try write([lone], name)
      #expect(
        try rows([scratch.path(name)], [column("w", .text, nullable: true)]) == words(lone, pool),
        "\(name)")
    }
    #expect(try scratch.text("t.csv") == "w\n\nx\n\n\"\"\n\n")
  }

  @Test func anEmptyTableKeepsItsColumns() throws {
    let empty = batch([("i", .int, []), ("w", .text, [])], pool)
    for name in formats where !name.contains("json") {
      try write([empty], name)
      #expect(try rows([scratch.path(name)], [column("w", .text), column("i", .int)]) == [])
    }
  }

  @Test func csvByTheLetter() throws {
    try write([everything], "t.csv")
    #expect(
      try scratch.text("t.csv") == """
        i,f,m,b,w,t,d,u
        -9223372036854775808,0.1,,true,"a,""b\"\"
        \u{1}é",1969-12-31T23:59:59.999999Z,1969-12-31,90m
        ,1e+300,-2.5,false,"",,2024-10-04,
        7,,3.0,,,2026-01-02T03:04:05Z,,-1500us

        """)
  }

  @Test func jsonByTheLetter() throws {
    let floats = batch([("f", .float, [.float(.nan), .float(-.infinity), .float(2)])], pool)
    try write([floats], "f.jsonl")
    #expect(try scratch.text("f.jsonl") == "{\"f\":null}\n{\"f\":null}\n{\"f\":2.0}\n")
    try write([everything], "t.jsonl")
    #expect(
      try scratch.text("t.jsonl").hasPrefix(
        #"{"i":-9223372036854775808,"f":0.1,"m":null,"b":true,"w":"a,\"b\"\n\u0001é","#
          + #""t":"1969-12-31T23:59:59.999999Z","d":"1969-12-31","u":"90m"}"#))
  }

  @Test func bytesDependOnRowsAlone() throws {
    let count = 300_000
    let texts = (0..<50).map { Scalar.text("product \($0)") }
    let whole = batch(
      [
        ("n", .int, (0..<count).map { $0 % 11 == 0 ? .null : .int(Int64($0)) }),
        ("w", .text, (0..<count).map { texts[$0 % 50] }),
        ("f", .float, (0..<count).map { .float(Double($0) / 3) }),
      ], pool)
    func slice(_ rows: Range<Int>) -> Batch {
      Batch(
        columns: whole.columns.map {
          Batch.Column(name: $0.name, type: $0.type, vector: $0.vector.slice(rows))
        }, rowCount: rows.count)
    }
    var pieces: [Batch] = []
    var start = 0
    while start < count {
      let end = min(start + 7919, count)
      pieces.append(slice(start..<end))
      start = end
    }
    for name in formats {
      try write([whole], name)
      let first = try scratch.bytes(name)
      try write(pieces, name, threads: 2)
      #expect(try scratch.bytes(name) == first, "\(name)")
    }
  }

  // MARK: Atomicity

  @Test func nothingAppearsBeforeCommit() throws {
    try scratch.write("old", "t.csv")
    for name in formats {
      try scratch.write("old", name)
      let output = try openOutput(
        path: scratch.path(name),
        columns: everything.columns.map { OutputColumn(name: $0.name, type: $0.type) }, pool: pool)
      try output.write(everything)
      #expect(try scratch.text(name) == "old")
      output.abort()
      #expect(try scratch.text(name) == "old")
    }
    #expect(scratch.names.filter { $0.hasSuffix(".tmp") } == [])
  }

  @Test func anOutputThatIsDroppedLeavesNothing() throws {
    do {
      _ = try openOutput(
        path: scratch.path("t.csv"), columns: [OutputColumn(name: "i", type: .int)], pool: pool)
    }
    #expect(scratch.names == [])
  }

  @Test func permissionsAndLinksStay() throws {
    let target = try scratch.write("old", "real.csv")
    chmod(target, 0o640)
    symlink(target, scratch.path("link.csv"))
    let one = batch([("i", .int, [.int(1)])], pool)
    try write([one], "link.csv")
    #expect(try scratch.text("real.csv") == "i\n1\n")
    var status = stat()
    #expect(stat(target, &status) == 0 && status.st_mode & 0o777 == 0o640)
    #expect(lstat(scratch.path("link.csv"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func missingFoldersAreMade() throws {
    try write([batch([("i", .int, [.int(1)])], pool)], "out/2026/t.csv")
    #expect(try scratch.text("out/2026/t.csv") == "i\n1\n")
  }

  @Test func aFullDiskLeavesTheOldFile() throws {
    // /dev/full takes no byte; an output that leads there is written without a temporary file.
    for name in formats {
      let link = scratch.path("full-\(name)")
      symlink("/dev/full", link)
      do {
        try write([everything], "full-\(name)")
        Issue.record("\(name) was written")
      } catch let error as DiagnosticError {
        #expect(error.diagnostics.first?.code == "E0631")
        #expect(error.diagnostics.first?.message.contains("no space left on device") == true)
      }
    }
  }

  @Test func complaintsOfOutputs() throws {
    func code(_ path: String) -> String? {
      do {
        _ = try openOutput(
          path: path, columns: [OutputColumn(name: "i", type: .int)], pool: pool)
        return nil
      } catch let error as DiagnosticError {
        return error.diagnostics.first?.code.name
      } catch { return "\(error)" }
    }
    try scratch.write("x", "file")
    #expect(code(scratch.path("file/t.csv")) == "E0630")
    try FileManager.default.createDirectory(
      atPath: scratch.path("folder.csv"), withIntermediateDirectories: false)
    #expect(code(scratch.path("folder.csv")) == "E0630")
    #expect(code("/proc/nowhere/t.csv") == "E0630")
    #expect(code(scratch.path("t.xlsx")) == "E0632")
  }

  @Test func temporaryFilesCanBeRemovedAtOnce() throws {
    let output = try openOutput(
      path: scratch.path("t.csv"), columns: [OutputColumn(name: "i", type: .int)], pool: pool)
    #expect(scratch.names.count == 1)
    // Other tests write in other processes' folders, so only this one's file is looked at.
    let temporary = scratch.path(scratch.names[0])
    #expect(temporary.hasSuffix(".tmp"))
    output.abort()
    #expect(scratch.names == [])
  }
}
