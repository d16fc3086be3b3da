import C360Columns
import C360Diagnostics
import C360Semantics

/// Changes what no decision may see and looks whether a value notices (semantics.md S5).
///
/// Decision times differ, so the data are cut at some of them: up to a cut there are all exposures,
/// and of what is at or after it, on either clock, nothing may matter to them.
struct Canary {
  let session: Session
  let program: Program
  /// Makes rows count as late from so much (µs) before a cut, which any honest feature notices: for
  /// tests of the canary itself.
  let leak: Int64
  private let questions: CanaryQuestions

  init(_ session: Session, _ program: Program, leak: Int64 = 0) {
    var own = session
    own.options.writesOutputs = false
    own.options.usesCache = false
    own.options.skipsRowGroups = false
    // Tables are changed as a whole.
    own.options.memoryLimit = nil
    own.options.spillPartitions = nil
    self.session = own
    self.program = program
    self.leak = leak
    questions = CanaryQuestions(program: program)
  }

  /// - Throws: `RunFailure` with one diagnostic for each feature, score or column of a decision that
  ///   changed; `CancellationError`.
  func run() throws -> CanaryReport {
    let cuts = try cuts()
    let changes: [CanaryChange] = [.dropped, .doubled, .replaced]
    var leaks: [Diagnostic] = []
    var columns = 0
    var values = 0
    var changedRows = 0
    var done = 0
    for cut in cuts {
      let asked = questions.all(through: cut)
      let honest = try answers(asked, CanaryCut(time: cut, lateFrom: cut, change: .none))
      columns = max(
        columns, asked.map { $0.places.count - CanaryQuestions.Question.firstValue }.reduce(0, +))
      for change in changes {
        session.options.progress?(
          RunProgress(
            operation: "canary", done: done, total: cuts.count * changes.count))
        done += 1
        let changed = CanaryCut(time: cut, lateFrom: cut - leak, change: change)
        let found = try answers(asked, changed)
        changedRows += changed.changedRows
        for (index, question) in asked.enumerated() {
          values +=
            found[index].rowCount * (question.places.count - CanaryQuestions.Question.firstValue)
          leaks += differences(question, honest[index], found[index], changed)
        }
      }
    }
    // One complaint a feature: the first cut and change that it noticed.
    var told: Set<String> = []
    leaks = leaks.filter { told.insert($0.message).inserted }
    if !leaks.isEmpty { throw RunFailure(diagnostics: leaks) }
    return CanaryReport(cuts: cuts, columns: columns, values: values, changedRows: changedRows)
  }

  /// Some of the times of decisions: at a third and at two thirds of them, and the last.
  private func cuts() throws -> [Int64] {
    var times: Set<Int64> = []
    let asking = questions.program(asking: questions.moments, through: nil)
    for rows in try answers(asking, session) {
      let column = rows.columns[1].vector
      for row in 0..<column.count { times.insert(column.int64s[row]) }
    }
    let ordered = times.sorted()
    if ordered.isEmpty { return [] }
    let places = Set([(ordered.count - 1) / 3, (ordered.count - 1) * 2 / 3, ordered.count - 1])
    return places.sorted().map { ordered[$0] }
  }

  private func answers(
    _ asked: [CanaryQuestions.Question], _ cut: CanaryCut
  ) throws -> [Batch] {
    var session = session
    session.options.canary = cut
    session.options.progress = nil
    return try answers(questions.program(asking: asked, through: cut.time), session)
  }

  private func answers(_ program: Program, _ session: Session) throws -> [Batch] {
    let compiler = Compiler(session)
    return try compiler.execute(program, compiler.lower(program)).sinks.map { try $0.whole() }
  }

  private func differences(
    _ question: CanaryQuestions.Question, _ honest: Batch, _ found: Batch, _ cut: CanaryCut
  ) -> [Diagnostic] {
    let words =
      "data from \(ValueText.time(cut.time)) on \(cut.change.rawValue)"
    guard honest.rowCount == found.rowCount else {
      return [
        HostDiagnostics.leak.diagnostic(
          "the rows of a decision hang on what comes after them", at: question.places[0],
          notes: ["\(words): \(honest.rowCount) rows became \(found.rowCount)"], help: [Self.help])
      ]
    }
    let before = ResultTable(title: "", batch: honest, texts: session.texts)
    let after = ResultTable(title: "", batch: found, texts: session.texts)
    return question.places.indices.compactMap { index -> Diagnostic? in
      let (left, right) = (honest.columns[index].vector, found.columns[index].vector)
      guard let row = (0..<left.count).first(where: { !left.isSame(right, row: $0, session.texts) })
      else { return nil }
      return HostDiagnostics.leak.diagnostic(
        "`\(honest.columns[index].name)` hangs on what comes after the decision",
        at: question.places[index],
        notes: [
          "for \(before.text(row, 0)) at \(before.text(row, 1)), with \(words): "
            + "\(before.text(row, index)) became \(after.text(row, index))"
        ], help: [Self.help])
    }
  }

  private static let help =
    "no script can say this: it is a fault of c360, so report it with the script, and do not use the value"
}

extension Vector {
  /// Bit for bit.
  fileprivate func isSame(_ other: Vector, row: Int, _ texts: TextPool) -> Bool {
    if isNull(row) || other.isNull(row) { return isNull(row) == other.isNull(row) }
    switch type {
    case .bool: return bools[row] == other.bools[row]
    case .int64: return int64s[row] == other.int64s[row]
    case .float64: return float64s[row].bitPattern == other.float64s[row].bitPattern
    case .vector(let width):
      return (row * width..<(row + 1) * width).allSatisfy {
        float64s[$0].bitPattern == other.float64s[$0].bitPattern
      }
    case .text, .list:
      return codes[row] == other.codes[row]
        || scalar(row, texts: texts) == other.scalar(row, texts: texts)
    }
  }
}
