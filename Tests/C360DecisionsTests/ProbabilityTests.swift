import C360Columns
import C360Engine
import C360Plan
import Testing

@testable import C360Decisions

/// The probability that a policy gives to actions that stand in a column: candidates, strangers, nulls.
@Suite struct ProbabilityTests {
  @Test(arguments: [DecideStep.Choice.greedy, .softmax(temperature: 1)])
  func columns(_ choice: DecideStep.Choice) throws {
    var problem = Case(actions: .text(["tea", "cake"]), cost: [0, 1], x: [1, 1, 1, 1])
    let value = problem.xPlusCost()
    problem.term("value", value)
    problem.choice = choice
    problem.fallback = "tea"
    let asked = problem.plan.addColumn("asked", .text, in: problem.frame, nullable: true)
    let found = problem.plan.addColumn("found", .float, in: problem.frame, nullable: true)
    var state = ExecutionState(plan: problem.plan)
    state.relations = problem.state.relations
    state.set(asked, .texts(["tea", "cake", "wine", nil], problem.pool))
    problem.state = state
    problem.outputs.append((.probability(of: asked), found))
    let cells = try problem.run().column(.probability(of: asked))
    #expect(cells[2] == "0.0" && cells[3] == "-")
    let tea = try #require(Double(cells[0]))
    let cake = try #require(Double(cells[1]))
    #expect(abs(tea + cake - 1) < 1e-12)
    if case .greedy = choice {
      #expect(cake == 1)
    } else {
      #expect(abs(cake / tea - 2.718281828459045) < 1e-12)
    }
  }
}
