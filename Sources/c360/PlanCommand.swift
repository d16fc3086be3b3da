import ArgumentParser
import C360
import C360Diagnostics

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a script would compute, and how.",
    discussion: """
      The logical plan says what is asked, the physical plan which operators answer. Numbers of \
      rows are guesses from the sizes of files; with --analyze the script is run, nothing is \
      written, and rows, time and memory are measured.

      EXAMPLES
        c360 plan winback.c360
        c360 plan --analyze winback.c360
      """)

  @Flag(help: "Run it, writing nothing, and measure every operator.")
  var analyze = false

  @OptionGroup var options: ScriptOptions
  @OptionGroup var engine: EngineOptions

  func run() throws {
    let text = try Complaints(format: options.format).guarding { () throws -> String in
      var session = try options.session()
      engine.apply(to: &session.options)
      let progress = ProgressDisplay(isOn: analyze && !options.quiet)
      session.options.progress = progress.report
      Interruption.cancels(session.options.cancellation)
      defer { progress.finish() }
      return try session.plan(analyze: analyze)
    }
    Terminal.out(text)
  }
}
