import Testing

@Suite("only what sinks need is in the plan")
struct PruningTests {
  @Test("no sink, no step")
  func empty() throws {
    #expect(try steps("feature n = count(orders)").isEmpty)
  }

  @Test("tables, columns and features that nobody asks for are left out")
  func unused() throws {
    let text = """
      feature n = count(orders)
      feature pages = distinct(clicks.page)
      show orders | group kind { total = sum(amount) }
      """
    #expect(
      try steps(text) == [
        "scan orders: amount, kind",
        "group the query: group: by kind: sum(amount)",
      ])
  }

  @Test("a group sees no order, so none is made; rows that are shown are in canonical order")
  func order() throws {
    #expect(try steps("sort", "show orders | group { n = count() }").isEmpty)
    #expect(
      try steps("sort", "show orders | where units > 1 | select kind") == [
        "sort the query: sort: by id, when, amount, units, kind"
      ])
    #expect(
      try steps("sort", "show orders | sort -amount | take 3 | select kind") == [
        "sort the query: sort: by -amount, id, when, amount, units, kind, the first 3"
      ])
  }

  @Test("columns that may fail are computed even when a later stage drops them")
  func failing() throws {
    #expect(
      try steps("derive", "show now | derive x = factor + 1 | group { n = count() }").isEmpty)
    let failing = "show orders | derive x = units * units | group { n = count() }"
    #expect(try steps("derive", failing) == ["derive orders: x := (units * units)"])
  }
}
