import CKernels
import Foundation
import Testing

/// Kernels give the bits of their scalar form whatever the processor, and stay close to the truth.
@Suite struct KernelTests {
  typealias Vectorized = (UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int) -> Void

  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let vectorized: @Sendable (UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int) -> Void
    let scalar: @Sendable (Double) -> Double
    let host: @Sendable (Double) -> Double
    let range: ClosedRange<Double>
  }

  static let functions = [
    Function(
      testDescription: "exp", vectorized: c360_exp_f64, scalar: c360_exp,
      host: { Foundation.exp($0) }, range: -746...710),
    Function(
      testDescription: "exp2", vectorized: c360_exp2_f64, scalar: c360_exp2,
      host: { Foundation.exp2($0) }, range: -1076...1024),
    Function(
      testDescription: "ln", vectorized: c360_ln_f64, scalar: c360_ln,
      host: { Foundation.log($0) }, range: 0...3),
    Function(
      testDescription: "log2", vectorized: c360_log2_f64, scalar: c360_log2,
      host: { Foundation.log2($0) }, range: 0...3),
    Function(
      testDescription: "log10", vectorized: c360_log10_f64, scalar: c360_log10,
      host: { Foundation.log10($0) }, range: 0...3),
    Function(
      testDescription: "tanh", vectorized: c360_tanh_f64, scalar: c360_tanh,
      host: { Foundation.tanh($0) }, range: -25...25),
    Function(
      testDescription: "sigmoid", vectorized: c360_sigmoid_f64, scalar: c360_sigmoid,
      host: { 1 / (1 + Foundation.exp(-$0)) }, range: -40...40),
    Function(
      testDescription: "logit", vectorized: c360_logit_f64, scalar: c360_logit,
      host: { Foundation.log($0 / (1 - $0)) }, range: 0...1),
  ]

  static let edges: [Double] = [
    0, -0.0, 1, -1, 0.5, 2, -2, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
    -.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, 709.782712893384, 709.7827128933841, -745.1332191019411,
    -745.1332191019412, 1024, -1074, -1075, 1e-300, 1e300, 1.0.nextUp, 1.0.nextDown,
  ]

  /// Steps between neighbouring doubles.
  static func distance(_ left: Double, _ right: Double) -> UInt64 {
    if left == right || (left.isNaN && right.isNaN) { return 0 }
    if left.isNaN || right.isNaN || (left.sign != right.sign) { return .max }
    let (a, b) = (left.magnitude.bitPattern, right.magnitude.bitPattern)
    return a > b ? a - b : b - a
  }

  @Test(arguments: functions)
  func vectorFormsEqualTheScalarForm(_ function: Function) {
    let inputs = Self.inputs(function.range)
    var outputs = [Double](repeating: 0, count: inputs.count)
    function.vectorized(inputs, &outputs, inputs.count)
    for (input, output) in zip(inputs, outputs) {
      #expect(output.bitPattern == function.scalar(input).bitPattern)
      #expect(Self.distance(output, function.host(input)) <= 2)
    }
  }

  static func inputs(_ range: ClosedRange<Double>) -> [Double] {
    var seed: UInt64 = 42
    func next() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed ^ (seed >> 29)
    }
    let width = range.upperBound - range.lowerBound
    let inside = (0..<2000).map { _ in
      range.lowerBound + width * (Double(next() >> 11) / 0x1p53)
    }
    return edges + inside + (0..<1003).map { _ in Double(bitPattern: next()) }
  }

  @Test func powers() {
    let bases = Self.edges + Self.inputs(0...4).suffix(1500)
    for exponent in Self.edges + [3, -3, 0.5, -0.5, 1.0 / 3, 10, 1e9, 2_147_483_647] {
      let exponents = [Double](repeating: exponent, count: bases.count)
      var outputs = [Double](repeating: 0, count: bases.count)
      c360_pow_f64(bases, exponents, &outputs, bases.count)
      for (base, output) in zip(bases, outputs) {
        #expect(output.bitPattern == c360_pow(base, exponent).bitPattern)
        #expect(Self.distance(output, Foundation.pow(base, exponent)) <= 2)
      }
    }
  }

  @Test func powersThatAreExact() {
    for base in 1...30 {
      for exponent in 0...10 {
        let exact = (0..<exponent).reduce(1.0) { product, _ in product * Double(base) }
        if exact < 0x1p53 { #expect(c360_pow(Double(base), Double(exponent)) == exact) }
      }
    }
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      #expect(c360_exp2(Double(exponent)) == power)
      #expect(c360_log2(power) == Double(exponent))
    }
    for exponent in 0...22 {
      #expect(c360_log10(Foundation.pow(10, Double(exponent))) == Double(exponent))
    }
    #expect(c360_exp(0) == 1 && c360_ln(1) == 0 && c360_tanh(-0.0).sign == .minus)
  }

  @Test func arithmetic() {
    let a = Self.inputs(-10...10)
    let b = Array(a.reversed())
    var out = [Double](repeating: 0, count: a.count)
    var flags = [UInt8](repeating: 0, count: a.count)
    c360_div_f64(a, b, &out, a.count)
    for row in a.indices { #expect(Self.distance(out[row], a[row] / b[row]) == 0) }
    c360_round_f64(a, &out, a.count)
    for row in a.indices {
      #expect(Self.distance(out[row], a[row].rounded(.toNearestOrAwayFromZero)) == 0)
    }
    c360_lt_f64(a, b, &flags, a.count)
    for row in a.indices { #expect(flags[row] == (a[row] < b[row] ? 1 : 0)) }
    let ints = a.map { Int64(bitPattern: $0.bitPattern) }
    let others = Array(ints.reversed())
    var sums = [Int64](repeating: 0, count: ints.count)
    let overflowed = c360_add_i64(ints, others, &sums, ints.count)
    let expected = zip(ints, others).map { $0.addingReportingOverflow($1) }
    #expect(sums == expected.map(\.partialValue))
    #expect((overflowed != 0) == expected.contains { $0.overflow })
    let few = [Int64](0..<9)
    #expect(c360_mul_i64(few, few, &sums, few.count) == 0)
    #expect(sums[8] == 64)
  }
}
