import Testing

@testable import C360Engine

@Suite struct LinkGraphTests {
  /// The first member of each part of a graph, by member.
  private static func names(_ count: Int, _ links: [LinkGraph.Link], _ isThere: [Bool]) -> [Int32] {
    var names = (0..<count).map { Int32($0) }
    var isChanging = true
    while isChanging {
      isChanging = false
      for (link, isThere) in zip(links, isThere) where isThere {
        let least = min(names[Int(link.left)], names[Int(link.right)])
        for end in [link.left, link.right] where names[Int(end)] != least {
          names[Int(end)] = least
          isChanging = true
        }
      }
    }
    return names
  }

  @Test("Links that come and go, several at a time: parts are named by their first members")
  func random() {
    var random = Random(7)
    for _ in 0..<200 {
      let count = 2 + random.below(14)
      var links: [LinkGraph.Link] = []
      for left in 0..<count - 1 {
        for right in left + 1..<count where random.chance(15) {
          links.append(LinkGraph.Link(left: Int32(left), right: Int32(right)))
        }
      }
      var isThere = [Bool](repeating: false, count: links.count)
      var graph = LinkGraph(identifiers: count, links: links) { $0 < $1 }
      var known = Self.names(count, links, isThere)
      for _ in 0..<20 {
        let changed = links.indices.filter { _ in random.chance(30) }
        for link in changed where isThere[link] { graph.remove(Int32(link)) }
        graph.nameParts()
        for link in changed where !isThere[link] { graph.add(Int32(link)) }
        graph.joinParts()
        for link in changed { isThere[link].toggle() }
        let wanted = Self.names(count, links, isThere)
        #expect((0..<count).map { graph.name(of: Int32($0)) } == wanted)
        let renamed = Set(graph.takeRenamed().map(Int.init))
        #expect((0..<count).allSatisfy { known[$0] == wanted[$0] || renamed.contains($0) })
        known = wanted
      }
    }
  }

  @Test("Links taken back one by one touch the parts that fall off, not the whole")
  func removals() {
    let count = 100_000
    let links = (1..<count).map { LinkGraph.Link(left: 0, right: Int32($0)) }
    var graph = LinkGraph(identifiers: count, links: links) { $0 < $1 }
    for link in links.indices { graph.add(Int32(link)) }
    graph.joinParts()
    #expect(graph.takeRenamed().count == count - 1)
    for link in links.indices {
      graph.remove(Int32(link))
      graph.nameParts()
      #expect(graph.takeRenamed() == [Int32(link + 1)])
    }
  }
}
