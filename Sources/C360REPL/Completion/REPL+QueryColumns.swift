import C360Diagnostics
import C360Semantics
import C360Syntax

/// What the query before the cursor has, looked up once for each text of it.
extension REPL {
  /// The columns that a query has, as the checker says; as the table has them where it has errors.
  func columns(of query: String) -> [Candidate] {
    lookAtColumns(of: query)
    return (knownColumns?.columns ?? []).map {
      Candidate($0.name, .column, shown: "\($0.name): \($0.type)", suffix: "")
    }
  }

  private func lookAtColumns(of query: String) {
    if knownColumns?.prefix != query {
      let source = SourceFile(name: "", text: query)
      let span = Span(file: source, range: 0..<source.bytes.count)
      completionChecks += 1
      let found = try? question(span) { question in
        let isTable = if case .table = question.query.source { true } else { false }
        return (question.query.columns.map { (name: $0.name, type: "\($0.type)") }, isTable)
      }
      let columns = found?.0 ?? names.columns[Self.source(of: query)] ?? []
      knownColumns = (query, columns, found?.1 ?? false)
    }
  }

  /// What a query begins with, without back-ticks.
  private static func source(of query: String) -> String {
    let isQuoted = query.hasPrefix("`")
    return String(query.dropFirst(isQuoted ? 1 : 0).prefix { $0 != (isQuoted ? "`" : " ") })
  }

  /// Features, scores and outcomes, where the rows of a query are decisions that can still be asked for
  /// them: where one of the first can.
  func asked(of query: String) -> [Candidate] {
    lookAtColumns(of: query)
    // No rows of a table are decisions.
    if knownColumns?.isOfTable == true { return [] }
    if knownDecisions?.prefix != query {
      let isAnswered = names.names("feature", "score").prefix(8).contains { name in
        completionChecks += 1
        let source = SourceFile(name: "", text: "\(query) | derive _asked = \(name)")
        let span = Span(file: source, range: 0..<source.bytes.count)
        return (try? question(span) { _ in true }) ?? false
      }
      knownDecisions = (query, isAnswered)
    }
    return knownDecisions?.areAsked == true ? featureCandidates : []
  }
}
