import ArgumentParser
import C360
import C360Columns
import C360Diagnostics
import C360Display
import C360REPL

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Answer one question over a script.",
    discussion: """
      What `c360 repl` takes at its prompt: a query, an expression, `why …` or a command. The outputs \
      of the script are not written, and what it shows is not shown. `--quiet` leaves notes out, too.

      EXAMPLES
        c360 query 'orders | group kind { n = count() }' --on shop.c360
        c360 query 'today | select customer, spend_90d' --on shop.c360 --mode csv > spend.csv
        c360 query '1 EUR * 3'
      """)

  @Argument(help: "The query.")
  var query: String

  @Option(
    name: .customLong("on"), help: ArgumentHelp("The script.", valueName: "script"),
    completion: .file(extensions: ["c360"]))
  var script: String?

  @OptionGroup var options: RunOptions
  @OptionGroup var engine: EngineOptions
  @OptionGroup var display: DisplayOptions

  func validate() throws {
    if Statements.hasOnlyComments(query) { throw ValidationError("The query is empty.") }
  }

  func run() throws {
    var session = try options.sessionOptions()
    engine.apply(to: &session)
    let repl = REPL(options: session)
    let tables = display.tables
    repl.settings.mode = tables.mode
    repl.settings.maximumRows = tables.maximumRows
    // Whoever reads complaints elsewhere than on a terminal reads those alone.
    let progress = ProgressDisplay(isOn: !options.quiet && Terminal.complainsToTerminal)
    repl.progress = progress.report
    let cancellation = Cancellation()
    Interruption.cancels(cancellation)
    var response = script.map { repl.load($0) } ?? Response()
    // What loading says is not asked for; what it complains of is.
    response.parts.removeAll { if case .text = $0 { true } else { false } }
    if !response.hasFailed {
      let answer = repl.evaluate(query, cancellation: cancellation)
      response.parts += answer.parts
      response.hasFailed = answer.hasFailed
    }
    progress.finish()
    try write(response, repl)
  }

  private func write(_ response: Response, _ repl: REPL) throws {
    let complaints = Complaints(format: options.format)
    let printer = Printer(
      settings: repl.settings, screen: Terminal.outputSize, colours: Terminal.complainsInColours,
      isStyled: Terminal.printsInColours)
    var status = response.hasFailed ? ExitStatus.script : .done
    for part in response.parts {
      switch part {
      case .diagnostics(let found):
        complaints.write(found)
        if response.hasFailed, found.contains(where: { $0.isOfRun }) { status = .run }
      case .cancelled: status = .cancelled
      case .text(let text) where response.hasFailed: Terminal.complain(text)
      case .note where options.quiet: break
      default: printer.write(part, answer: Terminal.out, complain: Terminal.complain)
      }
    }
    if status != .done { throw status }
  }
}

extension Diagnostic {
  /// Whether the data or a bound stopped the run, and not the text.
  fileprivate var isOfRun: Bool {
    severity == .error && (code.name.hasPrefix("E06") || code.name.hasPrefix("E07"))
  }
}
