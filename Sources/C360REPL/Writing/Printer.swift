import C360
import C360Columns
import C360Diagnostics

/// Writes responses as the settings say.
public struct Printer {
  public let settings: Settings
  /// Columns of the terminal; nil: no terminal.
  public let width: Int?
  public let colours: Bool

  public init(settings: Settings, width: Int? = nil, colours: Bool = false) {
    self.settings = settings
    self.width = width
    self.colours = colours
  }

  /// Writes a part piece by piece; complaints go another way than answers.
  public func write(
    _ part: Response.Part, answer: (String) throws -> Void, complain: (String) -> Void
  ) rethrows {
    switch part {
    case .table(let found): try write(found, answer)
    case .text(let text): try answer(text)
    case .diagnostics(let found): complain(DiagnosticRenderer.terminal(found, colours: colours))
    case .cancelled: complain("cancelled\n")
    }
  }

  /// The whole of a response, answers and complaints in their order.
  public func text(of response: Response) -> String {
    var text = ""
    for part in response.parts {
      write(part, answer: { text += $0 }, complain: { text += $0 })
    }
    return text
  }

  private func write(_ answer: Response.Answer, _ out: (String) throws -> Void) rethrows {
    let table = answer.table
    if answer.isValue, settings.mode == .box {
      try out(table.text(0, 0) + "\n")
      if settings.showsTime { try out("(\(Self.elapsed(answer.elapsed)))\n") }
      return
    }
    let limit = settings.maximumRows
    switch settings.mode {
    case .box: try out(table.rendered(limit: limit))
    case .csv: try table.writeCSV(out)
    case .json: try table.writeJSON(out)
    case .markdown: try table.writeMarkdown(limit: limit, out)
    case .line: try table.writeLines(limit: limit, out)
    }
    guard settings.mode == .box || settings.mode == .line else { return }
    var footer = "\(Self.grouped(table.rowCount)) \(table.rowCount == 1 ? "row" : "rows")"
    if settings.showsTime { footer += ", \(Self.elapsed(answer.elapsed))" }
    footer += answer.remarks.map { "; \($0)" }.joined()
    try out("(\(footer))\n")
  }

  /// `5,000,000`
  private static func grouped(_ count: Int) -> String {
    var text = ""
    for (index, digit) in String(count).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// `12.3 ms`, `1.50 s`
  static func elapsed(_ nanoseconds: UInt64) -> String {
    let tenths = (nanoseconds + 50_000) / 100_000
    if tenths < 10_000 { return "\(tenths / 10).\(tenths % 10) ms" }
    let hundredths = (nanoseconds + 5_000_000) / 10_000_000
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
  }
}
