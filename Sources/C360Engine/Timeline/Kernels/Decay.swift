import CKernels

/// Sums that halve with every half-life H (semantics.md G2). Each value first decays to the next
/// multiple of H, a product that is rounded once; from there on every half-life is a power of two, so
/// that sums are exact (E3). They are taken up to the last multiple of H that is not after the
/// decision, rounded, and decay the rest of the way. So bits hang on the events of the window only, and
/// events enter and leave in any order. Events more than `reach` multiples before the last one of a
/// window do not enter: their weight is below that of the least double beside 1.
struct DecayKernel {
  static let reach: UInt64 = 1074

  private let halfLife: Int64
  /// By position: how much is left at the next multiple of H, in (½, 1].
  private let factors: UnsafePointer<Double>
  /// By position which multiple that is.
  private let cells: UnsafePointer<Int64>
  /// Without what is beyond `reach`.
  private let ranges: Ranges
  /// By query: where the cells of its events lie.
  private let spans: UnsafePointer<CellSpan>
  private let scratch: Scratch

  /// - Parameter times: by stream position.
  init(halfLife: Int64, times: UnsafePointer<Int64>, _ ranges: Ranges, _ scratch: Scratch) {
    let count = ranges.streamCount
    let factors = scratch.take(count + 1, of: Double.self)
    let cells = scratch.take(count + 1, of: Int64.self)
    var cell: Int64 = 0
    var rest: Int64 = -1
    var previous: Int64 = 0
    for position in 0..<count {
      let time = times[position]
      // Most events lie in the cell of the one before.
      if time >= previous, rest >= 0,
        UInt64(bitPattern: time &- previous) <= UInt64(bitPattern: rest)
      {
        rest &-= time &- previous
      } else {
        let (quotient, remainder) = time.quotientAndRemainder(dividingBy: halfLife)
        cell = quotient &+ (remainder > 0 ? 1 : 0)
        rest = remainder > 0 ? halfLife &- remainder : 0 &- remainder
      }
      previous = time
      cells[position] = cell
      factors[position] = -Double(rest) / Double(halfLife)
    }
    c360_exp2_f64(factors, factors, count)
    self.halfLife = halfLife
    self.factors = UnsafePointer(factors)
    self.cells = UnsafePointer(cells)
    self.scratch = scratch
    (self.ranges, spans) = ranges.within(Self.reach, cells: UnsafePointer(cells), scratch)
  }

  /// Σ v·2^(−age/H) by query; over nothing 0.
  ///
  /// - Parameter values: nil: every event counts 1.
  func sums(_ values: UnsafePointer<Double>?, into result: UnsafeMutablePointer<Double>) {
    let totals = result
    run(terms(values)) { [halfLife, ranges] query, total, low in
      let decision = ranges.decisions[query]
      var (anchor, rest) = decision.quotientAndRemainder(dividingBy: halfLife)
      if rest < 0 {
        anchor &-= 1
        rest &+= halfLife
      }
      let factor = c360_exp2(-Double(rest) / Double(halfLife))
      switch total {
      case .special(let special): totals[query] = special * factor
      case .finite(let sum):
        // Far beyond the range of doubles all distances are alike.
        let (distance, overflow) = low.subtractingReportingOverflow(anchor)
        let shift = overflow ? (low < 0 ? -(1 << 40) : 1 << 40) : max(-(1 << 40), Int(distance))
        totals[query] = sum.rounded(shift: min(1 << 40, shift)) * factor
      }
    }
  }

  /// Totals by query, up to a power of two that all have in common; for `means`.
  func scaledTotals(_ values: UnsafePointer<Double>?) -> UnsafePointer<ScaledDouble> {
    let result = scratch.take(ranges.count, of: ScaledDouble.self)
    run(terms(values)) { query, total, low in
      result[query] =
        switch total {
        case .special(let special): ScaledDouble(significand: special, exponent: 0)
        case .finite(let sum): sum.scaled
        }
    }
    return UnsafePointer(result)
  }

  /// Decayed values over decayed weights, null over nothing. What is left of both at the decision
  /// cancels.
  ///
  /// - Parameter weights: their `scaledTotals`.
  func means(
    _ values: UnsafePointer<Double>?, weights: UnsafePointer<ScaledDouble>,
    into output: KernelOutput
  ) {
    let totals = scaledTotals(values)
    for query in 0..<ranges.count {
      if spans[query].isEmpty {
        output.setNull(query, Double.self)
      } else {
        output.set(query, totals[query] / weights[query])
      }
    }
  }

  private enum Total {
    case finite(ScaledSum)
    case special(Double)
  }

  private func terms(_ values: UnsafePointer<Double>?) -> UnsafePointer<Double> {
    guard let values else { return factors }
    let terms = scratch.take(ranges.streamCount + 1, of: Double.self)
    for position in 0..<ranges.streamCount {
      terms[position] = values[position] * factors[position]
    }
    return UnsafePointer(terms)
  }

  @inline(__always)
  private func run(
    _ terms: UnsafePointer<Double>, write: @escaping (_ query: Int, Total, _ low: Int64) -> Void
  ) {
    var accumulator = Accumulator(
      terms: terms, cells: cells, spans: spans,
      bits: DigitRing.bits(FloatProfile(terms, count: ranges.streamCount).exponents),
      ring: DigitRing(scratch), write: write)
    ranges.slide(&accumulator, scratch)
  }

  private struct Accumulator: SlidingAccumulator {
    let terms: UnsafePointer<Double>
    let cells: UnsafePointer<Int64>
    let spans: UnsafePointer<CellSpan>
    /// nil: all terms are 0 or not finite.
    let bits: ClosedRange<UInt64>?
    let ring: DigitRing
    let write: (Int, Total, Int64) -> Void
    var specials = SpecialCounts()

    @inline(__always)
    mutating func add(_ position: Int) { change(position, 1) }
    @inline(__always)
    mutating func remove(_ position: Int) { change(position, -1) }
    @inline(__always)
    private mutating func change(_ position: Int, _ sign: Int) {
      let term = terms[position]
      if term.isFinite {
        ring.add(term, exponent: cells[position], sign: Int64(sign))
      } else {
        specials.add(term, sign)
      }
    }
    mutating func clear(_ range: Range<Int>) {
      ring.clear()
      specials = SpecialCounts()
    }
    mutating func answer(_ query: Int) {
      let span = spans[query]
      if let special = specials.sum {
        write(query, .special(special), 0)
      } else if let bits, !span.isEmpty {
        write(query, .finite(ring.total(from: span.low, to: span.high, bits: bits)), span.low)
      } else {
        write(query, .finite(ScaledSum()), 0)
      }
    }
  }
}

/// The multiples of the half-life to which the events of a window decay.
struct CellSpan: BitwiseCopyable {
  let low: Int64
  let high: Int64
  let isEmpty: Bool
}

extension Ranges {
  /// The same windows without what is more than `reach` cells before their last event, and the cells in
  /// which that leaves them.
  fileprivate func within(
    _ reach: UInt64, cells: UnsafePointer<Int64>, _ scratch: Scratch
  ) -> (Ranges, UnsafePointer<CellSpan>) {
    let last = PlaceKernel.positions(-1, self, scratch)
    let spans = scratch.take(count, of: CellSpan.self)
    let from = scratch.take(count, of: Int32.self)
    let tailFrom = tails.map { _ in scratch.take(count, of: Int32.self) }
    for query in 0..<count {
      from[query] = self.from[query]
      if let tails { tailFrom?[query] = tails.from[query] }
      let end = Int(last[query])
      if end < 0 {
        spans[query] = CellSpan(low: 0, high: 0, isEmpty: true)
        continue
      }
      let high = cells[end]
      let (least, overflow) = high.subtractingReportingOverflow(Int64(reach))
      func bound(_ first: Int32, _ end: Int32) -> Int32 {
        if first >= end || cells[Int(first)] >= least || overflow { return first }
        return Int32(truncatingIfNeeded: lowerBound(cells, Int(first), Int(end), least))
      }
      from[query] = bound(self.from[query], to[query])
      var first = from[query] < to[query] ? Int(from[query]) : end
      if let tails {
        let bounded = bound(tails.from[query], tails.to[query])
        tailFrom?[query] = bounded
        if from[query] >= to[query], bounded < tails.to[query] { first = min(first, Int(bounded)) }
      }
      spans[query] = CellSpan(low: cells[first], high: high, isEmpty: false)
    }
    let bounded = Ranges(
      count: count, groupCount: groupCount, groups: groups, from: UnsafePointer(from), to: to,
      tails: tails.map { tails in
        Tails(
          from: tailFrom.map { UnsafePointer($0) } ?? tails.from, to: tails.to,
          clocks: tails.clocks, times: tails.times, groupFrom: tails.groupFrom,
          groupTo: tails.groupTo, lag: tails.lag, total: tails.total)
      }, decisions: decisions, streamCount: streamCount, rows: rows)
    return (bounded, UnsafePointer(spans))
  }
}
