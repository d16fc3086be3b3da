import Testing

@testable import C360Semantics

@Suite("Diagnostics of names and declarations")
struct NameMarkerTests {
  static let names = [
    Marked("E0201", "there is no `spent` here", "feature a = ‹spent› + 1"),
    Marked(
      "E0201", "there is no entity `client`",
      "events e of ‹client› from \"e.csv\" { k: int @key; t: time @time }"),
    Marked(
      "E0201", "there is no template `rmf`",
      "use std.rfm\napply ‹rmf›(orders, orders.amount, 7d) as r"),
    Marked("E0201", "`orders` has no column `total`", "feature a = sum(‹orders.total›) over 7d"),
    Marked(
      "E0201", "`sends` has no column `arm`", "score s = if ‹sends.arm› == \"a\" then 1 else 0"),
    Marked(
      "E0201", "there is no `r.frequence`",
      "use std.rfm\napply rfm(orders, orders.amount, 7d) as r\nfeature a = ‹r.frequence› + 1"),
    Marked(
      "E0201", "there is no `revenue` here: it is an outcome of `sends`",
      "show orders | where ‹revenue› > 1 GBP"),
    Marked("E0201", "there is no `ofers` here", "feature a for ‹ofers› = 1"),
    Marked("E0202", "`orders` is declared twice", "feature ‹orders› = 1"),
    Marked(
      "E0202", "`clamp` is built in and cannot be declared again",
      "function ‹clamp›(x: int) -> int = x"),
    Marked(
      "E0202", "`r` is declared twice",
      "use std.rfm\nfeature r = 1\napply rfm(orders, orders.amount, 7d) as ‹r›"),
    Marked(
      "E0203", "`amount` could be a column of `orders` or a param",
      "param amount: int = 1\nfeature a = count(orders where ‹amount› > 1 GBP) over 7d"),
    Marked(
      "E0204", "`sends` is an exposure, and an actions table is needed here",
      "feature a for ‹sends› = 1"),
    Marked("E0204", "`orders` is an event table, not a value", "feature a = ‹orders› + 1"),
    Marked("E0204", "`cap` has no members", "param cap: int = 1\nfeature a = ‹cap.size› + 1"),
    Marked(
      "E0204", "`cap` is a param and cannot be called", "param cap: int = 1\nfeature a = ‹cap›(1)"),
    Marked("E0205", "there is no module `std.rmf` in the standard library", "use ‹std.rmf›"),
    Marked(
      "E0205", "`./none.c360` cannot be used: there is no file `./none.c360`",
      "use ‹\"./none.c360\"›"),
    Marked("E0207", "`a` depends on itself", "feature a = b + 1\nfeature b = ‹a› + 1"),
    Marked("E0207", "function `f` calls itself", "function ‹f›(x: int) -> int = f(x)"),
    Marked(
      "E0207", "template `t` applies itself",
      "template t(w: duration) { apply ‹t›(w) as inner }\napply t(7d) as outer"),
    Marked(
      "E0208", "`scorecard` is not in this version of c360",
      "feature a = ‹scorecard›(orders.amount) over 7d"),
    Marked(
      "E0208", "the role `@position` is not in this version of c360",
      "events e of customer from \"e.csv\" { k: int @key; t: time @time; i: text ‹@position› }"),
    Marked(
      "E0208", "the type `id` is not in this version of c360",
      "events e of customer from \"e.csv\" { k: int @key; t: time @time; i: ‹id(customer)› }"),
    Marked(
      "E0325", "`accounts.region` cannot stand in the filter of an aggregate",
      "feature a = count(orders where category == ‹accounts.region›) over 7d"),
    Marked(
      "E0209", "there is no time zone `Europe/Londn`", "edition 2026\ntimezone ‹\"Europe/Londn\"›"),
    Marked(
      "E0210", "a file says its `timezone` once",
      "edition 2026\ntimezone \"UTC\"\n‹timezone \"UTC\"›"),
    Marked(
      "E0210", "there are two rules named `r`",
      "param off: bool = true\nmask m for offers { forbid r when off; forbid ‹r› when not off }"),
    Marked(
      "E0210", "there are two terms named `t`",
      "objective o for offers { maximize t = offers.margin; maximize ‹t› = offers.cost }"),
    Marked(
      "E0210", "there are two outcomes named `a`",
      "exposure e of customer at @2026-01-01 { outcome a = any(orders) within 7d; outcome ‹a› = any(clicks) within 7d }"
    ),
  ]

  @Test(arguments: names) func name(_ marked: Marked) { marked.expectDiagnostic() }

  static let declarations = [
    Marked(
      "E0211", "an event table needs a column with the role `@time`",
      "events ‹e› of customer from \"e.csv\" { k: int @key }"),
    Marked(
      "E0211", "a consents table needs a column with the role `@purpose`",
      "consents ‹e› of customer from \"e.csv\" { k: int @key; f: time @from }"),
    Marked(
      "E0211", "a profile whose versions expire needs a column with the role `@from`",
      "profile p of customer from \"p.csv\" { k: int @key; a: int?; ‹expires after 1y› }"),
    Marked(
      "E0211", "a table with `@retracted` rows needs a column with the role `@id`",
      "events e of customer from \"e.csv\" { k: int @key; t: time @time; ‹r›: bool @retracted }"),
    Marked(
      "E0212", "an actions table has no role `@time`",
      "actions e from \"e.csv\" { k: int @key; t: time ‹@time› }"),
    Marked(
      "E0212", "`@known` already says when an event was learned of",
      "events e of customer from \"e.csv\" { k: int @key; t: time @time; l: time @known; ‹arrives within 2h› }"
    ),
    Marked(
      "E0212", "this role is written @sensitive(label)",
      "profile e of customer from \"e.csv\" { k: int @key; g: text? ‹@sensitive› }"),
    Marked(
      "E0213", "the column `@time` has to be `time`",
      "events e of customer from \"e.csv\" { k: int @key; ‹t›: date @time }"),
    Marked(
      "E0213", "the column `@key` cannot be null",
      "events e of customer from \"e.csv\" { ‹k›: int? @key; t: time @time }"),
    Marked(
      "E0214", "`plan` has no value while an entity has no row",
      "profile e of customer from \"e.csv\" { k: int @key; ‹plan›: text }"),
    Marked("E0215", "the value of `x` is not in `0..1`", "param x: float in 0..1 = ‹1.5›"),
    Marked(
      "E0215", "this range holds nothing: it ends before it starts",
      "param x: float in ‹1..0› = 0.5"),
    Marked("E0215", "values of type `bool` have no order", "param x: bool in ‹false..true› = true"),
    Marked(
      "E0217", "this argument is no `events`",
      "use std.rfm\napply rfm(‹accounts›, orders.amount, 7d) as r"),
    Marked(
      "E0217", "this column is `text`, and a column of `number` is needed",
      "use std.rfm\napply rfm(orders, ‹orders.category›, 7d) as r"),
    Marked(
      "E0209", "there is no time zone `Europe/Londn`",
      "events e of customer from \"e.csv\" {\n  timezone ‹\"Europe/Londn\"›\n  k: int @key; t: time @time\n}"
    ),
    Marked(
      "E0210", "there are two items named `timezone`",
      "events e of customer from \"e.csv\" { timezone \"UTC\"; ‹timezone \"UTC\"›; k: int @key; t: time @time }"
    ),
    Marked(
      "E0218", "`timezone` does not belong to an exposure without a file",
      "exposure e of customer at @2026-01-01 { ‹timezone \"UTC\"› }"),
    Marked(
      "E0218", "an outcome does not belong to an event table",
      "events e of customer from \"e.csv\" { k: int @key; t: time @time; ‹outcome o = any(orders) within 7d› }"
    ),
    Marked(
      "E0218", "an exposure without a file has no columns of its own",
      "exposure e of customer at @2026-01-01 { ‹k: int @key› }"),
    Marked(
      "E0219", "the keys of `customer` have two types",
      "events e of customer from \"e.csv\" { ‹k›: text @key; t: time @time }"),
    Marked(
      "E0219", "no table says who there is of `shop`",
      "entity shop\nexposure ‹e› of shop at @2026-01-01"),
    Marked(
      "E0220", "this exposure ends before it starts",
      "exposure e of customer every 7d from @2026-02-01 through ‹@2026-01-01›"),
    Marked(
      "E0220", "this table is observed to an end before its start",
      "events e of customer from \"e.csv\" { k: int @key; t: time @time; observed from @2026-02-01; "
        + "‹observed through @2026-01-31› }"),
    Marked(
      "E0223", "two outputs write to `./a.csv`",
      "output a = orders to \"a.csv\"\noutput b = orders to ‹\"./a.csv\"›"),
    Marked(
      "E0224", "the value of a param has to be known before the run", "param x: float = ‹ln(2)›"),
    Marked(
      "E0324", "`shops` is about `shop`, and `customer` is needed",
      "entity shop\nprofile shops of shop from \"s.csv\" { k: int @key }\nexposure e of customer in ‹shops› at @2026-01-01"
    ),
  ]

  @Test(arguments: declarations) func declaration(_ marked: Marked) { marked.expectDiagnostic() }

  @Test func ledgersOfManyFilesJoinOneNamespace() throws {
    let files = [
      "tables/shops.c360":
        "edition 2026\ntimezone \"Europe/London\"\nentity shop\nuse \"sales.c360\"",
      "tables/sales.c360":
        "edition 2026\nevents sales of shop from \"sales.csv\" { shop_id: int @key; sold_at: time @time }",
    ]
    let result = checked(
      "edition 2026\nuse \"./tables/shops.c360\"\nuse \"tables/sales.c360\"\n"
        + "feature busy = count(sales) over 7d", files: files)
    #expect(result.report == "")
    let table = try #require(result.program).tables[0]
    #expect(table.source.directory == "tables")
    #expect(table.timezone == "UTC")
  }

  @Test func filesInACircleAreAnError() {
    let files = [
      "a.c360": "edition 2026\nuse \"b.c360\"", "b.c360": "edition 2026\nuse \"a.c360\"",
    ]
    let result = checked("edition 2026\nuse \"a.c360\"", files: files)
    #expect(
      result.report == """
        2:5 "a.c360" E0206 `a.c360` uses itself
          2:5 "b.c360" by way of this
          ? move what both need into a file of its own
        """)
  }

  @Test func anUnknownNameIsComplainedOfOnce() {
    let result = checked(
      script("feature a = spent + 1\nfeature b = spent + 2\nfeature c = spend + 1"))
    #expect(
      result.report == """
        50:13 spent E0201 there is no `spent` here
          51:13 spent and here
        52:13 spend E0201 there is no `spend` here
        """)
  }

  @Test func errorsOfDeclarationsSilenceTheirUsers() {
    let result = checked(
      script(
        """
        events bad of customer from "bad.csv" { k: int @key; t: wrong @time }
        use std.rfm
        apply rfm(bad, bad.x, 7d) as r
        fit budget for offers on sends { learner outcome }
        feature a = count(bad) over 7d
        feature b = a + r.frequency
        show bad | where r.recency > 3d
        feature c = budget + 1
        expect bad.x > 3
        """))
    #expect(result.codes == ["E0408", "E0116"])
  }
}
