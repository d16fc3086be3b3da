import C360Columns
import C360Diagnostics

/// A CSV file cut into segments that threads parse into whole columns.
struct CSVTableFile: TableFile {
  let path: String
  private let source: TextSource
  private let options: CSVOptions
  private let layout: RecordLayout
  /// For each field of a record the column of the contract that it fills, or -1.
  private let targets: [Int]

  init(
    path: String, options: CSVOptions, contract: TableContract, threads: Int, tuning: ReadTuning
  ) throws {
    self.path = path
    self.options = options
    let isUsable =
      options.delimiter != options.quote
      && ![0x0A, 0x0D].contains(options.delimiter) && ![0x0A, 0x0D].contains(options.quote)
    guard isUsable else {
      throw DiagnosticError([
        IODiagnostics.badCSVOptions.diagnostic(
          "delimiter and quote of a CSV file must differ, and be no line ends",
          at: contract.declaration, data: DataPlace(path: path))
      ])
    }
    source = try TextSource(path: path)
    guard let header = try CSVHeader(source: source, options: options) else {
      guard !options.hasHeader else {
        throw DiagnosticError([
          IODiagnostics.noHeader.diagnostic(
            "`\(path)` is empty: not even a header", at: contract.declaration,
            data: DataPlace(path: path))
        ])
      }
      targets = []
      layout = try RecordLayout(
        source: source, body: source.size, quoting: nil, threads: 1,
        chunkSize: tuning.chunkSize)
      return
    }
    targets = try Self.match(header.names, contract, options, path)
    layout = try RecordLayout(
      source: source, body: header.body,
      quoting: RecordLayout.Quoting(quote: options.quote, delimiter: options.delimiter),
      threads: threads, chunkSize: tuning.chunkSize)
  }

  private static func match(
    _ names: [String], _ contract: TableContract, _ options: CSVOptions, _ path: String
  ) throws -> [Int] {
    var targets = [Int](repeating: -1, count: names.count)
    var problems: [Diagnostic] = []
    for column in contract.columns.indices {
      let places =
        options.hasHeader
        ? names.indices.filter { names[$0] == contract.columns[column].name }
        : (column < names.count ? [column] : [])
      guard let place = places.first else {
        problems.append(
          contract.missingColumn(column, path: path, among: options.hasHeader ? names : []))
        continue
      }
      if places.count > 1 { problems.append(contract.duplicateColumn(column, path: path)) }
      targets[place] = column
    }
    guard problems.isEmpty else { throw DiagnosticError(problems) }
    return targets
  }

  var segmentCapacities: [Int] { layout.segments.map { $0.capacity } }

  func read(
    segment: Int, column: Int?, into columns: [ColumnBuilder], at row: Int, pool: TextPool
  ) throws -> Int {
    let segment = layout.segments[segment]
    return try source.withBytes(segment.range) { bytes in
      let parser = CSVSegmentParser(
        bytes, segment.range.count, options: options, targets: targets, columns: columns,
        firstRow: row, pool: pool)
      return try parser.run()
    }
  }
}
