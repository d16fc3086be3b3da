import C360Columns
import C360Plan

/// Who may act at each row of a composition, as far as that does not hang on what they decide.
struct ActiveMembers: Sendable {
  private indirect enum Member: Sendable {
    case policy(Int)
    case none
    case node(turn: Vector?, choices: [Choice])
  }
  private struct Choice: Sendable {
    let members: [Member]
    /// Of a draw: by slot; what falls in none is the last slot.
    let bounds: [(lower: Double, upper: Double)]
    let draw: Vector?
  }
  private let root: Member

  init(_ root: ComposeStep.Node, _ read: (ColumnID) -> Vector) {
    self.root = Self.member(.node(root), read)
  }

  private static func member(
    _ member: ComposeStep.Member, _ read: (ColumnID) -> Vector
  ) -> Member {
    switch member {
    case .policy(let index): return .policy(index)
    case .none: return .none
    case .node(let node):
      let choices = node.choices.map { choice in
        let members = choice.members.map { Self.member($0, read) }
        guard case .drawn(let pieces, _, let draw) = choice else {
          return Choice(members: members, bounds: [], draw: nil)
        }
        return Choice(
          members: members, bounds: pieces.map { ($0.lower, $0.upper) }, draw: read(draw))
      }
      return .node(turn: node.turn.map(read), choices: choices)
    }
  }

  /// By row: a bit for each policy that may act.
  func bits(rowCount: Int) -> [UInt64] {
    (0..<rowCount).map { row in
      var bits: UInt64 = 0
      add(root, row, to: &bits)
      return bits
    }
  }

  private func add(_ member: Member, _ row: Int, to bits: inout UInt64) {
    switch member {
    case .policy(let index): bits |= 1 << UInt64(index)
    case .none: break
    case .node(let turn, let choices):
      let choice = choices[turn.map { Int($0.int64s[row]) } ?? 0]
      guard let draw = choice.draw else {
        for member in choice.members { add(member, row, to: &bits) }
        return
      }
      let number = draw.float64s[row]
      let slot =
        choice.bounds.firstIndex { number >= $0.lower && number < $0.upper }
        ?? choice.members.count - 1
      add(choice.members[slot], row, to: &bits)
    }
  }
}
