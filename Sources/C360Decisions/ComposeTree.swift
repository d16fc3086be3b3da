import C360Columns
import C360Engine
import C360Plan

/// A composition with its columns at hand: who acts at a row, and with what probability an action is
/// taken there. Nodes stand in one array, the outermost first, each before those in it.
struct ComposeTree: Sendable {
  enum Member: Sendable {
    case policy(Int)
    case none
    case node(Int)
  }
  struct Choice: Sendable {
    enum Kind: Sendable {
      case best
      case drawn(Vector)
    }
    var kind: Kind
    var members: [Member] = []
    /// Of a draw: by slot; the rest, if there is one, is the last slot.
    var bounds: [(lower: Double, upper: Double)] = []
    var shares: [Double] = []
    /// Codes of names of arms; −1: none.
    var arms: [Int32] = []
    /// Its first slot among those of its node.
    var offset = 0
  }
  struct Node: Sendable {
    let turn: Vector?
    var choices: [Choice] = []
    var slots = 0
    let isExperiment: Bool
  }
  /// A policy's columns.
  struct Policy: Sendable {
    let action: Vector
    let propensity: Vector?
    let expected: Vector?
    let probability: Vector?
    let isCertain: Bool
  }

  private(set) var nodes: [Node] = []
  private(set) var policies: [Policy] = []
  /// The no-op as the column of actions has it.
  let noAction: Int64?
  let isText: Bool
  /// By row, the policy that acts where several might, when they have decided together.
  private let actors: [Int32]?

  init(
    _ step: ComposeStep, _ state: ExecutionState, _ pool: TextPool, actors: [Int32]? = nil
  ) {
    self.actors = actors
    noAction = step.noAction.map { Int64(pool.intern($0)) }
    policies = step.policies.map { policy in
      func vector(_ output: DecideStep.Output) -> Vector? {
        policy.columns[output].map { state.vector($0) }
      }
      guard let action = vector(.action) else {
        preconditionFailure("a member's action is asked for")
      }
      return Policy(
        action: action, propensity: vector(.propensity), expected: vector(.expectedValue),
        probability: policy.probability.map { state.vector($0) }, isCertain: policy.isCertain)
    }
    isText = policies.first?.action.type == .text
    _ = add(step.root, state, pool)
  }

  private mutating func add(
    _ node: ComposeStep.Node, _ state: ExecutionState, _ pool: TextPool
  ) -> Int {
    let place = nodes.count
    let pieces = node.choices.flatMap { choice -> [ComposeStep.Piece] in
      if case .drawn(let pieces, _, _) = choice { pieces } else { [] }
    }
    nodes.append(
      Node(
        turn: node.turn.map { state.vector($0) },
        isExperiment: pieces.contains { $0.arm != nil }))
    var slots = 0
    for written in node.choices {
      var choice: Choice
      switch written {
      case .best: choice = Choice(kind: .best)
      case .drawn(let pieces, let rest, let draw):
        choice = Choice(kind: .drawn(state.vector(draw)))
        choice.bounds = pieces.map { ($0.lower, $0.upper) }
        choice.shares = pieces.map(\.share) + (rest.map { [$0.share] } ?? [])
        choice.arms =
          pieces.map { $0.arm.map { pool.intern($0) } ?? -1 } + (rest == nil ? [] : [-1])
      }
      choice.offset = slots
      choice.members = written.members.map { member in
        switch member {
        case .policy(let index): .policy(index)
        case .none: .none
        case .node(let inner): .node(add(inner, state, pool))
        }
      }
      slots += choice.members.count
      nodes[place].choices.append(choice)
    }
    nodes[place].slots = slots
    return place
  }

  // MARK: Who acts

  /// Who acts at a row: a policy, or −1 for the no-op. `visit` is told each node on the way and the slot
  /// that is taken there.
  func acting(at row: Int, visit: (_ node: Int, _ choice: Int, _ slot: Int) -> Void) -> Int {
    var node = 0
    while true {
      let turn = turn(of: node, row)
      let choice = nodes[node].choices[turn]
      let slot = slot(of: choice, row)
      visit(node, turn, slot)
      switch choice.members[slot] {
      case .policy(let index): return index
      case .none: return -1
      case .node(let inner): node = inner
      }
    }
  }

  func turn(of node: Int, _ row: Int) -> Int {
    nodes[node].turn.map { Int($0.int64s[row]) } ?? 0
  }

  func slot(of choice: Choice, _ row: Int) -> Int {
    switch choice.kind {
    case .drawn(let draw):
      let number = draw.float64s[row]
      for (slot, bound) in choice.bounds.enumerated()
      where number >= bound.lower && number < bound.upper {
        return slot
      }
      return choice.members.count - 1
    case .best:
      guard choice.members.count > 1 else { return 0 }
      if let actors {
        let acting = choice.members.firstIndex { member in
          if case .policy(let index) = member { index == Int(actors[row]) } else { false }
        }
        // Where all others are out, `none` is what is left.
        return acting
          ?? choice.members.firstIndex { if case .none = $0 { true } else { false } } ?? 0
      }
      var best = 0
      var greatest = Double.nan
      for (slot, member) in choice.members.enumerated() {
        let value = expected(member, row)
        if value > greatest || (greatest.isNaN && !value.isNaN) { (best, greatest) = (slot, value) }
      }
      return best
    }
  }

  /// The mean of the objective over all that a member may do at a row; NaN: undefined.
  func expected(_ member: Member, _ row: Int) -> Double {
    switch member {
    case .none: return 0
    case .policy(let index):
      guard let column = policies[index].expected, !column.isNull(row) else { return .nan }
      return column.float64s[row]
    case .node(let node):
      let choice = nodes[node].choices[turn(of: node, row)]
      guard case .drawn = choice.kind else {
        return expected(choice.members[slot(of: choice, row)], row)
      }
      var sum = 0.0
      for (member, share) in zip(choice.members, choice.shares) where share > 0 {
        sum += share * expected(member, row)
      }
      return sum
    }
  }

  // MARK: Probabilities

  /// With what probability the composition takes, at a row, the action that it took there; NaN where
  /// the decision was repaired.
  /// - Parameter actor: who took it.
  func propensity(at row: Int, actor: Int) -> Double {
    let action =
      actor < 0 ? noAction : self.action(of: actor, row)
    return probability(.node(0), row, actor: actor, action: action ?? 0)
  }

  /// The action of a policy: a code of a text, or an integer.
  func action(of policy: Int, _ row: Int) -> Int64 {
    let column = policies[policy].action
    return isText ? Int64(column.codes[row]) : column.int64s[row]
  }

  /// With what probability a member takes an action at a row; NaN where whoever took it was repaired.
  func probability(_ member: Member, _ row: Int, actor: Int, action: Int64) -> Double {
    switch member {
    case .none: return action == noAction ? 1 : 0
    case .policy(let index):
      let policy = policies[index]
      if index == actor, let own = policy.propensity {
        return own.isNull(row) ? .nan : own.float64s[row]
      }
      if policy.isCertain { return self.action(of: index, row) == action ? 1 : 0 }
      guard let column = policy.probability else { return 0 }
      return column.float64s[row]
    case .node(let node):
      let choice = nodes[node].choices[turn(of: node, row)]
      guard case .drawn = choice.kind else {
        return probability(choice.members[slot(of: choice, row)], row, actor: actor, action: action)
      }
      var sum = 0.0
      for (member, share) in zip(choice.members, choice.shares) where share > 0 {
        sum += share * probability(member, row, actor: actor, action: action)
      }
      return sum
    }
  }
}
