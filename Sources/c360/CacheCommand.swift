import ArgumentParser
import C360
import C360Diagnostics

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Keep a script's tables in the order in which runs read them.",
    discussion: """
      Tables are written as raw columns, ordered by entity and time, into the folder .c360-cache \
      beside the script. While that folder is there, `run` and `plan` take tables from it instead of \
      parsing, decoding and ordering their files, and keep a table anew when its files have \
      changed. Results are the same with and without. Actions and links of identities are read from \
      their files each time: they have no order of entity and time. Remove the folder, or use --clear, to be rid \
      of it.

      EXAMPLES
        c360 cache winback.c360
        c360 run winback.c360              (uses it)
        c360 run --no-cache winback.c360
        c360 cache --clear winback.c360
      """)

  @Flag(help: "Remove the folder and what is kept in it.")
  var clear = false

  @OptionGroup var options: ScriptOptions

  func run() throws {
    let complaints = Complaints(format: options.format)
    let tables = try complaints.guarding { () throws -> [KeptTable] in
      var session = try options.session()
      if clear {
        try session.clearCache()
        return []
      }
      let progress = ProgressDisplay(isOn: !options.quiet)
      session.options.progress = progress.report
      Interruption.cancels(session.options.cancellation)
      defer { progress.finish() }
      return try session.cacheTables()
    }
    if !options.quiet { for table in tables { Terminal.out(table.summary + "\n") } }
  }
}
