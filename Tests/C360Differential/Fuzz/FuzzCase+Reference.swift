import C360Diagnostics
import C360Reference
import C360Semantics
import C360Syntax
import CKernels

/// Scripts of the fuzzer name no other files than models.
private struct ModelFiles: ProgramResolver {
  let models: [String: String]

  func standardModule(_ name: String) -> SourceFile? { nil }
  func file(_ path: String, from directory: String) throws(Diagnostic) -> SourceFile {
    throw Diagnostic("E0000", "no file `\(path)`")
  }
  func model(_ path: String, from directory: String) throws(Diagnostic) -> [UInt8] {
    guard let text = models[path] else { throw Diagnostic("E0000", "no file `\(path)`") }
    return Array(text.utf8)
  }
}

/// 2026-06-01
package let runTime: Int64 = 1_780_272_000_000_000

package struct Disagreement: Error, CustomStringConvertible {
  package let description: String
}

extension FuzzCase {
  /// The typed program; throws the first complaint of the checker.
  package func program() throws -> Program {
    let tree = parse(SourceFile(name: "fuzz-\(seed).c360", text: script))
    let options = CheckOptions(runTime: runTime, seed: seed)
    let (program, diagnostics) = C360Semantics.check(
      tree, options: options, resolver: ModelFiles(models: models))
    if let program { return program }
    let errors = diagnostics.filter { $0.severity == .error }
    throw Disagreement(description: errors.map { words(of: $0) }.joined(separator: "\n"))
  }

  func words(of diagnostic: Diagnostic) -> String {
    let line = diagnostic.primary.map {
      $0.span.file.line($0.span.file.position(of: $0.span.range.lowerBound).line)
    }
    return "\(diagnostic.code) \(diagnostic.message): \(line ?? "")"
  }

  func interpreter(_ program: Program) -> ReferenceInterpreter {
    let data = ReferenceData(
      tables: program.tables.map { ReferenceTable(rows: rows[$0.name] ?? []) },
      exposures: program.exposures.map { ReferenceTable(rows: rows[$0.name] ?? []) })
    var interpreter = ReferenceInterpreter(program: program, data: data)
    interpreter.powerOfTwo = { c360_exp2($0) }
    return interpreter
  }

  /// The rows of every `show`, or what went wrong.
  package func reference(_ program: Program) -> Result<[ReferenceResult], ReferenceError> {
    let interpreter = interpreter(program)
    do throws(ReferenceError) {
      if let broken = try interpreter.violations().first {
        throw ReferenceError("an expectation", program.expectations[broken.expectation].span)
      }
      var results: [ReferenceResult] = []
      for show in program.shows { results.append(try interpreter.run(show.query)) }
      return .success(results)
    } catch {
      return .failure(error)
    }
  }
}
