import C360Diagnostics
import C360Syntax

/// `join [only] SOURCE on keys [expand] [{ items }]`
extension CheckedStages {
  mutating func join(_ stage: StageSyntax) -> Bool {
    guard let syntax = stage.joined, let name = syntax.source ?? syntax.entity,
      let right = checker.query(syntax, isOutput: isOutput, rows.environment)
    else { return false }
    let other = CheckedStages(
      checker: checker, columns: right.columns, of: name.dotted, in: rows, name.span)
    guard let keys = joinKeys(stage, other),
      let items = joinedItems(stage, other, keys.map(\.right))
    else { return false }
    if stage.expand == nil {
      let unique = UniqueColumns(of: right, checker.program)
      guard unique.determine(keys.map(\.right)) else {
        checker.report(
          SemanticError.joinMayExpand(name.span, name.dotted, keys: stage.keys.map(\.span)))
        return false
      }
    }
    let taken =
      keys.enumerated().map { place, key in
        Query.Projection(name: "key \(place + 1)", expression: key.right)
      } + items.map(\.projection)
    let joined = right.adding(
      .project(taken), columns: taken.map { ($0.name, $0.expression.type) })
    let isInner = stage.only != nil
    let added = items.map { item in
      QueryScope.Column(
        name: item.column.name, key: nil,
        type: isInner ? item.column.type : item.column.type.optional, facts: item.column.facts,
        span: item.column.span, isVisible: true)
    }
    guard areUnique(items, beside: scope) else { return false }
    stages.append(
      .join(
        RowJoin(
          right: joined, keys: keys.map(\.left), isInner: isInner, expands: stage.expand != nil,
          firstColumn: scope.columns.count)))
    scope.add(added)
    return true
  }

  private func columnItem(_ index: Int) -> Item {
    let column = scope.columns[index]
    return Item(
      projection: Query.Projection(
        name: column.name, expression: scope.reference(index, column.span)), column: column)
  }

  /// `k`, a column of both, or `left == right`.
  private func joinKeys(
    _ stage: StageSyntax, _ other: CheckedStages
  ) -> [(left: Expression, right: Expression)]? {
    var keys: [(left: Expression, right: Expression)] = []
    for syntax in stage.keys {
      guard syntax.name == nil, let written = syntax.expression else {
        checker.report(SemanticError.joinKey(syntax.span))
        return nil
      }
      var (left, right) = (written, written)
      if case .binary(let binary) = checker.unwrapped(written) {
        guard binary.operator?.text == "==", let first = binary.left, let second = binary.right
        else {
          checker.report(SemanticError.joinKey(syntax.span))
          return nil
        }
        (left, right) = (first, second)
      } else {
        guard case .reference(let reference) = checker.unwrapped(written) else {
          checker.report(SemanticError.joinKey(syntax.span))
          return nil
        }
        if let name = reference.name?.dotted, scope.visible(name) != nil,
          other.scope.visible(name) == nil
        {
          checker.report(
            SemanticError.joinKeyMissing(
              syntax.span, name, of: other.scope.sourceName, known: other.scope.visibleNames))
          return nil
        }
      }
      guard let first = checker.expression(left, rows),
        let second = checker.expression(right, other.rows)
      else { return nil }
      guard let (a, b) = checker.unify(first, second), a.type.base.isComparable,
        a.type.base != .null
      else {
        checker.report(SemanticError.operands("==", first, second, at: syntax.span))
        return nil
      }
      keys.append((a, b))
    }
    return keys
  }

  /// What is taken: what stands in braces, or all but the keys.
  private func joinedItems(
    _ stage: StageSyntax, _ other: CheckedStages, _ keys: [Expression]
  ) -> [Item]? {
    guard stage.hasBlock else {
      let places = Set(keys.compactMap(\.queryColumn))
      return other.scope.visibleIndices.filter { !places.contains($0) }.map { other.columnItem($0) }
    }
    var items: [Item] = []
    for syntax in stage.items {
      guard let found = other.items(syntax) else { return nil }
      items += found
    }
    return other.areUnique(items) ? items : nil
  }
}

extension Expression {
  /// The column that this is.
  var queryColumn: Int? {
    switch kind {
    case .queryColumn(let place): place
    default: nil
    }
  }
}

/// Which columns of a query's rows tell one row from the other, as far as its stages say.
struct UniqueColumns {
  /// No two rows are equal in all columns of one of these.
  private var sets: [Set<Int>] = []
  /// More are not looked for where keys have other names, too.
  private static let mostSets = 64

  init(of query: Query, _ program: Program) {
    if case .table(let id) = query.source {
      let table = program[id]
      switch table.kind {
      case .actions(let roles): sets = Self.places(of: roles.key, in: query, id)
      case .profile(let roles) where roles.from == nil:
        sets = Self.places(of: roles.key, in: query, id)
      default: break
      }
    }
    switch query.source {
    case .exposure(let id): sets = Self.places(of: program[id], in: query, id)
    case .policy(let policy, let id) where program[policy].slate == nil:
      sets = Self.places(of: program[id], in: query, id)
    case .composition(_, let id): sets = Self.places(of: program[id], in: query, id)
    default: break
    }
    for stage in query.stages { follow(stage) }
  }

  private static func places(of key: Int, in query: Query, _ table: TableID) -> [Set<Int>] {
    query.initial.indices.compactMap { place in
      if case .tableColumn(table, key) = query.initial[place].expression.kind { return [place] }
      return nil
    }
  }

  /// Of moments that are made, and not read: one a customer and time.
  private static func places(
    of exposure: Exposure, in query: Query, _ id: ExposureID
  ) -> [Set<Int>] {
    switch exposure.origin {
    case .file: return []
    case .row: return [[]]
    case .every, .instant: break
    }
    func place(_ column: Int, _ ofDecision: DecisionColumn) -> Int? {
      query.initial.indices.first { place in
        switch query.initial[place].expression.kind {
        case .exposureColumn(id, column): true
        case .decision(let shown): shown == ofDecision
        default: false
        }
      }
    }
    guard let key = place(exposure.key, .entity), let time = place(exposure.time, .time) else {
      return []
    }
    if case .instant = exposure.origin { return [[key]] }
    return [[key, time]]
  }

  private mutating func follow(_ stage: Query.Stage) {
    switch stage {
    case .filter, .sort, .skip, .sample, .window: break
    case .take(let count): if count <= 1 { sets.append([]) }
    case .group(let keys, _): sets = [Set(keys.indices)]
    case .stack: sets = []
    case .join(let join): if join.expands { sets = [] }
    case .derive(let columns, let firstColumn):
      for (place, column) in columns.enumerated() {
        guard let from = column.expression.queryColumn, sets.count < Self.mostSets else { continue }
        sets += sets.filter { $0.contains(from) }
          .map { $0.subtracting([from]).union([firstColumn + place]) }
      }
    case .project(let columns):
      var moved: [Int: Int] = [:]
      for (place, column) in columns.enumerated() {
        if let from = column.expression.queryColumn { moved[from] = place }
      }
      sets = sets.compactMap { set in
        let places = set.compactMap { moved[$0] }
        return places.count == set.count ? Set(places) : nil
      }
    }
  }

  func determine(_ keys: [Expression]) -> Bool {
    let places = Set(keys.compactMap(\.queryColumn))
    return sets.contains { $0.isSubset(of: places) }
  }
}
