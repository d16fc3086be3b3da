import ArgumentParser
import C360

/// `c360`: one command a file, each with examples in its help.
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "c360",
    abstract: "Decide for each customer, as one script says.",
    discussion: """
      A .c360 script declares what is known about customers, what may be done, what is wanted and \
      how one chooses. The command checks it, shows its plan and runs it over files.

      EXAMPLES
        c360 check winback.c360
        c360 run winback.c360 --set w_margin=0.8
        c360 repl winback.c360
        c360 explain E0312

      EXIT CODES
        0    done
        1    the script has errors (`fmt --check`: a file would change)
        2    the command line is wrong
        3    the data, an output or a bound stopped the run; no file was written
             (or all were, and standard output took no results)
        130  cancelled; nothing was written
      """,
    version: C360Version.text,
    subcommands: [
      CheckCommand.self, FormatCommand.self, RunCommand.self, REPLCommand.self,
      QueryCommand.self, PlanCommand.self,
      WhyCommand.self, SchemaCommand.self, CacheCommand.self, SynthCommand.self,
      ExplainCommand.self,
      VersionCommand.self,
    ])

  /// Runs what the arguments say and returns the exit code.
  static func main(_ arguments: [String]) -> Int32 {
    let code = exitCode(of: arguments)
    guard let failure = Terminal.outputFailure else { return code }
    Terminal.complain("error: the results could not be written to standard output: \(failure)\n")
    return code == ExitStatus.done.rawValue ? ExitStatus.run.rawValue : code
  }

  private static func exitCode(of arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(SignedArguments.readable(arguments))
      try command.run()
      return ExitStatus.done.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
    } catch {
      let message = fullMessage(for: error)
      if exitCode(for: error) == .success {
        Terminal.out(message + "\n")
        return ExitStatus.done.rawValue
      }
      Terminal.complain(message + "\n")
      return ExitStatus.usage.rawValue
    }
  }
}

/// How a command ends; thrown when it is not `done`.
enum ExitStatus: Int32, Error {
  case done = 0
  case script = 1
  case usage = 2
  case run = 3
  case cancelled = 130
}
