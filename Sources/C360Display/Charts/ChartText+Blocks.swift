import C360Diagnostics

extension Histogram {
  func lines(_ frame: inout TextFrame) -> [String] {
    series.count > 1 || series[0].name != nil ? ridges(&frame) : columns(&frame)
  }

  /// One series: a column a bin, counts to the left.
  private func columns(_ frame: inout TextFrame) -> [String] {
    frame.addHead("rows")
    let rows = frame.room(below: hasContexts ? 4 : 3)
    let values = series[0].values
    // Labels of counts first: bins take what is left.
    let widest = ValueText.grouped(values.count).utf8.count + 2
    let (edges, width) = bins(into: frame.width - widest - 2)
    let counts = Self.counts(values, edges)
    let top = Axis("rows", .count, low: 0, high: Double(counts.max() ?? 1))
    let (yAxis, yTicks) = top.rounded(most: max(2, min(6, rows / 2)))
    let labels = TextFrame.RowLabels(yTicks, yAxis, rows: rows, most: widest)
    let xAxis = Axis(axis.label, axis.quantity, low: edges[0], high: edges[edges.count - 1])
    let heights = counts.map { Self.eighths($0, yAxis.high, rows) }
    let starts = edges.map { Int((xAxis.fraction($0) * Double(width)).rounded()) }
    let lines = (0..<rows).map { row in
      var line = labels.text(row)
      for bin in counts.indices {
        line += Self.block(heights[bin], row, rows, starts[bin + 1] - starts[bin])
      }
      return line
    }
    return lines
      + TextFrame.columns(
        xAxis, indent: labels.width + 1, width: width, corner: "└", caption: axis.caption)
  }

  /// A histogram a series, each as high as its own greatest bin, under each other on one axis.
  private func ridges(_ frame: inout TextFrame) -> [String] {
    let room = frame.room(below: hasContexts ? 4 : 3)
    let each = max(1, min(4, room / series.count))
    // One line less where a note says that there are more.
    let shown = Array(series.prefix(series.count > room ? max(1, room - 1) : series.count))
    let counted = series.map { ValueText.grouped($0.values.count) }
    let countWidth = counted.reduce(0) { max($0, $1.utf8.count) }
    let names = series.map { ScreenText.truncated($0.name ?? "", columns: frame.width / 4) }
    let nameWidth = names.reduce(0) { max($0, ScreenText.width(of: $1)) }
    let indent = nameWidth + 2 + countWidth + 1
    let (edges, width) = bins(into: frame.width - indent - 1)
    let xAxis = Axis(axis.label, axis.quantity, low: edges[0], high: edges[edges.count - 1])
    let starts = edges.map { Int((xAxis.fraction($0) * Double(width)).rounded()) }
    var lines: [String] = []
    for (number, one) in shown.enumerated() {
      let counts = Self.counts(one.values, edges)
      let heights = counts.map { Self.eighths($0, Double(counts.max() ?? 1), each) }
      for row in 0..<each {
        let isLabelled = row == each - 1
        let name = Grid.Cell(isLabelled ? names[number] : "")
        let count = Grid.Cell(isLabelled ? counted[number] : "")
        let layout = CellLayout(isStyled: false)
        var line = layout.placed(name, nameWidth, toRight: false) + "  "
        line += layout.placed(count, countWidth, toRight: true) + " │"
        var blocks = ""
        for bin in counts.indices {
          blocks += Self.block(heights[bin], row, each, starts[bin + 1] - starts[bin])
        }
        line += Canvas.coloured(blocks.withoutTrailingBlanks, frame.isStyled ? number : nil)
        lines.append(line)
      }
    }
    if shown.count < series.count { frame.addNote("\(series.count - shown.count) more series") }
    return lines
      + TextFrame.columns(
        xAxis, indent: indent, width: width, corner: "└", caption: axis.caption)
  }

  private var hasContexts: Bool {
    switch axis.quantity {
    case .time, .date: true
    default: false
    }
  }

  /// Bins of at least two columns where there is room, and the columns that they take together.
  private func bins(into width: Int) -> (edges: [Double], width: Int) {
    var most = max(2, width / 2)
    var edges = edges(most: most)
    while edges.count - 1 > width, most > 1 {
      most /= 2
      edges = self.edges(most: most)
    }
    let each = max(1, width / (edges.count - 1))
    return (
      edges, hasContexts ? width : min(each, max(8, 24 / (edges.count - 1))) * (edges.count - 1)
    )
  }

  /// Height of a bin in eighths of a line; what is not 0 is seen.
  private static func eighths(_ count: Int, _ top: Double, _ rows: Int) -> Int {
    count == 0 ? 0 : max(1, Int((Double(count) / top * Double(8 * rows)).rounded()))
  }

  private static func block(_ eighths: Int, _ row: Int, _ rows: Int, _ width: Int) -> String {
    let above = eighths - 8 * (rows - 1 - row)
    let character: Character = above <= 0 ? " " : Blocks.rising[min(above, 8) - 1]
    return String(repeating: character, count: max(0, width))
  }
}

extension BarChart {
  func lines(_ frame: inout TextFrame) -> [String] {
    let layout = CellLayout(isStyled: false)
    let isSeveral = series.count > 1 || series.first.map { $0 != nil } == true
    let all = bars.flatMap { bar in
      bar.values.enumerated().compactMap { place, value in
        isSeveral && value == nil ? nil : (bar.label, place, value)
      }
    }
    var room = frame.room(below: 3)
    if all.count > room {
      room -= 1
      frame.addNote("… \(ValueText.grouped(all.count - room)) more bars")
    }
    let shown = Array(all.prefix(max(1, room)))
    let labels = shown.map {
      Grid.Cell(ScreenText.truncated($0.0, columns: frame.width / (isSeveral ? 4 : 3)))
    }
    let names = series.map {
      Grid.Cell(ScreenText.truncated($0 ?? "", columns: frame.width / 5))
    }
    let values = shown.map { Grid.Cell($0.2.map(valueText) ?? "null", isNull: $0.2 == nil) }
    let labelWidth = labels.reduce(0) { max($0, $1.width) }
    let nameWidth = names.reduce(0) { max($0, $1.width) }
    let valueWidth = min(values.reduce(0) { max($0, $1.width) }, frame.width / 4)
    let indent = labelWidth + (isSeveral ? nameWidth + 2 : 0) + valueWidth + 3
    let width = frame.width - indent
    var before: String?
    let lines = shown.enumerated().map { number, bar -> String in
      let isSame = isSeveral && bar.0 == before
      before = bar.0
      var line = layout.placed(isSame ? Grid.Cell("") : labels[number], labelWidth, toRight: false)
      if isSeveral { line += "  " + layout.placed(names[bar.1], nameWidth, toRight: false) }
      line += "  " + layout.placed(values[number], valueWidth, toRight: true) + " "
      let drawn = drawn(bar.2, width)
      return line + Canvas.coloured(drawn, frame.isStyled && isSeveral ? bar.1 : nil)
    }
    return lines
      + TextFrame.columns(
        axis, indent: indent - 1, width: width, corner: " ", caption: axis.caption)
  }

  /// The column of zero, where the bars begin.
  private func zero(_ width: Int) -> Int { Int((axis.fraction(0) * Double(width - 1)).rounded()) }

  private func drawn(_ value: Double?, _ width: Int) -> String {
    let zero = zero(width)
    let blanks = String(repeating: " ", count: zero)
    guard let value, value != 0 else { return blanks + "│" }
    let share = abs(axis.fraction(value) - axis.fraction(0))
    if value > 0 {
      let eighths = max(1, Int((share * Double(8 * (width - 1))).rounded()))
      let whole = min(eighths / 8, width - 1 - zero)
      let rest = whole < width - 1 - zero && eighths % 8 > 0
      let end = rest ? String(Blocks.growing[eighths % 8 - 1]) : ""
      return blanks + "│" + String(repeating: "█", count: whole) + end
    }
    let halves = max(1, Int((share * Double(2 * (width - 1))).rounded()))
    let whole = min(halves / 2, zero)
    let rest = whole < zero && halves % 2 > 0
    return String(repeating: " ", count: zero - whole - (rest ? 1 : 0)) + (rest ? "▐" : "")
      + String(repeating: "█", count: whole) + "│"
  }
}
