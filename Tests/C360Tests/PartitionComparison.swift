import C360
import C360Diagnostics
import Foundation
import Synchronization
import Testing

/// Runs in partitions held to the run in memory.
enum PartitionComparison {
  /// All that a run leaves: files, what it says, what it complains of.
  private struct Traces: Equatable {
    var files: [String: Data] = [:]
    var shown: [String] = []
    var summary = ""
    var complaints = ""
  }

  private static func traces(
    _ session: Session, _ change: (inout SessionOptions) -> Void
  ) throws -> Traces {
    var session = session
    change(&session.options)
    var traces = Traces()
    do {
      let report = try session.run()
      traces.shown = report.shows.map { $0.rendered() }
      // The last line says how long it took.
      traces.summary = report.summary.split(separator: "\n").dropLast().joined(separator: "\n")
      traces.complaints = DiagnosticRenderer.terminal(report.warnings)
    } catch let failure as RunFailure {
      traces.complaints = DiagnosticRenderer.terminal(failure.diagnostics)
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: session.directory) {
      traces.files[name] = try Data(
        contentsOf: URL(filePath: session.directory).appending(path: name))
    }
    return traces
  }

  /// Holds runs in so many partitions to the run in memory, whose traces are returned.
  ///
  /// - Parameter areTables: whether the script is about tables alone, whose rows go through the disk
  ///   piece by piece instead.
  @discardableResult
  static func compare(
    _ script: Script, partitions: [Int] = [1, 2, 3, 9], areTables: Bool = false
  ) throws -> (complaints: String, shown: [String]) {
    try script.inFolder { session in
      let plain = try traces(session) { _ in }
      for count in partitions {
        let operations = Mutex<[String]>([])
        let cut = try traces(session) {
          $0.spillPartitions = count
          $0.threads = count % 3 + 1
          if areTables { $0.batchSize = count * count }
          $0.progress = { progress in operations.withLock { $0.append(progress.operation) } }
        }
        #expect(cut == plain, "in \(count) partitions")
        #expect(
          operations.withLock { $0 }.contains { $0.hasPrefix("partition ") } != areTables, "not cut"
        )
      }
      return (plain.complaints, plain.shown)
    }
  }
}
