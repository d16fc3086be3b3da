import C360Columns
import C360Diagnostics
import Testing

@testable import C360Display

@Suite("charts: what holds for all of them")
struct ChartPropertyTests {
  static func chart(_ request: String, _ sample: Sample) throws -> Chart {
    try PlotRequest(request).chart(of: sample.batch, texts: sample.texts)
  }

  static let odd: [Scalar] = .floats(
    1e308, -1e308, 0, -0.0, Double.leastNonzeroMagnitude, 1, .nan, .infinity, -.infinity, nil, 0.1,
    -3, 1e15)

  static func table(_ random: inout SmallRandom) -> Sample {
    let rows = random.int(in: 0...40)
    var columns: [(String, LogicalType, [Scalar])] = []
    var number: (inout SmallRandom) -> Scalar = { .float($0.fraction() * 10 - 3) }
    if random.bool() { number = { odd[$0.int(in: 0...odd.count - 1)] } }
    columns.append(("x", .float, (0..<rows).map { _ in number(&random) }))
    columns.append(("y", .money("EUR"), (0..<rows).map { _ in number(&random) }))
    let edges: [Int64] = [.min, .max, 0, 1, 86_400_000_000, 1_767_225_600_000_000]
    let isOdd = random.bool()
    func whole(_ random: inout SmallRandom) -> Scalar {
      if random.int(in: 0...9) == 0 { return .null }
      return .int(
        isOdd ? edges[random.int(in: 0...5)] : Int64(random.int(in: 0...40)) * 3_600_000_000)
    }
    columns.append(("t", .time, (0..<rows).map { _ in whole(&random) }))
    columns.append(("w", .duration, (0..<rows).map { _ in whole(&random) }))
    columns.append(("n", .int, (0..<rows).map { _ in whole(&random) }))
    columns.append(("d", .date, (0..<rows).map { _ in whole(&random) }))
    columns.append(("g", .text, (0..<rows).map { _ in .text(random.text(3)) }))
    columns.append(("k", .text, (0..<rows).map { .text("row \($0)" + random.text(9)) }))
    return Sample(columns)
  }

  static let requests = [
    "", "hist x", "hist y by g", "hist t", "hist d by g", "hist w", "hist n", "line t y",
    "line d x y",
    "line x y by g", "line y", "line w n", "scatter x y", "scatter t n by g", "scatter n x y w",
    "bars g", "bars k x", "bars k x y", "bars k n by g", "bars g by k",
  ]

  @Test("no line is wider, none ends in a blank, no more lines than asked", arguments: requests)
  func size(request: String) throws {
    var random = SmallRandom(seed: 5)
    for _ in 0..<60 {
      let sample = Self.table(&random)
      let (width, height) = (random.int(in: 1...110), random.int(in: 1...40))
      let chart = try Self.chart(request, sample)
      let text = chart.text(width: width, height: height)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count <= max(height, TextFrame.leastHeight), "\(text)")
      for line in lines {
        #expect(ScreenText.width(of: line) <= max(width, TextFrame.leastWidth), "\(text)")
        #expect(line.last != " ", "\(text)")
        #expect(!line.unicodeScalars.contains(where: ScreenText.isObeyed))
      }
      let styled = chart.text(width: width, height: height, isStyled: true)
      #expect(
        styled.replacing(#/\u{1B}\[\d*m/#, with: "").split(separator: "\n").map {
          String($0).withoutTrailingBlanks
        } == text.split(separator: "\n").map(String.init))
      _ = chart.svg(width: width * 8, height: height * 20)
    }
  }

  static func reversed(_ sample: Sample, _ order: [Int]) -> Sample {
    Sample(
      sample.columns.map { column in
        (
          column.name, column.type,
          order.map { column.vector.scalar($0, texts: sample.texts) }
        )
      })
  }

  @Test(
    "rows in another order are the same chart",
    arguments: requests.filter { !$0.hasPrefix("bars k") && $0 != "" && $0 != "line y" })
  func order(request: String) throws {
    var random = SmallRandom(seed: 9)
    for _ in 0..<25 {
      let sample = Self.table(&random)
      var order = Array(0..<sample.batch.rowCount)
      for index in order.indices { order.swapAt(index, random.int(in: 0...order.count - 1)) }
      let other = Self.reversed(sample, order)
      let charts = try (Self.chart(request, sample), Self.chart(request, other))
      #expect(charts.0.text(width: 70, height: 20) == charts.1.text(width: 70, height: 20))
      #expect(charts.0.svg() == charts.1.svg())
    }
  }

  @Test("series in another order have the same dots")
  func seriesOrder() throws {
    var random = SmallRandom(seed: 21)
    func dots(_ text: String) -> [String] {
      text.split(separator: "\n").map { line in
        String(line.map { ("\u{2800}"..."\u{28FF}").contains($0) ? $0 : " " }).withoutTrailingBlanks
      }
    }
    for _ in 0..<25 {
      let sample = Sample(
        ["t", "a", "b", "c"].map { name in
          (
            name, name == "t" ? .int : .float,
            (0..<20).map { _ in
              name == "t" ? .int(Int64(random.int(in: 0...30))) : .float(random.fraction())
            }
          )
        })
      let one = try Self.chart("line t a b c", sample).text(width: 60, height: 18)
      let other = try Self.chart("line t c a b", sample).text(width: 60, height: 18)
      #expect(dots(one) == dots(other))
      #expect(dots(one).contains { $0.contains { $0 != " " } })
    }
  }

  @Test("every value is drawn or counted as left out")
  func counted() throws {
    let sample = Sample(
      ("x", .float, Self.odd), ("y", .int, Self.odd.indices.map { .int(Int64($0)) }))
    #expect(try Self.chart("hist x", sample).notes == ["left out: 1 null, 1 nan, 2 infinite"])
    #expect(try Self.chart("scatter y x", sample).notes == ["left out: 1 null, 1 nan, 2 infinite"])
    guard case .bins(let histogram) = try Self.chart("hist x", sample).content else {
      Issue.record("no histogram")
      return
    }
    #expect(histogram.series[0].values.count == Self.odd.count - 4)
  }

  @Test("bins hold each value once, whatever the range")
  func bins() throws {
    var random = SmallRandom(seed: 33)
    for _ in 0..<200 {
      let sample = Self.table(&random)
      for name in ["x", "y", "t", "w", "n", "d"] {
        guard case .bins(let histogram) = try Self.chart("hist \(name)", sample).content else {
          continue
        }
        let values = histogram.series[0].values
        let edges = histogram.edges(most: random.int(in: 1...60))
        #expect(edges.count >= 2)
        #expect(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }, "\(name) \(edges)")
        #expect(edges[0] <= values[0] && edges[edges.count - 1] >= values[values.count - 1])
        let counts = Histogram.counts(values, edges)
        #expect(counts.reduce(0, +) == values.count)
        for (bin, count) in counts.enumerated() {
          let isLast = bin == counts.count - 1
          #expect(
            count
              == values.count {
                $0 >= edges[bin] && ($0 < edges[bin + 1] || isLast && $0 == edges[bin + 1])
              })
        }
      }
    }
  }
}
