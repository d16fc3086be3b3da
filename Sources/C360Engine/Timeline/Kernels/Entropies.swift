import CKernels

/// The entropy of the distribution of values, in nats: ln n − Σ c·ln c / n over the numbers c of equal
/// values. The sum is exact over the rounded c·ln c, so that the order of the values changes no bit.
enum EntropyKernel {
  static func entropies<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: UnsafePointer<Code>, codeCount: Int, _ ranges: Ranges, _ scratch: Scratch,
    into output: KernelOutput
  ) {
    let terms = scratch.take(ranges.streamCount + 1, of: Int128.self)
    var accumulator = Accumulator(
      codes: codes, counters: scratch.counters(codeCount), terms: terms, output: output)
    ranges.slide(&accumulator, scratch)
  }

  private struct Accumulator<Code: FixedWidthInteger & BitwiseCopyable>: SlidingAccumulator {
    let codes: UnsafePointer<Code>
    /// All 0 between groups.
    let counters: UnsafeMutablePointer<Int32>
    /// c·ln c in units of 2⁻⁵²; the first `known` of them are there.
    let terms: UnsafeMutablePointer<Int128>
    let output: KernelOutput
    var known = 0
    var sum: Int128 = 0
    var count = 0
    var distinct = 0

    init(
      codes: UnsafePointer<Code>, counters: UnsafeMutablePointer<Int32>,
      terms: UnsafeMutablePointer<Int128>, output: KernelOutput
    ) {
      self.codes = codes
      self.counters = counters
      self.terms = terms
      self.output = output
      terms[0] = 0
      known = 1
    }

    @inline(__always)
    mutating func add(_ position: Int) {
      let counter = counters + Int(truncatingIfNeeded: codes[position])
      let before = Int(counter.pointee)
      counter.pointee &+= 1
      while known <= before &+ 1 {
        terms[known] = entropyTerm(known)
        known &+= 1
      }
      sum &+= terms[before &+ 1] &- terms[before]
      distinct &+= before == 0 ? 1 : 0
      count &+= 1
    }
    @inline(__always)
    mutating func remove(_ position: Int) {
      let counter = counters + Int(truncatingIfNeeded: codes[position])
      let before = Int(counter.pointee)
      counter.pointee &-= 1
      sum &-= terms[before] &- terms[before &- 1]
      distinct &-= before == 1 ? 1 : 0
      count &-= 1
    }
    mutating func clear(_ range: Range<Int>) {
      for position in range { counters[Int(truncatingIfNeeded: codes[position])] = 0 }
      sum = 0
      distinct = 0
      count = 0
    }
    mutating func answer(_ query: Int) {
      if let entropy = entropy(sum, count: count, distinct: distinct) {
        output.set(query, entropy)
      } else {
        output.setNull(query, Double.self)
      }
    }
  }
}

/// c·ln c in units of 2⁻⁵². From 2 on it is above 1, so that its bits all fit.
func entropyTerm(_ count: Int) -> Int128 {
  count < 2 ? 0 : Int128(Double(count) * c360_ln(Double(count)) * 0x1p52)
}

/// - Parameter sum: of the terms of all values. nil for no value; exactly 0 for one.
func entropy(_ sum: Int128, count: Int, distinct: Int) -> Double? {
  if count == 0 { return nil }
  if distinct == 1 { return 0 }
  return max(0, c360_ln(Double(count)) - Double(sum) * 0x1p-52 / Double(count))
}
