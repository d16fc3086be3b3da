import ArgumentParser
import C360

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.")

  func run() throws { Terminal.out(C360Version.text + "\n") }
}
