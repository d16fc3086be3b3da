import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

/// The aggregates that the expressions of one `group` ask for.
final class GroupRequests {
  struct Key: Hashable {
    let function: C360Plan.AggregateFunction
    let argument: ColumnID?
    let second: ColumnID?
    let filter: ColumnID?
    let setting: C360Plan.AggregateSetting
  }
  let input: Scope
  let output: RelationID
  var aggregates: [GroupStep.Aggregate] = []
  var index: [Key: ColumnID] = [:]

  init(input: Scope, output: RelationID) {
    self.input = input
    self.output = output
  }
}

extension Lowering {
  func group(
    _ rows: inout QueryRows, keys: [Query.Projection], aggregates: [Query.Projection],
    named name: String, _ scope: Scope
  ) {
    let output = plan.addRelation("\(name): group")
    let requests = GroupRequests(input: scope, output: output)
    let keyColumns = keys.map { key in
      let column = ownColumn(
        lower(key.expression, as: key.expression.type, scope), in: rows.relation, named: key.name,
        key.expression.type)
      let target = addColumn(
        key.name, key.expression.type.logical, in: output, nullable: key.expression.type.isOptional)
      return (from: column, to: target)
    }
    // Outside of aggregates only the keys have a value of the group.
    var after = Scope(relation: output, queryColumns: scope.queryColumns, group: requests)
    for (key, column) in zip(keys, keyColumns) {
      if case .queryColumn(let position) = key.expression.kind {
        after.queryColumns[position] = scalar(column.to)
      }
    }
    let values = aggregates.map { lower($0.expression, as: $0.expression.type, after) }
    querySteps.append(
      .group(
        GroupStep(
          input: rows.relation, output: output, keys: keyColumns,
          aggregates: requests.aggregates)))
    rows = QueryRows(
      relation: output, columns: keyColumns.map { scalar($0.to) } + values,
      types: (keys + aggregates).map(\.expression.type), names: (keys + aggregates).map(\.name))
    materialize(&rows, isResult: false)
  }

  /// The value of an aggregate over the rows of a group.
  func rowAggregate(
    _ aggregate: RowAggregate, _ expression: Expression, _ scope: Scope
  ) -> ScalarID {
    guard let requests = scope.group else {
      preconditionFailure("the checker lets aggregates over rows stand in `group` only")
    }
    let filter = aggregate.filter.map { lower($0, as: .bool, requests.input) }
    func column(_ inner: Expression?) -> ColumnID? {
      inner.map { expression in
        var value = lower(expression, as: expression.type, requests.input)
        // A row that the filter leaves out is not evaluated: its failure is none.
        if let filter, scalars.canFail(value), !aggregate.function.asksOfAllEvents {
          let type = expression.type.physical
          value = scalars.add(.select, [filter, value, scalars.null(type)], type)
        }
        return ownColumn(
          value, in: requests.input.relation, named: expression.span.text.singleLine,
          expression.type)
      }
    }
    let key = GroupRequests.Key(
      function: aggregate.function.planned, argument: column(aggregate.argument),
      second: column(aggregate.second), filter: column(aggregate.filter),
      setting: aggregate.setting.planned)
    let empty = key.setting.emptyList(of: key.function)
    if let known = requests.index[key] { return scalar(known, orElse: empty) }
    let id = addColumn(
      expression.span.text.singleLine, expression.type.logical, in: requests.output,
      nullable: expression.type.isOptional || empty != nil)
    requests.index[key] = id
    requests.aggregates.append(
      GroupStep.Aggregate(
        function: key.function, argument: key.argument, second: key.second, filter: key.filter,
        setting: key.setting, column: id, origin: origin(expression.span)))
    return scalar(id, orElse: empty)
  }
}
