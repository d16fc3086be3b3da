extension PointChart {
  /// Points that are drawn one by one in a line; beyond, the line says it.
  private static let fewPoints = 60

  func draw(on page: inout SVGPage) {
    if series.count > 1 {
      page.drawLegend(series.map { $0.name ?? "" }, isLine: isJoined)
    }
    page.reserveAxis(x)
    let (yAxis, ticks) = y.rounded(most: max(2, min(8, Int((page.bottom - page.top) / 40))))
    page.drawRows(yAxis, ticks, name: y.caption)
    page.drawAxis(x, hasGrid: true)
    for (number, series) in series.enumerated() {
      let places = series.points.map { (x: page.x($0.x, x), y: page.y($0.y, yAxis)) }
      let colour = SVGDrawing.colour(number)
      if isJoined {
        if places.count > 1 { page.drawing.path(Self.thinned(places), series: number) }
        guard places.count <= Self.fewPoints else { continue }
        for place in places { page.drawing.circle(place.x, place.y, 2.6, fill: colour) }
      } else {
        for place in Self.distinct(places) {
          page.drawing.circle(place.x, place.y, 3, fill: colour)
        }
      }
    }
  }

  /// Of the points within half a pixel of each other's x the first, the last, the highest, the lowest:
  /// the same line to the eye.
  private static func thinned(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard places.count > 2000 else { return places }
    var kept: [(x: Double, y: Double)] = []
    var start = 0
    while start < places.count {
      var end = start
      var extremes = (lowest: start, highest: start)
      while end < places.count, places[end].x - places[start].x < 0.5 {
        if places[end].y < places[extremes.lowest].y { extremes.lowest = end }
        if places[end].y > places[extremes.highest].y { extremes.highest = end }
        end += 1
      }
      for index in Set([start, extremes.lowest, extremes.highest, end - 1]).sorted() {
        kept.append(places[index])
      }
      start = end
    }
    return kept
  }

  /// Points that stand on another by less than half a pixel are not drawn again.
  private static func distinct(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    var seen: Set<[Int]> = []
    return places.filter { seen.insert([Int($0.x * 2), Int($0.y * 2)]).inserted }
  }
}

extension Histogram {
  func draw(on page: inout SVGPage) {
    page.reserveAxis(axis)
    if series.count > 1 || series[0].name != nil { return drawRidges(on: &page) }
    let edges = edges(most: max(5, Int((page.right - page.left) / 12)))
    let counts = Self.counts(series[0].values, edges)
    let top = Axis("rows", .count, low: 0, high: Double(counts.max() ?? 1))
    let (yAxis, ticks) = top.rounded(most: max(2, min(8, Int((page.bottom - page.top) / 40))))
    page.drawRows(yAxis, ticks, name: "rows")
    let xAxis = Axis(axis.label, axis.quantity, low: edges[0], high: edges[edges.count - 1])
    draw(counts, edges, xAxis, yAxis, page.bottom, series: 0, on: &page)
    page.drawAxis(xAxis, hasGrid: false)
  }

  private func draw(
    _ counts: [Int], _ edges: [Double], _ xAxis: Axis, _ yAxis: Axis, _ bottom: Double,
    series: Int, on page: inout SVGPage
  ) {
    for (bin, count) in counts.enumerated() where count > 0 {
      let start = page.x(edges[bin], xAxis)
      let width = page.x(edges[bin + 1], xAxis) - start
      let height = yAxis.fraction(Double(count)) * (bottom - page.top)
      page.drawing.rectangle(
        start, bottom - height, max(0.5, width - (width > 4 ? 1 : 0)), height,
        fill: SVGDrawing.colour(series), tip: "\(ValueText.grouped(count)) rows")
    }
  }

  /// A histogram a series, each as high as its own greatest bin.
  private func drawRidges(on page: inout SVGPage) {
    let names = series.map {
      SVGPage.cut("\($0.name ?? "") (\(ValueText.grouped($0.values.count)))", page.right / 3)
    }
    page.left = 24 + names.reduce(0) { max($0, SVGDrawing.textWidth($1)) }
    let edges = edges(most: max(5, Int((page.right - page.left) / 12)))
    let xAxis = Axis(axis.label, axis.quantity, low: edges[0], high: edges[edges.count - 1])
    let (top, bottom) = (page.top, page.bottom)
    let band = (bottom - top) / Double(series.count)
    for (number, one) in series.enumerated() {
      let base = top + band * Double(number + 1)
      page.top = base - band * 0.88
      let counts = Self.counts(one.values, edges)
      let yAxis = Axis("rows", .count, low: 0, high: Double(counts.max() ?? 1))
      draw(counts, edges, xAxis, yAxis, base, series: number, on: &page)
      page.drawing.line(page.left, base, page.right, base, isGrid: true)
      page.drawing.text(names[number], page.left - 8, base - 4, .end)
    }
    page.top = top
    page.drawAxis(xAxis, hasGrid: false)
  }
}

extension BarChart {
  func draw(on page: inout SVGPage) {
    let isSeveral = series.count > 1 || series.first.map { $0 != nil } == true
    if isSeveral { page.drawLegend(series.map { $0 ?? "" }, isLine: false) }
    page.reserveAxis(axis)
    let perLabel = isSeveral ? series.count : 1
    let most = max(1, Int((page.bottom - page.top) / (10 * Double(perLabel) + 4)))
    if bars.count > most {
      page.add(note: "… \(ValueText.grouped(bars.count - most)) more labels")
    }
    let shown = bars.prefix(most)
    let labels = shown.map { SVGPage.cut($0.label, page.right / 3) }
    page.left = 24 + labels.reduce(0) { max($0, SVGDrawing.textWidth($1)) }
    let valueRoom = shown.flatMap(\.values).compactMap { $0 }.reduce(0) {
      max($0, SVGDrawing.textWidth(valueText($1)))
    }
    page.right -= min(valueRoom + 8, (page.right - page.left) / 3)
    page.drawAxis(axis, hasGrid: true)
    let band = (page.bottom - page.top) / Double(max(1, shown.count))
    let thickness = min(28, band * 0.8 / Double(perLabel))
    let zero = page.x(0, axis)
    for (place, bar) in shown.enumerated() {
      let middle = page.top + band * (Double(place) + 0.5)
      page.drawing.text(labels[place], page.left - 8, middle + 4, .end)
      for (number, value) in bar.values.enumerated() {
        let top = middle + thickness * (Double(number) - Double(perLabel) / 2)
        guard let value else {
          if !isSeveral { page.drawing.text("null", zero + 5, middle + 4) }
          continue
        }
        let end = page.x(value, axis)
        page.drawing.rectangle(
          min(zero, end), top, max(0.5, abs(end - zero)), thickness * 0.92,
          fill: SVGDrawing.colour(number), tip: "\(bar.label): \(valueText(value))")
        if thickness >= 10 {
          page.drawing.text(valueText(value), max(zero, end) + 5, top + thickness / 2 + 4)
        }
      }
    }
    page.drawing.line(zero, page.top, zero, page.bottom)
  }
}
