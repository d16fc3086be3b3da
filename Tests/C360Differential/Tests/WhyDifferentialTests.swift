import C360
import C360Columns
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

  private func hold(_ policy: String, of fuzz: FuzzCase) throws {
    guard let shows = try? fuzz.engine() else { return }
    let program = try fuzz.program()
    guard
      let place = program.shows.firstIndex(where: {
        $0.span.text.hasPrefix("show \(policy) | select")
      })
    else {
      #expect(policy == "page")
      return
    }
    let log = shows[place]
    let reference = try? fuzz.decisions(of: policy, program)
    try fuzz.inSession { session in
      for row in Set([0, log.rowCount / 2, log.rowCount - 1]) where log.rowCount > row && row >= 0 {
        guard case .int(let time) = log.value(row, 1) else { continue }
        let key: String
        switch log.value(row, 0) {
        case .int(let value): key = String(value)
        case .text(let value): key = value
        default: continue
        }
        let why = try session.why(policy: policy, key: key, at: time, limit: 200)
        let same = (0..<log.rowCount).filter {
          log.value($0, 0) == log.value(row, 0) && log.value($0, 1) == .int(time)
        }
        #expect(why.decisions.count == same.count)
        // Numbers among equal (entity, time), and positions, stand in the order of the log.
        let decisions = why.decisions.sorted {
          ($0.course.number, $0.course.position ?? 0) < ($1.course.number, $1.course.position ?? 0)
        }
        for (decision, row) in zip(decisions, same) {
          hold(decision, to: log, row, terms: why.terms)
          let expected = reference?.first {
            $0.time == time && $0.number == decision.course.number
              && $0.position == decision.course.position
              && $0.entity.isKey(log.value(row, 0))
          }
          if reference != nil { hold(decision, to: try #require(expected)) }
        }
      }
    }
  }

  private func hold(
    _ decision: Why.Decision, to log: ResultTable, _ row: Int, terms: [String]
  ) {
    let course = decision.course
    let chosen = course.candidates[course.chosen]
    func cell(_ name: String) -> Scalar {
      log.columnNames.firstIndex(of: name).map { log.value(row, $0) } ?? .null
    }
    for entry in decision.log where entry.name != "customer" && entry.name != "at" {
      if log.columnNames.contains(entry.name) { #expect(entry.value == cell(entry.name)) }
    }
    #expect(cell("propensity") == .float(chosen.probability))
    #expect(cell("value") == chosen.value.map { .float($0) } ?? .null)
    #expect(cell("rank") == chosen.rank.map { .int(Int64($0)) } ?? .null)
    for (name, term) in zip(terms, chosen.terms) where chosen.value != nil {
      #expect(cell("term_\(name)") == term.map { .float($0) } ?? .null)
    }
    #expect(cell("eligible") == .int(Int64(course.candidates.count { $0.value != nil })))
  }

  private func hold(_ decision: Why.Decision, to expected: ReferenceDecision) {
    let course = decision.course
    #expect(course.draw == expected.draw)
    #expect(course.candidates.count == expected.distribution.count)
    for (candidate, other) in zip(course.candidates, expected.distribution) {
      // `exp` of the reference is the host's.
      #expect(abs(candidate.probability - other.propensity) <= 1e-9)
    }
    #expect(course.isFallback == expected.isFallback)
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

  fileprivate func inSession(_ body: (Session) throws -> Void) throws {
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
        text: script, name: "fuzz-\(seed).c360", directory: folder.path, options: options))
  }
}
