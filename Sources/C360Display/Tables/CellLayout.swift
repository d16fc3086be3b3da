import C360Diagnostics

/// Puts cells into a place of some width, and may set them off by escape sequences.
struct CellLayout {
  enum Emphasis: String {
    case strong = "1"
    case faint = "2"
  }

  let isStyled: Bool
  /// Columns of the screen; nil for no bound.
  var width: Int?

  /// A line about the table, cut where the screen ends.
  func note(_ text: String, _ emphasis: Emphasis? = nil) -> String {
    styled(width.map { ScreenText.truncated(text, columns: $0) } ?? text, emphasis) + "\n"
  }

  /// - Parameter isTrailing: whether nothing follows on the line, so that no blanks are needed.
  func placed(
    _ cell: Grid.Cell, _ width: Int, toRight: Bool, isTrailing: Bool = false,
    _ emphasis: Emphasis? = nil
  ) -> String {
    var text = cell.text
    var used = cell.width
    if used > width {
      text = ScreenText.truncated(text, columns: width)
      used = ScreenText.width(of: text)
    }
    let blanks = String(repeating: " ", count: max(0, width - used))
    let shown = styled(text, cell.isNull ? .faint : emphasis)
    if toRight { return blanks + shown }
    return isTrailing ? shown : shown + blanks
  }

  func styled(_ text: String, _ emphasis: Emphasis?) -> String {
    guard isStyled, let emphasis, !text.isEmpty else { return text }
    return "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m"
  }
}

extension String {
  /// Without blanks at the end.
  var withoutTrailingBlanks: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
