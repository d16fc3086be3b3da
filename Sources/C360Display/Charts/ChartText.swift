import C360Diagnostics

extension Chart {
  /// The chart for a terminal: no line is wider than `width`, and there are at most `height`.
  ///
  /// - Parameters:
  ///   - width: columns, at least 30.
  ///   - height: lines, at least 10; bars and few values take less.
  ///   - isStyled: whether escape sequences may tell series apart by colour.
  public func text(width: Int, height: Int, isStyled: Bool = false) -> String {
    var frame = TextFrame(self, width: width, height: height, isStyled: isStyled)
    let lines: [String] =
      switch content {
      case .bins(let histogram): histogram.lines(&frame)
      case .points(let points): points.lines(&frame)
      case .bars(let bars): bars.lines(&frame)
      case .nothing: ["(nothing to draw)"]
      }
    return frame.assembled(lines)
  }
}

extension PointChart {
  /// Marks of series whose points stand alone.
  static let marks: [Character] = ["●", "○", "×", "+", "■", "□", "◆", "◇"]
  /// Where several series meet.
  static let manyMark: Character = "*"

  func lines(_ frame: inout TextFrame) -> [String] {
    let isSeveral = series.count > 1
    frame.addHead(ScreenText.truncated(y.label, columns: frame.width))
    if isSeveral, !isJoined { frame.addHead(legend(frame)) }
    let isTime =
      if case .time = x.quantity { true } else if case .date = x.quantity { true } else { false }
    let rows = frame.room(below: isTime ? 4 : 3)
    let (yAxis, yTicks) = y.rounded(most: max(2, min(6, rows / 2)))
    let labels = TextFrame.RowLabels(yTicks, yAxis, rows: rows, most: frame.width / 3)
    let names =
      isJoined && isSeveral
      ? series.map { ScreenText.truncated($0.name ?? "", columns: frame.width / 4) } : []
    let nameWidth = names.reduce(0) { max($0, ScreenText.width(of: $1)) }
    let columns = frame.width - labels.width - 2 - (nameWidth > 0 ? nameWidth + 1 : 0)
    let canvas =
      isJoined || !isSeveral
      ? braille(columns, rows, yAxis) : marked(columns, rows, yAxis)
    let ends = names.isEmpty ? [:] : ends(rows, yAxis)
    var lines = (0..<rows).map { row in
      var line = labels.text(row) + canvas.text(row: row, isStyled: frame.isStyled && isSeveral)
      if let place = ends[row] {
        let drawn = (0..<columns).last { canvas[row, $0].character != " " } ?? -1
        line += String(repeating: " ", count: columns - 1 - drawn + 1)
        line += Canvas.coloured(names[place], frame.isStyled ? place : nil)
      }
      return line
    }
    lines += TextFrame.columns(
      x, indent: labels.width + 1, width: columns, corner: "└", caption: x.caption)
    return lines
  }

  private func legend(_ frame: TextFrame) -> String {
    var parts = series.enumerated().map { place, series in
      let mark = String(Self.marks[place % Self.marks.count])
      return (mark + " " + (series.name ?? ""), Optional(place))
    }
    parts.append((String(Self.manyMark) + " several", nil))
    var line = ""
    var used = 0
    for (text, place) in parts {
      let size = ScreenText.width(of: text) + (used > 0 ? 2 : 0)
      guard used + size <= frame.width else { break }
      line += (used > 0 ? "  " : "") + Canvas.coloured(text, frame.isStyled ? place : nil)
      used += size
    }
    return line
  }

  private func braille(_ columns: Int, _ rows: Int, _ yAxis: Axis) -> Canvas {
    var dots = BrailleCanvas(width: columns, height: rows)
    func place(_ point: Point) -> (column: Int, row: Int) {
      (
        Int((x.fraction(point.x) * Double(dots.dotColumns - 1)).rounded()),
        Int(((1 - yAxis.fraction(point.y)) * Double(dots.dotRows - 1)).rounded())
      )
    }
    for (number, series) in series.enumerated() {
      var last: (column: Int, row: Int)?
      for point in series.points {
        let next = place(point)
        dots.line(from: isJoined ? last ?? next : next, to: next, series: number)
        last = next
      }
    }
    return dots.canvas
  }

  private func marked(_ columns: Int, _ rows: Int, _ yAxis: Axis) -> Canvas {
    var canvas = Canvas(width: columns, height: rows)
    for (number, series) in series.enumerated() {
      for point in series.points {
        let row = TextFrame.RowLabels.row(point.y, yAxis, rows)
        let column = TextFrame.column(point.x, x, columns)
        let isOther = canvas[row, column].character != " " && canvas[row, column].series != number
        canvas[row, column] =
          isOther
          ? Canvas.Cell(character: Self.manyMark)
          : Canvas.Cell(character: Self.marks[number % Self.marks.count], series: number)
      }
    }
    return canvas
  }

  /// The row beside which the name of each series stands: that of its last point, or the nearest free.
  private func ends(_ rows: Int, _ yAxis: Axis) -> [Int: Int] {
    var ends: [Int: Int] = [:]
    let wished = series.enumerated().map { place, series in
      (row: TextFrame.RowLabels.row(series.points.last?.y ?? 0, yAxis, rows), place: place)
    }.sorted { $0 < $1 }
    for (row, place) in wished {
      let near = (0..<rows).filter { ends[$0] == nil }.min {
        (abs($0 - row), $0) < (abs($1 - row), $1)
      }
      if let near { ends[near] = place }
    }
    return ends
  }
}
