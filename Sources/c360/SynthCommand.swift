import ArgumentParser
import C360
import C360Columns
import C360Diagnostics
import C360Synth

struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make up a shop's customers, with everything that is true of them.",
    discussion: """
      Writes tables as a shop would have them, into a folder: accounts with versions, consents that \
      come and go, devices linked with probabilities, orders that load late, change and are \
      cancelled, clicks, contacts, and logged decisions with their propensities. Beside them, in \
      truth.json and truth/, what no shop knows: whose each device is, what everybody likes, and \
      what would have followed from every decision, so that an estimate can be compared with the \
      truth. The truth in short goes to standard output.

      The same options and seed give the same bytes, on any number of threads; memory does not grow \
      with the number of customers. A shop that is there already is replaced with --force only, other \
      data never. docs/synth.md tells the model.

      EXAMPLES
        c360 synth shop
        c360 synth shop --customers 1000000 --seed 7
        c360 synth shop --seed 8 --force
        c360 synth shop --from 2025-01-01 --through 2025-12-31 --scale 5
      """)

  @Argument(help: "The folder that is written.", completion: .directory)
  var folder: String

  @Option(help: ArgumentHelp("How many customers there are.", valueName: "number"))
  var customers = 10_000

  @Option(help: ArgumentHelp("The seed of all draws.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Orders and clicks a customer, as a multiple of the usual.", valueName: "factor"))
  var scale = 1.0

  @Option(help: ArgumentHelp("The first day.", valueName: "day"))
  var from = "2024-01-01"

  @Option(help: ArgumentHelp("The last day.", valueName: "day"))
  var through = "2026-03-31"

  @Option(help: ArgumentHelp("Threads; all processors unless said.", valueName: "number"))
  var threads: Int?

  @Flag(help: "Replace a shop that is in the folder.")
  var force = false

  @Flag(name: .shortAndLong, help: "No progress and no truth in short.")
  var quiet = false

  func validate() throws {
    if let problem = try options().problem { throw ValidationError(problem) }
  }

  func run() throws {
    var options = try options()
    let progress = ProgressDisplay(isOn: !quiet)
    if let report = progress.report {
      options.progress = { done, total in
        report(RunProgress(operation: "customers", done: done, total: total))
      }
    }
    Interruption.cancels(options.cancellation)
    let finished = options
    let report = try Complaints(format: .text).guarding {
      defer { progress.finish() }
      do {
        return try Synthesis(folder: folder, options: finished).write()
      } catch let occupied as OccupiedFolder {
        throw RunFailure(diagnostics: [Self.refusal(occupied)])
      } catch let refused as DiagnosticError {
        // There is no script: what is complained of is what is written.
        throw RunFailure(diagnostics: refused.diagnostics)
      }
    }
    if !quiet { Terminal.out(report.text) }
  }

  private static func refusal(_ occupied: OccupiedFolder) -> Diagnostic {
    let file = "\(occupied.folder)/\(occupied.file)"
    return Diagnostic(
      HostDiagnostics.occupiedFolder.code,
      occupied.isShop
        ? "there is a shop in the folder `\(occupied.folder)`"
        : "`\(file)` is of no earlier shop, and would be replaced",
      data: DataPlace(path: file),
      help: [
        occupied.isShop ? "`--force` replaces it; or name another folder" : "name another folder"
      ])
  }

  private func options() throws -> SynthOptions {
    var options = SynthOptions()
    options.replaces = force
    options.customers = customers
    options.seed = seed
    options.scale = scale
    options.from = try Self.day(from, "--from")
    // The end of the last day.
    options.through = try Self.day(through, "--through") + 86_400_000_000
    options.threads = threads ?? Machine.processorCount
    return options
  }

  private static func day(_ text: String, _ option: String) throws -> Int64 {
    guard text.count == 10, let time = SessionOptions.instant(text) else {
      throw ValidationError("`\(option) \(text)` is no day; write 2026-03-01")
    }
    return time
  }
}
