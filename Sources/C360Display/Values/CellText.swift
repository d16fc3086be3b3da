import C360Columns
import C360Diagnostics

/// A value in words for people: always on one line, and nothing in it that a terminal would obey.
public enum CellText {
  /// Elements of a vector or list that a cell shows.
  public static let shownElements = 4

  /// A value of a column: money with two decimals, other floats with up to six, times in UTC.
  ///
  /// A null is `null`; the text of that name stands in quotes. Of vectors and lists the first elements
  /// are shown, and how many there are: `[0.12, -0.5, 1, 0, … 16]`.
  ///
  /// - Parameter elements: of a vector or list, how many are shown at most.
  public static func text(
    _ value: Scalar, _ type: LogicalType, elements: Int = shownElements
  ) -> String {
    switch (value, type) {
    case (.null, _): "null"
    case (.bool(let value), _): value ? "true" : "false"
    case (.int(let value), .time): ValueText.time(value)
    case (.int(let value), .date): ValueText.date(value)
    case (.int(let value), .duration): ValueText.duration(value)
    case (.int(let value), _): String(value)
    case (.float(let value), .money): ValueText.fixed(value, 2)
    case (.float(let value), _): float(value)
    case (.text(let value), _): quotedIfNull(oneLine(value))
    case (.vector(let all), _): list(all.map { .float($0) }, .float, elements)
    case (.list(let all), .list(let element)): list(all, element, elements)
    case (.list(let all), _): list(all, type, elements)
    }
  }

  /// How a column is called in a header: of money, and of lists of it, with the currency.
  public static func heading(_ name: String, _ type: LogicalType) -> String {
    switch type {
    case .money(let currency), .list(.money(let currency)): oneLine("\(name) \(currency)")
    default: oneLine(name)
    }
  }

  /// The name of a type in a header; of money its currency.
  public static func typeName(_ type: LogicalType) -> String {
    switch type {
    case .money(let currency): oneLine(currency)
    case .list(let element): "list(\(typeName(element)))"
    default: type.words
    }
  }

  /// Whether cells of a type stand to the right.
  public static func isNumber(_ type: LogicalType) -> Bool {
    switch type {
    case .int, .float, .money, .duration: true
    default: false
    }
  }

  /// A float with up to six decimals, or six digits where that would show nothing.
  public static func float(_ value: Double) -> String {
    let exact = "\(value)"
    guard value.isFinite, abs(value) < 1e15 else { return value.isNaN ? "nan" : exact }
    if value != 0, abs(value) < 1e-4 {
      guard let exponent = exact.firstIndex(of: "e") else { return exact }
      let mantissa = Double(exact[..<exponent]) ?? value
      return trimmed(ValueText.fixed(mantissa, 5)) + exact[exponent...]
    }
    return trimmed(ValueText.fixed(value, 6))
  }

  /// A text with line ends, controls and invisible characters spelled out: `\n`, `\u{202E}`.
  public static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: ScreenText.isObeyed) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where ScreenText.isObeyed(scalar):
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// So that no text reads as a null, and no two texts read alike.
  private static func quotedIfNull(_ text: String) -> String {
    var inner = text.utf8[...]
    while inner.count > 4, inner.first == 0x22, inner.last == 0x22 {
      inner = inner.dropFirst().dropLast()
    }
    return inner.elementsEqual("null".utf8) ? "\"\(text)\"" : text
  }

  private static func list(_ all: [Scalar], _ type: LogicalType, _ limit: Int) -> String {
    var shown = all.prefix(limit).map { element($0, type) }
    if all.count > shown.count { shown.append("… \(all.count)") }
    return "[\(shown.joined(separator: ", "))]"
  }

  /// So that elements read apart: in quotes where nothing, a comma, a quote or a blank at an end would show.
  private static func element(_ value: Scalar, _ type: LogicalType) -> String {
    guard case .text(let written) = value else { return text(value, type) }
    let isPlain =
      !written.isEmpty && !written.hasPrefix("\"") && !written.hasPrefix(" ")
      && !written.hasSuffix(" ") && !written.contains(",")
    return isPlain ? text(value, type) : "\"\(oneLine(written))\""
  }

  static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
