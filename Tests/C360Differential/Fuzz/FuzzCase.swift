import C360Semantics

/// A random program with its random data: what a run reads, and the same rows typed.
public struct FuzzCase: Sendable {
  public let seed: UInt64
  /// Text of the script; it shows queries and writes no outputs.
  public let script: String
  /// CSV files by the path that the script names.
  public let files: [String: String]
  /// Cells by the name of the table or exposure, one a column of its contract.
  public let rows: [String: [[Value]]]
  /// Result columns whose floats carry rounding of `exp` and its like; all others agree bit by bit.
  public let inexactColumns: Set<String>

  /// The same seed gives the same case.
  public init(seed: UInt64) {
    var writer = ScriptWriter(seed: seed)
    writer.write()
    self.seed = seed
    script = writer.lines.joined(separator: "\n") + "\n"
    var files: [String: String] = [:]
    var rows: [String: [[Value]]] = [:]
    for table in writer.tables {
      rows[table.name] = table.rows
      if let path = table.path { files[path] = table.csv }
    }
    self.files = files
    self.rows = rows
    inexactColumns = writer.inexactColumns
  }

  private init(
    seed: UInt64, script: String, files: [String: String], rows: [String: [[Value]]],
    inexactColumns: Set<String>
  ) {
    self.seed = seed
    self.script = script
    self.files = files
    self.rows = rows
    self.inexactColumns = inexactColumns
  }

  /// The same case with the rows of every file in another order. Actions stay: their order means
  /// something.
  public func shuffled() -> FuzzCase {
    var random = SplitMix(state: seed &+ 0x5EED)
    var files = files
    for (path, text) in files.sorted(by: { $0.key < $1.key }) where !path.hasPrefix("offers") {
      let lines = text.split(separator: "\n").map(String.init)
      files[path] =
        (lines.prefix(1) + lines.dropFirst().shuffled(using: &random))
        .joined(separator: "\n") + "\n"
    }
    return FuzzCase(
      seed: seed, script: script, files: files, rows: rows, inexactColumns: inexactColumns)
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
