import C360
import C360Columns
import C360Diagnostics
import C360REPL
import Foundation

/// A session over a small shop in a folder of its own, asked as at a prompt.
final class Prompt {
  let repl: REPL
  let folder: URL

  static let orders = """
    customer,bought,amount,kind
    1,2026-01-02T10:00:00Z,10,tea
    1,2026-01-20T10:00:00Z,20,cake
    1,2026-01-31T00:00:00Z,40,tea
    2,2026-01-05T09:00:00Z,5,cake
    3,2026-02-01T00:00:00Z,100,tea

    """
  static let script = """
    edition 2026
    # Who buys here.
    entity person
    events orders of person from "orders.csv" {
      customer: int         @key
      bought:   time        @time
      amount:   money(EUR)
      kind:     text
      observed through @2026-02-28
    }
    exposure today of person at @2026-02-10
    param least: money(EUR) = 10 EUR
    feature spend = sum(orders.amount) over 30d   # a month

    """

  /// - Parameter loaded: whether the shop's script is.
  init(loaded: Bool = true, _ adjust: (inout SessionOptions) -> Void = { _ in }) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "c360-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var options = SessionOptions()
    options.runTime = SessionOptions.instant("2026-06-01")
    adjust(&options)
    repl = REPL(options: options)
    try write("orders.csv", Self.orders)
    try write("shop.c360", Self.script)
    if loaded { _ = try ask(":load \(path("shop.c360"))") }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }

  struct Failed: Error, CustomStringConvertible { let description: String }

  /// What is written for an input that succeeds.
  @discardableResult
  func ask(_ text: String) throws -> String {
    let (out, hasFailed) = answer(text)
    if hasFailed { throw Failed(description: "\(text)\n\(out)") }
    return out
  }

  /// What is written for an input that fails.
  func refused(_ text: String) throws -> String {
    let (out, hasFailed) = answer(text)
    if !hasFailed { throw Failed(description: "not refused: \(text)\n\(out)") }
    return out
  }

  func answer(_ text: String) -> (out: String, hasFailed: Bool) {
    let response = repl.evaluate(text)
    return (Printer(settings: repl.settings).text(of: response), response.hasFailed)
  }
}
