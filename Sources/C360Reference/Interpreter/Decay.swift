import C360Semantics
import Foundation

/// Aggregates that halve with every half-life (semantics.md G2), exact but for a rounding of each term
/// and of the result.
///
/// Each value decays to the next multiple of the half-life, and from there on by whole half-lives,
/// powers of two: their sum is exact. Events whose multiple lies more than 1074 before that of the last
/// one do not enter. A sum is rounded at the last multiple that is not after `time` and decays the
/// rest of the way; a mean is the quotient of two sums, each rounded to 53 bits.
func decayed(
  _ function: AggregateFunction, _ items: [AggregateItem], halfLife: Int64, at time: Int64,
  _ powerOfTwo: (Double) -> Double
) -> Value {
  struct Term {
    let cell: Int128
    let value: Double
    let weight: Double
  }
  func multipleBefore(_ time: Int128) -> Int128 {
    let quotient = time / Int128(halfLife)
    return time % Int128(halfLife) < 0 ? quotient - 1 : quotient
  }
  func remaining(_ age: Int128) -> Double { powerOfTwo(-Double(age) / Double(halfLife)) }

  let terms = items.map { item in
    let cell = -multipleBefore(-Int128(item.time))
    let factor = remaining(cell * Int128(halfLife) - Int128(item.time))
    return Term(
      cell: cell, value: item.weight * (item.argument?.double ?? 0) * factor,
      weight: item.weight * factor)
  }
  guard let last = terms.last?.cell else { return function == .decayedMean ? .null : .float(0) }
  let entering = terms.filter { last - $0.cell <= 1074 }

  /// What is left at the last event's multiple; nil with NaN or infinities.
  func total(_ number: (Term) -> Double) -> ExactNumber? {
    if entering.contains(where: { !number($0).isFinite }) { return nil }
    return entering.reduce(ExactNumber(0 as Int64)) { sum, term in
      sum + ExactNumber(number(term)).scaled(by: Int(term.cell - last))
    }
  }
  /// As a number in 1 ... 2 and a power of two.
  func parts(_ number: (Term) -> Double) -> (Double, Int) {
    guard let total = total(number) else { return (exactSum(entering.map(number)), 0) }
    return (total.scaled(by: -total.magnitude).rounded, total.magnitude)
  }

  if function == .decayedMean {
    let (value, exponent) = parts(\.value)
    let (weight, weightExponent) = parts(\.weight)
    return .float(scalbn(value / weight, exponent - weightExponent))
  }
  let number: (Term) -> Double = function == .decayedSum ? { $0.value } : { $0.weight }
  let multiple = multipleBefore(Int128(time))
  let left = remaining(Int128(time) - multiple * Int128(halfLife))
  guard let total = total(number) else { return .float(exactSum(entering.map(number)) * left) }
  // Beyond the range of doubles every distance gives 0 or infinity.
  let distance = Int(max(-10_000, min(10_000, last - multiple)))
  return .float(total.scaled(by: distance).rounded * left)
}
