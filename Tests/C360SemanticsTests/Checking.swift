import C360Diagnostics
import C360Syntax
import Foundation
import Testing

@testable import C360Semantics

/// Files and models of a test; the standard library of the checkout.
struct TestResolver: ProgramResolver {
  var files: [String: String] = [:]
  var models: [String: String] = [:]

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  func standardModule(_ name: String) -> SourceFile? {
    guard name.hasPrefix("std.") else { return nil }
    let url = Self.root.appendingPathComponent("stdlib/\(name.dropFirst(4)).c360")
    guard let data = try? Data(contentsOf: url) else { return nil }
    return SourceFile(name: name, bytes: Array(data))
  }

  func file(_ path: String, from directory: String) throws(Diagnostic) -> SourceFile {
    let key = ScriptPath.normalized(ScriptPath.joined(path, to: directory))
    guard let text = files[key] else {
      throw Diagnostic("E0601", "there is no file `\(path)`")
    }
    return SourceFile(name: key, text: text)
  }

  func model(_ path: String, from directory: String) throws(Diagnostic) -> [UInt8] {
    guard let text = models[path] else {
      throw Diagnostic("E0601", "there is no file `\(path)`")
    }
    return Array(text.utf8)
  }
}

struct Checked {
  let program: Program?
  let diagnostics: [Diagnostic]

  var codes: [String] { diagnostics.map(\.code.name) }
  var messages: [String] { diagnostics.map(\.message) }

  /// `line:column code message`, one a diagnostic, with labelled places indented below.
  var report: String {
    diagnostics.map { diagnostic in
      var lines = [
        "\(Self.place(diagnostic.primary?.span)) \(diagnostic.code) \(diagnostic.message)"
      ]
      for other in diagnostic.secondary {
        lines.append("  \(Self.place(other.span)) \(other.label)")
      }
      lines += diagnostic.notes.map { "  = \($0)" }
      lines += diagnostic.help.map { "  ? \($0)" }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  static func place(_ span: Span?) -> String {
    guard let span else { return "-" }
    let (line, column) = span.file.position(of: span.range.lowerBound)
    return "\(line):\(column) \(span.text.prefix(40).split(separator: "\n").first ?? "")"
  }
}

func checked(
  _ text: String, files: [String: String] = [:], models: [String: String] = [:],
  set parameters: [String: String] = [:]
) -> Checked {
  let tree = parse(SourceFile(name: "script.c360", text: text))
  let result = check(
    tree, options: CheckOptions(parameters: parameters, runTime: 0),
    resolver: TestResolver(files: files, models: models))
  return Checked(program: result.program, diagnostics: result.diagnostics)
}

/// The declarations that most tests need: lines 1 to 49.
let prelude = """
  edition 2026
  entity customer
  events orders of customer from "orders.csv" {
    customer_id: int @key
    ordered_at: time @time
    amount: money(GBP)
    category: text
    quantity: int
    rating: float?
  }
  events clicks of customer from "clicks.csv" {
    customer_id: int @key
    clicked_at: time @time
    page: text
    dwell: duration
  }
  profile accounts of customer from "accounts.csv" {
    customer_id: int @key
    since: time @from
    birth_year: int? @sensitive(age)
    gender: text? @sensitive(gender)
    region: text = "unknown"
  }
  consents ledger of customer from "consents.csv" {
    customer_id: int @key
    purpose: text @purpose
    granted_at: time @from
    revoked_at: time? @until
  }
  actions offers from "offers.csv" {
    offer_id: text @key
    channel: text
    category: text
    cost: money(GBP)
    margin: money(GBP)
    min_age: int = 0
    none "no_contact"
  }
  exposure sends of customer from "sends.csv" {
    customer_id: int @key
    sent_at: time @time
    offer_id: text @action(offers)
    p: float @propensity
    bucket: text
    clicked: bool @outcome
    keep non_overlapping 14d
    outcome converted = any(orders) within 14d
    outcome revenue = sum(orders.amount) within 14d
  }

  """

func script(_ text: String) -> String { prelude + text }
