import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  func stack(_ rows: inout QueryRows, _ places: [[Int]], needed: Set<Int>, named name: String) {
    putInOrder(&rows, by: [], needed: Set(rows.columns.indices), named: name)
    let output = plan.addRelation("\(name): stack")
    var stacked = QueryRows(relation: output, columns: [], types: [], names: [])
    var columns: [(from: [ColumnID], to: ColumnID)] = []
    for place in (places.first ?? []).indices {
      let first = places[0][place]
      stacked.types.append(rows.types[first])
      stacked.names.append(rows.names[first])
      guard needed.contains(place) else {
        stacked.columns.append(scalars.null(rows.types[first].physical))
        continue
      }
      let from = places.map { row in
        ownColumn(
          rows.columns[row[place]], in: rows.relation, named: rows.names[row[place]],
          rows.types[row[place]])
      }
      let to = addColumn(
        rows.names[first], rows.types[first].logical, in: output,
        nullable: places.contains { rows.types[$0[place]].isOptional })
      columns.append((from: from, to: to))
      stacked.columns.append(scalar(to))
    }
    querySteps.append(
      .stack(
        StackStep(input: rows.relation, output: output, height: places.count, columns: columns)))
    rows = stacked
  }
}
