import ArgumentParser
import C360
import C360Diagnostics

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script: print what it shows, write what it outputs.",
    discussion: """
      All outputs are put in place together, with a manifest beside them, when everything went \
      well; otherwise nothing is written and old files stay as they are. Results go to standard \
      output; diagnostics, in any format, progress and the summary to standard error.

      EXAMPLES
        c360 run winback.c360
        c360 run winback.c360 --set w_margin=0.8 --set lapsed_after=90d
        c360 run winback.c360 --bind orders=new/orders.parquet --as-of 2026-03-01
        c360 run winback.c360 --memory 4GB --threads 2
        c360 run campaign.c360 --path
        c360 run winback.c360 --mode csv --quiet > shown.csv
        c360 run campaign.c360 --warm-start out/campaign.manifest.json
      """)

  @OptionGroup var options: ScriptOptions
  @OptionGroup var engine: EngineOptions
  @OptionGroup var display: DisplayOptions
  @Flag(
    name: .customLong("path"),
    help: "For policies under one budget: what every other budget would bring.")
  var showsPath = false

  @Option(
    name: .customLong("warm-start"),
    help: ArgumentHelp(
      "For policies under bounds: begin at the prices in the manifest of an earlier run.",
      valueName: "manifest"),
    completion: .file(extensions: ["json"]))
  var warmStart: String?

  func run() throws {
    let complaints = Complaints(format: options.format)
    let report = try complaints.guarding { () throws -> RunReport in
      var session = try options.session()
      engine.apply(to: &session.options)
      session.options.warmStart = warmStart
      if showsPath { session.options.pathPoints = Self.pathPoints }
      let progress = ProgressDisplay(isOn: !options.quiet)
      session.options.progress = progress.report
      Interruption.cancels(session.options.cancellation)
      defer { progress.finish() }
      return try session.run()
    }
    complaints.write(report.warnings)
    for (index, table) in report.shows.enumerated() {
      if index > 0 { Terminal.out("\n") }
      if !options.quiet { Terminal.out("# \(table.title)\n") }
      table.render(display.tables) { Terminal.out($0) }
    }
    if showsPath { Terminal.out(report.budgetPaths) }
    if !options.quiet {
      Terminal.complain((report.shows.isEmpty ? "" : "\n") + report.summary)
    }
  }

  private static let pathPoints = 41
}
