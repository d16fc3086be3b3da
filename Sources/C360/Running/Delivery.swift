import C360Columns
import C360Diagnostics
import C360Engine
import C360IO
import C360Lowering
import C360Plan
import C360Semantics

/// Puts the results of a run where they go: outputs and manifest all at once, or nothing.
struct Delivery {
  let results: Results
  let program: Program
  private let session: Session
  private let files: ReadLog
  private let started: UInt64

  init(
    _ results: Results, _ program: Program, _ session: Session, _ files: ReadLog, started: UInt64
  ) {
    self.results = results
    self.program = program
    self.session = session
    self.files = files
    self.started = started
  }

  /// Files are written beside their places first; when all are complete they are put in place, the
  /// manifest last.
  func deliver(warnings: [Diagnostic]) throws -> RunReport {
    var report = try report(warnings: warnings)
    try holdStability(in: report)
    guard session.options.writesOutputs, !report.outputs.isEmpty else { return report }
    let manifest = manifestPath(beside: report.outputs[0].path)
    report.manifestPath = manifest
    var writers: [any OutputWriter] = []
    var manifestFile: TextFile?
    do {
      try holdPathsApart(report.outputs)
      for (index, target) in results.lowered.sinks.enumerated() {
        guard case .output(let number) = target else { continue }
        writers.append(try write(results.sinks[index], program.outputs[number]))
      }
      for writer in writers { try writer.finish() }
      let text = Manifest(
        program: program, report: report, files: files.all, session: session
      ).text
      let file = try TextFile(path: manifest, text: text)
      manifestFile = file
      try session.options.cancellation.check()
      for writer in writers { try writer.commit() }
      try file.commit()
    } catch {
      for writer in writers { writer.abort() }
      manifestFile?.abort()
      if let refused = error as? DiagnosticError {
        throw RunFailure(diagnostics: refused.diagnostics)
      }
      throw error
    }
    report.elapsed = Clock.now() - started
    return report
  }

  private func write(_ rows: SinkRows, _ output: Output) throws -> any OutputWriter {
    let path = absolutePath(output.path, from: output.directory)
    let columns = rows.columns.map { OutputColumn(name: $0.name, type: $0.type) }
    let metadata = [
      (name: "c360.output", value: output.name),
      (name: "c360.programSHA256.v1", value: sha256(program.canonicalText)),
    ]
    let writer = try openOutput(
      path: path, columns: columns, pool: session.texts,
      options: OutputOptions(
        threads: session.threadCount, metadata: metadata, declaration: output.span))
    do {
      var done = 0
      for piece in 0..<rows.pieceCount {
        let batch = try read { () throws(EngineError) in try rows.piece(piece) }
        // In parts, so that a cancelled run stops soon and progress can be told.
        let size = 1 << 20
        for start in stride(from: 0, to: max(1, batch.rowCount), by: size) {
          try session.options.cancellation.check()
          session.options.progress?(
            RunProgress(operation: "write \(output.name)", done: done, total: rows.rowCount))
          let end = min(batch.rowCount, start + size)
          try writer.write(batch.slice(start..<end))
          done += end - start
        }
      }
    } catch {
      writer.abort()
      throw error
    }
    return writer
  }

  /// No two outputs write one file, and none writes over what was read.
  private func holdPathsApart(_ outputs: [RunReport.Output]) throws {
    let inputs = Set(files.all.map(\.path))
    for (index, output) in outputs.enumerated() {
      let declared = program.outputs.first { $0.name == output.name }?.span
      if let other = outputs[..<index].first(where: { $0.path == output.path }) {
        throw DiagnosticError([
          HostDiagnostics.sameOutput.diagnostic(
            "`\(output.name)` and `\(other.name)` write the same file", at: declared,
            data: DataPlace(path: displayPath(output.path)))
        ])
      }
      if inputs.contains(output.path) {
        throw DiagnosticError([
          HostDiagnostics.sameOutput.diagnostic(
            "`\(output.name)` would write over a file that the script reads", at: declared,
            data: DataPlace(path: displayPath(output.path)))
        ])
      }
    }
  }

  /// `SCRIPT.manifest.json` in the folder of the first output.
  private func manifestPath(beside output: String) -> String {
    var name = session.scriptPath.split(separator: "/").last.map(String.init) ?? "script"
    if name.hasSuffix(".c360") { name.removeLast(5) }
    return "\(Installation.parent(of: output))/\(name).manifest.json"
  }

  private func report(warnings: [Diagnostic]) throws -> RunReport {
    var outputs: [RunReport.Output] = []
    var shows: [ResultTable] = []
    for (index, target) in results.lowered.sinks.enumerated() {
      let rows = results.sinks[index]
      switch target {
      case .output(let number):
        let output = program.outputs[number]
        let table = try session.options.keepsOutputs ? table(output.name, rows) : nil
        outputs.append(
          RunReport.Output(
            name: output.name, path: absolutePath(output.path, from: output.directory),
            rows: rows.rowCount, table: table, hidden: try hidden(from: output.query),
            hiddenOutcomes: try results.lowered.hiddenOutcomes.filter { $0.output == number }.map {
              (outcome: $0.outcome, rows: try count(ofSink: $0.rows))
            }))
      case .show(let number):
        let title = ResultTable.title(of: program.shows[number].query.span.text)
        shows.append(try self.table(title, rows))
      case .count: break
      }
    }
    let exposures = self.exposures
    let own = RunWarnings(
      program: program, lowered: results.lowered, counts: results.counts, exposures: exposures,
      readings: results.tables, warmStart: session.options.warmStart)
    return RunReport(
      script: session.scriptPath, runTime: program.runTime, tables: results.tables,
      exposures: exposures, decisions: decisions, compositions: compositions, outputs: outputs,
      shows: shows,
      warnings: warnings + own.all, counts: results.counts, manifestPath: nil,
      elapsed: Clock.now() - started)
  }

  /// What each line of the mask hides at the rows that an output is made of.
  private func hidden(from query: Query) throws -> [RunReport.Hidden] {
    let exposure: ExposureID
    switch query.source {
    case .exposure(let id), .policy(_, let id), .candidates(_, let id),
      .composition(_, let id):
      exposure = id
    case .table: return []
    }
    guard
      let count = results.lowered.hideCounts.first(where: {
        $0.mask == query.mask && $0.exposure == exposure
      })
    else { return [] }
    let frame = results.lowered.frames.first { $0.value == exposure }?.key
    let all = frame.flatMap { results.rowCounts[$0] } ?? 0
    return try program[count.mask].hides.enumerated().map { index, line in
      RunReport.Hidden(
        line: line.words, rows: try count.rows[index].map { try self.count(ofSink: $0) } ?? all,
        events: try count.events[index].map { try self.count(ofSink: $0) })
    }
  }

  /// Rows that are shown are taken into memory.
  private func table(_ title: String, _ rows: SinkRows) throws -> ResultTable {
    if let limit = session.options.memoryLimit, rows.spilledBytes > limit {
      throw RunFailure(diagnostics: [
        RuntimeDiagnostics.memory(limit, needed: rows.spilledBytes, "all rows of `\(title)`")
      ])
    }
    return ResultTable(
      title: title, batch: try read { () throws(EngineError) in try rows.whole() },
      texts: session.texts)
  }

  /// Rows that may be on disk.
  private func read(_ rows: () throws(EngineError) -> Batch) throws -> Batch {
    do {
      return try rows()
    } catch {
      guard case .spill(let directory, let detail) = error else { throw error }
      throw RunFailure(diagnostics: [RuntimeDiagnostics.spill(directory, detail)])
    }
  }

  private func count(ofSink sink: Int) throws -> Int {
    let rows = results.sinks[sink]
    return Int(try read { () throws(EngineError) in try rows.whole() }.columns[0].vector.int64s[0])
  }

  private var exposures: [RunReport.Exposure] {
    results.lowered.frames.sorted { $0.key.index < $1.key.index }.map { relation, id in
      let exposure = program[id]
      let rows = results.rowCounts[relation] ?? 0
      let kept = results.counts.kept[exposure.name]
      let isUnruled = results.lowered.unruled.contains(relation)
      let censored = results.counts.censored[exposure.name] ?? [:]
      let outcomes = results.lowered.coverages.filter { $0.exposure == id }.map { coverage in
        let name = exposure.outcomes[coverage.outcome].name
        let rows = coverage.columns.map { censored[results.lowered.plan[$0].name] ?? 0 }
        return (outcome: name, rows: rows.max() ?? 0)
      }
      let byMonth = results.counts.censoredMonths[exposure.name] ?? [:]
      let months = results.lowered.coverages.filter { $0.exposure == id }.compactMap { coverage in
        let counts = coverage.columns.compactMap { byMonth[results.lowered.plan[$0].name] }
        // The furthest window of an outcome is censored wherever a nearer one is.
        return counts.max { $0.total < $1.total }.map {
          (outcome: exposure.outcomes[coverage.outcome].name, months: $0)
        }
      }
      return RunReport.Exposure(
        name: exposure.name, rows: rows, kept: isUnruled ? nil : kept,
        overlapping: isUnruled ? kept.map { rows - $0 } : nil, censored: outcomes,
        censoredMonths: months)
    }
  }

  private var decisions: [RunReport.Decisions] {
    results.lowered.decisions.compactMap { decided in
      guard let counts = results.counts.decisions[decided.name] else { return nil }
      let policy = program[decided.policy]
      return RunReport.Decisions(
        name: decided.name, policy: policy.name, exposure: program[decided.exposure].name,
        counts: counts, isAsked: decided.isAsked,
        terms: policy.terms.map { (name: $0.name, total: counts.terms[$0.name] ?? 0) },
        shifts: shifts(of: policy, counts), units: AllocationUnits(of: policy),
        within: decided.within.map { program[$0].name })
    }
  }
}
