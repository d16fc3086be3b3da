import C360Columns
import C360Plan

/// Quantiles, entropies and sketches.
extension GroupAggregation {
  /// The value of nearest rank.
  func quantile() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("a quantile has an argument") }
    var billionths: Int64 = 500_000_000
    if case .quantile(let told) = aggregate.setting { billionths = told }
    let mask = mask([argument])
    // Rows of each group side by side.
    var starts = [Int](repeating: 0, count: groups.count + 1)
    forEachRow(mask) { starts[$1 + 1] += 1 }
    for group in 0..<groups.count { starts[group + 1] += starts[group] }
    var next = starts
    var rows = [KeyedPosition](repeating: KeyedPosition(0, 0), count: starts[groups.count])
    let keys = argument.type == .text ? nil : ExtremeKeys(argument)
    // Where texts are fewer than rows, their order costs less than comparing them.
    let ranks =
      argument.type == .text && context.pool.count / 4 <= rows.count ? context.pool.ranks() : nil
    forEachRow(mask) { row, group in
      let key =
        keys.map { $0.values[row] } ?? ranks.map { Int64($0[Int(argument.codes[row])]) } ?? 0
      rows[next[group]] = KeyedPosition(key, row)
      next[group] += 1
    }
    let found = Buffer(byteCount: max(1, groups.count) * 4)
    let places = found.elements(Int32.self)
    var hasMissing = false
    for group in 0..<groups.count {
      let range = starts[group]..<starts[group + 1]
      if range.isEmpty {
        places[group] = -1
        hasMissing = true
        continue
      }
      let place = nearestRank(billionths, of: range.count) - 1
      if keys == nil, ranks == nil {
        rows[range].sort {
          let (a, b) = (argument.codes[Int($0.position)], argument.codes[Int($1.position)])
          return a == b ? $0.position < $1.position : context.pool.precedes(a, b)
        }
        places[group] = rows[range.lowerBound + place].position
      } else {
        places[group] = rows.withUnsafeMutableBufferPointer { rows in
          KeyedPosition.select(place, of: UnsafeMutableBufferPointer(rebasing: rows[range]))
            .position
        }
      }
    }
    return try argument.gathered(
      places, count: groups.count, hasMissing: hasMissing, threads: 1)
  }

  func entropy() throws(EngineError) -> Vector {
    let pairs = try pairs()
    var sums = [Int128](repeating: 0, count: groups.count)
    var counts = [Int](repeating: 0, count: groups.count)
    var distinct = [Int](repeating: 0, count: groups.count)
    for pair in pairs.counts.indices where pairs.counts[pair] > 0 {
      let group = pairs.groups[pair]
      sums[group] += entropyTerm(Int(pairs.counts[pair]))
      counts[group] += Int(pairs.counts[pair])
      distinct[group] += 1
    }
    return try column(.float64, 0.0) { group in
      C360Engine.entropy(sums[group], count: counts[group], distinct: distinct[group])
    }
  }

  func approximateDistinct() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("a sketch has an argument") }
    let cells = Buffer(byteCount: argument.count * 8)
    let target = cells.elements(Int64.self)
    for row in 0..<argument.count {
      target[row] =
        argument.isNull(row) ? 0 : Int64(DistinctSketch.cell(argument, row, context.pool))
    }
    let pairs = try pairs(by: Vector(type: .int64, count: argument.count, values: cells))
    // The greatest rank of each register counts: that of the last of its cells in order.
    var members = pairs.counts.indices.filter { pairs.counts[$0] > 0 }
      .map { (group: pairs.groups[$0], cell: target[pairs.rows[$0]]) }
    members.sort { ($0.group, $0.cell) < ($1.group, $1.cell) }
    var estimates = [Int64](repeating: 0, count: groups.count)
    var registers = [Int32](repeating: 0, count: 64)
    var first = 0
    while first < members.count {
      let group = members[first].group
      registers.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
      registers[0] = Int32(DistinctSketch.registerCount)
      while first < members.count, members[first].group == group {
        let isLast =
          first + 1 == members.count || members[first + 1].group != group
          || members[first + 1].cell >> 6 != members[first].cell >> 6
        if isLast {
          registers[Int(members[first].cell & 63)] += 1
          registers[0] -= 1
        }
        first += 1
      }
      estimates[group] = registers.withUnsafeBufferPointer { counts in
        counts.baseAddress.map { DistinctSketch.estimate($0) } ?? 0
      }
    }
    return try column(.int64, 0 as Int64) { estimates[$0] }
  }
}
