import ArgumentParser
import C360
import C360Diagnostics

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say whether a script holds together, without reading its data.",
    discussion: """
      With --canary the data are read too: everything that is at or after some of the decisions, or \
      not yet known then, is left out, doubled and replaced by other rows, and every feature, score \
      and decision up to them must stay the same bytes. Nothing is written. A value that changes is \
      an error, with exit code 3.

      EXAMPLES
        c360 check winback.c360
        c360 check winback.c360 --format sarif > check.sarif
        c360 check winback.c360 --canary
      """)

  @OptionGroup var options: ScriptOptions

  @Flag(help: "Prove on the script's data that nothing hangs on what comes after a decision.")
  var canary = false

  func run() throws {
    let complaints = Complaints(format: options.format, areResult: true)
    if canary { return try runCanary(complaints) }
    let diagnostics = try complaints.guarding { try options.session() }.check()
    complaints.write(diagnostics)
    if options.format == .text, !options.quiet {
      let summary = DiagnosticRenderer.summary(diagnostics)
      Terminal.complain(
        summary.isEmpty ? "\(options.script): no errors\n" : "\n\(options.script): \(summary)\n")
    }
    if diagnostics.contains(where: { $0.severity == .error }) { throw ExitStatus.script }
  }

  private func runCanary(_ complaints: Complaints) throws {
    let (report, warnings) = try complaints.guarding {
      var session = try options.session()
      let progress = ProgressDisplay(isOn: !options.quiet)
      session.options.progress = progress.report
      Interruption.cancels(session.options.cancellation)
      defer { progress.finish() }
      return try session.canary()
    }
    complaints.write(warnings)
    if options.format == .text, !options.quiet { Terminal.complain(report.summary) }
  }
}
