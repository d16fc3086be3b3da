/// Writes a document into lines of at most `width` columns where its groups can be broken.
struct Layout {
  private enum Mode { case flat, broken }
  private struct Job {
    let indent: Int
    let mode: Mode
    let document: Document
  }

  let width: Int
  private var output = ""
  private var column = 0
  /// Indentation of the line at hand: that of the place where the line before was broken.
  private var lineIndent = 0
  /// A comment stands at the end of the line: nothing else may.
  private var mustBreak = false
  /// Spaces are written when something follows them, so that no line ends in white space.
  private var owedSpaces = 0

  private init(width: Int) { self.width = width }

  static func lay(_ document: Document, width: Int = 100) -> String {
    var layout = Layout(width: width)
    layout.run(document)
    return layout.output
  }

  private mutating func run(_ document: Document) {
    var jobs = [Job(indent: 0, mode: .broken, document: document)]
    while let job = jobs.popLast() {
      switch job.document {
      case .text(let text): write(text, job.indent)
      case .verbatim(let text): writeVerbatim(text, job.indent)
      case .joined(let parts):
        for part in parts.reversed() {
          jobs.append(Job(indent: job.indent, mode: job.mode, document: part))
        }
      case .nested(let columns, let inner):
        jobs.append(Job(indent: job.indent + columns, mode: job.mode, document: inner))
      case .line: job.mode == .flat ? owe(1, job.indent) : breakLine(job.indent)
      case .softLine: if job.mode == .broken { breakLine(job.indent) }
      case .hardLine: breakLine(job.indent)
      case .fillLine:
        fits(jobs, column + 1, flat: nil) ? owe(1, job.indent) : breakLine(job.indent)
      case .group(let inner):
        let start = mustBreak ? job.indent : column == 0 ? lineIndent : column + owedSpaces
        let isFlat = job.mode == .flat || fits(jobs, start, flat: inner)
        jobs.append(
          Job(indent: job.indent, mode: isFlat ? .flat : .broken, document: inner))
      case .choice(let flat, let broken):
        jobs.append(
          Job(indent: job.indent, mode: job.mode, document: job.mode == .flat ? flat : broken))
      case .trailingComment(let texts, let gap): writeTrailing(texts, gap, job.indent)
      case .ownComment(let text):
        if column > 0 || mustBreak { breakLine(job.indent) }
        write(text, job.indent)
        mustBreak = true
      }
    }
  }

  // MARK: Writing

  private mutating func write(_ text: String, _ indent: Int) {
    guard !text.isEmpty else { return }
    if text == " " { return owe(1, indent) }
    begin(indent)
    output += text
    column += text.columns
  }

  private mutating func writeVerbatim(_ text: String, _ indent: Int) {
    guard let lineEnd = text.utf8.lastIndex(of: 0x0A) else { return write(text, indent) }
    begin(indent)
    output += text
    column = max(1, String(text[text.utf8.index(after: lineEnd)...]).columns)
  }

  private mutating func writeTrailing(_ texts: [String], _ gap: Int, _ indent: Int) {
    owedSpaces = column == 0 ? 0 : gap
    let start = column + owedSpaces
    for (index, text) in texts.enumerated() {
      if index > 0 { breakLine(start) }
      write(text, indent)
    }
    mustBreak = true
  }

  /// Makes the place ready for text: a line end that a comment asked for, indentation, spaces.
  private mutating func begin(_ indent: Int) {
    if mustBreak { breakLine(indent) }
    let spaces = column == 0 ? lineIndent : owedSpaces
    output += String(repeating: " ", count: spaces)
    column += spaces
    owedSpaces = 0
  }

  private mutating func owe(_ spaces: Int, _ indent: Int) {
    if mustBreak { return breakLine(indent) }
    owedSpaces = spaces
  }

  private mutating func breakLine(_ indent: Int) {
    output += "\n"
    lineIndent = indent
    column = 0
    owedSpaces = 0
    mustBreak = false
  }

  // MARK: Fitting

  /// Whether `flat` on one line, and what follows it up to the next place where the line may end,
  /// stays within the width.
  private func fits(_ rest: [Job], _ start: Int, flat: Document?) -> Bool {
    var room = width - start
    var stack = flat.map { [Job(indent: 0, mode: .flat, document: $0)] } ?? []
    var next = rest.count
    while room >= 0 {
      guard let job = stack.popLast() else {
        guard next > 0 else { return true }
        next -= 1
        stack.append(rest[next])
        continue
      }
      switch job.document {
      case .text(let text): room -= text.columns
      case .verbatim(let text):
        guard let end = text.utf8.firstIndex(of: 0x0A) else {
          room -= text.columns
          continue
        }
        return room >= String(text[..<end]).columns
      case .joined(let parts):
        for part in parts.reversed() {
          stack.append(Job(indent: 0, mode: job.mode, document: part))
        }
      case .nested(_, let inner):
        stack.append(Job(indent: 0, mode: job.mode, document: inner))
      // What follows a group is judged as if it stood on one line too, up to its first line.
      case .group(let inner):
        stack.append(Job(indent: 0, mode: job.mode, document: inner))
      case .choice(let flat, let broken):
        stack.append(
          Job(indent: 0, mode: job.mode, document: job.mode == .flat ? flat : broken))
      case .line, .softLine, .fillLine:
        if job.mode == .broken { return true }
        if case .softLine = job.document { continue }
        room -= 1
      case .hardLine: return job.mode == .broken
      case .trailingComment: return job.mode == .broken
      case .ownComment: return job.mode == .broken
      }
    }
    return false
  }
}
