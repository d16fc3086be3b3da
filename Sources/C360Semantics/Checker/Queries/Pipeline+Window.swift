import C360Diagnostics
import C360Syntax

/// The functions that the expressions of one `window` ask for; their columns stand behind those of
/// the rows.
final class WindowRequests {
  let firstColumn: Int
  let order: [Query.SortKey]
  private(set) var functions: [RowWindow] = []

  init(firstColumn: Int, order: [Query.SortKey]) {
    self.firstColumn = firstColumn
    self.order = order
  }

  func column(of function: RowWindow, _ facts: Facts) -> Expression {
    functions.append(function)
    return Expression(
      .queryColumn(firstColumn + functions.count - 1), type: function.type, span: function.span,
      facts: Facts(phase: facts.phase, grain: Grain(.query), labels: facts.labels))
  }
}

/// `window per keys sort keys { name = expression }`
extension CheckedStages {
  mutating func window(_ stage: StageSyntax) -> Bool {
    guard let partition = groupKeys(stage), let order = sortKeys(stage) else { return false }
    for key in stage.keys {
      if let name = key.name {
        checker.report(SemanticError.namedPartition(name.span))
        return false
      }
    }
    let requests = WindowRequests(firstColumn: scope.columns.count, order: order)
    var inner = rows
    inner.window = requests
    // What is added alone is looked at: chains of them are long.
    var items: [Item] = []
    var isComplete = true
    for syntax in stage.items {
      guard let expression = syntax.expression, let name = syntax.name else {
        checker.report(SemanticError.unnamedWindowColumn(syntax.span))
        isComplete = false
        continue
      }
      guard let value = checker.expression(expression, inner) else {
        isComplete = false
        continue
      }
      guard value.type.base != .null, value.type.base != .calendarSpan else {
        checker.report(SemanticError.onlyNull(expression.span))
        isComplete = false
        continue
      }
      items.append(item(name.identifierText, value, name.span))
    }
    guard isComplete, areUnique(items, beside: scope) else { return false }
    if !requests.functions.isEmpty {
      stages.append(
        .window(
          RowWindows(
            partition: partition.map(\.projection.expression), order: order,
            functions: requests.functions, firstColumn: requests.firstColumn)))
      // Nobody can name what the functions made.
      scope.add(
        requests.functions.map {
          QueryScope.Column(
            name: "", key: nil, type: $0.type,
            facts: Facts(phase: .before, grain: Grain(.query)), span: $0.span, isVisible: false)
        })
    }
    stages.append(.derive(items.map(\.projection), firstColumn: scope.columns.count))
    scope.add(items.map(\.column))
    return true
  }
}
