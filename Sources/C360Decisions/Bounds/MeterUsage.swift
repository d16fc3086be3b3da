import C360Engine

/// What whole decisions use, by meter and cell: sums are exact and rounded once, where they are read
/// (semantics.md E3).
struct MeterUsage {
  /// By meter, by cell: doubles that do not overlap, the least first, whose sum is the usage (Shewchuk,
  /// "Adaptive precision floating-point arithmetic", 1997). Of whole numbers it is one.
  private var parts: [[[Double]]]

  /// - Parameter cellCounts: by meter.
  init(cellCounts: [Int]) {
    parts = cellCounts.map { [[Double]](repeating: [], count: $0) }
  }

  mutating func add(_ amount: Double, _ meter: Int, _ cell: Int) {
    if amount == 0 { return }
    parts[meter][cell].addExactly(amount)
  }

  /// Of a range of cells, rounded once.
  func total(_ meter: Int, _ cells: Range<Int>) -> Double {
    var plain = 0.0
    var isExact = true
    for cell in cells {
      let own = parts[meter][cell]
      if own.isEmpty { continue }
      plain += own[0]
      isExact = isExact && own.count == 1 && own[0].rounded() == own[0] && abs(plain) < 0x1p53
    }
    if isExact || cells.count == 1 && parts[meter][cells.lowerBound].count == 1 { return plain }
    var sum = ExactSum()
    for cell in cells { for part in parts[meter][cell] { sum.add(part) } }
    return sum.rounded
  }

  func total(_ meter: Int, _ cell: Int) -> Double { total(meter, cell..<cell + 1) }
}

extension [Double] {
  /// Adds to a sum of doubles that do not overlap.
  fileprivate mutating func addExactly(_ amount: Double) {
    var carried = amount
    var kept = 0
    for place in indices {
      var (greater, less) = (carried, self[place])
      if abs(greater) < abs(less) { swap(&greater, &less) }
      let sum = greater + less
      let rest = less - (sum - greater)
      if rest != 0 {
        self[kept] = rest
        kept += 1
      }
      carried = sum
    }
    removeLast(count - kept)
    if carried != 0 { append(carried) }
  }
}
