import C360Diagnostics

/// Elements of an SVG document, put together in order. Coordinates are pixels from the top left, with
/// at most two decimals, so that the same chart is the same bytes anywhere.
struct SVGDrawing {
  enum Anchor: String { case start, middle, end }

  let width: Double
  let height: Double
  private var elements: [String] = []

  /// Colours that people tell apart who do not see all of them (Okabe and Ito).
  static let colours = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7A5195", "#333333",
  ]
  /// Lines of series differ in more than colour.
  static let dashes = ["", "7 3", "2 3", "10 3 2 3", "4 2", "12 4", "1 2", "7 2 1 2 1 2"]

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  static func colour(_ series: Int) -> String { colours[series % colours.count] }

  /// Columns of the screen as pixels of the usual font, rounded up generously.
  static func textWidth(_ text: String) -> Double { Double(ScreenText.width(of: text)) * 7 }

  static func number(_ value: Double) -> String { CellText.trimmed(ValueText.fixed(value, 2)) }

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in CellText.oneLine(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // No XML may hold them.
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, isStrong: Bool = false
  ) {
    guard !text.isEmpty else { return }
    let weight = isStrong ? " font-weight=\"600\" font-size=\"15\"" : ""
    let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\"\(place)\(weight)>"
        + "\(Self.escaped(text))</text>")
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, isGrid: Bool = false
  ) {
    let n = Self.number
    elements.append(
      "<line x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\" "
        + "stroke=\"\(isGrid ? "#E3E3E3" : "#666666")\"/>")
  }

  /// - Parameter tip: shown where a pointer rests on it.
  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, tip: String? = nil
  ) {
    let n = Self.number
    let start =
      "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" "
      + "fill=\"\(fill)\""
    elements.append(
      start + (tip.map { "><title>\(Self.escaped($0))</title></rect>" } ?? "/>"))
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, fill: String) {
    let n = Self.number
    elements.append(
      "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\" "
        + "fill-opacity=\"0.75\"/>")
  }

  mutating func path(_ points: [(x: Double, y: Double)], series: Int) {
    let n = Self.number
    let steps = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    let dash = Self.dashes[series % Self.dashes.count]
    let dashed = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
    elements.append(
      "<polyline points=\"\(steps)\" fill=\"none\" stroke=\"\(Self.colour(series))\" "
        + "stroke-width=\"1.8\" stroke-linejoin=\"round\"\(dashed)/>")
  }

  /// The document, complete in itself.
  ///
  /// - Parameters:
  ///   - title: read out by screen readers, with `description`.
  func document(title: String, description: String) -> String {
    let n = Self.number
    return """
      <svg xmlns="http://www.w3.org/2000/svg" role="img" width="\(n(width))" height="\(n(height))" \
      viewBox="0 0 \(n(width)) \(n(height))" font-family="system-ui, 'DejaVu Sans', sans-serif" \
      font-size="12" fill="#222222">
      <title>\(Self.escaped(title))</title>
      <desc>\(Self.escaped(description))</desc>
      <rect width="100%" height="100%" fill="#FFFFFF"/>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }
}
