import C360Columns
import C360Diagnostics

/// Which columns of a table are drawn, and how.
///
/// Columns are of four kinds: times (`time`, `date`), numbers (`int`, `float`, money, `duration`), names
/// (`text`, `bool`), and others, which are not drawn. With no columns named, those of the table are
/// looked at in its order:
///
/// | kind | x | y | by |
/// |---|---|---|---|
/// | `hist` | first number, else first time | | as said |
/// | `line` | first time, else first of several numbers, else the row | next number | as said, else the first name |
/// | `bars` | first name, else time, else number | first other number, else the count of rows | as said |
/// | `scatter` | first number | next number | as said |
///
/// With no kind named it follows from the columns that are: a time and a number `line`, a name `bars`, two
/// numbers `scatter`, one number or time `hist`; tried in this order where columns are not named either.
struct PlotChoice {
  let kind: ChartKind
  /// Index of the column; nil for the number of the row (`line`).
  let x: Int?
  /// None for `hist`, and for `bars` that count rows.
  let ys: [Int]
  let group: Int?

  enum Role { case time, number, name, other }

  static func role(_ type: LogicalType) -> Role {
    switch type {
    case .time, .date: .time
    case .int, .float, .money, .duration: .number
    case .text, .bool: .name
    case .vector, .list: .other
    }
  }

  init(_ request: PlotRequest, _ batch: Batch) throws(PlotProblem) {
    let search = ColumnSearch(request, batch)
    let group: Int? = if let name = request.group { try search.index(of: name) } else { nil }
    if let group, search.role(group) == .other {
      throw PlotProblem(
        "`by` wants values that can be told apart, and `\(batch.columns[group].name)` holds "
          + "\(CellText.typeName(batch.columns[group].type))s", at: request.group?.place)
    }
    var named: [Int] = []
    for name in request.columns { named.append(try search.drawable(name)) }
    if named.isEmpty {
      self = try Self.chosen(request.kind, group, search)
    } else {
      self = try Self.asNamed(request, named, group, search)
    }
  }

  init(_ kind: ChartKind, x: Int?, ys: [Int] = [], group: Int?) {
    self.kind = kind
    self.x = x
    self.ys = ys
    self.group = group
  }

  // MARK: Columns that are not named

  private static func chosen(
    _ kind: ChartKind?, _ group: Int?, _ search: ColumnSearch
  ) throws(PlotProblem) -> PlotChoice {
    let times = search.all(.time, except: group)
    let numbers = search.all(.number, except: group)
    let names = search.all(.name, except: group)
    let found: ChartKind? =
      if let kind { kind } else if !times.isEmpty, !numbers.isEmpty { .line } else if !names.isEmpty
      { .bars } else if numbers.count > 1 { .scatter } else if !numbers.isEmpty || !times.isEmpty {
        .hist
      } else { nil }
    switch found {
    case .hist:
      if let x = numbers.first ?? times.first { return PlotChoice(.hist, x: x, group: group) }
      throw PlotProblem(
        "the table has no number or time for a histogram", help: "`bars` counts names")
    case .line:
      // A lone number is drawn over the number of its row.
      let x = times.first ?? (numbers.count > 1 ? numbers[0] : nil)
      if let y = numbers.first(where: { $0 != x }) {
        return PlotChoice(.line, x: x, ys: [y], group: group ?? names.first)
      }
      throw PlotProblem("the table has no number for a line")
    case .bars:
      if let x = names.first ?? times.first ?? numbers.first {
        return PlotChoice(
          .bars, x: x, ys: numbers.first { $0 != x }.map { [$0] } ?? [], group: group)
      }
      throw PlotProblem("the table has no column for bars")
    case .scatter:
      if numbers.count > 1 {
        return PlotChoice(.scatter, x: numbers[0], ys: [numbers[1]], group: group)
      }
      throw PlotProblem("a scatter plot wants two numbers, and the table has \(numbers.count)")
    case nil:
      throw PlotProblem("the table has no column that can be drawn")
    }
  }

  // MARK: Columns that are

  private static func asNamed(
    _ request: PlotRequest, _ named: [Int], _ group: Int?, _ search: ColumnSearch
  ) throws(PlotProblem) -> PlotChoice {
    let x = named[0]
    let rest = Array(named.dropFirst())
    let kind = request.kind ?? kind(of: search.role(x), count: named.count)
    switch kind {
    case .hist:
      if let second = request.columns.dropFirst().first {
        throw PlotProblem(
          "a histogram is of one column", at: second.place,
          help: "`by` a column gives one for each of its values")
      }
      try search.requireNumber(
        request.columns[0], orTime: true, "a histogram", "`bars` counts names")
      return PlotChoice(.hist, x: x, group: group)
    case .line, .scatter:
      let chart = kind == .line ? "a line" : "a scatter plot"
      for (place, name) in request.columns.enumerated() {
        try search.requireNumber(
          name, orTime: place == 0 && named.count > 1, chart, "`bars` draws a number by a name")
      }
      if rest.isEmpty, kind == .scatter {
        throw PlotProblem(
          "a scatter plot wants two numbers", at: request.columns[0].place,
          help: "as in `scatter x y`")
      }
      try search.requireOne(rest, request, group)
      return rest.isEmpty
        ? PlotChoice(.line, x: nil, ys: [x], group: group)
        : PlotChoice(kind, x: x, ys: rest, group: group)
    case .bars:
      for name in request.columns.dropFirst() {
        try search.requireNumber(name, orTime: false, "the length of a bar", "names come first")
      }
      try search.requireOne(rest, request, group)
      return PlotChoice(.bars, x: x, ys: rest, group: group)
    }
  }

  private static func kind(of first: Role, count: Int) -> ChartKind {
    switch first {
    case .time: count > 1 ? .line : .hist
    case .name: .bars
    default: count > 1 ? .scatter : .hist
    }
  }
}

/// Finds columns, and says what is wrong with those found.
struct ColumnSearch {
  let request: PlotRequest
  let batch: Batch

  init(_ request: PlotRequest, _ batch: Batch) {
    self.request = request
    self.batch = batch
  }

  func role(_ index: Int) -> PlotChoice.Role { PlotChoice.role(batch.columns[index].type) }

  func all(_ role: PlotChoice.Role, except group: Int?) -> [Int] {
    batch.columns.indices.filter { self.role($0) == role && $0 != group }
  }

  func index(of name: PlotRequest.Name) throws(PlotProblem) -> Int {
    if let index = batch.columns.firstIndex(where: { $0.name == name.text }) { return index }
    var names = batch.columns.map(\.name)
    let isFirst = request.kind == nil && request.columns.first == name
    if isFirst { names += ChartKind.allCases.map(\.rawValue) }
    let near = nearest(to: name.text, among: names)
    let known = batch.columns.prefix(8).map { CellText.oneLine($0.name) }.joined(separator: ", ")
    throw PlotProblem(
      "there is no column `\(CellText.oneLine(name.text))`", at: name.place,
      help: near.map { "`\($0)` is near" }
        ?? "there are \(known)\(batch.columns.count > 8 ? ", …" : "")")
  }

  /// A column of numbers, times or names.
  func drawable(_ name: PlotRequest.Name) throws(PlotProblem) -> Int {
    let index = try index(of: name)
    guard role(index) != .other else {
      throw PlotProblem(
        "`\(name.text)` holds \(CellText.typeName(batch.columns[index].type))s, which are not drawn",
        at: name.place)
    }
    return index
  }

  func requireNumber(
    _ name: PlotRequest.Name, orTime: Bool, _ chart: String, _ help: String
  ) throws(PlotProblem) {
    let index = try index(of: name)
    if role(index) == .number || orTime && role(index) == .time { return }
    throw PlotProblem(
      "\(chart) wants a number\(orTime ? " or a time" : ""), and `\(name.text)` is "
        + CellText.typeName(batch.columns[index].type), at: name.place, help: help)
  }

  /// `by` divides one y.
  func requireOne(
    _ ys: [Int], _ request: PlotRequest, _ group: Int?
  ) throws(PlotProblem) {
    guard group != nil, ys.count > 1 else { return }
    throw PlotProblem(
      "`by` divides one column, and there are \(ys.count)", at: request.columns[2].place,
      help: "name one, or leave `by` out")
  }
}
