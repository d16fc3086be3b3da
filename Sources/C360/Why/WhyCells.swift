import C360Columns
import C360Display

/// What the tables of an explanation have in common.
enum WhyCells {
  /// What was read, with the windows behind it and the events that counted in them.
  /// - Parameters:
  ///   - values: by read; nil: it has no value.
  ///   - events: by read, by window.
  ///   - width: of the screen; nil: no bound.
  static func reads(
    _ reads: [Why.Read], _ values: [Scalar?], _ events: [[Why.Events]], width: Int?
  ) -> [String] {
    let isWeighted = events.joined().contains { $0.effective != nil }
    var table = TextTable(
      [
        .init("name"), .init("value", isNumber: true), .init("window"),
        .init("events", isNumber: true),
      ] + (isWeighted ? [.init("effective", isNumber: true)] : []) + [
        .init("first"), .init("last"),
      ])
    for (index, read) in reads.enumerated() {
      let windows = events[index].map { cells($0, isWeighted: isWeighted) }
      let none = Array(repeating: "", count: isWeighted ? 5 : 4)
      table.add([read.name, text(values[index], read.type)] + (windows.first ?? none))
      for more in windows.dropFirst() { table.add(["", ""] + more) }
    }
    return table.lines(width: width)
  }

  private static func cells(_ events: Why.Events, isWeighted: Bool) -> [String] {
    let from = events.from.map(ValueText.time) ?? "…"
    let open = events.isFromExclusive || events.from == nil ? "(" : "["
    return [
      "\(events.table) \(open)\(from), \(ValueText.time(events.to)))",
      ResultTable.text(events.count, .float),
    ] + (isWeighted ? [events.effective.map { ResultTable.text($0, .float) } ?? ""] : []) + [
      events.first.map(ValueText.time) ?? "",
      events.last.map(ValueText.time) ?? "",
    ]
  }

  static func text(_ value: Scalar?, _ type: LogicalType) -> String {
    value.map { ResultTable.text($0, type) } ?? "no value"
  }

  /// A zero has no sign for people.
  static func number(_ value: Double) -> String {
    ResultTable.text(.float(value == 0 ? 0 : value), .float)
  }

  static func number(_ value: Double?) -> String { value.map { number($0) } ?? "" }

  static func isNumber(_ type: LogicalType) -> Bool {
    switch type {
    case .int, .float, .money, .duration: true
    default: false
    }
  }

  /// Names and what stands behind them, one under the other.
  static func list(_ entries: [(name: String, value: String)]) -> [String] {
    let width = entries.map(\.name.count).max() ?? 0
    return entries.map { entry in
      if entry.value.isEmpty { return "  \(entry.name)" }
      let space = String(repeating: " ", count: width - entry.name.count)
      return "  \(entry.name)\(space)  \(entry.value)"
    }
  }
}
