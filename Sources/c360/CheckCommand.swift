import ArgumentParser
import C360
import C360Diagnostics

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say whether a script holds together, without reading its data.",
    discussion: """
      EXAMPLES
        c360 check winback.c360
        c360 check winback.c360 --format sarif > check.sarif
      """)

  @OptionGroup var options: ScriptOptions

  func run() throws {
    let complaints = Complaints(format: options.format, areResult: true)
    let diagnostics = try complaints.guarding { try options.session() }.check()
    complaints.write(diagnostics)
    if options.format == .text, !options.quiet {
      let summary = DiagnosticRenderer.summary(diagnostics)
      Terminal.complain(
        summary.isEmpty ? "\(options.script): no errors\n" : "\n\(options.script): \(summary)\n")
    }
    if diagnostics.contains(where: { $0.severity == .error }) { throw ExitStatus.script }
  }
}
