/// How text stands on a screen: columns that it takes, and what must not reach a terminal.
///
/// The rule of widths, for each character (grapheme cluster): those of its scalars added up, where wide and
/// full-width ones (Unicode's East Asian Width W and F) take two columns, marks without a place of
/// their own and joiners none, all others one, ambiguous ones too. Of an emoji that is joined of
/// several or has a colour, and of a flag, the widest counts; an emoji that is asked for by a
/// variation selector takes two.
public enum ScreenText {
  /// Columns of a text without line ends or tabs.
  public static func width(of text: some StringProtocol) -> Int {
    if let count = plainCount(text) { return count }
    return text.reduce(0) { $0 + width(of: $1) }
  }

  /// Columns of a character: 0, 1 or 2.
  public static func width(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    let second = scalars.index(after: scalars.startIndex)
    if second == scalars.endIndex { return width(of: first) }
    guard first.properties.isEmoji else { return scalars.reduce(0) { $0 + width(of: $1) } }
    return scalars.reduce(0) { max($0, $1.value == 0xFE0F ? 2 : width(of: $1)) }
  }

  /// The longest beginning of a text that takes at most so many columns, and the columns it takes.
  public static func prefix(
    of text: some StringProtocol, columns: Int
  ) -> (end: String.Index, width: Int) {
    var used = 0
    var end = text.startIndex
    while end < text.endIndex {
      let next = used + width(of: text[end])
      if next > columns { break }
      used = next
      end = text.index(after: end)
    }
    return (end, used)
  }

  /// A text in at most so many columns: what does not fit gives way to `…`.
  public static func truncated(_ text: String, columns: Int) -> String {
    guard width(of: text) > columns else { return text }
    if columns < 1 { return "" }
    return text[..<prefix(of: text, columns: columns - 1).end] + "…"
  }

  /// Whether a terminal would obey a scalar or hide it: controls, direction marks, separators of lines
  /// and invisible characters. The joiners within emoji and scripts are none of them.
  public static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E,
      0x2060...0x206F, 0xFEFF, 0xE0000...0xE007F:
      true
    default: false
    }
  }

  /// The number of bytes where each is a character of one column.
  private static func plainCount(_ text: some StringProtocol) -> Int? {
    var count = 0
    for byte in text.utf8 {
      guard byte >= 0x20, byte < 0x7F else { return nil }
      count += 1
    }
    return count
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    switch value {
    case 0x20..<0x7F: return 1
    // Vowels and finals of Hangul stand within the syllable before them.
    case 0x1160...0x11FF, 0xD7B0...0xD7FB: return 0
    // Signs of Arabic and its neighbours that span the digits behind them.
    case 0x600...0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD: return 1
    // Halves of flags.
    case 0x1F1E6...0x1F1FF: return 2
    default: break
    }
    if value >= 0x1100, isWide(value) { return 2 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return 1
    }
  }

  private static func isWide(_ value: UInt32) -> Bool {
    let ranges = WideScalars.ranges
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].last < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].first <= value
  }
}
