/// Characters of the screen in rows, each of a series or of none.
struct Canvas {
  struct Cell: Equatable {
    var character: Character
    var series: Int?
  }

  let width: Int
  let height: Int
  private var cells: [Cell]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    cells = Array(repeating: Cell(character: " "), count: width * height)
  }

  subscript(row: Int, column: Int) -> Cell {
    get { cells[row * width + column] }
    set { cells[row * width + column] = newValue }
  }

  /// Writes what has room.
  mutating func write(_ text: String, row: Int, column: Int, series: Int? = nil) {
    for (place, character) in text.enumerated() where column + place < width && column + place >= 0
    {
      self[row, column + place] = Cell(character: character, series: series)
    }
  }

  /// A row, without blanks at its end, its series in their colours.
  func text(row: Int, isStyled: Bool) -> String {
    var text = ""
    var column = 0
    while column < width {
      let series = self[row, column].series
      var run = ""
      while column < width, self[row, column].series == series {
        run.append(self[row, column].character)
        column += 1
      }
      text += Self.coloured(run, isStyled ? series : nil)
    }
    return text.withoutTrailingBlanks
  }

  /// Escape sequences of the series, in the colours that the terminal has for its eight names.
  private static let colours = ["34", "33", "32", "35", "36", "31", "94", "93"]

  static func coloured(_ text: String, _ series: Int?) -> String {
    guard let series, !text.isEmpty else { return text }
    return "\u{1B}[\(colours[series % colours.count])m\(text)\u{1B}[0m"
  }
}

/// Dots, two by four in a character.
struct BrailleCanvas {
  let width: Int
  let height: Int
  private var dots: [UInt8]
  /// The first of the series that have a dot in the character.
  private var owners: [Int]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    dots = Array(repeating: 0, count: width * height)
    owners = Array(repeating: .max, count: width * height)
  }

  var dotColumns: Int { 2 * width }
  var dotRows: Int { 4 * height }

  /// Bits of the dots of a character: column by column, from the top.
  private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  /// - Parameter row: from the top.
  mutating func set(_ column: Int, _ row: Int, series: Int) {
    guard column >= 0, column < dotColumns, row >= 0, row < dotRows else { return }
    let cell = row / 4 * width + column / 2
    dots[cell] |= Self.bits[column % 2][row % 4]
    owners[cell] = min(owners[cell], series)
  }

  /// A straight line, the same in both directions.
  mutating func line(
    from start: (column: Int, row: Int), to end: (column: Int, row: Int), series: Int
  ) {
    let isForward = start <= end
    let (first, last) = isForward ? (start, end) : (end, start)
    let steps = max(last.column - first.column, abs(last.row - first.row))
    guard steps > 0 else { return set(first.column, first.row, series: series) }
    for step in 0...steps {
      set(
        first.column + Self.share(last.column - first.column, step, steps),
        first.row + Self.share(last.row - first.row, step, steps), series: series)
    }
  }

  /// `whole × step / steps`, halves up.
  private static func share(_ whole: Int, _ step: Int, _ steps: Int) -> Int {
    let doubled = 2 * whole * step + steps
    return doubled >= 0 ? doubled / (2 * steps) : -((-doubled + 2 * steps - 1) / (2 * steps))
  }

  var canvas: Canvas {
    var canvas = Canvas(width: width, height: height)
    for row in 0..<height {
      for column in 0..<width where dots[row * width + column] != 0 {
        let cell = row * width + column
        guard let scalar = Unicode.Scalar(0x2800 + UInt32(dots[cell])) else { continue }
        canvas[row, column] = Canvas.Cell(character: Character(scalar), series: owners[cell])
      }
    }
    return canvas
  }
}
