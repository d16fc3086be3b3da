/// Connected parts of a graph whose links come and go, each named by its first member.
///
/// The changes of one moment are made in four steps: all `remove`, `nameParts`, all `add`,
/// `joinParts`. A link that is added costs the smaller part that it joins and the members that get
/// another name. One that is removed costs the links of the smaller part that falls off; where none
/// does, what two searches from its ends visit until they meet.
struct LinkGraph {
  struct Link: Equatable {
    let left: Int32
    let right: Int32
  }
  private static let none: Int32 = -1

  private let links: [Link]
  private let precedes: (Int32, Int32) -> Bool

  /// By member: its end of a link, as the head of a list. End `2l` is the left one of link `l`, end
  /// `2l + 1` the right one.
  private var firstEnd: [Int32]
  /// By end: its neighbours in the list of its member.
  private var nextEnd: [Int32]
  private var previousEnd: [Int32]

  /// By member.
  private var part: [Int32]
  /// By member: the members of a part in a ring.
  private var next: [Int32]
  private var previous: [Int32]
  /// By part. What lost its name has −1 − any of its members before `nameParts`.
  private var names: [Int32]
  private var sizes: [Int32]

  /// By part: parts that are joined at this moment, as a forest whose roots have the first names.
  private var joined: [Int32]
  private var joining: [Int32] = []
  private var nameless: [Int32] = []
  private var renamed: [Int32] = []

  /// By member: the search that saw it last.
  private var seen: [Int32]
  private var searches: Int32 = 0
  private var fronts = [Front(), Front()]

  /// Members that a search has reached, in the order in which it did.
  private struct Front {
    var members: [Int32] = []
    /// The member whose links are followed, and the end to be followed next.
    var place = 0
    var end = LinkGraph.none
    var mark: Int32 = 0
  }

  /// - Parameter precedes: whether a member comes before another.
  init(identifiers count: Int, links: [Link], precedes: @escaping (Int32, Int32) -> Bool) {
    self.links = links
    self.precedes = precedes
    firstEnd = Array(repeating: Self.none, count: count)
    nextEnd = Array(repeating: Self.none, count: 2 * links.count)
    previousEnd = nextEnd
    part = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    next = part
    previous = part
    names = part
    joined = part
    sizes = Array(repeating: 1, count: count)
    seen = Array(repeating: Self.none, count: count)
  }

  func name(of member: Int32) -> Int32 { names[Int(part[Int(member)])] }

  /// All whose name may have changed since the last time.
  mutating func takeRenamed() -> [Int32] {
    defer { renamed.removeAll(keepingCapacity: true) }
    return renamed
  }

  // MARK: Links that go

  mutating func remove(_ link: Int32) {
    detach(2 * link)
    detach(2 * link + 1)
    let ends = links[Int(link)]
    guard let side = smallerSide(ends.left, ends.right) else { return }
    split(fronts[side].members)
  }

  /// Gives every part that lost its first member another name.
  mutating func nameParts() {
    for part in nameless {
      let start = -1 - names[Int(part)]
      let place = renamed.count
      addRenamed(from: start)
      names[Int(part)] = renamed[place...].reduce(start) { precedes($1, $0) ? $1 : $0 }
    }
    nameless.removeAll(keepingCapacity: true)
  }

  /// The search that runs out of links first, a link of one and a link of the other in turn; nil where
  /// the two meet.
  private mutating func smallerSide(_ left: Int32, _ right: Int32) -> Int? {
    for (side, start) in [left, right].enumerated() {
      fronts[side].members.removeAll(keepingCapacity: true)
      fronts[side].members.append(start)
      fronts[side].place = 0
      fronts[side].end = firstEnd[Int(start)]
      fronts[side].mark = searches &+ Int32(side)
      seen[Int(start)] = fronts[side].mark
    }
    searches &+= 2
    while true {
      for side in 0...1 {
        while fronts[side].end == Self.none {
          fronts[side].place += 1
          guard fronts[side].place < fronts[side].members.count else { return side }
          fronts[side].end = firstEnd[Int(fronts[side].members[fronts[side].place])]
        }
        let end = fronts[side].end
        fronts[side].end = nextEnd[Int(end)]
        let member = self.member(at: end ^ 1)
        if seen[Int(member)] == fronts[1 - side].mark { return nil }
        if seen[Int(member)] != fronts[side].mark {
          seen[Int(member)] = fronts[side].mark
          fronts[side].members.append(member)
        }
      }
    }
  }

  /// Makes members of a part a part of their own.
  private mutating func split(_ members: [Int32]) {
    let old = part[Int(members[0])]
    let new = Int32(truncatingIfNeeded: names.count)
    let name = names[Int(old)]
    // What stays has a member next to what leaves, since not all leave.
    var stayed = Self.none
    for member in members { part[Int(member)] = new }
    for member in members {
      let (before, after) = (previous[Int(member)], next[Int(member)])
      if part[Int(after)] == old { stayed = after }
      next[Int(before)] = after
      previous[Int(after)] = before
      next[Int(member)] = member
      previous[Int(member)] = member
      splice(members[0], member)
    }
    names.append(-1 - members[0])
    sizes.append(Int32(truncatingIfNeeded: members.count))
    joined.append(new)
    sizes[Int(old)] -= Int32(truncatingIfNeeded: members.count)
    if name >= 0, part[Int(name)] == new {
      names[Int(new)] = name
      names[Int(old)] = -1 - stayed
      nameless.append(old)
    } else {
      if name < 0 { names[Int(old)] = -1 - stayed }
      nameless.append(new)
    }
  }

  // MARK: Links that come

  mutating func add(_ link: Int32) {
    attach(2 * link)
    attach(2 * link + 1)
    let ends = links[Int(link)]
    let (left, right) = (root(part[Int(ends.left)]), root(part[Int(ends.right)]))
    guard left != right else { return }
    let isLeftFirst = precedes(names[Int(left)], names[Int(right)])
    let (kept, lost) = isLeftFirst ? (left, right) : (right, left)
    joined[Int(lost)] = kept
    joining.append(lost)
  }

  /// Makes one part of those that links join, with the name of the first.
  mutating func joinParts() {
    let firsts = joining.map { names[Int(root($0))] }
    for (lost, first) in zip(joining, firsts) {
      joined[Int(lost)] = lost
      let other = names[Int(lost)]
      addRenamed(from: other)
      let held = part[Int(first)]
      let isLostGreater = sizes[Int(held)] < sizes[Int(lost)]
      let (kept, gone) = isLostGreater ? (lost, held) : (held, lost)
      relabel(from: isLostGreater ? first : other, as: kept)
      splice(first, other)
      sizes[Int(kept)] += sizes[Int(gone)]
      names[Int(kept)] = first
    }
    joining.removeAll(keepingCapacity: true)
  }

  private mutating func root(_ part: Int32) -> Int32 {
    var part = part
    while joined[Int(part)] != part {
      joined[Int(part)] = joined[Int(joined[Int(part)])]
      part = joined[Int(part)]
    }
    return part
  }

  // MARK: Rings of members

  /// Makes one ring of the two that two members are in.
  private mutating func splice(_ left: Int32, _ right: Int32) {
    let (afterLeft, afterRight) = (next[Int(left)], next[Int(right)])
    next[Int(left)] = afterRight
    previous[Int(afterRight)] = left
    next[Int(right)] = afterLeft
    previous[Int(afterLeft)] = right
  }

  private mutating func relabel(from start: Int32, as label: Int32) {
    var member = start
    repeat {
      part[Int(member)] = label
      member = next[Int(member)]
    } while member != start
  }

  private mutating func addRenamed(from start: Int32) {
    var member = start
    repeat {
      renamed.append(member)
      member = next[Int(member)]
    } while member != start
  }

  // MARK: Ends of links

  private func member(at end: Int32) -> Int32 {
    let link = links[Int(end >> 1)]
    return end & 1 == 0 ? link.left : link.right
  }

  private mutating func attach(_ end: Int32) {
    let member = Int(member(at: end))
    let head = firstEnd[member]
    nextEnd[Int(end)] = head
    previousEnd[Int(end)] = Self.none
    if head != Self.none { previousEnd[Int(head)] = end }
    firstEnd[member] = end
  }

  private mutating func detach(_ end: Int32) {
    let (before, after) = (previousEnd[Int(end)], nextEnd[Int(end)])
    if before == Self.none {
      firstEnd[Int(member(at: end))] = after
    } else {
      nextEnd[Int(before)] = after
    }
    if after != Self.none { previousEnd[Int(after)] = before }
  }
}
