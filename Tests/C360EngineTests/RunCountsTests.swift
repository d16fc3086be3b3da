import Testing

@testable import C360Engine

/// Counts of partitions add up to those of the run.
@Suite struct RunCountsTests {
  /// Who adds a count decides in `merge` how those of partitions become one.
  @Test func everyCountIsMerged() {
    #expect(Mirror(reflecting: RunCounts()).children.count == 22)
    #expect(Mirror(reflecting: DecisionCounts()).children.count == 8)
    #expect(Mirror(reflecting: CompositionCounts()).children.count == 2)
  }

  @Test func whoActedAddsUp() {
    var counts = RunCounts()
    for rows in [[[1, 2], [3]], [[10, 20], [30]]] {
      var part = CompositionCounts()
      part.acted = rows
      part.decisions.rows = rows[0].reduce(0, +)
      var other = RunCounts()
      other.compositions = ["trial": part]
      counts.merge(other)
    }
    #expect(counts.compositions["trial"]?.acted == [[11, 22], [33]])
    #expect(counts.compositions["trial"]?.decisions.rows == 33)
  }

  @Test func shiftsAddUpExactly() {
    var counts = RunCounts()
    for distances in [[0, 0.1, 1], [], [0.2, 0.1]] {
      var part = DecisionCounts()
      part.shifts = [ShiftCounts()]
      for distance in distances { part.shifts[0].add(distance) }
      var other = RunCounts()
      other.decisions = ["p": part]
      counts.merge(other)
    }
    let found = counts.decisions["p"]?.shifts.first
    #expect(found?.moved == 4)
    #expect(found?.greatest == 1)
    // Added up in doubles it would be 1.4000000000000001 / 5.
    #expect(found?.mean(of: 5) == 0.28)
    #expect(ShiftCounts().mean(of: 0) == 0)
  }

  /// Every partition looks at all links, and at its own versions of profiles.
  @Test func linksAreCountedOnce() {
    var part = RunCounts()
    part.links = ["devices": LinkFindings()]
    part.links["devices"]?.tied = 2
    part.reversedVersions = ["homes": 1]
    var counts = RunCounts()
    for _ in 0..<3 { counts.merge(part) }
    #expect(counts.links["devices"]?.tied == 2)
    #expect(counts.reversedVersions == ["homes": 3])
  }

  @Test func monthsReachTheEdgesOf64Bits() {
    var counts = MonthCounts()
    for time in [Int64.min, .min + 86_399_999_998, -1, 0, .max] { counts.add(time) }
    #expect(
      counts.byMonth.map(\.month) == ["-290308-12", "1969-12", "1970-01", "+294247-01"])
    #expect(counts.total == 5)
  }

  @Test func aPurposeIsUnmentionedWhenNoPartMentionsIt() {
    var first = RunCounts()
    first.unmentionedPurposes = ["ledger": ["ads": ["mail"], "calls": ["mail"]]]
    var second = RunCounts()
    second.unmentionedPurposes = ["ledger": ["calls": ["ads"]]]
    second.mentionedPurposes = ["ledger": ["ads"]]
    var counts = RunCounts()
    counts.merge(first)
    counts.merge(second)
    #expect(counts.unmentionedPurposes == ["ledger": ["calls": ["ads", "mail"]]])
  }
}
