import C360
import C360REPL

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Statements from a file or a pipe: what fails is told, and the next one is read.
struct BatchShell {
  static let prompt = "c360> "
  static let continuation = "   …> "
  private let desk: Desk
  private let echoes: Bool

  init(_ desk: Desk, echoes: Bool) {
    self.desk = desk
    self.echoes = echoes
    desk.joinsComplaints = echoes
  }

  /// - Parameter isQuiet: whether whoever writes the lines waits: a statement that could end here does.
  /// - Throws: `ExitStatus.script` when any statement failed.
  func run(_ lines: some Sequence<String>, isQuiet: () -> Bool = { false }) throws {
    var statements = Statements()
    for line in lines {
      for statement in statements.add(line, desk.repl) where !desk.hasQuit { take(statement) }
      if desk.hasQuit { break }
      if statements.isOpen, !statements.isIncomplete(desk.repl), isQuiet() {
        for statement in statements.finish() where !desk.hasQuit { take(statement) }
      }
    }
    for statement in statements.finish() where !desk.hasQuit { take(statement) }
    if desk.hasFailed { throw ExitStatus.script }
  }

  private func take(_ statement: String) {
    if echoes { Self.echo(statement, continuation: Self.continuation) }
    desk.evaluate(statement)
  }

  /// A statement as it would stand had it been typed.
  static func echo(_ statement: String, continuation: String) {
    let lines = statement.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      Terminal.out((index == 0 ? prompt : continuation) + line + "\n")
    }
  }

  static func lines(of path: String) throws -> [String] {
    guard let file = fopen(path, "r") else {
      Terminal.complain("`\(path)` cannot be read: \(String(cString: strerror(errno)))\n")
      throw ExitStatus.usage
    }
    defer { fclose(file) }
    var lines: [String] = []
    var line: UnsafeMutablePointer<CChar>?
    var size = 0
    defer { free(line) }
    while true {
      let count = getline(&line, &size, file)
      guard count >= 0, let found = line else { return lines }
      let bytes = UnsafeRawBufferPointer(start: found, count: count)
      lines.append(
        String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self))
    }
  }
}
