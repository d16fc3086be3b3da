import C360
import C360Columns
import C360Diagnostics
import C360Display

/// Writes responses as the settings say.
public struct Printer {
  public let settings: Settings
  /// Of the terminal; nil: no terminal.
  public let screen: (columns: Int, lines: Int)?
  /// Of complaints.
  public let colours: Bool
  /// Of answers.
  public let isStyled: Bool

  public init(
    settings: Settings, screen: (columns: Int, lines: Int)? = nil, colours: Bool = false,
    isStyled: Bool = false
  ) {
    self.settings = settings
    self.screen = screen
    self.colours = colours
    self.isStyled = isStyled
  }

  /// Writes a part piece by piece; complaints go another way than answers.
  public func write(
    _ part: Response.Part, answer: (String) throws -> Void, complain: (String) -> Void
  ) rethrows {
    switch part {
    case .table(let found): try write(found, answer)
    case .chart(let chart):
      let (columns, lines) = screen ?? (72, 20)
      // A line for the prompt below, and one for what was asked above.
      try answer(
        chart.text(width: columns, height: max(10, min(24, lines - 2)), isStyled: isStyled))
    case .why(let why):
      try answer(settings.mode == .json ? why.json : why.text(width: screen?.columns))
    case .text(let text): try answer(text)
    case .diagnostics(let found): complain(DiagnosticRenderer.terminal(found, colours: colours))
    case .note(let words): complain("note: \(words)\n")
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
    let isForPeople = settings.mode == .box || settings.mode == .plain
    if answer.isValue, isForPeople {
      try out(table.text(0, 0) + "\n")
    } else {
      try table.render(
        TableOptions(
          mode: settings.mode, width: screen?.columns, maximumRows: settings.maximumRows,
          isStyled: isStyled), into: out)
    }
    guard isForPeople else { return }
    // Boxes say themselves how many rows they have.
    let count = "\(ValueText.grouped(table.rowCount)) \(table.rowCount == 1 ? "row" : "rows")"
    var remarks = settings.mode == .plain && !answer.isValue ? [count] : []
    if settings.showsTime { remarks.append(ValueText.elapsed(answer.elapsed)) }
    remarks += answer.remarks
    if !remarks.isEmpty { try out("(\(remarks.joined(separator: "; ")))\n") }
  }
}
