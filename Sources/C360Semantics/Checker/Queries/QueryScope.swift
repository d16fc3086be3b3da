import C360Diagnostics

/// The columns that a stage of a query sees, by position, and what may still be asked of the source.
final class QueryScope {
  struct Column {
    let name: String
    /// What it was asked for by, for columns made on demand.
    let key: String?
    let type: Type
    let facts: Facts
    let span: Span
    let isVisible: Bool
  }
  struct Visible {
    let index: Int
    let span: Span
  }

  let checker: Checker
  /// What the rows are called until `select` or `group`.
  var sourceName: String
  /// Decisions of the source; nil where its rows are no decisions.
  let decisions: Scope?
  let exposure: ExposureInfo?
  /// Whether these are the columns of what is joined, of which decisions cannot be asked any more.
  let isJoined: Bool
  var columns: [Column] {
    get { all }
    set {
      all = []
      byName = [:]
      byKey = [:]
      add(newValue)
    }
  }
  private var all: [Column] = []
  /// The last visible column of a name, and the column of a key.
  private var byName: [String: Int] = [:]
  private var byKey: [String: Int] = [:]
  /// Until `select` or `group` has cut the way back to the source.
  var isConnected = true
  /// What stages asked of the source, in order; filled by the first of two passes over the stages.
  private(set) var demanded: [Query.Projection] = []
  private var demandedKeys: Set<String> = []
  private let isDiscovering: Bool

  init(
    checker: Checker, sourceName: String, decisions: Scope?, exposure: ExposureInfo?,
    columns: [Column], isDiscovering: Bool, isJoined: Bool = false
  ) {
    self.checker = checker
    self.sourceName = sourceName
    self.decisions = decisions
    self.exposure = exposure
    self.isDiscovering = isDiscovering
    self.isJoined = isJoined
    add(columns)
  }

  /// Columns behind those that are there.
  func add(_ more: [Column]) {
    for column in more {
      if column.isVisible { byName[column.name] = all.count }
      if let key = column.key, byKey[key] == nil { byKey[key] = all.count }
      all.append(column)
    }
  }

  /// Where a visible column of that very name is from.
  func spanOfVisible(_ name: String) -> Span? { byName[name].map { all[$0].span } }

  var visibleNames: [String] { columns.filter(\.isVisible).map(\.name) }
  var visibleIndices: [Int] { columns.indices.filter { columns[$0].isVisible } }

  func isSource(_ name: String) -> Bool { name == sourceName }

  /// Whether there are no rows of anybody: the host's own source of a value alone.
  var isValue: Bool { sourceName.utf8.count > 1 && sourceName.hasPrefix("_") }

  /// Whether a feature, a score or a term may still be asked for by its name.
  var hasDecisions: Bool { isConnected && decisions != nil }

  /// The column of a name; of an exposure also its entity and `at` by those names.
  func visible(_ name: String) -> Visible? {
    if let index = byName[name] {
      return Visible(index: index, span: columns[index].span)
    }
    guard isConnected, let exposure = exposure?.exposure else { return nil }
    let alias: Int
    if name == exposure.entity {
      alias = exposure.key
    } else if name == "at" {
      alias = exposure.time
    } else {
      return nil
    }
    return byKey["\(exposure.name).\(exposure.columns[alias].name)"]
      .map { Visible(index: $0, span: columns[$0].span) }
  }

  func use(_ column: Visible, _ span: Span) -> Expression {
    reference(column.index, columns[column.index], span)
  }

  func reference(_ index: Int, _ span: Span) -> Expression {
    reference(index, columns[index], span)
  }

  private func reference(_ index: Int, _ column: Column, _ span: Span) -> Expression {
    Expression(
      .queryColumn(index), type: column.type, span: span,
      facts: Facts(phase: column.facts.phase, grain: Grain(.query), labels: column.facts.labels))
  }

  /// A feature, outcome, term … of the source's decisions, as a column of its own.
  func demand(_ key: String, _ span: Span, _ make: (Scope) -> Expression?) -> Expression? {
    guard isConnected else {
      checker.report(SemanticError.notSelected(span, key, known: visibleNames))
      return nil
    }
    if let index = byKey[key] { return reference(index, span) }
    guard let decisions else {
      checker.report(
        isJoined
          ? SemanticError.notAskedInJoin(span, key, source: sourceName)
          : SemanticError.noDecisionsInSource(span, key, source: sourceName, isValue: isValue))
      return nil
    }
    guard let value = make(decisions).map(atCandidates) else { return nil }
    if case .literal = value.kind { return value }
    guard isDiscovering else { return nil }
    let column = Column(
      name: key, key: key, type: value.type, facts: value.facts, span: span, isVisible: false)
    if demandedKeys.insert(key).inserted {
      demanded.append(Query.Projection(name: key, expression: value))
    }
    // Its place is known in the second pass only.
    return reference(0, column, span)
  }

  /// What has a value an action has none at the no-op.
  private func atCandidates(_ value: Expression) -> Expression {
    guard value.facts.grain.actions != nil, let actions = decisions?.actions,
      case .actions(let roles) = actions.table.kind, roles.none != nil
    else { return value }
    return value.typed(value.type.optional)
  }
}
