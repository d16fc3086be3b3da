import ArgumentParser
import C360
import C360Diagnostics

struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say why a policy, an arbitration or an experiment decided as it did for one entity.",
    discussion: """
      What it saw and the events behind that, which actions were forbidden by which rule, what the \
      others were worth, the prices of bounds, the probabilities and the draw, in the bits of the \
      decision log; of an arbitration or an experiment first who acted and why that one. The script is run as `c360 run` runs it, with the same options; nothing is \
      written. With `--format json` the answer is a document for machines, too.

      EXAMPLES
        c360 why winback.c360 winback --for customer=42
        c360 why winback.c360 winback --for customer=42 --at 2026-03-01T09:00:00Z
        c360 why winback.c360 winback --for customer=42 --format json
      """)

  @Argument(help: "The script.", completion: .file(extensions: ["c360"]))
  var script: String

  @Argument(help: "The policy, arbitration or experiment.")
  var policy: String

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Whose decision: the entity and its key.", valueName: "entity=key"))
  var subject: String

  @Option(
    help: ArgumentHelp("When it was made; without it the newest are shown.", valueName: "time"))
  var at: String?

  @Option(help: ArgumentHelp("At most so many decisions.", valueName: "number"))
  var limit: Int = 5

  @OptionGroup var options: RunOptions
  @OptionGroup var engine: EngineOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("`--limit` is at least 1") }
    _ = try question
  }

  private var question: (entity: String, key: String, time: Int64?) {
    get throws {
      let (entity, key) = try RunOptions.pair(subject, "--for", "entity=key")
      return (entity, key, try at.map { try RunOptions.instant($0, "--at") })
    }
  }

  func run() throws {
    let (entity, key, time) = try question
    let complaints = Complaints(format: options.format)
    let why = try complaints.guarding { () throws -> Why in
      var session = try options.session(script)
      engine.apply(to: &session.options)
      let progress = ProgressDisplay(isOn: !options.quiet)
      session.options.progress = progress.report
      Interruption.cancels(session.options.cancellation)
      defer { progress.finish() }
      return try session.why(policy: policy, entity: entity, key: key, at: time, limit: limit)
    }
    complaints.write(why.warnings)
    Terminal.out(options.format == .json ? why.json : why.text(width: Terminal.outputSize?.columns))
  }
}
