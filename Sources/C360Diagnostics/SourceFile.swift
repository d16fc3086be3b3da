/// One text that was read: a script, a module, a line typed at a prompt.
///
/// Positions are UTF-8 byte offsets. Lines and columns are derived, never stored.
public final class SourceFile: Sendable {
  /// The name shown to people: a path relative to the working directory where possible.
  public let name: String
  public let bytes: [UInt8]
  /// Byte offset of the first byte of each line; never empty.
  public let lineStarts: [Int]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == 0x0A { starts.append(offset + 1) }
    self.lineStarts = starts
  }

  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The text of a byte range, clamped to the file.
  public func text(_ range: Range<Int>) -> String {
    let clamped = range.clamped(to: 0..<bytes.count)
    return String(decoding: bytes[clamped], as: UTF8.self)
  }

  /// One-based line, and one-based column counted in characters, of a byte offset.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let column = text(lineStarts[low]..<max(lineStarts[low], offset)).count + 1
    return (low + 1, column)
  }

  /// The text of a one-based line without its line end.
  public func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return text(start..<end)
  }
}

/// A range of bytes of one source file.
public struct Span: Sendable {
  public let file: SourceFile
  public let range: Range<Int>

  public init(file: SourceFile, range: Range<Int>) {
    self.file = file
    self.range = range
  }

  public var text: String { file.text(range) }

  /// The smallest span that holds both; `other` must be of the same file, else `self` is returned.
  public func union(_ other: Span) -> Span {
    guard file === other.file else { return self }
    let lower = min(range.lowerBound, other.range.lowerBound)
    let upper = max(range.upperBound, other.range.upperBound)
    return Span(file: file, range: lower..<upper)
  }
}

extension Span: Hashable {
  public static func == (left: Span, right: Span) -> Bool {
    left.file === right.file && left.range == right.range
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(file))
    hasher.combine(range)
  }
}
