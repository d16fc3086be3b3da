import C360
import Testing

/// Jobs that need more than the rows of one entity are cut all the same: links are read before events,
/// and bounded decisions are made when all partitions are done.
@Suite("partitions of linked events and bounded decisions")
struct PartitionedJobTests {
  private static let features = """
    exposure days of person every 2d from @2026-01-03 through @2026-01-21 {
      outcome soon = any(clicks) within 2d
    }
    feature n = count(clicks) over 9d
    feature dwell = sum(clicks.dwell)
    feature newest = last(clicks.dwell)
    show days | select person, at, n, dwell, newest, soon
    output all = days | where n > 0 | select person, at, dwell to "all.csv"

    """

  private static func linked(
    _ resolve: String, known: Bool = true, versions: Bool = false, _ text: String = features
  ) -> Script {
    let isClusters = resolve.hasPrefix("clusters")
    var script = Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: int   \(isClusters ? "@left" : "@key")
          person: int   \(isClusters ? "@right" : "@entity")
          p:      float \(isClusters ? "" : "@weight")
        \(isClusters ? "  link 1 - p" : "")
        \(known ? "  since: time @known" : "")
          resolve \(resolve)
        }
        events clicks of person via devices from "clicks.csv" {
        \(versions ? "  id: int @id\n  gone: bool @retracted" : "")
          device:  int  @key
          clicked: time @time
          learned: time @known
          dwell:   float
        }

        """ + text)
    func day(_ number: Int) -> String { "2026-01-\(number < 10 ? "0" : "")\(number)T00:00:00Z" }
    script.files["links.csv"] =
      "device,person,p,since\n"
      + (0..<40).map { row in
        "\(row % 13),\(row * 5 % 11),0.\(11 + row * 3 % 5 * 4),\(day(1 + row % 19))"
      }
      .joined(separator: "\n") + "\n"
    script.files["clicks.csv"] =
      "id,gone,device,clicked,learned,dwell\n"
      + (0..<90).map { row in
        "\(row % 60),\(row % 17 == 3),\(row * 7 % 16),\(day(1 + row % 20)),\(day(2 + row % 23)),\(row)"
      }
      .joined(separator: "\n") + "\n"
    return script
  }

  @Test(
    "events of identifiers are linked as they are read",
    arguments: ["best above 0.15", "weighted above 0.12", "clusters above 0.2"], [true, false])
  func links(resolve: String, known: Bool) throws {
    let script = Self.linked(resolve, known: known)
    #expect(try PartitionComparison.compare(script).shown[0].contains("2026-01-21"))
  }

  @Test("versions of events are told apart before they are linked")
  func versionsOfLinked() throws {
    let script = Self.linked("best above 0.15", versions: true)
    #expect(try PartitionComparison.compare(script).shown[0].contains("true"))
  }

  @Test("events are there as they are in the file, too, and links say how sure they are")
  func rawEvents() throws {
    let script = Self.linked(
      "weighted above 0.12",
      Self.features + """
        feature sureness = confidence(person)
        show clicks | group device { n = count() } | sort device
        show days | group sure = sureness { rows = count() } | sort sure
        """)
    try PartitionComparison.compare(script)
  }

  private static func bounded(_ constraints: String, _ policy: String, _ show: String) -> Script {
    var script = Shop.script(
      """
      profile people of person from "people.csv" {
        person: int @key
        region: text?
      }
      actions offers from "offers.csv" {
        offer: text @key
        cost:  float
        none "nothing"
      }
      exposure sends of person in people every 9d from @2026-01-03 through @2026-02-20
      feature n = count(orders) over 30d
      feature spent = sum(orders.amount) over 30d
      objective value for offers { maximize gain = (spent ?? 0.0) * 0.1 + n - offers.cost * 0.5 }
      \(constraints)
      policy p for offers at sends {
        mask none
        objective value
        fallback "nothing"
      \(policy)
      }
      \(show)

      """)
    script.files["people.csv"] =
      "person,region\n"
      + (1...20).map { "\($0),\($0 % 3 == 0 ? "N" : "S")" }.joined(separator: "\n") + "\n"
    script.files["offers.csv"] = "offer,cost\ntea,1\ncake,3\n"
    return script
  }

  @Test("bounded decisions are made when all partitions are done")
  func bounds() throws {
    let script = Self.bounded(
      "constraint spend: sum(offers.cost) <= 9",
      "  subject to spend\n  choose softmax(temperature: 0.5)",
      """
      output log = p to "log.csv"
      output some = p | where action != "nothing" | select person, action, n to "some.csv"
      show p | group action { rows = count(); gain = sum(value) } | sort action
      show sends | select person, at, spent
      """)
    let shown = try PartitionComparison.compare(script).shown
    #expect(shown[0].contains("tea"))
  }

  @Test("bounds of each entity alone are kept within the partition")
  func entityBounds() throws {
    let script = Self.bounded(
      "constraint rest: count(where treated) <= 1 per person per 20d",
      "  subject to rest\n  choose greedy",
      "output log = p to \"log.csv\"\nshow p | group action { rows = count() } | sort action")
    try PartitionComparison.compare(script)
  }

  @Test("so are those of several policies under bounds on all of them, which a table has")
  func arbitration() throws {
    var script = Self.bounded(
      """
      limits room from "room.csv" { offer: text @key; most: int }
      constraint each: count(where treated) <= room.most per offers.offer
      policy q for offers at sends {
        mask none; objective value; choose threshold(offers.cost < 2.0); fallback "nothing"
      }
      arbitrate both of person at sends {
        mask none; subject to each; first q when n > 1; then best of p, q
      }
      """, "  choose greedy",
      """
      output log = both to "log.csv"
      show both | group policy, action { rows = count() } | sort policy, action
      """)
    script.files["room.csv"] = "offer,most\ntea,12\ncake,5\n"
    let shown = try PartitionComparison.compare(script).shown
    #expect(shown[0].contains("tea"))
  }

  @Test("no decisions that satisfy the bounds: the run fails as it does in memory")
  func clash() throws {
    let script = Self.bounded(
      "constraint most: count(where treated) >= 500", "  subject to most\n  choose greedy",
      "output log = p to \"log.csv\"")
    #expect(try PartitionComparison.compare(script).complaints.contains("E0730"))
  }
}
