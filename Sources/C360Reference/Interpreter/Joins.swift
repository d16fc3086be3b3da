import C360Semantics

extension ReferenceInterpreter {
  func joined(_ rows: [[Value]], _ join: RowJoin) throws(ReferenceError) -> [[Value]] {
    let others = try run(join.right).rows
    let nothing = [Value](repeating: .null, count: join.taken.count)
    var result: [[Value]] = []
    for row in rows {
      var keys: [Value] = []
      for key in join.keys { keys.append(try value(key, seeing(row))) }
      let partners = others.filter { other in
        zip(keys, other).allSatisfy { isEqual($0, $1) }
      }
      if partners.count > 1, !join.expands {
        throw ReferenceError("several rows have the keys of a join", join.right.span)
      }
      for partner in partners { result.append(row + partner[join.taken]) }
      if partners.isEmpty, !join.isInner { result.append(row + nothing) }
    }
    return result
  }
}
