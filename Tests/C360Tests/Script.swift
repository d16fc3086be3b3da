import C360
import C360Diagnostics
import Foundation
import Testing

/// A script over small files, and what it shows.
struct Script: Sendable {
  var text: String
  var files: [String: String] = [:]
  var adjust: @Sendable (inout SessionOptions) -> Void = { _ in }

  /// The tables shown, each as printed, with a blank line between.
  func shown() throws -> String {
    try run().shows.map { $0.rendered() }.joined(separator: "\n")
  }

  func run() throws -> RunReport {
    try inFolder { session in
      do {
        return try session.run()
      } catch let error as DiagnosticError {
        throw Refused(diagnostics: error.diagnostics)
      } catch let error as RunFailure {
        throw Refused(diagnostics: error.diagnostics)
      }
    }
  }

  /// Codes of the diagnostics that stop the script or its run.
  func codes() throws -> [String] {
    do {
      _ = try run()
      return []
    } catch let refused as Refused {
      return refused.diagnostics.filter { $0.severity == .error }.map(\.code.name)
    }
  }

  /// What stops the script or its run.
  func diagnostics() throws -> [Diagnostic] {
    do {
      _ = try run()
      return []
    } catch let refused as Refused {
      return refused.diagnostics.filter { $0.severity == .error }
    }
  }

  struct Refused: Error, CustomStringConvertible {
    let diagnostics: [Diagnostic]
    var description: String { DiagnosticRenderer.terminal(diagnostics) }
  }

  func inFolder<Result>(_ body: (Session) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "c360-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    var options = SessionOptions()
    options.runTime = SessionOptions.instant("2026-06-01")
    adjust(&options)
    return try body(
      Session(text: "edition 2026\n" + text, directory: folder.path, options: options))
  }
}

/// A shop that most tests share: orders of three customers.
enum Shop {
  static let orders = """
    customer,bought,amount,kind
    1,2026-01-02T10:00:00Z,10,tea
    1,2026-01-20T10:00:00Z,20,cake
    1,2026-01-31T00:00:00Z,40,tea
    2,2026-01-05T09:00:00Z,5,cake
    3,2026-02-01T00:00:00Z,100,tea

    """
  static let tables = """
    entity person
    events orders of person from "orders.csv" {
      customer: int   @key
      bought:   time  @time
      amount:   float
      kind:     text
      observed through @2026-02-28
    }

    """

  static func script(_ text: String) -> Script {
    Script(text: tables + text, files: ["orders.csv": orders])
  }
}
