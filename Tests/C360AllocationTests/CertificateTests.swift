import Foundation
import Testing

@testable import C360Allocation

@Suite("Certificate")
struct CertificateTests {
  @Test("the relative gap is taken of the bound, and is 0 where nothing is to be gained")
  func relativeGap() {
    #expect(
      AllocationCertificate(bound: 8, value: 6, passes: 1).relativeGap == 0.25)
    #expect(
      AllocationCertificate(bound: 0, value: 0, passes: 1).relativeGap == 0)
  }

  @Test("a bound is raised to a value by no more than rounding")
  func rounding() {
    #expect(AllocationCertificate.rounded(1, above: 1 + 1e-12) == 1 + 1e-12)
    #expect(AllocationCertificate.rounded(1, above: 1.01) == 1)
    #expect(AllocationCertificate.rounded(1, above: 0.5) == 1)
  }

  @Test("of drawn choices value and bound are those of the probabilities, whatever was repaired")
  func repaired() throws {
    var isAnyRepaired = false
    for bound in [0.5, 1.5, 2.5, 3.5] {
      var small = SmallProblem(values: (0..<6).map { [3 - 0.4 * Double($0)] })
      small.meters = [
        .init(quantities: [[Double]](repeating: [1], count: 6), cells: nil, cellCount: 1)
      ]
      small.rows = [
        AllocationRow(
          name: "budget", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: bound)
      ]
      small.rule = AllocationRule(base: .softmax(temperature: 0.5))
      var problem = small.problem
      problem.watched = Array(0..<6)
      let answer = try AllocationSolver().solve(problem)
      isAnyRepaired = isAnyRepaired || !answer.repaired.isEmpty
      var worth = 0.0
      for decision in 0..<6 {
        let shares = try #require(answer.distributions[decision])
        worth += shares[0] * small.value(decision, 0)
        for share in shares where share > 0 { worth -= 0.5 * share * log(share) }
      }
      #expect(abs(answer.certificate.value - worth) < 1e-9)
      // Weak duality at the price found.
      let price = answer.multipliers[0]
      let proven = (0..<6).reduce(price * bound) {
        $0 + 0.5 * log(1 + exp((small.value($1, 0) - price) / 0.5))
      }
      #expect(abs(answer.certificate.bound - proven) < 1e-9)
    }
    #expect(isAnyRepaired)
  }

  @Test(
    "a soft row that nothing eligible adds to costs its penalty, and the bound knows it",
    arguments: [AllocationRule.Base.greedy, .softmax(temperature: 0.25)])
  func constantRow(base: AllocationRule.Base) throws {
    var small = SmallProblem(values: [[3], [4], [5]])
    small.meters = [
      .init(quantities: [[1], [1], [1]], cells: nil, cellCount: 1),
      .init(quantities: [[0], [0], [0]], cells: nil, cellCount: 1),
    ]
    small.rows = [
      AllocationRow(
        name: "few", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: 2),
      AllocationRow(
        name: "reach", terms: [.init(meter: 1, cells: 0..<1, coefficient: -1)], bound: -10,
        penalty: 2),
      // It holds whatever is chosen.
      AllocationRow(
        name: "idle", terms: [.init(meter: 1, cells: 0..<1, coefficient: 1)], bound: 1, penalty: 2),
    ]
    small.rule = AllocationRule(base: base)
    let answer = try AllocationSolver().solve(small.problem)
    #expect(Array(answer.multipliers[1...]) == [2, 0])
    #expect(answer.certificate.relativeGap < 1e-9)
    if case .greedy = base { #expect(answer.certificate.value == 9 - 20) }
    var bare = small
    bare.rows.removeSubrange(1...)
    let free = try AllocationSolver().solve(bare.problem)
    #expect(abs(answer.certificate.bound - (free.certificate.bound - 20)) < 1e-9)
    #expect(answer.chosen == free.chosen)
  }

  @Test(
    "the price of a soft row that few can add to is its penalty, however great",
    arguments: [2.0, 1e4, 1e9])
  func fewAdd(penalty: Double) throws {
    var small = SmallProblem(values: (0..<8).map { _ in [1, 2] })
    small.meters = [
      .init(quantities: [[Double]](repeating: [1, 1], count: 8), cells: nil, cellCount: 1),
      .init(
        quantities: (0..<8).map { [0, $0 == 0 ? 1 : 0] }, cells: nil, cellCount: 1),
    ]
    small.rows = [
      AllocationRow(
        name: "few", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: 5),
      AllocationRow(
        name: "reach", terms: [.init(meter: 1, cells: 0..<1, coefficient: -1)], bound: -10,
        penalty: penalty),
    ]
    small.rule = AllocationRule(base: .softmax(temperature: 0.5))
    let answer = try AllocationSolver().solve(small.problem)
    #expect(abs(answer.multipliers[1] - penalty) <= 1e-12 * penalty)
    #expect(answer.certificate.relativeGap < 1e-9)
  }

  @Test("of soft rows that share a violation the penalty is charged once")
  func constantGroup() throws {
    var small = SmallProblem(values: [[3], [4]])
    small.meters = [.init(quantities: [[0], [0]], cells: nil, cellCount: 1)]
    small.rows = [-1.0, -3, -2].enumerated().map { place, bound in
      AllocationRow(
        name: "\(place)", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: bound,
        penalty: 2, group: 7)
    }
    let answer = try AllocationSolver().solve(small.problem)
    #expect(answer.certificate.value == 7 - 6)
    #expect(answer.certificate.bound == 7 - 6)
    #expect(answer.multipliers == [0, 2, 0])
  }
}
