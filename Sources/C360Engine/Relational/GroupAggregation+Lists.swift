import C360Columns
import C360Plan

/// Aggregates whose values are lists; null over nothing.
extension GroupAggregation {
  /// The most frequent values, ties to the smaller; −0 counts as 0.
  func top() throws(EngineError) -> Vector {
    guard let argument, case .limit(let limit) = aggregate.setting else {
      preconditionFailure("top has an argument and a limit")
    }
    let pairs = try pairs()
    var members = [[Int]](repeating: [], count: groups.count)
    for pair in pairs.counts.indices where pairs.counts[pair] > 0 {
      members[pairs.groups[pair]].append(pair)
    }
    return try lists { group in
      members[group].sort { left, right in
        let (first, second) = (pairs.counts[left], pairs.counts[right])
        if first != second { return first > second }
        return precedes(argument, pairs.rows[left], pairs.rows[right])
      }
      return members[group].prefix(limit).map { pair in
        let word = argument.word(pairs.rows[pair])
        guard argument.type == .float64 else { return word }
        let value = Double(bitPattern: word)
        return (value == 0 ? 0 : value.isNaN ? .nan : value).bitPattern
      }
    }
  }

  func histogram() throws(EngineError) -> Vector {
    guard let argument, case .bounds(let bounds) = aggregate.setting else {
      preconditionFailure("a histogram has an argument and bounds")
    }
    let binCount = bounds.count + 1
    var counts = [UInt64](repeating: 0, count: groups.count * binCount)
    var seen = [Bool](repeating: false, count: groups.count)
    forEachRow(mask([argument])) { row, group in
      let value =
        argument.type == .int64 ? Double(argument.int64s[row]) : argument.float64s[row]
      let bin = Histogram.bin(of: value, bounds)
      seen[group] = true
      if bin < binCount { counts[group * binCount + bin] += 1 }
    }
    return try lists { group in
      seen[group] ? Array(counts[group * binCount..<(group + 1) * binCount]) : []
    }
  }

  /// A column of lists; an empty one is null.
  private func lists(_ words: (Int) -> [UInt64]) throws(EngineError) -> Vector {
    let pool = context.pool.lists
    let type = logical.physical
    return try column(type, 0 as Int32) { group in
      let words = words(group)
      return words.isEmpty ? nil : pool.intern(words)
    }
  }
}
