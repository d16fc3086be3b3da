import Testing

@Suite("policies become decisions")
struct DecisionTests {
  private static let policy = """
    feature n = count(orders) over 30d
    feature same for offers = count(orders where kind == offers.kind) over 90d
    score p for offers = sigmoid(0.1 * float(n)) * offers.margin + float(same)
    mask contact for offers {
      forbid often when n > 3
      forbid small when offers.margin < 1
      forbid known when same > 0
    }
    objective value for offers { maximize gain = p weight factor }
    policy first for offers at now {
      mask contact
      objective value
      choose softmax(temperature: 0.5)
      explore 5%
      fallback "nothing"
    }

    """

  @Test("windows for the actions are the decision's own; what hangs on one side is computed there")
  func decide() throws {
    let text = Self.policy + "show first | select person, action"
    #expect(try steps("timeline", text) == ["timeline now: over orders: n"])
    #expect(
      try steps("derive", text) == [
        "derive offers: small, part 2 := (margin < 1.0)",
        "derive now: often, part 1 := (3 < n); gain, part 3 := sigmoid((0.1 * intToFloat(n)))",
      ])
    #expect(
      try steps("decide", text) == [
        """
        decide now: first among offers, softmax(0.5), explore 0.05
        windows over orders: same
        forbid often when often, part 1
        forbid small when small, part 2
        forbid known when (0 < same)
        gain = 2.0 * ((gain, part 3 * margin) + intToFloat(same))
        """
      ])
  }

  @Test("one decision serves all that ask for it; only columns asked for are made")
  func once() throws {
    let text =
      Self.policy + """
        show first | group action { n = count() }
        show first | select person, propensity
        """
    let plan = try lowered(text)
    let decides = plan.plan.steps.compactMap { step -> [String]? in
      guard case .decide(let step) = step else { return nil }
      return step.outputs.map { plan.plan[$0.1].name }
    }
    #expect(decides == [["action", "propensity"]])
  }
}
