import C360Semantics

/// A random program with its random data: what a run reads, and the same rows typed.
public struct FuzzCase: Sendable {
  public let seed: UInt64
  /// Text of the script; it shows queries and writes no outputs.
  public private(set) var script: String
  /// Result columns whose floats carry rounding of `exp` and its like; all others agree bit by bit.
  public let inexactColumns: Set<String>
  /// Whether rows may have no value (E0701).
  let mayFail: Bool
  var tables: [FuzzTable]
  /// Files of models by the path that the script names.
  let models: [String: String]

  /// Where all decisions of the exposure `moments` are taken, when that is one instant.
  public let instant: Int64?

  /// The length of the calendar's cycle, µs: 400 years.
  public static let calendarCycle: Int64 = 146_097 * 24 * DataMaker.hour

  /// The same seed gives the same case. `atInstant`: there is an exposure `moments` at one instant.
  /// `cycles`: all times are so many calendar cycles later, in a zone without summer time, and
  /// nothing shows the year. `atEdge`: times are where times are rare, for sure.
  public init(
    seed: UInt64, atInstant: Bool = false, cycles: Int64? = nil, atEdge: Bool = false
  ) {
    let edge = cycles == nil && !atInstant ? TimeEdge(seed: seed, isSure: atEdge) : nil
    var writer = ScriptWriter(seed: seed, cycles: cycles, edge: edge)
    writer.write(atInstant: atInstant)
    instant = writer.instant
    self.seed = seed
    script = writer.lines.joined(separator: "\n") + "\n"
    inexactColumns = writer.inexactColumns
    // At an edge sums of times and durations may leave the range.
    mayFail = writer.mayFail || edge != nil
    tables = writer.tables
    models = writer.models
  }

  /// CSV files and models by the path that the script names.
  public var files: [String: String] {
    Dictionary(tables.map { ($0.name + ".csv", $0.csv) }) { first, _ in first }
      .merging(models) { first, _ in first }
  }

  /// Cells by the name of the table or exposure, one a column of its contract.
  public var rows: [String: [[Value]]] {
    Dictionary(tables.map { ($0.name, $0.rows) }) { first, _ in first }
  }

  /// The same case with the rows of every file in another order. Actions stay: their order means
  /// something.
  public func shuffled() -> FuzzCase {
    var random = SplitMix(state: seed &+ 0x5EED)
    var result = self
    for index in tables.indices where tables[index].name != "offers" {
      result.tables[index].rows.shuffle(using: &random)
    }
    return result
  }

  /// The same case where everybody has granted everything since ever and nothing is hidden always; nil
  /// where a ledger has no entries for every channel.
  public func granted() -> FuzzCase? {
    var result = self
    var entities: Set<Value> = []
    for table in tables where table.name != "offers" {
      entities.formUnion(table.rows.map { $0[0] })
    }
    for (index, table) in tables.enumerated() where table.isLedger {
      if let channel = table.columns.last, channel.name == "channel", !channel.isOptional {
        return nil
      }
      let purposes = table.columns.firstIndex { $0.name == "purpose" } ?? 0
      let since = table.columns.firstIndex { $0.name == "granted_at" } ?? 0
      result.tables[index].rows = entities.flatMap { entity in
        ["ads", "other"].map { purpose in
          var row = table.columns.map { _ in Value.null }
          row[0] = entity
          row[purposes] = .text(purpose)
          row[since] = .time(-200 * 365 * 24 * DataMaker.hour)
          return row
        }
      }
    }
    let ledger = tables.contains { $0.name == "partners" } ? "ledger, " : ""
    result.script = script.replacing(
      "hide accounts.tier\n", with: "hide accounts.tier unless consent(\(ledger)\"ads\")\n")
    return result
  }

  public enum Tampering: CaseIterable, Sendable { case drop, double, noise }

  /// The same case with what no decision at `time` may see dropped, doubled or replaced: rows that
  /// happened or became known at that time or later (semantics.md S5). Exposures stay.
  public func tampered(after time: Int64, _ tampering: Tampering) -> FuzzCase {
    var random = SplitMix(state: seed &+ 0xCA9A)
    var result = self
    for index in tables.indices where !["offers", "sends"].contains(tables[index].name) {
      result.tables[index].rows = tables[index].rows.flatMap { row in
        guard tables[index].isHidden(row, at: time) else { return [row] }
        switch tampering {
        case .drop: return []
        case .double: return [row, row]
        case .noise: return [tables[index].noise(row, &random)]
        }
      }
    }
    return result
  }
}

/// SplitMix64: small, and the same on every host.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<T>(_ choices: [T]) -> T { choices[number(0...choices.count - 1)] }
}
