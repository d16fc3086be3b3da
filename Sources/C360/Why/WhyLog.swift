import C360Columns
import C360Semantics

/// The decision log of one entity, as a query: its columns are those that the script's own queries show.
struct WhyLog {
  private let subject: WhySubject
  private let program: Program

  init(_ subject: WhySubject, _ program: Program) {
    self.subject = subject
    self.program = program
  }

  /// Places of the columns by which a row is found.
  static let time = 1
  static let number = 2
  /// Of a slate.
  static let position = 3

  var query: Query {
    let (source, columns): (Query.Source, [Query.Projection]) =
      switch subject.kind {
      case .policy(let id):
        (
          .policy(id, at: subject.exposure),
          program.decisionColumns(of: id, at: subject.exposure, subject.span)
        )
      case .composition(let id):
        (
          .composition(id, at: subject.exposure),
          program.decisionColumns(of: id, at: subject.exposure, subject.span)
        )
      }
    return Query(
      source: source, mask: nil, unmaskedBecause: nil, initial: columns,
      stages: [.filter(isAsked(columns[0].expression.type))],
      columns: columns.map { (name: $0.name, type: $0.expression.type) }, span: subject.span)
  }

  private func isAsked(_ keyType: Type) -> Expression {
    let key: Value =
      switch subject.key {
      case .int(let value): .int(value)
      case .text(let value): .text(value)
      default: .null
      }
    let facts = Facts(phase: .before, grain: Grain(.query))
    return Expression(
      .isIn(Expression(.queryColumn(0), type: keyType, span: subject.span, facts: facts), [key]),
      type: .bool, span: subject.span, facts: facts)
  }
}
