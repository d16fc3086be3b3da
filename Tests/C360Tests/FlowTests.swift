import C360
import Foundation
import Testing

/// Queries about tables whose rows do not all fit in memory: rows go through the disk piece by piece, and
/// nothing that anybody sees depends on it.
@Suite("queries through the disk")
struct FlowTests {
  /// Rows with nulls, NaN (0 / 0), both zeros, ties and copies of each other.
  private static func script(_ text: String) -> Script {
    var csv = "customer,bought,amount,kind,points,vip\n"
    for row in 0..<150 {
      let amount = row % 11 == 0 ? "" : row % 13 == 0 ? "-0.0" : "\(Double(row * 37 % 50) / 4)"
      let kind = row % 9 == 0 ? "" : ["tea", "cake", "é", "Z"][row * 5 % 4]
      csv +=
        "\(row * 29 % 17),2026-01-\(10 + row * 7 % 19)T0\(row % 4):00:00Z,\(amount),\(kind),"
        + "\(row % 7 == 0 ? "" : "\(row * 31 % 40)"),\(row % 3 == 0)\n"
    }
    var people = "customer,region\n"
    for customer in 0..<17 where customer % 5 != 0 {
      people += "\(customer),\(["north", "south", ""][customer % 3])\n"
    }
    return Script(
      text: """
        entity person
        events orders of person from "orders.csv" {
          customer: int   @key
          bought:   time  @time
          amount:   float?
          kind:     text?
          points:   int?
          vip:      bool
          observed through @2026-02-28
        }
        profile people of person from "people.csv" {
          customer: int   @key
          region:   text?
        }
        \(text)

        """, files: ["orders.csv": csv, "people.csv": people])
  }

  private static let queries = [
    // Sorts, and what looks at their rows one by one.
    "orders",
    "orders | sort -amount | where points > 10 | derive half = amount / 2 | select kind, half",
    "orders | sort amount, kind | take 40 | skip 3 | where vip",
    "orders | sort -kind | sort amount | sort vip",
    "orders | sort kind | take 30 | sort -amount | skip 5",
    "orders | take 0",
    // Groups, with aggregates that can be told row by row and such that cannot.
    "orders | group customer, kind { n = count(); s = sum(amount); m = median(amount) } | sort -s",
    "orders | group zero = amount / amount { n = count(); f = min(bought); p = sum(points) }",
    "orders | group amount { n = count(); k = distinct(kind); v = any(vip) } | where n > 1",
    "orders | group kind { l = mode(points); t = top(customer, 2); s = stddev(amount) }",
    "orders | group { n = count(); m = median(amount); s = sum(points); k = distinct(kind) }",
    "orders | where amount > 99 | group { n = count(); m = median(amount) }",
    "orders | where amount > 99 | group kind { n = count(); m = median(amount) }",
    "orders | group vip { s = sum(if points > 20 then 1e300 else 1e-300); a = mean(amount) }",
    "orders | distinct kind, amount",
    "orders | distinct | sort -bought | select bought, kind",
    "orders | pivot kind in [\"tea\", \"é\"] per vip { n = count(); s = sum(amount) }",
    // Windows.
    """
    orders | window per kind sort bought, amount {
      n = row_number(); r = rank(); d = dense_rank(); p = previous(points); s = sum(amount)
      l = mean(points) over last 3; all = sum(amount) over all; f = first(customer)
    } | where n < 9
    """,
    "orders | window sort amount { n = row_number(); s = sum(points) over last 4 } | sort -n",
    "orders | sort -points | window per customer, vip { m = median(amount); most = max(points) }",
    "orders | where amount > 99 | window per kind sort bought { n = row_number() }",
    // Samples.
    "orders | sample 30% | select customer, amount, kind",
    "orders | select kind, vip | sample 30%",
    "orders | select kind, vip | sample 40 | sort kind | take 9",
    "orders | sort -bought | sample 1000 | take 7",
    // Joins.
    "orders | join people on customer { region } | sort region, -amount | take 20",
    "orders | join only people on customer | group region { n = count(); s = sum(amount) }",
    "people | join orders on customer expand { kind; points } | sort points, kind",
    "orders | join orders on kind expand { other = points } | group other { n = count() }",
    """
    orders | join (orders | group kind { total = sum(amount) }) on kind { total }
      | derive part = amount / total | sort -part | select part, kind
    """,
    "orders | describe",
  ]

  @Test("the same rows, counts and files as in memory", arguments: queries)
  func same(_ query: String) throws {
    let view = query.contains("join (") ? Self.withView(query) : query
    try PartitionComparison.compare(
      Self.script(
        view.hasPrefix("view")
          ? view
          : "output result = \(view) to \"result.csv\"\nshow \(view)"),
      partitions: [1, 2, 3], areTables: true)
  }

  /// A query in brackets as a view.
  private static func withView(_ query: String) -> String {
    let text = query.replacingOccurrences(
      of: "join (orders | group kind { total = sum(amount) })", with: "join totals")
    return """
      view totals = orders | group kind { total = sum(amount) }
      output result = \(text) to "result.csv"
      show totals
      """
  }

  @Test(
    "rows that several outputs look at are read once, and columns of one do not reach the other")
  func shared() throws {
    try PartitionComparison.compare(
      Self.script(
        """
        view dear = orders | where amount > 4 | derive twice = 2 * amount
        output a = dear | sort -twice | where vip to "a.csv"
        output b = dear | derive thrice = 3 * amount | group kind { t = max(thrice) } to "b.parquet"
        expect orders.customer < 100
        show dear | group { n = count() }
        show orders | where points > 3 | group vip { n = count() }
        """),
      partitions: [1, 2], areTables: true)
  }

  @Test(
    "the error is the one of a run in memory",
    arguments: [
      // The first row of the file, though the sort puts another first.
      "show orders | derive x = mod(7, points - 9) | sort amount | select x",
      // The earlier step fails at a later row.
      """
      show orders | derive x = mod(7, points - 3) | sort -points | derive y = mod(7, points - 31)
        | select x, y
      """,
      // Of the sorted rows.
      "show orders | sort -points | derive x = mod(7, points - 9) | select x",
      // The first aggregate, though the second one fails in an earlier group.
      """
      show orders | derive big = points * 200000000000000000
        | group customer { n = count(); a = sum(if customer > 9 then big else 0); b = sum(big) }
      """,
      """
      show orders | derive big = points * 200000000000000000
        | window per kind sort bought { n = row_number(); s = sum(big) }
      """,
      """
      show orders | derive big = points * 200000000000000000
        | window per customer { s = sum(big) }
      """,
      "expect orders.customer < 12 because \"few\"\nshow orders | sort amount",
      "show orders\nexpect orders.customer < 12",
      // A step of the second query stands before the third step of the first.
      """
      show orders | sort -points | derive x = mod(7, points - 9)
      show people | derive y = mod(7, customer - 3)
      """,
    ])
  func errors(_ text: String) throws {
    let complaints = try PartitionComparison.compare(
      Self.script(text), partitions: [1, 2, 3], areTables: true
    ).complaints
    #expect(complaints.contains("error["))
  }
}
