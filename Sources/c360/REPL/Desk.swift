import C360
import C360Columns
import C360REPL

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Statements in, answers where they belong: screen, pager or file.
final class Desk {
  let repl: REPL
  private let showsProgress: Bool
  /// Whether complaints go where answers go, so that a transcript has all of it.
  var joinsComplaints = false
  private(set) var hasQuit = false
  private(set) var hasFailed = false
  /// What `:edit` and `:history` need of whoever reads lines.
  var edit: ((String) -> Void)?
  var showHistory: (() -> Void)?
  private var output: (path: String, file: UnsafeMutablePointer<FILE>)?

  init(_ repl: REPL, showsProgress: Bool) {
    self.repl = repl
    self.showsProgress = showsProgress
  }

  deinit { if let output { fclose(output.file) } }

  /// - Returns: whether it could be loaded.
  func load(_ path: String, quietly: Bool) -> Bool {
    var response = repl.load(path)
    if quietly {
      response.parts.removeAll { if case .text = $0 { !response.hasFailed } else { false } }
    }
    write(response)
    return !response.hasFailed
  }

  /// Statements of the user's own file; what fails in it is told and left.
  func readStartup(_ path: String) {
    guard access(path, R_OK) == 0, let lines = try? BatchShell.lines(of: path) else { return }
    var statements = Statements()
    var start = 1
    for (index, line) in lines.enumerated() where !hasQuit {
      let wasOpen = statements.isOpen
      let done = statements.add(line, repl)
      // The first may have begun lines before, and ends only because this line begins another.
      for (place, text) in done.enumerated() {
        evaluate(text, from: (path, wasOpen && place == 0 ? start : index + 1))
      }
      if !wasOpen || !done.isEmpty { start = index + 1 }
    }
    statements.finish().forEach { evaluate($0, from: (path, start)) }
    hasFailed = false
  }

  @discardableResult
  func evaluate(_ text: String, from origin: (path: String, line: Int)? = nil) -> Bool {
    let cancellation = Cancellation()
    Interrupts.stops(cancellation)
    let progress = ProgressDisplay(isOn: showsProgress && Terminal.complainsToTerminal)
    repl.progress = progress.report
    let response = repl.evaluate(text, from: origin, cancellation: cancellation)
    progress.finish()
    if let origin, response.hasFailed, !response.parts.contains(where: \.hasPlaces) {
      Terminal.complain("\(origin.path):\(origin.line): ")
    }
    write(response)
    hasFailed = hasFailed || response.hasFailed
    switch response.action {
    case .quit: hasQuit = true
    case .edit(let text):
      if let edit {
        edit(text)
      } else {
        Terminal.complain("there is no editor without a terminal\n")
      }
    case .history:
      if let showHistory {
        showHistory()
      } else {
        Terminal.complain("there is no history without a terminal\n")
      }
    case nil: break
    }
    return !response.hasFailed
  }

  // MARK: Writing

  private func write(_ response: Response) {
    let settings = repl.settings
    followOutput(settings.output)
    let isScreen = output == nil && Terminal.printsToTerminal && !joinsComplaints
    let printer = Printer(
      settings: settings, screen: isScreen ? Terminal.outputSize : nil,
      colours: Terminal.complainsInColours && !joinsComplaints,
      isStyled: isScreen && Terminal.printsInColours)
    let complain = joinsComplaints ? Terminal.out : Terminal.complain
    if response.hasFailed {
      for part in response.parts { printer.write(part, answer: complain, complain: complain) }
      return
    }
    let screen = Screen(usesPager: isScreen && settings.usesPager)
    do {
      for part in response.parts {
        try printer.write(
          part,
          answer: { text in
            if Interrupts.take() { throw CancellationError() }
            if let output { try Self.write(text, output) } else { screen.write(text) }
          }, complain: complain)
      }
      if let output { fflush(output.file) }
    } catch is CancellationError {
      complain("… stopped\n")
    } catch {
      complain("\(error)\n")
    }
    screen.finish()
  }

  private struct WriteFailure: Error, CustomStringConvertible {
    let description: String
  }

  private static func write(
    _ text: String, _ output: (path: String, file: UnsafeMutablePointer<FILE>)
  ) throws {
    guard fputs(text, output.file) >= 0 else {
      throw WriteFailure(
        description: "`\(output.path)` cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Opens the file that `:output` named, which is then written anew, or closes it.
  private func followOutput(_ path: String?) {
    guard path != output?.path else { return }
    if let output { fclose(output.file) }
    output = nil
    guard let path else { return }
    guard let file = fopen(path, "w") else {
      Terminal.complain("`\(path)` cannot be written: \(String(cString: strerror(errno)))\n")
      repl.settings.output = nil
      hasFailed = true
      return
    }
    output = (path, file)
  }
}
