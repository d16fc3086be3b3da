import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

/// A query in the making: the rows so far, and the columns of its last stage over them.
struct QueryRows {
  var relation: RelationID
  var columns: [ScalarID]
  /// Types of `columns`, for those that get a column of their own.
  var types: [Type]
  var names: [String]
  /// Columns by whose order rows are still to be put, because nothing that shows has happened yet.
  var pendingOrder: [ColumnID] = []
}

extension Lowering {
  func lowerSinks() {
    for (index, output) in program.outputs.enumerated() {
      sink(output.query, .output(index), named: output.name)
    }
    for (index, show) in program.shows.enumerated() {
      // One that stands alone may have been asked at a prompt, without the word.
      let name = program.shows.count == 1 ? "the query" : "show \(index + 1)"
      sink(show.query, .show(index), named: name)
    }
  }

  private func sink(_ query: Query, _ target: SinkTarget, named name: String) {
    var rows = rows(of: query, NeededColumns(query), named: name)
    putInOrder(&rows, by: [], needed: Set(rows.columns.indices), named: name)
    materialize(&rows, isResult: true)
    let columns = rows.columns.enumerated().compactMap { index, value in
      scalars.column(of: value).map { (name: query.columns[index].name, column: $0) }
    }
    plan.sinks.append(Sink(index: sinks.count, relation: rows.relation, columns: columns))
    sinks.append(target)
  }

  /// - Parameter isOrdered: whether the order of these rows can be seen.
  func rows(
    of query: Query, _ needed: NeededColumns, isOrdered: Bool = true, named name: String
  ) -> QueryRows {
    var (rows, scope) = source(
      of: query, needed: needed.initial, isOrdered: isOrdered, named: name)
    for (index, stage) in query.stages.enumerated() {
      apply(
        stage, to: &rows, needed: needed.after[index], &scope, named: name,
        wanted: query.rowsWanted(after: index))
    }
    return rows
  }

  // MARK: Sources

  private func source(
    of query: Query, needed: Set<Int>, isOrdered: Bool, named name: String
  ) -> (QueryRows, Scope) {
    var scope: Scope
    var order: [ColumnID] = []
    switch query.source {
    case .table(let table):
      scope = rowScope(table)
      let rows = rows(table)
      if query.showsOrder(isOrdered: isOrdered) { order = canonicalOrder(of: table, rows) }
    case .exposure(let exposure):
      scope = frameScope(frame(exposure))
    case .composition(let composition, let exposure):
      let composed = composed(composition, at: exposure)
      scope = frameScope(composed.frame)
      scope.composed = composed
    case .policy(let policy, let exposure):
      let decision = decision(policy, at: exposure)
      decision.isAsked = true
      scope = frameScope(decision.frame)
      scope.decided = decision
    case .candidates(let policy, let exposure):
      let decision = decision(policy, at: exposure)
      decision.isAsked = true
      scope = frameScope(decision.frame)
      scope.decided = decision
      return (candidates(of: decision, query.initial, needed: needed, scope), scope)
    }
    if let decision = scope.decided, let slate = decision.slate {
      return slateSource(of: query, slate, needed: needed, scope, decision)
    }
    var rows = QueryRows(
      relation: scope.relation, columns: [], types: [], names: [], pendingOrder: order)
    project(query.initial, of: &rows, needed: needed, scope)
    return (rows, scope)
  }

  private func slateSource(
    of query: Query, _ slate: DecideStep.Slate, needed: Set<Int>, _ scope: Scope,
    _ decision: Decision
  ) -> (QueryRows, Scope) {
    var rows = QueryRows(
      relation: slate.rows, columns: [], types: query.initial.map(\.expression.type),
      names: query.initial.map(\.name))
    rows.columns = query.initial.enumerated().map { index, projection in
      slateColumn(projection, isNeeded: needed.contains(index), scope, decision)
    }
    return (rows, scope)
  }

  /// Entity key, time, then the row's values; profiles, ledgers and actions by their values
  /// alone.
  private func canonicalOrder(of table: TableID, _ rows: TableRows) -> [ColumnID] {
    let all = allColumns(of: rows)
    guard case .events(let roles) = program[table].kind else { return all }
    let leading = [all[roles.key], all[roles.time]]
    return leading + all.filter { !leading.contains($0) }
  }

  // MARK: Stages

  private func apply(
    _ stage: Query.Stage, to rows: inout QueryRows, needed: Set<Int>, _ scope: inout Scope,
    named name: String, wanted: Int?
  ) {
    scope = Scope(relation: rows.relation, queryColumns: rows.columns)
    switch stage {
    case .filter(let condition):
      let condition = (lower(condition, as: .bool, scope), condition.span.text.singleLine)
      filter(&rows, by: condition.0, needed: needed, named: "\(name): where \(condition.1)")
    case .project(let projections):
      project(projections, of: &rows, needed: needed, scope)
    case .derive(let projections, let firstColumn):
      derive(projections, from: firstColumn, onto: &rows, needed: needed, scope)
    case .group(let keys, let aggregates):
      group(&rows, keys: keys, aggregates: aggregates, named: name, scope)
    case .sort(let keys):
      let columns = keys.map { key in
        let value = lower(key.expression, scope)
        let column = ownColumn(
          value, in: rows.relation, named: key.expression.span.text.singleLine, key.expression.type)
        return (column: column, isDescending: key.isDescending)
      }
      putInOrder(&rows, by: columns, needed: needed, take: wanted, named: name)
    case .sample(let amount, let columns):
      sample(&rows, amount, by: columns, needed: needed, named: name)
    case .stack(let places): stack(&rows, places, needed: needed, named: name)
    case .join(let join): self.join(&rows, join, needed: needed, scope, named: name)
    case .window(let windows): window(&rows, windows, needed: needed, scope, named: name)
    case .take(let count):
      limit(&rows, skip: 0, take: count, needed: needed, named: name)
    case .skip(let count):
      limit(&rows, skip: count, take: nil, needed: needed, named: name)
    }
  }

  private func project(
    _ projections: [Query.Projection], of rows: inout QueryRows, needed: Set<Int>, _ scope: Scope
  ) {
    rows.columns = []
    rows.types = []
    rows.names = []
    derive(projections, from: 0, onto: &rows, needed: needed, scope)
  }

  /// What nobody reads is left out, unless it may fail: then its failure counts.
  private func derive(
    _ projections: [Query.Projection], from firstColumn: Int, onto rows: inout QueryRows,
    needed: Set<Int>, _ scope: Scope
  ) {
    for (index, projection) in projections.enumerated() {
      let type = projection.expression.type
      rows.types.append(type)
      rows.names.append(projection.name)
      let isNeeded = needed.contains(firstColumn + index)
      guard isNeeded || !projection.expression.isPlain else {
        rows.columns.append(scalars.null(type.physical))
        continue
      }
      let value = lower(projection.expression, as: type, scope)
      let isWanted = isNeeded || scalars.canFail(value)
      rows.columns.append(isWanted ? value : scalars.null(type.physical))
    }
    materialize(&rows, from: firstColumn, isResult: false)
  }

  private func filter(
    _ rows: inout QueryRows, by condition: ScalarID, needed: Set<Int>, named name: String
  ) {
    let output = plan.addRelation(name)
    let input = rows.relation
    let columns = carry(&rows, to: output, needed: needed)
    querySteps.append(
      .filter(FilterStep(input: input, condition: condition, output: output, columns: columns)))
  }

  /// Sorts by the keys and then by the order still owed.
  ///
  /// - Parameter take: only so many of the first rows are looked at later; nil: all.
  func putInOrder(
    _ rows: inout QueryRows, by keys: [(column: ColumnID, isDescending: Bool)], needed: Set<Int>,
    take: Int? = nil, named name: String
  ) {
    let tieBreakers = rows.pendingOrder.count
    let all = keys + rows.pendingOrder.map { (column: $0, isDescending: false) }
    rows.pendingOrder = []
    guard !all.isEmpty else { return }
    let output = plan.addRelation("\(name): sort")
    let input = rows.relation
    let columns = carry(&rows, to: output, needed: needed)
    querySteps.append(
      .sort(
        SortStep(
          input: input, output: output, keys: all, tieBreakers: tieBreakers, take: take,
          columns: columns)))
  }

  private func limit(
    _ rows: inout QueryRows, skip: Int, take: Int?, needed: Set<Int>, named name: String
  ) {
    putInOrder(
      &rows, by: [], needed: needed, take: take.map { $0.addingClamped(skip) }, named: name)
    let output = plan.addRelation("\(name): take")
    let input = rows.relation
    let columns = carry(&rows, to: output, needed: needed)
    querySteps.append(
      .limit(
        LimitStep(input: input, output: output, skip: skip, take: take, columns: columns)))
  }

  /// Moves the rows to a new relation: the columns needed and those that order.
  func carry(
    _ rows: inout QueryRows, to output: RelationID, needed: Set<Int>
  ) -> [(from: ColumnID, to: ColumnID)] {
    var moved: [ColumnID: ColumnID] = [:]
    var columns: [(from: ColumnID, to: ColumnID)] = []
    func move(_ column: ColumnID) -> ColumnID {
      if let known = moved[column] { return known }
      let info = plan[column]
      let target = addColumn(info.name, info.type, in: output, nullable: info.isNullable)
      moved[column] = target
      columns.append((from: column, to: target))
      return target
    }
    for index in rows.columns.indices {
      guard let column = scalars.column(of: rows.columns[index]) else { continue }
      rows.columns[index] =
        needed.contains(index)
        ? scalar(move(column)) : scalars.null(plan[column].type.physical)
    }
    rows.pendingOrder = rows.pendingOrder.map(move)
    rows.relation = output
    return columns
  }

  // MARK: Columns of their own

  /// Gives every computed column of the rows, from one on, a column in their relation; constants only
  /// in the result.
  func materialize(_ rows: inout QueryRows, from firstColumn: Int = 0, isResult: Bool) {
    var derived: [(scalar: ScalarID, column: ColumnID)] = []
    for index in rows.columns.indices[firstColumn...] {
      let value = rows.columns[index]
      if scalars.column(of: value) != nil { continue }
      if !isResult, scalars.constant(of: value) != nil { continue }
      let (column, isNew) = newColumn(
        value, in: rows.relation, named: rows.names[index], rows.types[index])
      if isNew { derived.append((scalar: value, column: column)) }
      rows.columns[index] = scalar(column)
    }
    if !derived.isEmpty {
      querySteps.append(.derive(DeriveStep(relation: rows.relation, columns: derived)))
    }
  }

  /// A column that holds the scalar; computed by a step of its own when there is none yet.
  func ownColumn(
    _ value: ScalarID, in relation: RelationID, named name: String, _ type: Type
  ) -> ColumnID {
    if let column = scalars.column(of: value) { return column }
    let (column, isNew) = newColumn(value, in: relation, named: name, type)
    if isNew {
      querySteps.append(
        .derive(DeriveStep(relation: relation, columns: [(scalar: value, column: column)])))
    }
    return column
  }

  private func newColumn(
    _ value: ScalarID, in relation: RelationID, named name: String, _ type: Type
  ) -> (ColumnID, isNew: Bool) {
    let key = MaterializedKey(relation: relation, scalar: value)
    if let known = materialized[key] ?? queryColumns[key] { return (known, false) }
    let column = addColumn(name, type.logical, in: relation, nullable: type.isOptional)
    queryColumns[key] = column
    return (column, true)
  }
}
