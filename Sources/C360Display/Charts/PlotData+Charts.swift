import C360Columns

extension PlotData {
  // MARK: Histogram

  func histogram(_ title: String?) -> Chart {
    let column = choice.x ?? 0
    var tally = LeftOut()
    let groups = groups()
    var values = [[Double]](repeating: [], count: groups.names.count)
    for row in 0..<batch.rowCount {
      let value = number(column, row)
      // Not −0.
      if tally.shows(value), let value { values[groups.ofRow[row]].append(value + 0) }
    }
    let series = kept(
      zip(groups.names, values).map { Histogram.Series(name: $0, values: $1.sorted()) },
      count: { $0.values.count }, &tally)
    let title = title ?? "\(heading(column))\(byText): how often"
    guard !series.isEmpty else { return nothing(.hist, title, tally) }
    let low = series.reduce(Double.infinity) { min($0, $1.values[0]) }
    let high = series.reduce(-Double.infinity) { max($0, $1.values[$1.values.count - 1]) }
    let isWhole = batch.columns[column].type == .int
    let content = Histogram(
      axis: axis([column], low: low, high: high), isWhole: isWhole, series: series)
    return Chart(kind: .hist, title: title, notes: tally.notes, content: .bins(content))
  }

  // MARK: Lines and points

  func points(_ title: String?) -> Chart {
    var tally = LeftOut()
    let groups = groups()
    let names: [String?] =
      choice.ys.count > 1 ? choice.ys.map(heading) : groups.names
    var points = [[PointChart.Point]](repeating: [], count: names.count)
    for row in 0..<batch.rowCount {
      let x = choice.x.map { number($0, row) } ?? Double(row + 1)
      for (place, column) in choice.ys.enumerated() {
        let y = number(column, row)
        guard tally.shows(x), tally.shows(y), let x, let y else { continue }
        points[choice.ys.count > 1 ? place : groups.ofRow[row]].append(.init(x: x + 0, y: y + 0))
      }
    }
    let series = kept(
      zip(names, points).map { name, points in
        PointChart.Series(
          name: name, points: points.sorted { $0.x == $1.x ? $0.y < $1.y : $0.x < $1.x })
      }, count: { $0.points.count }, &tally)
    let yName = choice.ys.map(heading).joined(separator: ", ")
    let xName = choice.x.map(heading) ?? "row"
    let join = choice.kind == .line ? "over" : "against"
    let title = title ?? "\(yName) \(join) \(xName)\(byText)"
    let all = series.flatMap(\.points)
    guard let first = all.first else { return nothing(choice.kind, title, tally) }
    let x = (all.map(\.x).min() ?? first.x, all.map(\.x).max() ?? first.x)
    let y = (all.map(\.y).min() ?? first.y, all.map(\.y).max() ?? first.y)
    let content = PointChart(
      isJoined: choice.kind == .line,
      x: choice.x.map { axis([$0], low: x.0, high: x.1) }
        ?? Axis("row", .count, low: x.0, high: x.1),
      y: axis(choice.ys, low: y.0, high: y.1), series: series)
    return Chart(kind: choice.kind, title: title, notes: tally.notes, content: .points(content))
  }

  // MARK: Bars

  func bars(_ title: String?) throws(PlotProblem) -> Chart {
    let column = choice.x ?? 0
    var tally = LeftOut()
    let groups = groups()
    var rows = [Int](repeating: 0, count: groups.names.count)
    for group in groups.ofRow { rows[group] += 1 }
    let kept = kept(Array(rows.enumerated()), count: { $0.element }, &tally).map(\.offset)
    // Where the bar of a group stands beside a label; nil of groups that are left out.
    var slots = [Int?](repeating: nil, count: groups.names.count)
    for (slot, group) in kept.enumerated() { slots[group] = slot }
    let names: [String?] =
      choice.ys.count > 1 ? choice.ys.map(heading) : kept.map { groups.names[$0] }
    let (labels, labelOfRow) = distinct(column)
    let labelTexts = labels.map { CellText.text($0, batch.columns[column].type) }
    var values = [[Double?]](
      repeating: .init(repeating: nil, count: names.count), count: labels.count)
    var isSet = [[Bool]](
      repeating: .init(repeating: false, count: names.count), count: labels.count)
    for row in 0..<batch.rowCount {
      guard let slot = slots[groups.ofRow[row]] else { continue }
      let label = labelOfRow[row]
      if choice.ys.isEmpty {
        values[label][slot] = (values[label][slot] ?? 0) + 1
        isSet[label][slot] = true
        continue
      }
      for (index, y) in choice.ys.enumerated() {
        if isSet[label][slot + index] { throw repeated(labelTexts[label], column) }
        isSet[label][slot + index] = true
        let value = number(y, row)
        if tally.shows(value) { values[label][slot + index] = value }
      }
    }
    // Labels that only groups left out have are left out too.
    var shown = labels.indices.filter { isSet[$0].contains(true) }
    if choice.ys.isEmpty {
      let counts = values.map { $0.reduce(0) { $0 + ($1 ?? 0) } }
      shown.sort { left, right in
        counts[left] == counts[right]
          ? labelTexts[left].utf8.lexicographicallyPrecedes(labelTexts[right].utf8)
          : counts[left] > counts[right]
      }
    }
    return barChart(
      title, names, shown.map { BarChart.Bar(label: labelTexts[$0], values: values[$0]) }, tally)
  }

  private func barChart(
    _ title: String?, _ names: [String?], _ bars: [BarChart.Bar], _ tally: LeftOut
  ) -> Chart {
    let column = choice.x ?? 0
    let yName = choice.ys.isEmpty ? "rows" : choice.ys.map(heading).joined(separator: ", ")
    let by = choice.group.map { " and \(heading($0))" } ?? ""
    let title = title ?? "\(yName) by \(heading(column))\(by)"
    let values = bars.flatMap { $0.values.compactMap { $0 } }
    guard !values.isEmpty else { return nothing(.bars, title, tally) }
    let low = min(0, values.min() ?? 0)
    let high = max(0, values.max() ?? 0)
    let isZero = low == 0 && high == 0
    let axis =
      choice.ys.isEmpty
      ? Axis("rows", .count, low: low, high: isZero ? 1 : high)
      : axis(choice.ys, low: low, high: isZero ? 1 : high)
    let isMoney = choice.ys.allSatisfy {
      if case .money = batch.columns[$0].type { true } else { false }
    }
    let content = BarChart(
      labelName: heading(column), axis: axis, money: isMoney && !choice.ys.isEmpty, series: names,
      bars: bars)
    return Chart(kind: .bars, title: title, notes: tally.notes, content: .bars(content))
  }

  private func repeated(_ label: String, _ column: Int) -> PlotProblem {
    let name = heading(column)
    let value = choice.ys.first.map { batch.columns[$0].name } ?? "value"
    return PlotProblem(
      "`\(name)` is \(label) in several rows, and a bar shows one",
      help: "group first, as in `| group \(batch.columns[column].name) { total = sum(\(value)) }`, "
        + "or say `by` what they differ in")
  }

  private var byText: String { choice.group.map { " by \(heading($0))" } ?? "" }

  private func nothing(_ kind: ChartKind, _ title: String, _ tally: LeftOut) -> Chart {
    Chart(kind: kind, title: title, notes: tally.notes, content: .nothing)
  }
}
