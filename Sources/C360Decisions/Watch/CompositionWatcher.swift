import C360Columns
import C360Engine
import C360Plan

/// Finds once more who acts at watched rows of a composition, and keeps what it sees.
struct CompositionWatcher {
  private let step: ComposeStep
  private let watched: ComposeStep.Watched
  private let tree: ComposeTree
  private let state: ExecutionState
  private let pool: TextPool
  private let reads: WatchedScalars

  init(
    _ step: ComposeStep, _ watched: ComposeStep.Watched, _ tree: ComposeTree,
    _ state: ExecutionState, _ pool: TextPool
  ) throws(EngineError) {
    self.step = step
    self.watched = watched
    self.tree = tree
    self.state = state
    self.pool = pool
    reads = try WatchedScalars(watched.scalars, state, pool)
  }

  func look(at row: Int) -> WatchedComposition {
    var asked: Set<Int> = []
    let actor = tree.acting(at: row) { node, _, _ in asked.insert(node) }
    var nodes: [WatchedComposition.Node] = []
    _ = add(step.root, 0, Place(row: row, actor: actor, asked: asked), to: &nodes)
    return WatchedComposition(
      time: state.vector(watched.time).int64s[row],
      number: Int(state.vector(watched.number).int64s[row]), nodes: nodes,
      actor: actor < 0 ? nil : actor, action: actor < 0 ? step.noAction ?? "" : action(actor, row),
      propensity: nodes[0].probability, reads: reads.values(at: row))
  }

  // MARK: The tree

  private struct Place {
    let row: Int
    /// −1: nobody.
    let actor: Int
    /// Nodes of the tree on the way to who acts.
    let asked: Set<Int>
  }

  /// - Parameters:
  ///   - index: of the node in the tree.
  /// - Returns: its place among `nodes`.
  private func add(
    _ node: ComposeStep.Node, _ index: Int, _ place: Place,
    to nodes: inout [WatchedComposition.Node]
  ) -> Int {
    let own = tree.nodes[index]
    let turn = tree.turn(of: index, place.row)
    let choice = own.choices[turn]
    var draw: Double?
    // Where the entity stands in an experiment is known also of those outside.
    for case .drawn(let draws) in own.isExperiment ? own.choices.map(\.kind) : [choice.kind] {
      draw = draws.float64s[place.row]
    }
    var isDrawn = false
    if case .drawn = choice.kind { isDrawn = true }
    let added = nodes.count
    nodes.append(
      WatchedComposition.Node(
        name: node.name, isAsked: place.asked.contains(index), turn: turn, place: draw,
        isDrawn: isDrawn, members: [], acting: tree.slot(of: choice, place.row),
        probability: probability(.node(index), place)))
    for (slot, member) in node.choices[turn].members.enumerated() {
      let found = self.member(member, slot, node.choices[turn], choice, place, to: &nodes)
      nodes[added].members.append(found)
    }
    return added
  }

  private func member(
    _ member: ComposeStep.Member, _ slot: Int, _ written: ComposeStep.Choice,
    _ choice: ComposeTree.Choice, _ place: Place, to nodes: inout [WatchedComposition.Node]
  ) -> WatchedComposition.Member {
    var piece: ComposeStep.Piece?
    if case .drawn(let pieces, _, _) = written, slot < pieces.count { piece = pieces[slot] }
    let own = choice.members[slot]
    var node: Int?
    var policy: Int?
    switch (member, own) {
    case (.node(let inner), .node(let index)): node = add(inner, index, place, to: &nodes)
    case (.policy(let index), _): policy = index
    default: break
    }
    return WatchedComposition.Member(
      name: step.name(of: member), arm: piece?.arm,
      piece: piece.map { ($0.lower, $0.upper) },
      share: choice.shares.isEmpty ? nil : choice.shares[slot], node: node, policy: policy,
      action: policy.map { action($0, place.row) } ?? (node == nil ? step.noAction ?? "" : nil),
      value: policy.map { value($0, place.row) } ?? (node == nil ? 0 : nil),
      expectedValue: Self.known(tree.expected(own, place.row)),
      probability: probability(own, place))
  }

  // MARK: Cells

  /// With what probability a member takes the action that was taken.
  private func probability(_ member: ComposeTree.Member, _ place: Place) -> Double? {
    let taken =
      place.actor < 0 ? tree.noAction ?? 0 : tree.action(of: place.actor, place.row)
    return Self.known(tree.probability(member, place.row, actor: place.actor, action: taken))
  }

  private func action(_ policy: Int, _ row: Int) -> String {
    let action = tree.action(of: policy, row)
    return tree.isText ? pool.text(Int32(action)) : String(action)
  }

  private func value(_ policy: Int, _ row: Int) -> Double? {
    guard let column = step.policies[policy].columns[.value] else { return nil }
    let values = state.vector(column)
    return values.isNull(row) ? nil : values.float64s[row]
  }

  private static func known(_ value: Double) -> Double? { value.isNaN ? nil : value }
}
