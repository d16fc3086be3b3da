import C360Columns
import C360Display

/// Tables with a request each, whose drawings are held word for word.
struct ChartCase: Sendable {
  let name: String
  let request: String
  let sample: Sample
  var zone = Zone.utc

  func chart() throws -> Chart {
    try PlotRequest(request).chart(of: sample.batch, texts: sample.texts, zone: zone)
  }

  static let width = 48
  static let height = 12

  private static let hour: Int64 = 3_600_000_000
  /// 2026-03-28T00:00:00Z, the day before the clocks of London go forward.
  private static let start: Int64 = 1_774_656_000_000_000

  private static let totals = Sample(
    ("region", .text, .texts("london", "northern ireland", "wales", nil, "お茶の国", "null")),
    ("total", .money("EUR"), .floats(1500.5, -320.25, 12, nil, 700, 0)))
  private static let months = Sample(
    ("month", .date, .ints(20454, 20454, 20485, 20485, 20513)),
    ("channel", .text, .texts("mail", "web", "mail", "web", "web")),
    ("share", .float, .floats(0.25, 0.5, 0.125, 0.3, 0.9)))
  private static let waits = Sample(
    ("at", .time, (0..<48).map { (row: Int64) -> Scalar in .int(start + row * hour) }),
    ("wait", .duration, (0..<48).map(wait)))
  /// Five minutes longer each hour until noon, then shorter.
  private static func wait(_ row: Int64) -> Scalar {
    let hour = row % 24
    return .int(min(hour, 24 - hour) * 300_000_000)
  }
  private static let counts = Sample(
    (
      "n", .int,
      [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 4].map { .int($0) }
    ), ("even", .bool, (0..<14).map { (row: Int) -> Scalar in .bool(row % 2 == 0) }))
  private static let curve = Sample(
    ("share", .float, (0...20).map { (row: Int) -> Scalar in .float(Double(row) / 20) }),
    (
      "gain", .float,
      (0...20).map { (row: Int) -> Scalar in .float(Double(row * (40 - row)) / 400) }
    ),
    ("chance", .float, (0...20).map { (row: Int) -> Scalar in .float(Double(row) / 20) }))
  private static let odd = Sample(
    ("x", .float, .floats(1e308, -1e308, 0, .nan, .infinity, nil)),
    ("y", .float, .floats(-1e308, 1e308, 0, 1, 1, 1)))

  static let all: [ChartCase] = [
    ChartCase(name: "bars, below zero and null", request: "", sample: totals),
    ChartCase(name: "bars side by side", request: "bars month share by channel", sample: months),
    ChartCase(name: "counted names", request: "bars channel", sample: months),
    ChartCase(name: "lines by group", request: "", sample: months),
    ChartCase(name: "a line over time", request: "", sample: waits),
    ChartCase(
      name: "a line over local time", request: "line at wait --title \"Waits in London\"",
      sample: waits, zone: Zone.named("Europe/London") ?? .utc),
    ChartCase(name: "histogram of whole numbers", request: "hist n", sample: counts),
    ChartCase(name: "histograms by group", request: "hist n by even", sample: counts),
    ChartCase(name: "histogram of floats", request: "hist gain", sample: curve),
    ChartCase(name: "histogram of durations", request: "hist wait", sample: waits),
    ChartCase(name: "curves", request: "line share gain chance", sample: curve),
    ChartCase(name: "points", request: "scatter share gain", sample: curve),
    ChartCase(
      name: "points of several series", request: "scatter share gain chance", sample: curve),
    ChartCase(name: "huge numbers", request: "", sample: odd),
    ChartCase(name: "histogram of huge numbers", request: "hist x", sample: odd),
    ChartCase(
      name: "one point", request: "line",
      sample: Sample(("x", .int, .ints(3)), ("y", .int, .ints(5)))),
    ChartCase(
      name: "one value many times", request: "hist", sample: Sample(("x", .float, .floats(3, 3, 3)))
    ),
    ChartCase(
      name: "nothing but nulls", request: "", sample: Sample(("x", .float, .floats(nil, .infinity)))
    ),
    ChartCase(name: "no rows", request: "", sample: Sample(("k", .text, []), ("x", .int, []))),
    ChartCase(
      name: "too many bars", request: "",
      sample: Sample(
        ("k", .text, (1...30).map { (row: Int) -> Scalar in .text("name \(row)") }),
        ("x", .int, (1...30).map { .int($0) }))),
  ]
}
