import C360
import C360Diagnostics

/// Writes diagnostics as the options say, and turns failures into exit codes.
struct Complaints {
  let format: DiagnosticFormat
  /// Whether documents for machines are the result of the command; else they go where text goes.
  var areResult = false

  func write(_ diagnostics: [Diagnostic]) {
    let write = areResult ? Terminal.out : Terminal.complain
    switch format {
    case .text:
      guard !diagnostics.isEmpty else { return }
      Terminal.complain(
        DiagnosticRenderer.terminal(diagnostics, colours: Terminal.complainsInColours))
    case .json: write(DiagnosticRenderer.json(diagnostics))
    case .sarif:
      write(DiagnosticRenderer.sarif(diagnostics, toolVersion: C360Version.number))
    }
  }

  /// Runs the body; what it throws is written and becomes an exit status.
  func guarding<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as RunFailure {
      write(error.diagnostics)
      summarize(error.diagnostics)
      throw ExitStatus.run
    } catch let error as DiagnosticError {
      write(error.diagnostics)
      summarize(error.diagnostics)
      throw ExitStatus.script
    } catch is CancellationError {
      Terminal.complain("cancelled, nothing was written\n")
      throw ExitStatus.cancelled
    }
  }

  private func summarize(_ diagnostics: [Diagnostic]) {
    guard format == .text else { return }
    Terminal.complain("\n" + DiagnosticRenderer.summary(diagnostics) + "\n")
  }
}
