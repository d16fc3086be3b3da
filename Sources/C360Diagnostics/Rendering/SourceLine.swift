/// One line of a file as it is shown, cut to a width that a terminal can take.
struct SourceLine {
  /// Columns of the screen that a shown line may take.
  static let widest = 120

  private let file: SourceFile
  /// The bytes of the line without its end.
  private let bytes: Range<Int>
  private var shownBytes: Range<Int>

  init(_ file: SourceFile, _ number: Int) {
    self.file = file
    let start = file.lineStarts[number - 1]
    bytes = start..<start + file.line(number).utf8.count
    shownBytes = bytes.clamped(to: 0..<file.bytes.count)
  }

  /// Offset of the first byte that is no white space.
  var firstOfText: Int {
    let range = bytes.clamped(to: 0..<file.bytes.count)
    return file.bytes[range].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? range.lowerBound
  }

  /// Cuts a line that is too wide to the part that holds the start of the first range.
  mutating func crop(around ranges: [Range<Int>]) {
    guard width(shownBytes) > Self.widest, let first = ranges.first else { return }
    let context = Self.widest / 3
    let anchor = min(max(first.lowerBound, bytes.lowerBound), shownBytes.upperBound)
    var start = anchor
    while start > bytes.lowerBound, width(start..<anchor) < context { start = before(start) }
    var end = anchor
    while end < shownBytes.upperBound, width(start..<end) < Self.widest { end = after(end) }
    shownBytes = start..<end
  }

  var shown: String {
    var display = DisplayText()
    if shownBytes.lowerBound > bytes.lowerBound { display.append("…") }
    display.append(file.text(shownBytes))
    if shownBytes.upperBound < min(bytes.upperBound, file.bytes.count) { display.append("…") }
    return display.text
  }

  /// Columns of the screen that a range of bytes takes in the shown line.
  func columns(_ range: Range<Int>) -> Range<Int> {
    let clamped = range.clamped(to: shownBytes)
    let start = column(max(clamped.lowerBound, min(range.lowerBound, shownBytes.upperBound)))
    return start..<max(start, column(clamped.upperBound))
  }

  private func column(_ offset: Int) -> Int {
    var display = DisplayText()
    if shownBytes.lowerBound > bytes.lowerBound { display.append("…") }
    display.append(file.text(shownBytes.lowerBound..<max(shownBytes.lowerBound, offset)))
    return display.width
  }

  private func width(_ range: Range<Int>) -> Int {
    // A line of more than four bytes a column is too wide in any case.
    guard range.count <= Self.widest * 8 else { return range.count / 8 }
    var display = DisplayText()
    display.append(file.text(range))
    return display.width
  }

  private func before(_ offset: Int) -> Int {
    var offset = offset - 1
    while offset > bytes.lowerBound, file.bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
    return offset
  }

  private func after(_ offset: Int) -> Int {
    var offset = offset + 1
    while offset < shownBytes.upperBound, file.bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    return offset
  }
}
