import C360Columns
import C360Plan
import C360Semantics

extension Query {
  /// How many of the rows behind a stage, counted from the first, a later stage takes: what a `sort`
  /// need not put in order. nil: all may be wanted.
  func rowsWanted(after index: Int) -> Int? {
    var skipped = 0
    for stage in stages[(index + 1)...] {
      switch stage {
      case .take(let count): return count.addingClamped(skipped)
      case .skip(let count): skipped = skipped.addingClamped(count)
      // Values of rows that are not wanted may fail, which is told.
      case .project(let columns) where columns.allSatisfy(\.expression.isPlain): continue
      case .derive(let columns, _) where columns.allSatisfy(\.expression.isPlain): continue
      case .project, .derive, .filter, .group, .sort, .sample, .window, .join, .stack: return nil
      }
    }
    return nil
  }
}

extension Int {
  /// The sum of two numbers of rows.
  func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

/// `sample` and `window`.
extension Lowering {
  func sample(
    _ rows: inout QueryRows, _ amount: SampleAmount, by places: [Int], needed: Set<Int>,
    named name: String
  ) {
    let by = places.map { place in
      ownColumn(
        rows.columns[place], in: rows.relation, named: rows.names[place], rows.types[place])
    }
    // Which of several rows that are equal in these it is shows where they differ in others.
    let others = Set(rows.columns.compactMap { scalars.column(of: $0) } + rows.pendingOrder)
    if !others.isSubset(of: by) {
      putInOrder(&rows, by: [], needed: needed.union(places), named: name)
      let moved = places.map { place in
        ownColumn(
          rows.columns[place], in: rows.relation, named: rows.names[place], rows.types[place])
      }
      addSample(&rows, amount, by: moved, needed: needed, named: name)
    } else {
      addSample(&rows, amount, by: by, needed: needed, named: name)
    }
  }

  private func addSample(
    _ rows: inout QueryRows, _ amount: SampleAmount, by columns: [ColumnID], needed: Set<Int>,
    named name: String
  ) {
    let output = plan.addRelation("\(name): sample")
    let input = rows.relation
    let planned: SampleStep.Amount =
      switch amount {
      case .share(let share): .share(share)
      case .rows(let count): .rows(count)
      }
    let moved = carry(&rows, to: output, needed: needed)
    querySteps.append(
      .sample(
        SampleStep(
          input: input, output: output, amount: planned, seed: program.seed, by: columns,
          columns: moved)))
  }

  func window(
    _ rows: inout QueryRows, _ windows: RowWindows, needed: Set<Int>, _ scope: Scope,
    named name: String
  ) {
    var scope = scope
    if windows.showsOrder, !rows.pendingOrder.isEmpty {
      var read: Set<Int> = needed.subtracting(windows.columns)
      for value in windows.partition + windows.order.map(\.expression)
        + windows.functions.flatMap(\.expressions)
      {
        value.forEachQueryColumn { read.insert($0) }
      }
      putInOrder(&rows, by: [], needed: read, named: name)
      scope = Scope(relation: rows.relation, queryColumns: rows.columns)
    }
    func own(_ expression: Expression, where filter: ScalarID? = nil) -> ColumnID {
      var value = lower(expression, as: expression.type, scope)
      if let filter, scalars.canFail(value) {
        let type = expression.type.physical
        value = scalars.add(.select, [filter, value, scalars.null(type)], type)
      }
      return ownColumn(
        value, in: rows.relation, named: expression.span.text.singleLine, expression.type)
    }
    let partition = windows.partition.map { own($0) }
    let order = windows.order.map { (column: own($0.expression), isDescending: $0.isDescending) }
    let input = rows.relation
    let output = plan.addRelation("\(name): window")
    let outputs: [WindowStep.Output] = windows.functions.map { function in
      let column = addColumn(
        function.span.text.singleLine, function.type.logical, in: output,
        nullable: function.type.isOptional)
      return WindowStep.Output(
        function: planned(function, column) { own($0, where: $1) }, frame: function.frame.planned,
        column: column)
    }
    let moved = carry(&rows, to: output, needed: needed)
    querySteps.append(
      .window(
        WindowStep(
          input: input, output: output, partition: partition, order: order, outputs: outputs,
          columns: moved)))
    rows.columns += outputs.map { scalar($0.column) }
    rows.types += windows.functions.map(\.type)
    rows.names += windows.functions.map { $0.span.text.singleLine }
  }

  private func planned(
    _ window: RowWindow, _ column: ColumnID, _ own: (Expression, ScalarID?) -> ColumnID
  ) -> WindowStep.Function {
    switch window.function {
    case .rowNumber: return .rowNumber
    case .rank: return .rank
    case .denseRank: return .denseRank
    case .shifted(let value, let distance): return .shifted(own(value, nil), by: distance)
    case .aggregate(let aggregate):
      let filter = aggregate.filter.map { own($0, nil) }
      let guardian = aggregate.function.asksOfAllEvents ? nil : filter.map { scalar($0) }
      return .aggregate(
        GroupStep.Aggregate(
          function: aggregate.function.planned,
          argument: aggregate.argument.map { own($0, guardian) },
          second: aggregate.second.map { own($0, guardian) }, filter: filter,
          setting: aggregate.setting.planned, column: column, origin: origin(window.span)))
    }
  }
}

extension RowWindow.Frame {
  fileprivate var planned: WindowStep.Frame {
    switch self {
    case .all: .all
    case .running: .running
    case .last(let count): .last(count)
    case .range(let length): .range(length)
    }
  }
}
