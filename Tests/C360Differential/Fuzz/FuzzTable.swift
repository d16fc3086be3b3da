import C360Columns
import C360Semantics

enum Kind: Sendable {
  case bool, int, float, text, time, duration
  /// Of `width` elements.
  case vector
  /// Of texts.
  case list

  /// More than eight, and no multiple of it: the lanes of a dot product are of two lengths.
  static let width = 11

  var type: String {
    switch self {
    case .vector: "vector(\(Self.width))"
    case .list: "list(text)"
    default: "\(self)"
    }
  }
}

struct FuzzColumn: Sendable {
  let name: String
  let kind: Kind
  var isOptional = false
  /// `@key`, `@nan(keep)`, ` = "x"`: what stands after the type.
  var suffix = ""

  var declaration: String { "\(name): \(kind.type)\(isOptional ? "?" : "")\(suffix)" }
}

struct FuzzTable: Sendable {
  let name: String
  let columns: [FuzzColumn]
  var rows: [[Value]] = []

  var csv: String {
    let lines = [columns.map(\.name)] + rows.map { row in row.map { FuzzTable.cell($0) } }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  var isLedger: Bool { columns.contains { $0.suffix.contains("@purpose") } }

  /// Whether a row cannot be seen at `time`: it happens, holds or becomes known then or later. A grant
  /// or withdrawal at the decision itself counts.
  func isHidden(_ row: [Value], at time: Int64) -> Bool {
    func moments(_ roles: [String]) -> [Int64] {
      zip(row, columns).compactMap { cell, column in
        guard case .time(let moment) = cell else { return nil }
        return roles.contains { column.suffix.contains($0) } ? moment : nil
      }
    }
    // A row of a ledger is two entries, in any order.
    if isLedger { return moments(["@from", "@until"]).allSatisfy { $0 > time } }
    return moments(["@time", "@known", "@from"]).contains { $0 >= time }
  }

  /// Other values in the columns that say neither whose nor when.
  func noise(_ row: [Value], _ random: inout SplitMix) -> [Value] {
    zip(row, columns).map { cell, column in
      if column.suffix.contains("@"), !column.suffix.contains("nan") { return cell }
      return switch cell {
      case .float: .float(Double(random.number(-99...99)))
      case .int: .int(Int64(random.number(-99...99)))
      case .text: .text("noise")
      case .bool(let value): .bool(!value)
      case .vector: .vector(Array(repeating: 99, count: Kind.width))
      case .list: .list([.text("noise")])
      default: cell
      }
    }
  }

  private static func cell(_ value: Value) -> String {
    let text =
      switch value {
      case .null: ""
      case .bool(let value): value ? "true" : "false"
      case .int(let value): String(value)
      case .float(let value): value.description
      case .text(let value): value
      case .time(let value): isoTime(value)
      case .vector(let elements):
        "[\(elements.map(\.description).joined(separator: ", "))]"
      case .list(let elements):
        "[\(elements.map { quoted($0) }.joined(separator: ","))]"
      default: ""
      }
    return text.contains { ",\"\n".contains($0) }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}

/// A text as JSON writes it.
private func quoted(_ value: Value) -> String {
  guard case .text(let text) = value else { return "null" }
  return "\"" + text.replacing("\"", with: "\\\"") + "\""
}

/// `2026-03-01T12:00:00.000001Z`
func isoTime(_ instant: Int64) -> String {
  func padded(_ number: Int64, _ digits: Int) -> String {
    String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
  }
  let second: Int64 = 1_000_000
  let days = instant >= 0 ? instant / (86_400 * second) : -((-instant - 1) / (86_400 * second)) - 1
  let rest = instant - days * 86_400 * second
  let date = CivilDate(daysSince1970: Int(days)).text
  let seconds = rest / second
  let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
  let fraction = rest % second
  return "\(date)T\(clock.joined(separator: ":"))"
    + (fraction == 0 ? "" : "." + padded(fraction, 6)) + "Z"
}
