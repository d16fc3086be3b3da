import C360Columns
import C360Diagnostics
import Testing

@testable import C360IO

/// Random texts, mostly not well formed: however a file is cut and shared among threads, the rows or
/// the complaint must be those of reading it in one piece.
@Suite struct ChunkingTests {
  let scratch = Scratch()

  private struct Random {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  private func outcome(
    _ path: String, _ columns: [ColumnContract], threads: Int, chunkSize: Int
  ) -> String {
    do {
      return try rows([path], columns, threads: threads, chunkSize: chunkSize)
        .joined(separator: "\n")
    } catch let error as DiagnosticError {
      return error.diagnostics.map { "\($0.code) \($0.message)" }.joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }

  @Test func csvInPieces() throws {
    let pieces = [
      "a", "1", "\"", "\"\"", ",", "\n", "\r\n", " ", "é", "\"x\"", "\"1,\n\"", "-", "2.5",
    ]
    let columns = [
      column("t", .text, nullable: true), column("n", .float, nullable: true),
    ]
    var random = Random(state: 17)
    for round in 0..<150 {
      var text = "t,n\n"
      for _ in 0..<random.next(30) {
        text +=
          round % 2 == 0
          ? pieces[random.next(pieces.count)]
          : ["\"a\n\",1\n", "x,\n", "\"\"\"\",2\n"][random.next(3)]
      }
      let path = try scratch.write(text, "t.csv")
      let whole = outcome(path, columns, threads: 1, chunkSize: 1 << 20)
      for size in [1, 2, 3, 5, 8, 13] {
        let cut = outcome(path, columns, threads: 2, chunkSize: size)
        #expect(cut == whole, "\(text.debugDescription) in chunks of \(size)")
      }
    }
  }

  @Test func jsonInPieces() throws {
    let pieces = [
      "{\"n\":1,\"t\":\"x\"}\n", "{\"t\":\"a\\nb\"}\n", "{\"n\":2}\r\n", "\n", "{", "}", "\"", ",",
      "n", ":", "[1]",
      "\\u00", "1e5",
    ]
    let columns = [column("t", .text, nullable: true), column("n", .float, nullable: true)]
    var random = Random(state: 23)
    for round in 0..<100 {
      var text = ""
      for _ in 0..<random.next(12) {
        text += pieces[random.next(round % 2 == 0 ? 4 : pieces.count)]
      }
      let path = try scratch.write(text, "t.jsonl")
      let whole = outcome(path, columns, threads: 1, chunkSize: 1 << 20)
      for size in [1, 4, 9] {
        let cut = outcome(path, columns, threads: 2, chunkSize: size)
        #expect(cut == whole, "\(text.debugDescription) in chunks of \(size)")
      }
    }
  }
}
