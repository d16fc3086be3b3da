import ArgumentParser
import C360
import C360REPL

struct REPLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Ask, see and correct at a prompt.",
    discussion: """
      Takes declarations, queries and expressions, and commands that begin with a colon: `:help` \
      lists them. Where standard input is no terminal, statements are read from it one by one and \
      answers are plain. docs/repl.md is a session.

      EXAMPLES
        c360 repl
        c360 repl winback.c360 --set w_margin=0.8
        c360 repl winback.c360 < questions.txt
        c360 repl --batch questions.txt > transcript.txt

      FILES
        ~/.config/c360/replrc          is read first
        ~/.local/state/c360/history    statements, kept across sessions
        ~/.inputrc                     keys, as for every program with readline
      """)

  @Argument(help: "A script to load.", completion: .file(extensions: ["c360"]))
  var script: String?

  @Option(
    help: ArgumentHelp(
      "Read statements from a file, and write them with their answers.", valueName: "file"),
    completion: .file())
  var batch: String?

  @Flag(name: .customLong("no-init"), help: "Leave ~/.config/c360/replrc alone.")
  var leavesStartup = false

  @OptionGroup var options: RunOptions
  @OptionGroup var engine: EngineOptions

  func run() throws {
    var session = try options.sessionOptions()
    engine.apply(to: &session)
    let repl = REPL(options: session)
    let isInteractive = batch == nil && Terminal.readsFromTerminal && Terminal.printsToTerminal
    if !options.quiet, isInteractive {
      Terminal.out("\(C360Version.text). `:help` says what there is; Ctrl-D leaves.\n")
    }
    if isInteractive { repl.settings.mode = .box }
    Interrupts.listen()
    let desk = Desk(repl, showsProgress: !options.quiet && batch == nil)
    if let script {
      if !desk.load(script, quietly: !isInteractive) {
        guard isInteractive else { throw ExitStatus.script }
        Terminal.complain("not loaded; once it is mended: `:load \(script)`\n")
      }
    }
    if !leavesStartup, let path = UserFiles.startup { desk.readStartup(path) }
    if desk.hasQuit { return }
    if let batch {
      try BatchShell(desk, echoes: true).run(try BatchShell.lines(of: batch))
    } else if isInteractive {
      LineShell(desk).run()
    } else {
      let input = StandardInput()
      try BatchShell(desk, echoes: false).run(
        sequence(state: input) { $0.line() }, isQuiet: { input.isQuiet })
    }
  }
}
