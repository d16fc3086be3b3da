import C360Fuzz
import C360Reference
import C360Semantics
import Testing

/// What the reference says of itself, without an engine.
@Suite struct FuzzScriptTests {
  @Test(arguments: 0..<25 as Range<UInt64>)
  func `random scripts check, and the reference runs them`(seed: UInt64) throws {
    let fuzz = FuzzCase(seed: seed)
    let program = try fuzz.program()
    if case .success(let results) = fuzz.reference(program) {
      #expect(results.count == program.shows.count)
    }
  }

  @Test func `choices of random policies move`() throws {
    var (still, moved) = (0, 0)
    for seed in 35..<50 as Range<UInt64> {
      let fuzz = FuzzCase(seed: seed)
      guard case .success(let found) = fuzz.shifts(try fuzz.program()) else { continue }
      for shift in found.flatMap(\.shifts) {
        if shift.mean > 0 { moved += 1 } else { still += 1 }
      }
    }
    #expect(still > 5)
    #expect(moved > 5)
  }

  /// The leak canary (semantics.md S5).
  @Test(arguments: 100..<115 as Range<UInt64>)
  func `what happens or becomes known later does not reach a decision`(seed: UInt64) throws {
    let fuzz = FuzzCase(seed: seed, atInstant: true)
    let program = try fuzz.program()
    let instant = try #require(fuzz.instant)
    let shown = program.shows.indices.filter { program.shows[$0].isOfMoments }
    // The moments, the policy, and each composition.
    #expect(shown.count >= 2)
    let honest = fuzz.reference(program)
    for tampering in FuzzCase.Tampering.allCases {
      let tampered = fuzz.tampered(after: instant, tampering).reference(program)
      // Sums over whole tables may overflow with other rows.
      guard case .success(let expected) = honest, case .success(let found) = tampered else {
        continue
      }
      for index in shown { #expect(expected[index].rows == found[index].rows) }
    }
  }

  @Test(arguments: 200..<210 as Range<UInt64>)
  func `order of rows changes nothing`(seed: UInt64) throws {
    let fuzz = FuzzCase(seed: seed)
    let program = try fuzz.program()
    guard case .success(let expected) = fuzz.reference(program),
      case .success(let found) = fuzz.shuffled().reference(program)
    else { return }
    for (one, other) in zip(expected, found) { #expect(one.rows == other.rows) }
  }
}

extension FuzzScriptTests {
  @Test(arguments: 300..<310 as Range<UInt64>)
  func `all times 800 years later change nothing but times`(seed: UInt64) throws {
    let (now, later) = (FuzzCase(seed: seed, cycles: 0), FuzzCase(seed: seed, cycles: 2))
    let program = try now.program()
    guard case .success(let expected) = now.reference(program),
      case .success(let found) = later.reference(try later.program())
    else { return }
    // Draws hang on the time. Two cycles, because `first per 2d` counts pairs of days.
    for index in program.shows.indices where !program.shows[index].isOfDecisions {
      let moved = found[index].rows.map { row in row.map { $0.moved(-2 * FuzzCase.calendarCycle) } }
      #expect(expected[index].rows == moved)
    }
  }
}

extension Value {
  func moved(_ microseconds: Int64) -> Value {
    if case .time(let time) = self { .time(time + microseconds) } else { self }
  }
}

extension Show {
  private static let deciders = [
    "p", "candidates(p)", "page", "wide", "trial", "contest", "whole",
  ]

  var isOfDecisions: Bool { Self.deciders.contains { span.text.hasPrefix("show \($0) ") } }

  /// Whether it shows what is decided or known at the exposure `moments`.
  var isOfMoments: Bool {
    (["show moments "] + Self.deciders.map { "show \($0) at moments " }).contains {
      span.text.hasPrefix($0)
    }
  }
}
