/// Columns side by side on a screen of some width, on as many pages as it takes.
struct ColumnPages {
  struct Page {
    var columns: [Int]
    /// Columns of the screen for each of them.
    var widths: [Int]
  }

  /// What a column asks for.
  struct Wish {
    /// Columns of the screen for everything in it.
    let natural: Int
    /// What it can live with: texts and names are cut, numbers are not.
    let least: Int
  }

  let pages: [Page]

  /// Texts and names are not cut below this as long as pages help.
  static let leastText = 12
  /// What texts are given on pages at first.
  static let usualText = 32

  /// - Parameters:
  ///   - width: nil for no bound.
  ///   - between: columns of the screen that each column costs beside its cells.
  ///   - edge: what a page costs beside its columns; negative where the last one costs less.
  ///   - order: in which columns come where there are several pages, the first one first.
  ///   - heads: so many first columns say what a row is about.
  init(_ wishes: [Wish], width: Int?, between: Int, edge: Int, order: [Int], heads: Int) {
    guard let width else {
      pages = [Page(columns: Array(wishes.indices), widths: wishes.map(\.natural))]
      return
    }
    func room(_ count: Int) -> Int { width - edge - between * count }
    let all = Array(wishes.indices)
    if wishes.reduce(0, { $0 + $1.least }) <= room(all.count) {
      pages = [Page(columns: all, widths: Self.fitted(wishes, into: room(all.count)))]
      return
    }
    var pages: [Page] = []
    // What a row is about stands on each page, as long as it leaves most of the screen to others.
    let isNarrow = wishes.prefix(heads).reduce(0) { $0 + $1.least } <= width / 3
    let repeated = isNarrow ? Array(0..<min(heads, wishes.count)) : []
    var next = 0
    while next < order.count {
      var columns = repeated.filter { order[..<next].contains($0) }
      let start = next
      while next < order.count {
        let wider = columns + [order[next]]
        let wished = wider.reduce(0) { $0 + Self.usual(wishes[$1]) }
        if next > start, wished > room(wider.count) { break }
        if next == start, wished > room(wider.count) { columns = [] }
        columns.append(order[next])
        next += 1
      }
      pages.append(
        Page(
          columns: columns,
          widths: Self.fitted(columns.map { wishes[$0] }, into: room(columns.count))))
    }
    self.pages = pages
  }

  private static func usual(_ wish: Wish) -> Int { max(wish.least, min(wish.natural, usualText)) }

  /// Widths that add up to no more than `room`: all are cut at one level, so that narrow columns stay
  /// whole.
  private static func fitted(_ wishes: [Wish], into room: Int) -> [Int] {
    let floors = wishes.map { min($0.least, max(1, room / wishes.count)) }
    let least = wishes.reduce(0, { $0 + $1.least }) <= room ? wishes.map(\.least) : floors
    func widths(_ level: Int) -> [Int] {
      wishes.indices.map { max(least[$0], min(wishes[$0].natural, level)) }
    }
    var low = 0
    var high = wishes.reduce(0) { max($0, $1.natural) }
    while low < high {
      let middle = (low + high + 1) / 2
      if widths(middle).reduce(0, +) <= room { low = middle } else { high = middle - 1 }
    }
    var widths = widths(low)
    var rest = room - widths.reduce(0, +)
    for index in wishes.indices where rest > 0 && widths[index] < wishes[index].natural {
      widths[index] += 1
      rest -= 1
    }
    return widths
  }

  /// `columns 1, 8–14 of 23`, as they stand in the table; nil when there is one page only.
  func title(_ page: Int) -> String? {
    guard pages.count > 1 else { return nil }
    let numbers = pages[page].columns.map { $0 + 1 }.sorted()
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, last.upperBound == number - 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let text = runs.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    let count = (pages.map { $0.columns.max() ?? 0 }.max() ?? 0) + 1
    return "columns \(text.joined(separator: ", ")) of \(ValueText.grouped(count))"
  }
}

extension Grid.Column {
  /// - Parameter header: the cells above the values.
  func wish(header: [Grid.Cell]) -> ColumnPages.Wish {
    let above = header.reduce(1) { max($0, $1.width) }
    let below = cells.reduce(1) { max($0, $1.width) }
    let leastBelow = isNumber ? below : min(below, ColumnPages.leastText)
    return ColumnPages.Wish(
      natural: max(above, below), least: max(leastBelow, min(above, ColumnPages.leastText)))
  }
}
