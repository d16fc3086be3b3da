import C360Columns
import C360Diagnostics
import C360IO
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a population and writes its tables into a folder: all of them or none.
public struct Synthesis {
  private let folder: String
  private let options: SynthOptions

  /// - Parameter folder: made when it is missing.
  public init(folder: String, options: SynthOptions) {
    self.folder = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
    self.options = options
  }

  /// Memory is that of a few chunks a thread and of one row group a file, whatever the number of
  /// customers. The bytes are the same for any number of threads.
  ///
  /// - Throws: `DiagnosticError` when a file cannot be written, `CancellationError`,
  ///   `InvalidSynthOptions`, `OccupiedFolder`.
  public func write() throws -> SynthReport {
    if let problem = options.problem { throw InvalidSynthOptions(problem: problem) }
    if let occupied { throw occupied }
    let seasons = Seasons(from: options.from, through: options.through)
    let words = Vocabulary()
    let tables = Tables(words)
    var files: [(path: String, writer: any OutputWriter, rows: Int)] = []
    var texts: [TextFile] = []
    do {
      for (path, columns) in tables.files {
        let writer = try openOutput(
          path: "\(folder)/\(path)", columns: columns, pool: words.pool,
          options: OutputOptions(threads: options.threads))
        files.append((path, writer, 0))
      }
      var tally = Tally()
      try eachChunk(seasons, tables) { chunk in
        for (index, batch) in chunk.batches.enumerated() {
          try files[index].writer.write(batch)
          files[index].rows += batch.rowCount
        }
        tally += chunk.tally
      }
      let offers = try writtenOffers(words.pool)
      files.append(("offers.csv", offers, Catalogue.offers.count))
      for file in files { try file.writer.finish() }
      let report = SynthReport(
        options: options, tables: files.map { ($0.path, $0.rows) }, tally: tally)
      texts.append(try TextFile(path: "\(folder)/truth.json", text: report.json))
      try options.cancellation.check()
      for file in files { try file.writer.commit() }
      for text in texts { try text.commit() }
      return report
    } catch {
      for file in files { file.writer.abort() }
      for text in texts { text.abort() }
      throw error
    }
  }

  /// Chunks are made a few at a time, in parallel, and handed over in order.
  private func eachChunk(
    _ seasons: Seasons, _ tables: Tables, _ body: (Chunk) throws -> Void
  ) throws {
    let count = Chunk.count(options)
    let options = options
    var next = 0
    while next < count {
      try options.cancellation.check()
      let first = next
      let size = min(2 * options.threads, count - first)
      let made = Mutex([Chunk?](repeating: nil, count: size))
      // As many tasks as threads, each taking every so-manieth chunk.
      let tasks = min(options.threads, size)
      let work: @Sendable (Int) -> Void = { task in
        for index in stride(from: task, to: size, by: tasks) {
          let chunk = Chunk(number: first + index, options, seasons, tables)
          made.withLock { $0[index] = chunk }
        }
      }
      if tasks == 1 {
        work(0)
      } else {
        DispatchQueue.concurrentPerform(iterations: tasks, execute: work)
      }
      for chunk in made.withLock({ $0 }) {
        if let chunk { try body(chunk) }
      }
      next += size
      options.progress?(min(next * Chunk.customers, options.customers), options.customers)
    }
  }

  /// Why the folder is not ours to write: it holds an earlier shop, or data that none left there.
  private var occupied: OccupiedFolder? {
    func isThere(_ name: String) -> Bool { access("\(folder)/\(name)", F_OK) == 0 }
    if isThere("truth.json") {
      return options.replaces
        ? nil : OccupiedFolder(folder: folder, file: "truth.json", isShop: true)
    }
    let names = Tables(Vocabulary()).files.map(\.path) + ["offers.csv"]
    return names.first(where: isThere).map {
      OccupiedFolder(folder: folder, file: $0, isShop: false)
    }
  }

  private func writtenOffers(_ pool: TextPool) throws -> any OutputWriter {
    let offers = SynthTable<Catalogue.Offer>(
      path: "offers.csv",
      fields: [
        Field("offer_id", .text, .text { pool.intern($0.name) }),
        Field("channel", .text, .text { pool.intern($0.channel) }),
        Field("category", .text, .text { pool.intern(Catalogue.categories[$0.category]) }),
        Field("brand", .text, .text { pool.intern($0.brand) }),
        Field("cost", .money("GBP"), .float { $0.cost }),
        Field("margin", .money("GBP"), .float { $0.margin }),
        Field("min_age", .int, .int { Int64($0.minimumAge) }),
        Field(
          "embedding", .vector(Catalogue.dimensions),
          .embedding { Catalogue.itemCount + $0.category }),
      ])
    let writer = try openOutput(
      path: "\(folder)/\(offers.path)", columns: offers.columns, pool: pool)
    do {
      try writer.write(offers.batch(Catalogue.offers))
    } catch {
      writer.abort()
      throw error
    }
    return writer
  }
}

extension Tables {
  /// Paths and columns, in the order of a chunk's batches.
  var files: [(path: String, columns: [OutputColumn])] {
    [
      (accounts.path, accounts.columns), (consents.path, consents.columns),
      (links.path, links.columns), (orders.path, orders.columns), (clicks.path, clicks.columns),
      (contacts.path, contacts.columns), (sends.path, sends.columns),
      (trueCustomers.path, trueCustomers.columns), (trueDevices.path, trueDevices.columns),
      (trueSends.path, trueSends.columns),
    ]
  }
}
