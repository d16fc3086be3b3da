import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  func join(
    _ rows: inout QueryRows, _ join: RowJoin, needed: Set<Int>, _ scope: Scope, named name: String
  ) {
    let taken = needed.intersection(join.columns)
      .map { $0 - join.firstColumn + join.keys.count }.sorted()
    let wanted = Set(join.keys.indices).union(taken)
    var right = self.rows(
      of: join.right, NeededColumns(join.right, wanted: wanted), isOrdered: join.expands,
      named: name)
    if join.expands { putInOrder(&right, by: [], needed: wanted, named: name) }
    func own(_ place: Int) -> ColumnID {
      ownColumn(
        right.columns[place], in: right.relation, named: right.names[place], right.types[place])
    }
    let keys = join.keys.enumerated().map { place, key in
      (
        left: ownColumn(
          lower(key, as: key.type, scope), in: rows.relation, named: key.span.text.singleLine,
          key.type), right: own(place)
      )
    }
    let input = rows.relation
    let output = plan.addRelation("\(name): join")
    let left = carry(&rows, to: output, needed: needed)
    var moved: [(from: ColumnID, to: ColumnID)] = []
    for place in join.taken {
      let type = right.types[place]
      rows.types.append(type)
      rows.names.append(right.names[place])
      guard wanted.contains(place) else {
        rows.columns.append(scalars.null(type.physical))
        continue
      }
      let from = own(place)
      let to = addColumn(
        right.names[place], type.logical, in: output, nullable: type.isOptional || !join.isInner)
      moved.append((from: from, to: to))
      rows.columns.append(scalar(to))
    }
    querySteps.append(
      .join(
        JoinStep(
          left: input, right: right.relation, keys: keys, isInner: join.isInner,
          expands: join.expands, output: output, leftColumns: left, rightColumns: moved)))
  }
}
