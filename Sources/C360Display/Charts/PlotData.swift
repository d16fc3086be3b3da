import C360Columns

extension PlotRequest {
  /// The chart of a table.
  ///
  /// - Parameters:
  ///   - texts: where the codes of text columns have their values.
  ///   - zone: at whose clock times are labelled.
  /// - Throws: `PlotProblem` where columns are missing or of the wrong type, and where bars would need
  ///   rows to be grouped first. A table without rows is no problem.
  public func chart(
    of batch: Batch, texts: TextPool, zone: Zone = .utc
  ) throws(PlotProblem) -> Chart {
    let choice = try PlotChoice(self, batch)
    let data = PlotData(batch, texts, zone, choice)
    return switch choice.kind {
    case .hist: data.histogram(title)
    case .line, .scatter: data.points(title)
    case .bars: try data.bars(title)
    }
  }
}

/// Values of the columns that a chart shows.
struct PlotData {
  let batch: Batch
  let texts: TextPool
  let zone: Zone
  let choice: PlotChoice

  init(_ batch: Batch, _ texts: TextPool, _ zone: Zone, _ choice: PlotChoice) {
    self.batch = batch
    self.texts = texts
    self.zone = zone
    self.choice = choice
  }

  func heading(_ column: Int) -> String {
    CellText.heading(batch.columns[column].name, batch.columns[column].type)
  }

  /// A value as a number; nil where it is null, and of names.
  func number(_ column: Int, _ row: Int) -> Double? {
    let vector = batch.columns[column].vector
    if vector.isNull(row) { return nil }
    return switch vector.type {
    case .int64: Double(vector.int64s[row])
    case .float64: vector.float64s[row]
    default: nil
    }
  }

  func quantity(_ column: Int) -> Axis.Quantity {
    switch batch.columns[column].type {
    case .time: .time(zone)
    case .date: .date
    case .duration: .duration
    case .int: .count
    default: .number
    }
  }

  /// The axis of several columns: of their common name and quantity where they have one.
  func axis(_ columns: [Int], low: Double, high: Double) -> Axis {
    let types = Set(columns.map { batch.columns[$0].type })
    let quantity: Axis.Quantity = types.count == 1 ? quantity(columns[0]) : .number
    let label = columns.count == 1 ? heading(columns[0]) : unit(types) ?? "value"
    return Axis(label, quantity, low: low, high: high)
  }

  private func unit(_ types: Set<LogicalType>) -> String? {
    if types.count == 1, case .money(let currency)? = types.first {
      return CellText.oneLine(currency)
    }
    return nil
  }

  // MARK: Series

  /// Values of `by` in their order, and of each row which it is; without `by` one without a name.
  func groups() -> (names: [String?], ofRow: [Int]) {
    guard let group = choice.group else {
      return ([nil], [Int](repeating: 0, count: batch.rowCount))
    }
    let (values, ofRow) = distinct(group)
    let order = values.indices.sorted { values[$0].stands(before: values[$1]) }
    var ranks = [Int](repeating: 0, count: values.count)
    for (rank, index) in order.enumerated() { ranks[index] = rank }
    let type = batch.columns[group].type
    return (order.map { CellText.text(values[$0], type) }, ofRow.map { ranks[$0] })
  }

  /// Values of a column in the order in which they come, and of each row which it is. All NaN are one
  /// value, −0 is 0.
  func distinct(_ column: Int) -> (values: [Scalar], ofRow: [Int]) {
    let vector = batch.columns[column].vector
    var places: [Int64?: Int] = [:]
    var values: [Scalar] = []
    let ofRow = (0..<batch.rowCount).map { row in
      let key = vector.isNull(row) ? nil : key(vector, row)
      if let place = places[key] { return place }
      places[key] = values.count
      values.append(vector.scalar(row, texts: texts).normal)
      return values.count - 1
    }
    return (values, ofRow)
  }

  /// What tells values apart: no two texts or lists have the same code.
  private func key(_ vector: Vector, _ row: Int) -> Int64 {
    switch vector.type {
    case .bool: return Int64(vector.bools[row])
    case .int64: return vector.int64s[row]
    case .float64:
      let value = vector.float64s[row]
      return Int64(bitPattern: (value.isNaN ? .nan : value == 0 ? 0 : value).bitPattern)
    case .text, .list: return Int64(vector.codes[row])
    // Not among the columns that are told apart.
    case .vector: return 0
    }
  }

  /// The series with most points, in their order, and a note about the others.
  func kept<Series>(
    _ series: [Series], count: (Series) -> Int, _ tally: inout LeftOut
  ) -> [Series] {
    let filled = series.filter { count($0) > 0 }
    guard filled.count > Chart.mostSeries else { return filled }
    let order = filled.indices.sorted { left, right in
      let counts = (count(filled[left]), count(filled[right]))
      return counts.0 == counts.1 ? left < right : counts.0 > counts.1
    }
    tally.series = filled.count - Chart.mostSeries
    return order.prefix(Chart.mostSeries).sorted().map { filled[$0] }
  }
}

/// Values that a chart cannot show, counted.
struct LeftOut {
  var nulls = 0
  var nans = 0
  var infinite = 0
  var series = 0

  /// Whether a value can be shown; counted if not.
  mutating func shows(_ value: Double?) -> Bool {
    guard let value else {
      nulls += 1
      return false
    }
    if value.isNaN { nans += 1 } else if value.isInfinite { infinite += 1 }
    return value.isFinite
  }

  var notes: [String] {
    var parts: [String] = []
    if nulls > 0 { parts.append("\(ValueText.grouped(nulls)) null\(nulls == 1 ? "" : "s")") }
    if nans > 0 { parts.append("\(ValueText.grouped(nans)) nan") }
    if infinite > 0 { parts.append("\(ValueText.grouped(infinite)) infinite") }
    if series > 0 { parts.append("\(ValueText.grouped(series)) more series") }
    return parts.isEmpty ? [] : ["left out: \(parts.joined(separator: ", "))"]
  }
}

extension Scalar {
  /// All NaN as one, −0 as 0.
  fileprivate var normal: Scalar {
    guard case .float(let value) = self else { return self }
    return .float(value.isNaN ? .nan : value == 0 ? 0 : value)
  }

  /// Numbers by size, texts by their bytes, NaN and nulls last.
  fileprivate func stands(before other: Scalar) -> Bool {
    switch (self, other) {
    case (.null, _): return false
    case (_, .null): return true
    case (.bool(let left), .bool(let right)): return !left && right
    case (.int(let left), .int(let right)): return left < right
    case (.float(let left), .float(let right)):
      return left.isNaN ? false : right.isNaN ? true : left < right
    case (.text(let left), .text(let right)):
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    default: return false
    }
  }
}
