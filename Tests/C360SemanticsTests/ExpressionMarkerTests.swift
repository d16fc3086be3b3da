import Testing

@testable import C360Semantics

@Suite("Diagnostics of expressions")
struct ExpressionMarkerTests {
  static let laws = [
    Marked(
      "E0311", "`within 7d` looks past the decision, and feature `a` cannot",
      "feature a = count(orders) ‹within 7d›"),
    Marked(
      "E0313", "this `count` does not say whether it looks back or ahead",
      "exposure e of customer at @2026-01-01 { outcome o = ‹count(orders)› }"),
    Marked(
      "E0322", "`offers.margin` has one value an action, and score `s` has not",
      "score s = ‹offers.margin› / 1 GBP"),
    Marked(
      "E0323", "`sends.bucket` belongs to one exposure, and feature `a` holds for every decision",
      "feature a = ‹sends.bucket›"),
    Marked(
      "E0325", "`at` cannot stand inside an aggregate",
      "feature a = max(‹at› - orders.ordered_at) over 7d"),
    Marked(
      "E0325", "`consent` cannot stand inside an aggregate",
      "feature a = count(orders where ‹consent(\"x\")›) over 7d"),
    Marked(
      "E0326", "in an aggregate the action may only be compared by `==` with a value of the event",
      "feature a for offers = count(orders where ‹amount > offers.cost›) over 7d"),
    Marked(
      "E0326", "the action cannot stand in what `sum` aggregates",
      "feature a for offers = sum(‹orders.amount - offers.cost›) over 7d"),
    Marked("E0327", "`at` needs a decision, and param `x` has none", "param x: time = ‹at›"),
    Marked("E0327", "feature `a` cannot use the score `s`", "score s = 1\nfeature a = ‹s› + 1"),
    Marked("E0327", "`ledger.purpose` is a column of a ledger", "feature a = ‹ledger.purpose›"),
    Marked(
      "E0327", "`a` needs a decision, and the rows of `orders` are none",
      "feature a = 1\nshow orders | where ‹a› > 0"),
    Marked(
      "E0415", "`count` is of many rows, and this is asked of each row by itself",
      "show orders | where ‹count()› > 1"),
    Marked(
      "E0415", "`sum` is of many rows, and this is asked of each row by itself",
      "show orders | group category { s = sum(amount) } | derive part = s / ‹sum(s)›"),
    Marked(
      "E0332", "this value does not carry `sensitive(gender)`",
      "feature a = declassify(accounts.birth_year, ‹sensitive(gender)›, because: \"x\")"),
    Marked(
      "E0332", "this is written `declassify(x, sensitive(label), because: \"…\")`",
      "feature a = ‹declassify(accounts.birth_year)›"),
  ]
  @Test(arguments: laws) func law(_ marked: Marked) { marked.expectDiagnostic() }

  static let types = [
    Marked("E0401", "this is `float`, and `int` is needed", "param x: int = ‹2.5›"),
    Marked(
      "E0401", "this is `float?`, and `float` is needed",
      "function f(x: float) -> float = x\nfeature a = f(‹mean(orders.quantity) over 7d›)"),
    Marked("E0402", "`+` does not take `text` and `int`", "feature a = \"x\" ‹+› 1"),
    Marked("E0402", "`<` does not take `bool` and `bool`", "feature a = true ‹<› false"),
    Marked(
      "E0403", "`>` needs one unit on both sides", "feature a = (sum(orders.amount) over 7d) ‹>› 3"),
    Marked("E0403", "`+` needs one unit on both sides", "feature a = 1 GBP ‹+› 1 USD"),
    Marked("E0403", "this is `float`, and `money(GBP)` is needed", "param x: money(GBP) = ‹3.5›"),
    Marked(
      "E0403", "`ln` does not take `money(GBP)`", "feature a = ‹ln(sum(orders.amount) over 7d)›"),
    Marked(
      "E0403", "the sides of `??` are `money(GBP)?` and `int`",
      "feature a = (mean(orders.amount) over 7d) ?? ‹0›"),
    Marked("E0404", "there is no function `avg`", "feature a = ‹avg›(orders.amount) over 7d"),
    Marked("E0404", "there is no function `sqroot`", "feature a = ‹sqroot›(4)"),
    Marked("E0405", "`abs` takes 1 argument, and here are 2", "feature a = ‹abs(1, 2)›"),
    Marked(
      "E0405", "`f` has no argument `y`", "function f(x: int) -> int = x\nfeature a = f(‹y›: 1)"),
    Marked("E0406", "`sqrt` does not take `text`", "feature a = ‹sqrt(\"x\")›"),
    Marked(
      "E0407", "the branches are `text` and `int`",
      "feature a = if consent(\"x\") then \"x\" else ‹1›"),
    Marked("E0408", "there is no type `string`", "param x: ‹string› = \"x\""),
    Marked("E0408", "money has a currency of three capitals", "param x: ‹money› = 3 GBP"),
    Marked("E0409", "nothing equals `null`", "feature a = ‹accounts.gender == null›"),
    Marked(
      "E0410", "`if` needs a condition, and this is `int`", "feature a = if ‹3› then 1 else 2"),
    Marked("E0411", "this `case` has no `else`", "feature a = ‹case { consent(\"x\"): 1 }›"),
    Marked("E0417", "a range stands after `in` only", "feature a = ‹1..2›"),
    Marked(
      "E0417", "a list is made of bool, int, float, money, text, time, date or duration",
      "feature a = [‹1mo›]"),
    Marked(
      "E0408", "a vector has 1 to 65536 elements, and says how many",
      "param a: ‹vector(0)› = [1, 2]"),
    Marked(
      "E0408", "a list is made of bool, int, float, text, time, date or duration",
      "param a: ‹list(money)› = [1, 2]"),
    Marked(
      "E0425", "this has 2 elements, and a `vector(3)` is needed", "param a: vector(3) = ‹[1, 2]›"),
    Marked(
      "E0425", "these vectors have 3 and 2 elements", "feature a = ‹dot(zeros(3), [1, 2])›"),
    Marked(
      "E0425", "these vectors have 3 and 2 elements", "feature a = zeros(3) ‹+› zeros(2)"),
    Marked(
      "E0425", "a `vector(3)` has no element 4", "feature a = element(zeros(3), ‹4›)"),
    Marked("E0417", "a list or a range is needed here", "feature a = month(at) in ‹3›"),
    Marked("E0418", "this has no type of which there can be values", "feature a = ‹null›"),
    Marked("E0419", "score `s` is `bool`, and a score is a number", "score s = ‹consent(\"x\")›"),
    Marked(
      "W0441", "this condition is always false, so one branch is never taken",
      "feature a = if ‹1 > 2› then 1 else 2"),
  ]
  @Test(arguments: types) func type(_ marked: Marked) { marked.expectDiagnostic() }

  static let aggregates = [
    Marked(
      "E0420", "`coverage` takes a feature with a window", "feature a = ‹coverage(accounts.gender)›"
    ),
    Marked(
      "E0420", "this window is no stretch of time with a start and an end",
      "feature a = count(orders) over last 3\nfeature b = ‹coverage(a)›"),
    Marked(
      "E0421", "a window is at most 10,000 years long",
      "feature a = count(orders) over ‹3_652_426d›"),
    Marked(
      "E0421", "a window is at most 10,000 years long", "feature a = count(orders) over ‹10_001y›"),
    Marked(
      "E0421", "a window is at most 10,000 years long",
      "feature a = count(orders) over ‹9_000_000_000_000_000_000mo›"),
    Marked(
      "E0421", "a calendar period is at most 10,000 years long",
      "feature a = count(orders) over calendar ‹40_001q›"),
    Marked(
      "E0421", "a calendar period is at most 10,000 years long",
      "feature a = count(orders) every calendar ‹521_776w›"),
    Marked(
      "E0421", "a lag is at most 10,000 years long",
      "param l: duration = 3_652_425d * 2\nfeature a = count(orders) over 7d lag ‹l›"),
    Marked(
      "E0421", "the gap of a session is at most 10,000 years long",
      "feature a = count(orders) over session(‹4_000_000d›)"),
    Marked(
      "E0421", "the period of `every` is at most 10,000 years long",
      "feature a = count(orders) over 7d every ‹120_001mo›"),
    Marked(
      "E0421", "a half-life is at most 10,000 years long",
      "feature a = decayed_count(orders, half_life: ‹4_000_000d›)"),
    Marked(
      "E0421", "a window is at most 10,000 years long",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) within ‹4_000_000d› }"),
    Marked("E0412", "a window has a length above 0", "feature a = count(orders) over ‹0d›"),
    Marked("E0412", "a window has a length above 0", "feature a = count(orders) over ‹-3d›"),
    Marked("E0412", "`last 0` holds no event", "feature a = count(orders) ‹over last 0›"),
    Marked(
      "E0412", "a lag below 0 would look past the decision",
      "param l: duration = -1d\nfeature a = count(orders) over 7d ‹lag l›"),
    Marked("E0412", "a half-life is above 0", "feature a = decayed_count(orders, half_life: ‹0d›)"),
    Marked(
      "E0412", "it ends before it starts",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) ‹after 7d within 7d› }"),
    Marked(
      "E0412", "it ends before it starts",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) ‹after 1mo within 30d› }"),
    Marked(
      "E0412", "it ends before it starts",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) ‹after 365d within 1y› }"),
    Marked(
      "E0412", "it ends before it starts",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) ‹after 3mo within 1q› }"),
    Marked(
      "E0412", "the gap of a session is above 0", "feature a = count(orders) over session(‹0d›)"),
    Marked(
      "E0412", "the period of `every` has a length above 0",
      "feature a = count(orders) over 7d every ‹0d›"),
    Marked(
      "E0413", "`every` looks back and `within` looks ahead",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) within 7d ‹every 1d› }"),
    Marked(
      "E0414", "`since last` ranges over events, and `accounts` is a profile",
      "feature a = count(orders) over since last(‹accounts›)"),
    Marked(
      "E0413", "`calendar` takes local days, weeks, months, quarters or years",
      "feature a = count(orders) over calendar ‹6h›"),
    Marked(
      "E0413", "`over` looks back and `within` looks ahead",
      "exposure e of customer at @2026-01-01 { outcome o = count(orders) within 7d ‹over 7d› }"),
    Marked("E0413", "`abs` is no aggregate and has no window", "feature a = abs(1) ‹over 7d›"),
    Marked("E0414", "this `sum` names no event table", "feature a = sum(‹amount›) over 7d"),
    Marked(
      "E0414", "this `sum` names two event tables",
      "feature a = sum(orders.quantity * int(‹clicks.page›)) over 7d"),
    Marked(
      "E0414", "`count` ranges over events, and `accounts` is a profile",
      "feature a = count(‹accounts›) over 7d"),
    Marked(
      "E0415", "`count` cannot stand inside another aggregate",
      "feature a = sum(orders.quantity * ‹count(orders)›) over 7d"),
    Marked(
      "E0415", "`count` cannot stand in function `f`",
      "function f(x: int) -> int = x + ‹count(orders)›"),
    Marked(
      "E0416", "`top` gives 1 to 1000 values", "feature a = top(orders.category, ‹0›)"),
    Marked(
      "E0416", "`histogram` needs bounds that are numbers and ascend",
      "feature a = histogram(orders.amount, bounds: ‹[3, 1]›)"),
    Marked(
      "E0416", "the bounds are `list(int)`, and the values `money(GBP)`",
      "feature a = histogram(orders.amount, bounds: ‹[1, 3]›)"),
    Marked(
      "E0416", "the bounds are `list(money(EUR))`, and the values `money(GBP)`",
      "feature a = histogram(orders.amount, bounds: ‹[1 EUR, 3 EUR]›)"),
    Marked(
      "E0412", "`last -1` holds no event", "feature a = count(orders) ‹over last -1›"),
    Marked(
      "E0416", "`sum` takes a number, a duration or a vector, and this is `text`",
      "feature a = sum(‹orders.category›) over 7d"),
    Marked(
      "E0416", "`sum` takes a number, a duration or a vector, and this is the table itself",
      "feature a = sum(‹orders›) over 7d"),
    Marked("E0416", "`share` needs a condition", "feature a = ‹share(orders)› over 7d"),
    Marked("E0416", "`decayed_sum` needs a half-life", "feature a = ‹decayed_sum(orders.amount)›"),
    Marked(
      "E0416", "`nth` takes a position from 1, or from -1 backwards",
      "feature a = nth(orders.amount, ‹0›)"),
  ]
  @Test(arguments: aggregates) func aggregate(_ marked: Marked) { marked.expectDiagnostic() }

  static let decisions = [
    Marked(
      "E0501", "policy `p` does not say its `mask`, `choose`",
      "objective o for offers { maximize t = offers.margin }\npolicy ‹p› for offers at sends { objective o; fallback \"no_contact\" }"
    ),
    Marked(
      "E0503", "mask `m` is for `coupons`, and this is for `offers`",
      "actions coupons from \"c.csv\" { k: text @key }\nmask m for coupons { hide clicks }\nobjective o for offers { maximize t = offers.margin }\npolicy p for offers at sends { mask ‹m›; objective o; choose greedy; fallback \"no_contact\" }"
    ),
    Marked(
      "E0507", "`ledger` is a consents table and cannot be hidden", "mask m { hide ‹ledger› }"),
    Marked(
      "E0507", "`sends.converted` is an outcome and cannot be hidden",
      "mask m { hide ‹sends.converted› }"),
    Marked(
      "E0508", "a condition of `hide` cannot read the feature `a`",
      "feature a = 1\nmask m { hide clicks unless ‹a› > 0 }"),
    Marked(
      "E0508", "a condition of `hide` cannot read `region`, which the mask hides",
      "mask m { hide accounts.region; hide clicks unless ‹accounts.region› == \"UK\" }"),
    Marked(
      "E0508", "an outcome cannot be hidden by a consent that must not hold",
      "mask m { hide orders unless not consent(\"x\") }\nexposure e of customer at @2026-01-01 { outcome o = ‹any(orders) within 7d› }\nshow e under m | select o"
    ),
    Marked("E0510", "only a policy can be asked at an exposure", "show orders at ‹sends›"),
    Marked("E0511", "this column needs a name", "show orders | select ‹amount * 2›"),
    Marked("E0511", "`orders_.*` stands for nothing", "show orders | select ‹orders_›.*"),
    Marked("E0512", "`take` takes a number of rows from 0", "show orders | take ‹-1›"),
    Marked(
      "E0512", "`amount` has one value a row, and a group has many rows",
      "show orders | group category { a = ‹amount› }"),
    Marked(
      "E0512", "`last` needs events in time, and the rows of a group have no such order",
      "show orders | group category { a = ‹last(amount)› }"),
    Marked(
      "E0554", "view `v` says itself at what exposure and under what mask it is",
      "mask m { hide orders }\nview v = accounts | take 1\nshow v under ‹m›"),
    Marked(
      "E0555", "`clicks` may have several rows of one `customer_id`",
      "show orders | join ‹clicks› on customer_id { page }"),
    Marked(
      "E0556", "`offers` has no column `customer_id`",
      "show orders | join offers on ‹customer_id›"),
    Marked(
      "E0224", "which quantile has to be known before the run",
      "show orders | group { q = quantile(amount, ‹amount›) }"),
    Marked(
      "E0556", "a key of `join` is a column of both sides, or `left == right`",
      "show orders | join clicks on ‹customer_id < customer_id› expand { page }"),
    Marked("E0551", "a share of rows is between 0 and 1", "show orders | sample ‹-10%›"),
    Marked("E0512", "`sample` takes a number of rows from 0", "show orders | sample ‹-1›"),
    Marked(
      "E0552", "a pivot names the values that become columns",
      "show orders | pivot ‹category not in [\"a\"]› { n = count() }"),
    Marked(
      "E0553", "a key of `window` makes no column",
      "show orders | window per ‹k› = category { n = count() }"),
    Marked(
      "E0511", "this column needs a name", "show orders | window { ‹count()› }"),
    Marked(
      "E0553", "`rank` is about rows in order, which only `window` has",
      "show orders | derive r = ‹rank›()"),
    Marked(
      "E0553", "`dense_rank` needs an order", "show orders | window { r = ‹dense_rank()› }"),
    Marked(
      "E0553", "`previous` looks at one row and has no frame",
      "show orders | window { r = previous(amount) ‹over last 2› }"),
    Marked(
      "E0553", "`median` ranges over whole partitions only",
      "show orders | window sort ordered_at { r = ‹median(amount) over last 2› }"),
    Marked(
      "E0553", "this is no frame of `window`",
      "show orders | window sort ordered_at { r = sum(amount) ‹within 2d› }"),
    Marked(
      "E0553", "a frame that moves with the row needs an order",
      "show orders | window { r = sum(amount) ‹over last 2› }"),
    Marked(
      "E0553", "a number of rows from 1 to 2147483647 is wanted here",
      "show orders | window sort ordered_at { r = sum(amount) over last ‹0› }"),
    Marked(
      "E0553",
      "a frame of time goes back along one ascending key that is a `time` or a `date`",
      "show orders | window sort -ordered_at { r = sum(amount) ‹over 2d› }"),
    Marked(
      "E0513", "`consent` could mean more than one table",
      "consents other of customer from \"o.csv\" { k: int @key; p: text @purpose; f: time @from }\nfeature a = ‹consent(\"x\")›"
    ),
    Marked(
      "E0507", "`orders.ordered_at` is what places an event of `orders` and cannot be hidden",
      "mask m { hide ‹orders.ordered_at› }"),
    Marked(
      "E0520",
      "rule `cap` reads a window over `orders` of which the mask hides events one by one",
      "feature n = count(orders) over 7d\nfeature m = 2 * (n ?? 0)\nmask k for offers { hide orders unless consent(\"a\", at: event); forbid cap when ‹m› > 3 }"
    ),
    Marked(
      "E0520",
      "constraint `most` reads a window over `orders` of which the mask hides events one by one",
      """
      feature n = count(orders) over 7d
      mask k for offers { hide orders unless consent("a", at: event) }
      objective v for offers { maximize one = 1 }
      constraint most: count(where treated) <= 3 - ‹n› ?? 0 per customer
      policy p for offers at sends { mask k; objective v; subject to most; choose greedy; fallback "none" }
      """),
    Marked(
      "E0523", "a consent is asked `at: event` or `at: run`",
      "mask m { hide orders unless consent(\"a\", at: ‹decision›) }"),
    Marked(
      "E0523", "`at: event` needs events, and feature `f` has none",
      "feature f = consent(\"a\", at: ‹event›)"),
    Marked(
      "E0523", "`at: event` hides events, and this line hides something else",
      "mask m { hide accounts.region unless ‹consent(\"a\", at: event)› }"),
    Marked(
      "E0523", "a consent at the event stands by itself or behind `and`",
      "mask m { hide orders unless ‹not consent(\"a\", at: event)› and consent(\"b\") }"),
    Marked(
      "E0524", "`ledger` knows no channels",
      "feature f = consent(\"a\", channel: ‹\"email\"›)"),
    Marked(
      "E0524", "a channel is a text, a param or a column of the action",
      "consents other of customer from \"o.csv\" { k: int @key; p: text @purpose; c: text @channel; f: time @from }\nfeature f = consent(other, \"a\", channel: ‹accounts.region›)"
    ),
    Marked("E0515", "`expect` names no table", "expect ‹1 < 2›"),
    Marked(
      "E0515", "`expect` is about the rows of one table, and this names `orders` and `clicks`",
      "expect orders.quantity > 0 and ‹clicks.page› != \"\""),
    Marked(
      "E0301", "the condition of `expect` can be null, and a null must not pass a gate",
      "expect ‹orders.rating > 0›"),
    Marked(
      "W0522", "all weights of `o` are 0, so every action is as good",
      "objective ‹o› for offers { maximize t = offers.margin weight 0 }"),
  ]
  @Test(arguments: decisions) func decision(_ marked: Marked) { marked.expectDiagnostic() }
}
