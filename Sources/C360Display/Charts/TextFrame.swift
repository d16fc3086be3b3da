import C360Diagnostics

/// What stands around a drawing in a terminal: title, axes with their labels, legend and notes.
struct TextFrame {
  let width: Int
  let height: Int
  let isStyled: Bool
  private(set) var head: [String] = []
  private(set) var notes: [String] = []

  /// Sizes below these count as these.
  static let leastWidth = 30
  static let leastHeight = 10

  init(_ chart: Chart, width: Int, height: Int, isStyled: Bool) {
    self.width = max(width, Self.leastWidth)
    self.height = max(height, Self.leastHeight)
    self.isStyled = isStyled
    let title = CellText.oneLine(chart.title)
    let centred = ScreenText.truncated(title, columns: self.width)
    head = [CellLayout(isStyled: isStyled).styled(centred, .strong)]
    notes = chart.notes.map { ScreenText.truncated($0, columns: self.width) }
  }

  mutating func addHead(_ line: String) { head.append(line) }
  mutating func addNote(_ note: String) {
    notes.append(ScreenText.truncated(note, columns: width))
  }

  /// Lines left for a drawing above so many lines of its own.
  func room(below foot: Int) -> Int { max(1, height - head.count - notes.count - foot) }

  func assembled(_ lines: [String]) -> String {
    (head + lines + notes).map { $0.withoutTrailingBlanks + "\n" }.joined()
  }

  // MARK: Axes

  /// Labels of rows, right-aligned, then the line of the axis.
  struct RowLabels {
    let width: Int
    private let labels: [Int: String]

    init(_ ticks: [Axis.Tick], _ axis: Axis, rows: Int, most: Int) {
      var labels: [Int: String] = [:]
      for tick in ticks {
        let row = Self.row(tick.value, axis, rows)
        if labels[row] == nil { labels[row] = ScreenText.truncated(tick.label, columns: most) }
      }
      self.labels = labels
      width = labels.values.reduce(0) { max($0, ScreenText.width(of: $1)) }
    }

    static func row(_ value: Double, _ axis: Axis, _ rows: Int) -> Int {
      Int(((1 - axis.fraction(value)) * Double(rows * 4 - 1)).rounded()) / 4
    }

    func text(_ row: Int) -> String {
      let label = labels[row] ?? ""
      let blanks = String(repeating: " ", count: width - ScreenText.width(of: label))
      return blanks + label + (labels[row] == nil ? " │" : " ┤")
    }
  }

  /// The line of a horizontal axis with its labels below.
  ///
  /// - Parameters:
  ///   - indent: columns before the line.
  ///   - corner: where it meets the vertical axis.
  ///   - ticks: at which column each stands.
  static func columns(
    _ axis: Axis, indent: Int, width: Int, corner: String, caption: String
  ) -> [String] {
    let ticks = fitted(axis, width)
    var rule = Array(repeating: Character("─"), count: width)
    for tick in ticks { rule[column(tick.value, axis, width)] = "┬" }
    var labels = Line(width: indent + 1 + width)
    var contexts = Line(width: indent + 1 + width)
    for tick in ticks {
      let middle = indent + 1 + column(tick.value, axis, width)
      let start = labels.place(tick.label, around: middle)
      if let context = tick.context { contexts.place(context, at: start ?? middle) }
    }
    var lines = [String(repeating: " ", count: indent) + corner + String(rule), labels.text]
    if !contexts.isEmpty { lines.append(contexts.text) }
    let name = ScreenText.truncated(caption, columns: indent + 1 + width)
    let space = (width - ScreenText.width(of: name)) / 2
    lines.append(String(repeating: " ", count: max(0, indent + 1 + space)) + name)
    return lines
  }

  static func column(_ value: Double, _ axis: Axis, _ width: Int) -> Int {
    Int((axis.fraction(value) * Double(width * 2 - 1)).rounded()) / 2
  }

  /// As many ticks as have room for their labels.
  static func fitted(_ axis: Axis, _ width: Int) -> [Axis.Tick] {
    var most = max(2, width / 5)
    while most > 2 {
      let ticks = axis.ticks(most: most)
      let isRoomy = zip(ticks, ticks.dropFirst()).allSatisfy { left, right in
        let between = column(right.value, axis, width) - column(left.value, axis, width)
        let half = (ScreenText.width(of: left.label) + ScreenText.width(of: right.label) + 1) / 2
        return between >= half + 2
      }
      if isRoomy { return ticks }
      most -= 1
    }
    return axis.ticks(most: 2)
  }

  /// Texts side by side, none over another.
  struct Line {
    private var characters: [Character]
    private var end = 0
    private let width: Int

    init(width: Int) {
      self.width = width
      characters = []
    }

    var isEmpty: Bool { characters.isEmpty }
    var text: String { String(characters) }

    /// - Returns: where it stands; nil when it has no room.
    @discardableResult
    mutating func place(_ text: String, around middle: Int) -> Int? {
      let size = ScreenText.width(of: text)
      return place(text, at: max(0, min(middle - size / 2, width - size)))
    }

    @discardableResult
    mutating func place(_ text: String, at start: Int) -> Int? {
      let size = ScreenText.width(of: text)
      guard start + size <= width, start >= end + (end > 0 ? 1 : 0) else { return nil }
      characters += Array(repeating: " ", count: start - end)
      characters += Array(text)
      end = start + size
      return start
    }
  }
}
