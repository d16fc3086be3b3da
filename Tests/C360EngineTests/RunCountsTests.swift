import Testing

@testable import C360Engine

/// Counts of partitions add up to those of the run.
@Suite struct RunCountsTests {
  /// Who adds a count decides in `merge` how those of partitions become one.
  @Test func everyCountIsMerged() {
    #expect(Mirror(reflecting: RunCounts()).children.count == 19)
    #expect(Mirror(reflecting: DecisionCounts()).children.count == 5)
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
