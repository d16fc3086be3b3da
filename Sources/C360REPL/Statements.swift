import C360Diagnostics
import C360Syntax

/// Cuts lines that arrive one by one into statements, each whole.
///
/// A statement ends where the parser needs no more and the next line does not go on with it, or none
/// comes; or at once at a `;`. A command is one line, unless it ends in a query that goes on.
public struct Statements {
  private var pending = ""

  public init() {}

  /// Whether the next line belongs to what came before.
  public var isOpen: Bool { !pending.isEmpty }

  /// Whether what is open needs another line.
  public func isIncomplete(_ repl: REPL) -> Bool {
    Self.hasOnlyComments(pending) || repl.isIncomplete(pending)
  }

  /// - Returns: the statements that the line completes.
  public mutating func add(_ line: String, _ repl: REPL) -> [String] {
    var done: [String] = []
    // Comments belong to the statement below them; a command is none.
    if !pending.isEmpty,
      Self.hasOnlyComments(pending)
        ? Command.isCommand(line)
        : !repl.isIncomplete(pending)
          && (Self.isBlank(line) || Command.isCommand(line) || !continuesInput(line))
    {
      done.append(pending)
      pending = ""
    }
    if pending.isEmpty, Self.isBlank(line) { return done }
    pending += (pending.isEmpty ? "" : "\n") + line
    let isWhole =
      Command.isCommand(pending) || pending.last { !$0.isWhitespace } == ";"
    if isWhole, !repl.isIncomplete(pending) {
      done.append(pending)
      pending = ""
    }
    return done
  }

  /// What is left where nothing more comes.
  public mutating func finish() -> [String] {
    defer { pending = "" }
    return pending.isEmpty || Self.hasOnlyComments(pending) ? [] : [pending]
  }

  /// Cuts a text only where a command begins or ends: declarations that need each other stay together.
  public static func blocks(of text: String, _ repl: REPL) -> [String] {
    var blocks: [String] = []
    var block = ""
    func close() {
      if !isBlank(block) { blocks.append(block) }
      block = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if Command.isCommand(line), block.isEmpty || !repl.isIncomplete(block) {
        close()
        block = line
      } else if Command.isCommand(block), !repl.isIncomplete(block) {
        close()
        block = line
      } else {
        block += (block.isEmpty ? "" : "\n") + line
      }
    }
    close()
    return blocks
  }

  public static func hasOnlyComments(_ text: String) -> Bool {
    guard !Command.isCommand(text) else { return false }
    let input = parseInput(SourceFile(name: "", text: text))
    return input.tree.tokens.count <= 1 && !input.isIncomplete
  }

  private static func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }
}
