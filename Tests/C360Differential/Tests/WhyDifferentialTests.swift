import C360
import C360Columns
import C360Decisions
import C360Fuzz
import C360Reference
import C360Semantics
import Foundation
import Testing

/// Explanations of random policies: against the rows of the run and against the reference.
@Suite struct WhyDifferentialTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `equals the decision log bit for bit, and the reference`(seed: UInt64) throws {
    try hold("p", of: FuzzCase(seed: seed))
  }

  /// One explanation a position.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `positions of slates equal the decision log bit for bit`(seed: UInt64) throws {
    try hold("page", of: FuzzCase(seed: seed))
  }

  /// Nested in each other, at every row of every entity.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `compositions equal the decision log bit for bit`(seed: UInt64) throws {
    let fuzz = FuzzCase(seed: seed)
    for composition in try fuzz.program().compositions {
      let name = composition.name
      try fuzz.inSession(showing: name) { session in
        guard let log = try? session.run().shows.last else { return }
        for key in Set((0..<log.rowCount).map { log.value($0, log.place("customer")) }) {
          let rows = (0..<log.rowCount).filter { log.value($0, log.place("customer")) == key }
          let why = try session.why(policy: name, key: key.keyText, limit: 1000)
          #expect(why.decisions.count == rows.count)
          for (decision, row) in zip(why.decisions.reversed(), rows) {
            hold(decision.log, to: log, row)
            try hold(decision, of: name)
          }
        }
      }
    }
  }

  /// Who acts and with what probability follows from what is said of the nodes.
  private func hold(_ decision: Why.Decision, of name: String) throws {
    let log = Dictionary(uniqueKeysWithValues: decision.log.map { ($0.name, $0.value) })
    let course = try #require(decision.composed).course
    func probability(_ place: Int) -> Double {
      let node = course.nodes[place]
      func own(_ member: WatchedComposition.Member) -> Double {
        member.node.map(probability) ?? member.probability ?? .nan
      }
      guard node.isDrawn else { return own(node.members[node.acting]) }
      return node.members.filter { ($0.share ?? 0) > 0 }.reduce(0) {
        $0 + ($1.share ?? 0) * own($1)
      }
    }
    #expect(log["propensity"] == .float(probability(0)), "\(name)")
    #expect(log["policy"] == .text(decision.choice?.policy.name ?? "none"))
    guard let own = decision.choice?.course else { return }
    let chosen = own.candidates[own.chosen]
    #expect(course.action == chosen.name)
    #expect(log["value"] == chosen.value.map { .float($0) } ?? .null)
    #expect(log["eligible"] == .int(Int64(own.candidates.count { $0.value != nil })))
  }

  private func hold(_ policy: String, of fuzz: FuzzCase) throws {
    let program = try fuzz.program()
    guard program.policies.contains(where: { $0.name == policy }) else {
      #expect(policy == "page")
      return
    }
    let reference = try? fuzz.decisions(of: policy, program)
    try fuzz.inSession(showing: policy) { session in
      guard let log = try? session.run().shows.last else { return }
      for row in Set([0, log.rowCount / 2, log.rowCount - 1]) where log.rowCount > row && row >= 0 {
        guard case .int(let time) = log.value(row, 1) else { continue }
        let key = log.value(row, 0).keyText
        let why = try session.why(policy: policy, key: key, at: time, limit: 200)
        let same = (0..<log.rowCount).filter {
          log.value($0, 0) == log.value(row, 0) && log.value($0, 1) == .int(time)
        }
        #expect(why.decisions.count == same.count)
        // Numbers among equal (entity, time), and positions, stand in the order of the log.
        let decisions = why.decisions.sorted {
          ($0.number, $0.position ?? 0) < ($1.number, $1.position ?? 0)
        }
        for (decision, row) in zip(decisions, same) {
          let choice = try #require(decision.choice)
          hold(decision, choice, to: log, row)
          let expected = reference?.first {
            $0.time == time && $0.number == decision.number && $0.position == decision.position
              && $0.entity.isKey(log.value(row, 0))
          }
          if reference != nil { hold(choice.course, to: try #require(expected)) }
        }
      }
    }
  }

  /// Every column of the log, in its bits.
  private func hold(
    _ found: [(name: String, value: Scalar, type: LogicalType)], to log: ResultTable, _ row: Int
  ) {
    #expect(found.map(\.name) == log.columnNames)
    for (column, entry) in found.enumerated() {
      #expect(entry.value == log.value(row, column), "\(entry.name)")
    }
  }

  private func hold(
    _ decision: Why.Decision, _ choice: Why.Choice, to log: ResultTable, _ row: Int
  ) {
    let course = choice.course
    let chosen = course.candidates[course.chosen]
    func cell(_ name: String) -> Scalar {
      log.columnNames.firstIndex(of: name).map { log.value(row, $0) } ?? .null
    }
    hold(decision.log, to: log, row)
    #expect(cell("propensity") == .float(chosen.probability))
    #expect(cell("value") == chosen.value.map { .float($0) } ?? .null)
    #expect(cell("rank") == chosen.rank.map { .int(Int64($0)) } ?? .null)
    for (name, term) in zip(choice.policy.terms, chosen.terms) where chosen.value != nil {
      #expect(cell("term_\(name)") == term.map { .float($0) } ?? .null)
    }
    #expect(cell("eligible") == .int(Int64(course.candidates.count { $0.value != nil })))
  }

  private func hold(_ course: WatchedDecision, to expected: ReferenceDecision) {
    #expect(course.draw == expected.draw)
    #expect(course.candidates.count == expected.distribution.count)
    for (candidate, other) in zip(course.candidates, expected.distribution) {
      // `exp` of the reference is the host's.
      #expect(abs(candidate.probability - other.propensity) <= 1e-9)
    }
    #expect(course.isFallback == expected.isFallback)
  }
}

extension ResultTable {
  fileprivate func place(_ column: String) -> Int { columnNames.firstIndex(of: column) ?? 0 }
}

extension Scalar {
  fileprivate var keyText: String {
    switch self {
    case .int(let value): String(value)
    case .text(let value): value
    default: ""
    }
  }
}

extension Value {
  fileprivate func isKey(_ key: Scalar) -> Bool {
    switch (self, key) {
    case (.int(let own), .int(let other)): own == other
    case (.text(let own), .text(let other)): own.utf8.elementsEqual(other.utf8)
    default: false
    }
  }
}

extension FuzzCase {
  fileprivate func decisions(
    of name: String, _ program: Program
  ) throws -> [ReferenceDecision] {
    let data = ReferenceData(
      tables: program.tables.map { ReferenceTable(rows: rows[$0.name] ?? []) },
      exposures: program.exposures.map { ReferenceTable(rows: rows[$0.name] ?? []) })
    let policy = PolicyID(
      try #require(program.policies.firstIndex { $0.name == name }))
    return try ReferenceInterpreter(program: program, data: data)
      .decisions(policy, at: program[policy].exposure)
  }

  /// - Parameter showing: what decides; its log is the last result of a run.
  fileprivate func inSession(showing name: String, _ body: (Session) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "c360-why-\(seed)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (path, text) in files {
      try text.write(to: folder.appending(path: path), atomically: false, encoding: .utf8)
    }
    var options = SessionOptions()
    options.runTime = runTime
    options.seed = seed
    options.spillPartitions = [nil, 3][Int(seed % 2)]
    try body(
      Session(
        text: script + "\nshow \(name)\n", name: "fuzz-\(seed).c360", directory: folder.path,
        options: options))
  }
}
