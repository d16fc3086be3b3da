import C360Diagnostics

extension Chart {
  /// The chart as an SVG document that needs nothing else, its size in pixels, at least 240 × 160.
  public func svg(width: Int = 720, height: Int = 420) -> String {
    var page = SVGPage(self, width: max(width, 240), height: max(height, 160))
    switch content {
    case .bins(let histogram): histogram.draw(on: &page)
    case .points(let points): points.draw(on: &page)
    case .bars(let bars): bars.draw(on: &page)
    case .nothing: page.drawing.text("nothing to draw", page.left, page.top + 20)
    }
    return page.document(self)
  }

  /// What is to be seen, in words.
  var description: String {
    var words: String
    switch content {
    case .bins(let histogram):
      let count = histogram.series.reduce(0) { $0 + $1.values.count }
      words = "Histogram of \(ValueText.grouped(count)) values over \(histogram.axis.caption)."
    case .points(let points):
      let count = points.series.reduce(0) { $0 + $1.points.count }
      words =
        "\(points.isJoined ? "Line chart" : "Scatter plot") of \(ValueText.grouped(count)) points: "
        + "\(points.y.caption) \(points.isJoined ? "over" : "against") \(points.x.caption)."
      let names = points.series.compactMap(\.name)
      if !names.isEmpty { words += " Series: \(names.joined(separator: ", "))." }
    case .bars(let bars):
      words = "Bar chart of \(ValueText.grouped(bars.bars.count)) bars by \(bars.labelName)."
    case .nothing: words = "Nothing to draw."
    }
    return ([words] + notes.map { "\($0)." }).joined(separator: " ")
  }
}

/// A page with title and notes; between them, within the margins, is what a chart draws.
struct SVGPage {
  var drawing: SVGDrawing
  /// Edges of the plot.
  var left: Double = 16
  var right: Double
  var top: Double
  var bottom: Double
  private(set) var notes: [String]

  init(_ chart: Chart, width: Int, height: Int) {
    drawing = SVGDrawing(width: Double(width), height: Double(height))
    notes = chart.notes
    right = Double(width) - 20
    top = 46
    bottom = Double(height) - 16 - 16 * Double(chart.notes.count)
    drawing.text(Self.cut(chart.title, Double(width) - 32, by: 9), 16, 26, isStrong: true)
  }

  mutating func add(note: String) {
    notes.append(note)
    bottom -= 16
  }

  func document(_ chart: Chart) -> String {
    var drawing = drawing
    for (place, note) in notes.enumerated() {
      drawing.text(note, 16, drawing.height - 12 - 16 * Double(notes.count - 1 - place))
    }
    return drawing.document(title: chart.title, description: chart.description)
  }

  /// A text that fits into so many pixels.
  static func cut(_ text: String, _ room: Double, by letter: Double = 7) -> String {
    ScreenText.truncated(CellText.oneLine(text), columns: max(1, Int(room / letter)))
  }

  func x(_ value: Double, _ axis: Axis) -> Double { left + axis.fraction(value) * (right - left) }
  func y(_ value: Double, _ axis: Axis) -> Double { bottom - axis.fraction(value) * (bottom - top) }

  // MARK: Axes

  /// Makes room for the horizontal axis below the plot.
  mutating func reserveAxis(_ axis: Axis) { bottom -= Self.hasContexts(axis) ? 54 : 40 }

  private static func hasContexts(_ axis: Axis) -> Bool {
    switch axis.quantity {
    case .time, .date: true
    default: false
    }
  }

  /// The horizontal axis below the plot, with lines upwards.
  mutating func drawAxis(_ axis: Axis, hasGrid: Bool) {
    let ticks = TextFrame.fitted(axis, max(10, Int((right - left) / 7)))
    var end = -Double.infinity
    for tick in ticks {
      let x = x(tick.value, axis)
      if hasGrid { drawing.line(x, top, x, bottom, isGrid: true) }
      drawing.line(x, bottom, x, bottom + 4)
      // Labels at the ends stay on the page.
      let half = SVGDrawing.textWidth(tick.label) / 2
      let middle = min(max(x, half + 2), drawing.width - half - 2)
      drawing.text(tick.label, middle, bottom + 17, .middle)
      if let context = tick.context, x - SVGDrawing.textWidth(context) / 2 > end {
        drawing.text(context, x, bottom + 32, .middle)
        end = x + SVGDrawing.textWidth(context) / 2
      }
    }
    drawing.line(left, bottom, right, bottom)
    let below = bottom + (Self.hasContexts(axis) ? 50 : 36)
    drawing.text(Self.cut(axis.caption, right - left), (left + right) / 2, below, .middle)
  }

  /// The vertical axis with its name above, lines across; sets `left`.
  mutating func drawRows(_ axis: Axis, _ ticks: [Axis.Tick], name: String) {
    let labels = ticks.reduce(0) { max($0, SVGDrawing.textWidth($1.label)) }
    left = 16 + min(labels, drawing.width / 4) + 8
    drawing.text(Self.cut(name, right - 16), 16, top)
    top += 12
    for tick in ticks {
      let y = y(tick.value, axis)
      drawing.line(left, y, right, y, isGrid: true)
      drawing.text(tick.label, left - 7, y + 4, .end)
    }
    drawing.line(left, top, left, bottom)
  }

  /// Names of series with their colours, as many lines as it takes.
  mutating func drawLegend(_ names: [String], isLine: Bool) {
    var x = 16.0
    for (series, name) in names.enumerated() {
      let text = Self.cut(name, (drawing.width - 60) / 2)
      let size = 26 + SVGDrawing.textWidth(text) + 12
      if x > 16, x + size > drawing.width - 16 {
        x = 16
        top += 18
      }
      if isLine {
        drawing.path([(x, top - 4), (x + 20, top - 4)], series: series)
      } else {
        drawing.rectangle(x + 6, top - 10, 10, 10, fill: SVGDrawing.colour(series))
      }
      drawing.text(text, x + 26, top)
      x += size
    }
    if !names.isEmpty { top += 22 }
  }
}
