import Testing

@testable import C360Decisions

private let infinity = Double.infinity

@Suite struct GreedyTests {
  @Test func theGreatestValueWins() {
    let decided = Problem(values: [[1, 3, 2]]).decide()
    #expect(
      decided == [
        Decided(
          chosen: 1, propensity: 1, value: 3, expected: 3, rank: 1, eligible: 3, isFallback: false)
      ])
  }

  @Test func tiesGoToTheEarlierCandidateAndTheNoOpIsLast() {
    #expect(Problem(values: [[2, 5, 5]]).decide()[0].chosen == 1)
    #expect(Problem(values: [[0, -1]], hasNoOp: true).decide()[0].chosen == 0)
    #expect(Problem(values: [[-0.0, -1]], hasNoOp: true).decide()[0].chosen == 0)
    #expect(Problem(values: [[-2, -1]], hasNoOp: true).decide()[0].chosen == 2)
  }

  @Test func nullAndNaNAreNotEligible() {
    let decided = Problem(values: [[nil, .nan, -7]]).decide()[0]
    #expect(decided.chosen == 2)
    #expect(decided.eligible == 1)
  }

  @Test func infinitiesAreValues() {
    #expect(Problem(values: [[-infinity, -infinity]]).decide()[0].chosen == 0)
    #expect(Problem(values: [[nil, -infinity]]).decide()[0].value == -infinity)
    #expect(Problem(values: [[1, infinity, infinity]]).decide()[0].chosen == 1)
  }

  @Test func exploringMixesInTheUniform() {
    let problem = Problem(values: [[1, 3, nil]], explore: 0.3, hasNoOp: true)
    #expect(problem.distribution() == [0.3 / 3, 0.7 + 0.3 / 3, 0, 0.3 / 3])
    let decided = problem.decide()[0]
    #expect(decided.chosen == 0)
    #expect(decided.rank == 2)
    #expect(decided.expected == 0.3 / 3 * 1 + (0.7 + 0.3 / 3) * 3)
  }
}

@Suite struct SoftmaxTests {
  private func softmax(
    _ values: [Double?], temperature: Double = 1, explore: Double = 0, hasNoOp: Bool = false
  ) -> [Double] {
    Problem(
      values: [values], base: .softmax(temperature: temperature), explore: explore,
      hasNoOp: hasNoOp
    ).distribution()
  }

  @Test func weightsAreExponentials() {
    let odds = softmax([0, 1], temperature: 0.5)
    #expect(abs(odds[1] / odds[0] - 7.38905609893065) < 1e-12)
    #expect(abs(odds[0] + odds[1] - 1) < 1e-15)
  }

  @Test func theMassIsSharedAmongEligibleCandidates() {
    #expect(softmax([4, 4, nil, 4, 4]) == [0.25, 0.25, 0, 0.25, 0.25])
    #expect(softmax([0, 0, 0], hasNoOp: true) == [0.25, 0.25, 0.25, 0.25])
  }

  @Test func infinitiesNeverMakeNaN() {
    #expect(softmax([infinity, 1, infinity, -infinity]) == [0.5, 0, 0.5, 0])
    #expect(softmax([-infinity, -infinity]) == [0.5, 0.5])
    #expect(softmax([-infinity, 3]) == [0, 1])
    #expect(softmax([-infinity, nil], hasNoOp: true) == [0, 0, 1])
  }

  @Test func extremeValuesAndTemperatures() {
    let huge = Double.greatestFiniteMagnitude
    #expect(softmax([huge, -huge]) == [1, 0])
    #expect(softmax([1, 1 + 1e-15], temperature: .leastNonzeroMagnitude) == [0, 1])
    #expect(softmax([7, 7], temperature: .leastNonzeroMagnitude) == [0.5, 0.5])
    #expect(softmax([1e-300, 0], temperature: huge) == [0.5, 0.5])
  }

  @Test func exploringReachesWhatSoftmaxWouldNot() {
    #expect(softmax([infinity, 1], explore: 0.5) == [0.75, 0.25])
  }

  @Test func anUndefinedExpectationIsNull() {
    let problem = Problem(
      values: [[infinity, -infinity]], base: .softmax(temperature: 1), explore: 0.5)
    #expect(problem.decide()[0].expected == nil)
    #expect(problem.decide()[0].value == infinity)
    let certain = Problem(values: [[infinity, -infinity]], base: .softmax(temperature: 1))
    #expect(certain.decide()[0].expected == infinity)
  }
}

@Suite struct ThresholdTests {
  @Test func theBestThatPassesIsChosen() {
    let problem = Problem(
      values: [[9, 5, 6]], passes: [[false, true, true]], base: .threshold, hasNoOp: true)
    #expect(problem.decide()[0].chosen == 2)
    #expect(problem.decide()[0].rank == 2)
    #expect(problem.decide()[0].eligible == 4)
  }

  @Test func aWorthlessActionThatPassesComesBeforeTheNoOp() {
    let problem = Problem(
      values: [[-1]], passes: [[true]], base: .threshold, hasNoOp: true, fallback: 1)
    #expect(problem.decide()[0].chosen == 0)
  }

  @Test func nonePassesGivesTheNoOpWhichIsNoFallback() {
    let problem = Problem(
      values: [[9, 5]], passes: [[false, false]], base: .threshold, hasNoOp: true, fallback: 0)
    #expect(
      problem.decide() == [
        Decided(
          chosen: 2, propensity: 1, value: 0, expected: 0, rank: 3, eligible: 3, isFallback: false)
      ])
  }

  @Test func nonePassesAndNoNoOpGivesTheFallbackWithoutExploration() {
    let problem = Problem(
      values: [[9, 5]], passes: [[false, false]], base: .threshold, explore: 0.5, fallback: 1,
      draws: [0.1])
    #expect(
      problem.decide() == [
        Decided(
          chosen: 1, propensity: 1, value: 5, expected: 5, rank: 2, eligible: 2, isFallback: true)
      ])
  }

  @Test func anActionThatIsNotEligibleCannotPass() {
    let problem = Problem(
      values: [[nil, 5]], passes: [[true, true]], base: .threshold, hasNoOp: true)
    #expect(problem.decide()[0].chosen == 1)
  }
}

@Suite struct FallbackTests {
  private let all = [[[true, true]]]

  @Test func itActsWhereOnlyTheNoOpIsLeft() {
    let problem = Problem(
      values: [[nil, nil]], base: .softmax(temperature: 1), explore: 0.5, hasNoOp: true,
      fallback: 1)
    #expect(
      problem.decide() == [
        Decided(
          chosen: 1, propensity: 1, value: nil, expected: nil, rank: nil, eligible: 1,
          isFallback: true)
      ])
  }

  @Test func aRuleAgainstItLeavesTheNoOp() {
    let problem = Problem(values: [[1, 2]], rules: all, hasNoOp: true, fallback: 1)
    #expect(
      problem.decide() == [
        Decided(
          chosen: 2, propensity: 1, value: 0, expected: 0, rank: 1, eligible: 1, isFallback: true)
      ])
  }

  @Test func withoutANoOpItActsAllTheSame() {
    let problem = Problem(values: [[1, 2]], rules: all, fallback: 1)
    #expect(
      problem.decide() == [
        Decided(
          chosen: 1, propensity: 1, value: nil, expected: nil, rank: nil, eligible: 0,
          isFallback: true)
      ])
  }

  @Test func theNoOpMayBeTheFallback() {
    let problem = Problem(values: [[1, 2]], rules: all, hasNoOp: true, fallback: 2)
    #expect(problem.decide()[0].chosen == 2)
    #expect(problem.decide()[0].isFallback)
  }

  @Test func noActionsAtAll() {
    let problem = Problem(
      values: [[], []], base: .softmax(temperature: 1), hasNoOp: true, fallback: 0)
    #expect(problem.decide().map(\.chosen) == [0, 0])
    #expect(problem.decide().allSatisfy { $0.isFallback && $0.eligible == 1 })
  }
}
