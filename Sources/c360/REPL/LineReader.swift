import C360REPL
import CReadline

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lines from a terminal, edited by GNU readline. There is one, used by the main thread alone: readline
/// has one state, and its callbacks carry none.
final class LineReader {
  enum Line {
    case text(String)
    /// Ctrl-C.
    case interrupted
    /// Ctrl-D on an empty line.
    case end
  }
  nonisolated(unsafe) private static var current: LineReader?
  nonisolated(unsafe) private static var finished: Line?

  /// What completes a text at a byte.
  var complete: (String, Int) -> Completion = { _, _ in .none }
  /// The lines of the statement above this one.
  var before = ""
  let continuation: String
  private var shown: [Completion.Candidate] = []
  private var signature: String?

  init() {
    // Prompts have signs beyond ASCII, whose width readline must know.
    if setlocale(LC_CTYPE, "") == nil || String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8",
      getenv("LC_ALL") == nil
    {
      setenv("LC_CTYPE", "C.UTF-8", 1)
      setlocale(LC_CTYPE, "")
    }
    let isUTF8 = String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8"
    continuation = isUTF8 ? BatchShell.continuation : "  ...> "
    c360_readline_setup(
      { _, _, _ in LineReader.current?.matches() },
      { _, _, _ in
        LineReader.current?.list()
        return
      })
    rl_initialize()
    using_history()
    bindKeys()
  }

  func remember(_ statements: [String]) { for text in statements { add_history(text) } }

  func line(_ prompt: String) -> Line {
    Self.current = self
    Self.finished = nil
    _ = Interrupts.take()
    Interrupts.holdsSuspension(true)
    defer { Interrupts.holdsSuspension(false) }
    rl_callback_handler_install(prompt) { line in
      rl_callback_handler_remove()
      LineReader.finished = line.map { .text(String(cString: $0)) } ?? .end
      free(line)
    }
    while true {
      if let line = Self.finished { return line }
      var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let count = poll(&input, 1, -1)
      if Interrupts.takeResize() { rl_resize_terminal() }
      if Interrupts.takeSuspension() { suspend() }
      if Interrupts.take() {
        // First, because readline goes to the start of the line when it lets go of the terminal.
        Terminal.out("^C")
        c360_abandon_line()
        rl_callback_handler_remove()
        Terminal.out("\n")
        return .interrupted
      }
      if count > 0 { rl_callback_read_char() }
    }
  }

  /// Stops the process as any other would, with the terminal as it was; back again the line is shown anew.
  private func suspend() {
    rl_deprep_terminal()
    Interrupts.holdsSuspension(false)
    kill(getpid(), SIGTSTP)
    Interrupts.holdsSuspension(true)
    rl_prep_terminal(1)
    rl_forced_update_display()
  }

  // MARK: Completion

  /// For readline: what all have in common, then each; whole lines up to the cursor.
  private func matches() -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    c360_completion_over()
    c360_append(0)
    let line = String(cString: c360_line())
    let point = Int(c360_point())
    let head = before.utf8.count
    let completion = complete(before + line, head + point)
    shown = completion.candidates
    signature = completion.signature
    // Readline lists nothing where there are no candidates.
    if shown.isEmpty, signature != nil { list() }
    guard !shown.isEmpty, completion.range.lowerBound >= head else { return nil }
    let kept = String(decoding: line.utf8.prefix(completion.range.lowerBound - head), as: UTF8.self)
    let texts = shown.map { kept + $0.text }
    var all = [shown.count == 1 ? texts[0] + shown[0].suffix : Self.common(of: texts)]
    // A name that must stand in back-ticks beside one that need not have no beginning in common.
    if all[0].utf8.count < point {
      all[0] = String(decoding: line.utf8.prefix(point), as: UTF8.self)
    }
    if shown.count > 1 { all += texts }
    // Readline frees it.
    let size = (all.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
    let result = malloc(size)?.bindMemory(
      to: UnsafeMutablePointer<CChar>?.self, capacity: all.count + 1)
    for (index, text) in all.enumerated() { result?[index] = strdup(text) }
    result?[all.count] = nil
    return result
  }

  private static func common(of texts: [String]) -> String {
    var common = texts[0]
    for text in texts.dropFirst() {
      while !text.hasPrefix(common) { common.removeLast() }
    }
    return common
  }

  private static let listed = 80

  /// The candidates in columns below the line, as many as the screen takes: the first matter most.
  private func list() {
    let width = max(3, Terminal.width)
    var texts = shown.prefix(Self.listed).map { String($0.shown.prefix(width - 2)) }
    let column = min(width, (texts.map(\.count).max() ?? 0) + 2)
    let count = max(1, width / column)
    // The line itself, the signature and what is left out take lines, too.
    let height = max(1, (Terminal.outputSize?.lines ?? 24) - 5)
    texts = Array(texts.prefix(height * count))
    let rows = (texts.count + count - 1) / count
    var lines = "\n" + (signature.map { $0 + "\n" } ?? "")
    for row in 0..<rows {
      var line = ""
      for index in stride(from: row, to: texts.count, by: rows) {
        line += texts[index] + String(repeating: " ", count: column - texts[index].count)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      lines += line + "\n"
    }
    if shown.count > texts.count { lines += "… \(shown.count - texts.count) more\n" }
    Terminal.out(lines)
    rl_forced_update_display()
  }

  // MARK: Keys

  private typealias Key = @convention(c) (Int32, Int32) -> Int32

  /// In a recalled statement of several lines the arrows go from line to line, Home and End to the ends of
  /// a line; elsewhere, and where the user's inputrc gave the keys another meaning, they do what they did.
  private func bindKeys() {
    let up: Key = { count, key in LineReader.moves(by: -1) ? 0 : rl_get_previous_history(count, key)
    }
    let down: Key = { count, key in LineReader.moves(by: 1) ? 0 : rl_get_next_history(count, key) }
    let start: Key = { _, _ in
      c360_set_point(Int32(LineReader.ends.start))
      return 0
    }
    let end: Key = { _, _ in
      c360_set_point(Int32(LineReader.ends.end))
      return 0
    }
    bind(["\u{1B}[A", "\u{1B}OA"], to: up, named: "c360-line-up", insteadOf: "previous-history")
    bind(["\u{1B}[B", "\u{1B}OB"], to: down, named: "c360-line-down", insteadOf: "next-history")
    bind(
      ["\u{1B}[H", "\u{1B}OH", "\u{1B}[1~", "\u{01}"], to: start, named: "c360-line-start",
      insteadOf: "beginning-of-line")
    bind(
      ["\u{1B}[F", "\u{1B}OF", "\u{1B}[4~", "\u{05}"], to: end, named: "c360-line-end",
      insteadOf: "end-of-line")
  }

  private func bind(_ keys: [String], to function: Key, named name: String, insteadOf usual: String)
  {
    // Readline keeps the name for as long as the process lives.
    rl_add_defun(strdup(name), function, -1)
    guard let other = rl_named_function(usual) else { return }
    for sequence in keys {
      var kind: Int32 = 0
      guard let bound = rl_function_of_keyseq(sequence, nil, &kind),
        unsafeBitCast(bound, to: Int.self) == unsafeBitCast(other, to: Int.self)
      else { continue }
      rl_bind_keyseq(sequence, function)
    }
  }

  /// The ends of the line of the text in which the cursor is.
  private static var ends: (start: Int, end: Int) {
    let bytes = Array(String(cString: c360_line()).utf8)
    let point = Int(c360_point())
    let newline = UInt8(ascii: "\n")
    return (
      (bytes[..<point].lastIndex(of: newline) ?? -1) + 1,
      bytes[point...].firstIndex(of: newline) ?? bytes.count
    )
  }

  /// Moves the cursor to the same column of a neighbouring line of the text; false: there is none.
  private static func moves(by step: Int) -> Bool {
    let bytes = Array(String(cString: c360_line()).utf8)
    let point = Int(c360_point())
    let newline = UInt8(ascii: "\n")
    let (start, end) = ends
    if step < 0 {
      guard start > 0 else { return false }
      let above = (bytes[..<(start - 1)].lastIndex(of: newline) ?? -1) + 1
      c360_set_point(Int32(min(above + point - start, start - 1)))
      return true
    }
    guard end < bytes.count else { return false }
    let last = bytes[(end + 1)...].firstIndex(of: newline) ?? bytes.count
    c360_set_point(Int32(min(end + 1 + point - start, last)))
    return true
  }
}
