import C360Semantics

/// `window` and `sample`, row by row.
extension ReferenceInterpreter {
  func windowed(
    _ rows: [[Value]], _ windows: RowWindows
  ) throws(ReferenceError) -> [[Value]] {
    var partitions: [[Value]: [Int]] = [:]
    for place in try order(rows, windows.order) {
      var key: [Value] = []
      for expression in windows.partition {
        key.append(try value(expression, seeing(rows[place])).asKey)
      }
      partitions[key, default: []].append(place)
    }
    var result = rows
    for members in partitions.values {
      let ordered = members.map { rows[$0] }
      var keys: [[Value]] = []
      for row in ordered {
        var key: [Value] = []
        for part in windows.order { key.append(try value(part.expression, seeing(row))) }
        keys.append(key)
      }
      for function in windows.functions {
        for (index, place) in members.enumerated() {
          result[place].append(try answer(function, at: index, ordered, keys))
        }
      }
    }
    return result
  }

  private func answer(
    _ window: RowWindow, at index: Int, _ rows: [[Value]], _ keys: [[Value]]
  ) throws(ReferenceError) -> Value {
    let asKeys = keys.map { $0.map(\.asKey) }
    switch window.function {
    case .rowNumber: return .int(Int64(index + 1))
    case .rank: return .int(Int64((asKeys.firstIndex(of: asKeys[index]) ?? 0) + 1))
    case .denseRank: return .int(Int64(Set(asKeys[...index]).count))
    case .shifted(let expression, let distance):
      let other = index + distance
      return rows.indices.contains(other) ? try value(expression, seeing(rows[other])) : .null
    case .aggregate(let aggregate):
      let frame = rows.indices.filter { other in
        switch window.frame {
        case .all: return true
        case .running: return other <= index
        case .last(let count): return other <= index && other > index - count
        case .range(let length):
          guard let here = keys[index][0].integer else { return keys[other][0].isNull }
          guard let there = keys[other][0].integer else { return false }
          return there <= here && Int128(there) > Int128(here) - Int128(length)
        }
      }
      var scope = seeing(rows[index])
      scope.group = frame.map { rows[$0] }
      let expression = Expression(
        .rowAggregate(aggregate), type: window.type, span: window.span,
        facts: Facts(phase: .before, grain: Grain(.query)))
      return try rowAggregate(aggregate, in: expression, scope)
    }
  }

  func sampled(_ rows: [[Value]], _ amount: SampleAmount, by columns: [Int]) -> [[Value]] {
    var seen: [UInt64: UInt64] = [:]
    let hashes = rows.map { row in
      var hash = program.seed
      for column in columns { addToSample(row[column], &hash) }
      let number = seen[hash, default: 0]
      seen[hash] = number + 1
      return mixed(hash ^ number)
    }
    switch amount {
    case .share(let share):
      return rows.indices.filter { Double(hashes[$0] >> 11) * 0x1p-53 < share }.map { rows[$0] }
    case .rows(let count):
      let least = rows.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }.prefix(count)
      return least.sorted().map { rows[$0] }
    }
  }
}

/// docs/randomness.md, "Samples".
private func addToSample(_ value: Value, _ hash: inout UInt64) {
  func add(_ word: UInt64) { hash = mixed(hash ^ word) }
  func add(float: Double) { add(float.isNaN ? Double.nan.bitPattern : float.bitPattern) }
  switch value {
  case .null, .calendarSpan: hash = mixed(hash &+ 0x9e37_79b9_7f4a_7c15)
  case .bool(let flag): add(flag ? 1 : 0)
  case .int(let number), .time(let number), .date(let number), .duration(let number):
    add(UInt64(bitPattern: number))
  case .float(let number): add(float: number)
  case .text(let text):
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    add(mixed(state))
  case .vector(let elements): elements.forEach { add(float: $0) }
  case .list(let elements):
    add(UInt64(elements.count))
    for element in elements { addToSample(element, &hash) }
  }
}

/// The finaliser of SplitMix64.
private func mixed(_ state: UInt64) -> UInt64 {
  var hash = state
  hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
  hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
  return hash ^ (hash >> 31)
}
