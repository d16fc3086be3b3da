import C360REPL

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A terminal: lines with history and completion, answers below.
final class LineShell {
  private let desk: Desk
  private let reader = LineReader()
  private var history: History?
  private var hasToldOfHistory = false

  init(_ desk: Desk) {
    self.desk = desk
    history = UserFiles.history.map { History(path: $0) }
    reader.remember(history?.entries ?? [])
    reader.complete = { [repl = desk.repl] in repl.complete($0, at: $1) }
    desk.edit = { [unowned self] in self.edit($0) }
    desk.showHistory = { [unowned self] in self.showHistory() }
  }

  func run() {
    var pending = ""
    while !desk.hasQuit {
      reader.before = pending.isEmpty ? "" : pending + "\n"
      switch reader.line(pending.isEmpty ? BatchShell.prompt : reader.continuation) {
      case .end:
        Terminal.out("\n")
        return
      case .interrupted: pending = ""
      case .text(let line):
        pending = pending.isEmpty ? line : pending + "\n" + line
        if pending.allSatisfy(\.isWhitespace) { pending = "" }
        if pending.isEmpty || desk.repl.isIncomplete(pending) { continue }
        let text = pending
        pending = ""
        take(text)
      }
    }
  }

  /// One statement, one entry, however many lines it has.
  private func take(_ text: String) {
    remember(text)
    for block in Statements.blocks(of: text, desk.repl) where !desk.hasQuit {
      guard desk.evaluate(block) else { return }
    }
  }

  private func remember(_ text: String) {
    guard let entry = History.entry(of: text) else { return }
    let count = history?.entries.count
    if let failure = history?.add(entry), let path = history?.path, !hasToldOfHistory {
      hasToldOfHistory = true
      Terminal.complain("statements are not kept: `\(path)` cannot be written: \(failure)\n")
    }
    if history == nil || history?.entries.count != count { reader.remember([entry]) }
  }

  private func showHistory() {
    let entries = history?.entries ?? []
    for (index, entry) in entries.enumerated().suffix(200) {
      let lines = entry.split(separator: "\n", omittingEmptySubsequences: false)
      Terminal.out("\(index + 1)  \(lines.joined(separator: "\n      "))\n")
    }
  }

  /// The text in the user's editor; what comes back is taken as typed.
  private func edit(_ text: String) {
    let folder = Terminal.variable("TMPDIR") ?? "/tmp"
    guard let path = temporaryFile(in: folder, text + "\n") else {
      return Terminal.complain("no file can be written in `\(folder)`\n")
    }
    defer { unlink(path) }
    let editor = Terminal.variable("VISUAL") ?? Terminal.variable("EDITOR") ?? "vi"
    // The editor may be a command with options; the path is one word, whatever it holds.
    let word = path.split(separator: "'", omittingEmptySubsequences: false).joined(
      separator: "'\\''")
    let status = system("\(editor) '\(word)'")
    _ = Interrupts.take()
    guard status == 0, let lines = try? BatchShell.lines(of: path) else {
      return Terminal.complain("the editor failed; nothing is done\n")
    }
    let edited = lines.joined(separator: "\n")
    guard !edited.allSatisfy(\.isWhitespace) else { return }
    BatchShell.echo(edited, continuation: reader.continuation)
    take(edited)
  }

  /// A new file of a name that nobody could foresee, readable by its owner alone.
  private func temporaryFile(in folder: String, _ text: String) -> String? {
    var name = Array("\(folder)/c360-XXXXXX.c360".utf8CString)
    let descriptor = name.withUnsafeMutableBufferPointer { name in
      name.baseAddress.map { mkstemps($0, 5) } ?? -1
    }
    guard descriptor >= 0, let file = fdopen(descriptor, "w") else { return nil }
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let isWritten = fputs(text, file) >= 0
    guard fclose(file) == 0, isWritten else {
      unlink(path)
      return nil
    }
    return path
  }
}
