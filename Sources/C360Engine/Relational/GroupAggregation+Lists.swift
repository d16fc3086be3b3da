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
    guard let argument else { preconditionFailure("a histogram has an argument") }
    switch aggregate.setting {
    case .bounds(let bounds):
      return try histogram(of: argument, binCount: bounds.binCount) { row, _ in
        argument.type == .int64
          ? Histogram.bin(of: argument.int64s[row], bounds)
          : Histogram.bin(of: argument.float64s[row], bounds)
      }
    case .limit(let limit):
      return try argument.type == .text
        ? frequencies(limit) : evenHistogram(of: ExtremeKeys(argument), argument, limit)
    default: preconditionFailure("a histogram has bounds or a number of bins")
    }
  }

  /// - Parameter bin: of a row and its group; what is no bin is not counted.
  private func histogram(
    of argument: Vector, binCount: Int, _ bin: (_ row: Int, _ group: Int) -> Int
  ) throws(EngineError) -> Vector {
    var counts = [UInt64](repeating: 0, count: groups.count * binCount)
    var seen = [Bool](repeating: false, count: groups.count)
    forEachRow(mask([argument])) { row, group in
      let bin = bin(row, group)
      seen[group] = true
      if bin < binCount { counts[group * binCount + bin] += 1 }
    }
    return try lists { group in
      seen[group] ? Array(counts[group * binCount..<(group + 1) * binCount]) : []
    }
  }

  /// Bins of equal width between the least and the greatest finite value of each group.
  private func evenHistogram(
    of keys: ExtremeKeys, _ argument: Vector, _ limit: Int
  ) throws(EngineError) -> Vector {
    var bins = [EvenBins](
      repeating: EvenBins(limit: limit, isFloat: argument.type == .float64), count: groups.count)
    let mask = mask([argument])
    forEachRow(mask) { bins[$1].include(keys.values[$0]) }
    var counts = [UInt64](repeating: 0, count: groups.count * limit)
    forEachRow(mask) { row, group in
      if let bin = bins[group].bin(of: keys.values[row]) { counts[group * limit + bin] += 1 }
    }
    return try lists { group in Array(counts[group * limit..<group * limit + bins[group].count]) }
  }

  /// How often the most frequent values occur, most frequent first.
  private func frequencies(_ limit: Int) throws(EngineError) -> Vector {
    let pairs = try pairs()
    var members = [[UInt64]](repeating: [], count: groups.count)
    for pair in pairs.counts.indices where pairs.counts[pair] > 0 {
      members[pairs.groups[pair]].append(UInt64(pairs.counts[pair]))
    }
    return try lists { Array(members[$0].sorted(by: >).prefix(limit)) }
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
