import C360
import C360Columns
import C360Diagnostics
import C360Reference
import C360Semantics
import Foundation

extension FuzzCase {
  /// The same through files and the engine.
  ///
  /// - Parameters:
  ///   - runs: over the same files; the last one counts.
  ///   - keepsTables: whether there is a folder in which runs keep tables.
  package func engine(
    runs: Int = 1, keepsTables: Bool = false, _ change: (inout SessionOptions) -> Void = { _ in }
  ) throws -> [ResultTable] {
    try report(runs: runs, keepsTables: keepsTables, change).shows
  }

  private func report(
    runs: Int = 1, keepsTables: Bool = false, _ change: (inout SessionOptions) -> Void
  ) throws -> RunReport {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "c360-fuzz-\(seed)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (path, text) in files {
      try text.write(to: folder.appending(path: path), atomically: false, encoding: .utf8)
    }
    var options = SessionOptions()
    options.runTime = runTime
    options.seed = seed
    change(&options)
    let session = Session(
      text: script, name: "fuzz-\(seed).c360", directory: folder.path, options: options)
    if keepsTables {
      try FileManager.default.createDirectory(
        at: folder.appending(path: ".c360-cache"), withIntermediateDirectories: true)
    }
    do {
      for _ in 1..<runs { _ = try session.run() }
      return try session.run()
    } catch let error as DiagnosticError {
      throw Disagreement(
        description: error.diagnostics.map { words(of: $0) }.joined(separator: "\n"))
    }
  }

  /// Where engine and reference differ, in words; empty when they agree.
  package func disagreements() throws -> [String] {
    let program = try program()
    let expected = reference(program).flatMap { shows in
      shifts(program).map { (shows: shows, shifts: $0) }
    }
    // The edges of batches and threads fall elsewhere from case to case.
    let actual = Result {
      try report {
        $0.batchSize = [2048, 7, 64][Int(seed % 3)]
        $0.threads = Int(seed / 3 % 3) + 1
        $0.spillPartitions = [nil, 3, 8][Int(seed / 9 % 3)]
      }
    }
    switch (expected, actual) {
    case (.failure, .failure): return []
    case (.failure(let error), .success): return ["the reference fails: \(error)"]
    // The engine fails for rows that no window holds, which the reference never looks at.
    case (.success, .failure(let error as RunFailure))
    where mayFail && error.diagnostics.allSatisfy { $0.code == "E0701" }: return []
    case (.success, .failure(let error)): return ["the engine fails: \(error)"]
    case (.success(let expected), .success(let report)):
      let shows = report.shows
      guard expected.shows.count == shows.count else { return ["\(shows.count) results"] }
      return program.shows.indices.flatMap { index in
        differences(expected.shows[index], shows[index]).map {
          "\(program.shows[index].span.text)\n  \($0)"
        }
      } + differences(expected.shifts, report)
    }
  }

  private func differences(_ expected: ReferenceResult, _ actual: ResultTable) -> [String] {
    if expected.columns.map(\.name) != actual.columnNames {
      return ["columns \(actual.columnNames), not \(expected.columns.map(\.name))"]
    }
    if expected.rows.count != actual.rowCount {
      return ["\(actual.rowCount) rows, not \(expected.rows.count)"]
    }
    for (row, cells) in expected.rows.enumerated() {
      for (column, wanted) in cells.enumerated() {
        let name = expected.columns[column].name
        let found = actual.value(row, column)
        if !agree(wanted, found, isExact: !inexactColumns.contains(name)) {
          let shown = cells.map { text(of: $0) }.joined(separator: " | ")
          return ["\(name) is \(found), not \(wanted), in row \(row): \(shown)"]
        }
      }
    }
    return []
  }
}

/// NaN equals NaN; inexact floats within 1e-9 of the larger, or 1e-12.
func agree(_ expected: Value, _ actual: Scalar, isExact: Bool) -> Bool {
  switch (expected, actual) {
  case (.null, .null): return true
  case (.bool(let a), .bool(let b)): return a == b
  case (.int(let a), .int(let b)), (.time(let a), .int(let b)), (.date(let a), .int(let b)),
    (.duration(let a), .int(let b)):
    return a == b
  case (.text(let a), .text(let b)): return a.utf8.elementsEqual(b.utf8)
  case (.float(let a), .float(let b)):
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    if a.bitPattern == b.bitPattern { return true }
    return !isExact && abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1e-3)
  case (.vector(let a), .vector(let b)):
    return a.count == b.count
      && zip(a, b).allSatisfy { agree(.float($0), .float($1), isExact: isExact) }
  case (.list(let a), .list(let b)):
    return a.count == b.count && zip(a, b).allSatisfy { agree($0, $1, isExact: isExact) }
  default: return false
  }
}
