import C360Columns
import C360Plan

extension GroupAggregation {
  /// Pairs of group and value: how often each occurs, its group and one row of it.
  struct Pairs {
    var counts: [Int64]
    var groups: [Int]
    var rows: [Int]
  }

  /// Nulls and rows that the filter drops have no pair.
  func pairs() throws(EngineError) -> Pairs {
    guard let argument else { preconditionFailure("distinct and mode have an argument") }
    return try pairs(by: argument)
  }

  /// The same for values computed from those of the argument.
  func pairs(by values: Vector) throws(EngineError) -> Pairs {
    let index = try groups.refined(by: values, isFirst: false, context)
    let mask = mask([argument])
    var pairs = Pairs(
      counts: Array(repeating: 0, count: index.count),
      groups: Array(repeating: 0, count: index.count), rows: Array(repeating: 0, count: index.count)
    )
    let ids = index.ids
    forEachRow(mask) { row, group in
      let pair = Int(ids[row])
      if pairs.counts[pair] == 0 {
        pairs.groups[pair] = group
        pairs.rows[pair] = row
      }
      pairs.counts[pair] += 1
    }
    return pairs
  }

  func distinct() throws(EngineError) -> Vector {
    let pairs = try pairs()
    var counts = [Int64](repeating: 0, count: groups.count)
    for pair in pairs.counts.indices where pairs.counts[pair] > 0 {
      counts[pairs.groups[pair]] += 1
    }
    return try column(.int64, 0 as Int64) { counts[$0] }
  }

  /// The most frequent value, ties to the smaller; −0 shows as 0.
  func mode() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("mode has an argument") }
    let pairs = try pairs()
    var best = [Int](repeating: -1, count: groups.count)
    for pair in pairs.counts.indices where pairs.counts[pair] > 0 {
      let held = best[pairs.groups[pair]]
      if held < 0 || pairs.counts[pair] > pairs.counts[held]
        || (pairs.counts[pair] == pairs.counts[held]
          && precedes(argument, pairs.rows[pair], pairs.rows[held]))
      {
        best[pairs.groups[pair]] = pair
      }
    }
    let row = { (group: Int) in best[group] < 0 ? nil : Optional(pairs.rows[best[group]]) }
    switch argument.type {
    case .bool: return try column(.bool, 0 as UInt8) { row($0).map { argument.bools[$0] } }
    case .int64: return try column(.int64, 0 as Int64) { row($0).map { argument.int64s[$0] } }
    case .text: return try column(.text, 0 as Int32) { row($0).map { argument.codes[$0] } }
    case .vector, .list: preconditionFailure("the checker lets no vectors and lists be told apart")
    case .float64:
      return try column(.float64, 0.0) { group in
        row(group).map { argument.float64s[$0] }.map { $0 == 0 ? 0 : $0.isNaN ? .nan : $0 }
      }
    }
  }

  func precedes(_ vector: Vector, _ left: Int, _ right: Int) -> Bool {
    switch vector.type {
    case .bool: vector.bools[left] < vector.bools[right]
    case .int64: vector.int64s[left] < vector.int64s[right]
    case .text: context.pool.precedes(vector.codes[left], vector.codes[right])
    case .float64: orderedKey(vector.float64s[left]) < orderedKey(vector.float64s[right])
    case .vector, .list: false
    }
  }
}
