import ArgumentParser
import C360
import C360Diagnostics
import C360IO

struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Bring scripts into the canonical form.",
    discussion: """
      The form has no options. Comments stay, and what is written means what was read: the result \
      is parsed again and compared before the file is replaced.

      EXAMPLES
        c360 fmt winback.c360
        c360 fmt --check scripts/*.c360
        c360 fmt --diff winback.c360
      """)

  @Flag(help: "Write nothing; exit with 1 when a file would change.")
  var check = false

  @Flag(help: "Write nothing; show what would change.")
  var diff = false

  @Argument(help: "The scripts.", completion: .file(extensions: ["c360"]))
  var files: [String]

  func run() throws {
    let complaints = Complaints(format: .text)
    var hasChanges = false
    var failure: ExitStatus?
    for file in files {
      do {
        try complaints.guarding {
          let (written, canonical) = try ScriptFormat.forms(of: file)
          guard written != canonical else { return }
          hasChanges = true
          if diff { Terminal.out(LineDiff(written, canonical, name: file).text) }
          if check { Terminal.complain("\(file) is not in canonical form\n") }
          if !check, !diff { try TextFile.replace(file, with: canonical) }
        }
      } catch let status as ExitStatus {
        failure = status
      }
    }
    if let failure { throw failure }
    if check, hasChanges { throw ExitStatus.script }
  }
}
