import C360
import C360Semantics
import Testing

/// The leak canary for each aggregate of the language (semantics.md S5): what happens or becomes known at the
/// decision or later is replaced by noise, left out and doubled, and the features stay the same bytes.
@Suite("S5: no aggregate sees what comes after the decision")
struct LeakRuleTests {
  /// Visible at the decision of 10 January: device, moment, known, value, weight, flag, kind.
  private static let visible = [
    "a,2026-01-02T00:00:00Z,2026-01-02T01:00:00Z,1.5,1,true,x",
    "a,2026-01-05T00:00:00Z,2026-01-09T00:00:00Z,-4,2,false,y",
    "b,2026-01-08T06:00:00Z,2026-01-08T06:00:00Z,7.25,3,true,x",
    "a,2026-01-09T08:00:00Z,2026-01-09T08:00:00Z,0.1,1,true,z",
    "b,2026-01-09T08:00:00Z,2026-01-09T23:59:59.999999Z,1e16,5,false,y",
    "a,2026-01-09T23:59:59.999999Z,2026-01-09T23:59:59.999999Z,3,4,true,y",
  ]
  /// Tied with the decision, later, known too late, and never known.
  private static let later = [
    "a,2026-01-10T00:00:00Z,2026-01-09T00:00:00Z,11,1,false,x",
    "b,2026-01-12T00:00:00Z,2026-01-09T00:00:00Z,12,1,false,w",
    "a,2026-01-09T23:00:00Z,2026-01-10T00:00:00Z,13,1,true,w",
    "b,2026-01-01T00:00:00Z,2026-01-20T00:00:00Z,14,1,false,v",
    "a,2026-01-09T22:00:00Z,,15,1,true,x",
  ]
  private static let noise = [
    "b,2026-01-10T00:00:00Z,2026-01-02T00:00:00Z,-1e300,9,true,q",
    "a,2026-01-11T00:00:00Z,2026-01-01T00:00:00Z,1e-300,8,false,a",
    "b,2026-01-09T23:30:00Z,2026-01-10T00:00:00Z,0,7,false,a",
    "a,2026-01-03T00:00:00Z,2026-02-20T00:00:00Z,1e16,6,true,b",
    "b,2026-01-04T00:00:00Z,,-1e16,1,false,c",
  ]

  /// The call of each aggregate, over plain events and, where it alone has a form, weighted ones.
  private static func call(_ function: AggregateFunction) -> String {
    let name = function.rawValue
    switch function {
    case .count: return "count(taps where flag)"
    case .any, .all: return "\(name)(taps.flag)"
    case .sum, .mean, .min, .max, .first, .last, .mode, .distinct, .median, .entropy, .slope,
      .approximateDistinct, .variance, .standardDeviation, .populationVariance,
      .populationStandardDeviation:
      return "\(name)(taps.value)"
    case .nth: return "nth(taps.value, -2)"
    case .share, .streak: return "\(name)(taps where flag)"
    case .ratio: return "ratio(taps.value, taps.weight)"
    case .decayedSum, .decayedMean: return "\(name)(taps.value, half_life: 5h)"
    case .decayedCount: return "decayed_count(taps, half_life: 5h)"
    case .quantile: return "quantile(taps.value, 0.3)"
    case .ewma: return "ewma(taps.value, alpha: 0.3)"
    case .fold: return "fold(taps, from: 0.5, step: 0.5 * acc + value)"
    case .top, .list: return "\(name)(taps.kind, 2)"
    case .histogram: return "histogram(taps.value, bounds: [0, 2])"
    case .meanGap, .medianGap, .minGap, .maxGap, .gapStandardDeviation: return "\(name)(taps)"
    case .effectiveCount: return "effective_count(seen)"
    }
  }

  private static let windows = [
    "all", "2d lag 1h", "last 3", "session(12h)", "calendar 1w", "36h every 12h",
    "since last(taps where kind == \"x\")",
  ]

  private func values(_ function: AggregateFunction, _ rows: [String]) throws -> [String] {
    let features = Self.windows.enumerated().map {
      "feature f\($0) = \(Self.call(function)) over \($1)"
    }
    let names = Self.windows.indices.map { "f\($0)" }.joined(separator: ", ")
    let columns = """
          moment: time @time
          known:  time? @known
          value:  float
          weight: int
          flag:   bool
          kind:   text
        }
      """
    let table = try Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text @key
          person: int @entity
          p: float @weight
          resolve weighted above 0.1
        }
        identity owners to person from "links.csv" {
          device: text @key
          person: int @entity
          p: float @weight
          resolve best above 0.1
        }
        events taps of person via owners from "taps.csv" {
          device: text @key
        \(columns)
        events seen of person via devices from "taps.csv" {
          device: text @key
        \(columns)
        profile people of person from "people.csv" { person: int @key }
        exposure end of person in people at @2026-01-10
        \(features.joined(separator: "\n"))
        show end | select person, \(names)
        """,
      files: [
        "links.csv": "device,person,p\na,1,0.5\nb,1,0.75\n", "people.csv": "person\n1\n",
        "taps.csv": (["device,moment,known,value,weight,flag,kind"] + rows).joined(separator: "\n")
          + "\n",
      ]
    ).run().shows[0]
    #expect(table.rowCount == 1)
    // Shortest texts of doubles tell all bits apart.
    return table.columnNames.indices.dropFirst().map { "\(table.value(0, $0))" }
  }

  @Test("S5: for every aggregate, in windows of every kind", arguments: AggregateFunction.allCases)
  func canary(_ function: AggregateFunction) throws {
    let honest = try values(function, Self.visible + Self.later)
    for tampered in [[], Self.later + Self.later, Self.noise, Self.noise + Self.later] {
      #expect(try values(function, Self.visible + tampered) == honest)
    }
    // Of what it may see, something shows in it.
    let others = [["a,2026-01-09T12:00:00Z,2026-01-09T12:00:00Z,9,1,true,u"], []].map {
      Array(Self.visible.prefix(1)) + $0
    }
    #expect(try others.contains { try values(function, $0) != honest })
  }
}
