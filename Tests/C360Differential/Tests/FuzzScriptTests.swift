import C360Diagnostics
import C360Fuzz
import C360Syntax
import Testing

@Suite struct FuzzScriptTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `random scripts parse`(seed: UInt64) {
    let script = FuzzCase(seed: seed).script
    let result = parse(SourceFile(name: "fuzz", text: script))
    for diagnostic in result.diagnostics {
      guard let span = diagnostic.primary?.span else { continue }
      let line = span.file.line(span.file.position(of: span.range.lowerBound).line)
      Issue.record("\(diagnostic.message): \(line)")
    }
  }
}
