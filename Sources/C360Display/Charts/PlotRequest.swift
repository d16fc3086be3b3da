/// The kinds of charts that `:plot` draws.
public enum ChartKind: String, CaseIterable, Sendable {
  /// How many values there are, by size.
  case hist
  /// Values over time or over a number, joined.
  case line
  /// A bar a name.
  case bars
  /// A point a row.
  case scatter
}

/// What is wrong with a request, or with a table that it is asked of.
public struct PlotProblem: Error, Equatable, Sendable {
  /// A sentence without a full stop.
  public let message: String
  /// The words of the request that it is about, as UTF-8 offsets; nil: the request or table as a whole.
  public let place: Range<Int>?
  /// What to write instead.
  public let help: String?

  init(_ message: String, at place: Range<Int>? = nil, help: String? = nil) {
    self.message = message
    self.place = place
    self.help = help
  }
}

/// What is to be drawn of a table: the text behind `:plot`.
///
///     [hist|line|bars|scatter] [x] [y…] [by g] [--title "text"] [--svg file]
///
/// Columns stand apart by blanks or commas. A name that has blanks in it, or is one of the words above,
/// is written in quotes, a quote within as `\"`, or in back-ticks. Without columns they are chosen by their types, and so
/// is the kind when none is named: see `PlotChoice`.
public struct PlotRequest: Equatable, Sendable {
  /// The words that are no names, for completion: kinds come first in a request.
  public static let keywords = ChartKind.allCases.map(\.rawValue) + ["by", "--title", "--svg"]

  /// A name in the request.
  public struct Name: Equatable, Sendable {
    public let text: String
    /// UTF-8 offsets in the request.
    public let place: Range<Int>
  }

  public private(set) var kind: ChartKind?
  /// The first is x where the kind has one.
  public private(set) var columns: [Name] = []
  public private(set) var group: Name?
  public private(set) var title: String?
  /// Where the chart is to be written as SVG, in place of the screen.
  public private(set) var svgPath: String?

  /// - Throws: `PlotProblem`, with the place of what is wrong.
  public init(_ text: String) throws(PlotProblem) {
    let words = try PlotWord.all(in: text)
    var next = 0
    while next < words.count {
      let word = words[next]
      next += 1
      switch word.text {
      case "by" where !word.isQuoted:
        if group != nil { throw PlotProblem("`by` stands twice", at: word.place) }
        guard next < words.count, !words[next].isOption else {
          throw PlotProblem(
            "`by` wants a column behind it", at: word.place, help: "as in `by region`")
        }
        group = Name(text: words[next].text, place: words[next].place)
        next += 1
      case "--svg" where !word.isQuoted:
        let value = try Self.value(of: word, &next, words, "a file", "as in `--svg chart.svg`")
        guard value.lowercased().hasSuffix(".svg") else {
          throw PlotProblem(
            "`\(value)` would be no SVG file by its name", at: words[next - 1].place,
            help: "charts are written as SVG, as in `--svg chart.svg`")
        }
        if svgPath != nil { throw PlotProblem("`--svg` stands twice", at: word.place) }
        svgPath = value
      case "--title" where !word.isQuoted:
        let value = try Self.value(of: word, &next, words, "a text", "as in `--title \"Orders\"`")
        if title != nil { throw PlotProblem("`--title` stands twice", at: word.place) }
        title = value
      case _ where word.isOption:
        throw PlotProblem(
          "`\(word.text)` is no option of a plot", at: word.place,
          help: "there are `--svg`, `--title`")
      // The first word that is no option, where it says a kind.
      case _ where columns.isEmpty && kind == nil && group == nil && word.kind != nil:
        kind = word.kind
      default:
        if let group {
          throw PlotProblem(
            "`by` takes one column, and `\(word.text)` stands behind `\(group.text)`",
            at: word.place, help: "columns to draw stand before `by`")
        }
        columns.append(Name(text: word.text, place: word.place))
      }
    }
  }

  private static func value(
    of option: PlotWord, _ next: inout Int, _ words: [PlotWord], _ wanted: String, _ help: String
  ) throws(PlotProblem) -> String {
    guard next < words.count, !words[next].isOption, !words[next].text.isEmpty else {
      throw PlotProblem("`\(option.text)` wants \(wanted) behind it", at: option.place, help: help)
    }
    defer { next += 1 }
    return words[next].text
  }
}

/// A word of a request.
struct PlotWord {
  let text: String
  /// UTF-8 offsets, quotes included.
  let place: Range<Int>
  let isQuoted: Bool

  var isOption: Bool { !isQuoted && text.hasPrefix("--") }

  var kind: ChartKind? {
    isQuoted ? nil : ChartKind(rawValue: text == "histogram" ? "hist" : text)
  }

  /// Words stand apart by blanks and commas.
  static func all(in text: String) throws(PlotProblem) -> [PlotWord] {
    let bytes = Array(text.utf8)
    var words: [PlotWord] = []
    var at = 0
    func isBlank(_ byte: UInt8) -> Bool {
      byte == 0x2C || (byte >= 0x09 && byte <= 0x0D) || byte == 0x20
    }
    while at < bytes.count {
      if isBlank(bytes[at]) {
        at += 1
        continue
      }
      let start = at
      var content: [UInt8] = []
      let quote = bytes[at]
      let isQuoted = quote == 0x22 || quote == 0x60
      if isQuoted {
        at += 1
        while at < bytes.count, bytes[at] != quote {
          if quote == 0x22, bytes[at] == 0x5C, at + 1 < bytes.count,
            bytes[at + 1] == 0x22 || bytes[at + 1] == 0x5C
          {
            at += 1
          }
          content.append(bytes[at])
          at += 1
        }
        guard at < bytes.count else {
          throw PlotProblem("the quote is not closed", at: start..<bytes.count)
        }
        at += 1
      } else {
        while at < bytes.count, !isBlank(bytes[at]) {
          content.append(bytes[at])
          at += 1
        }
      }
      words.append(
        PlotWord(
          text: String(decoding: content, as: UTF8.self), place: start..<at,
          isQuoted: isQuoted))
    }
    return words
  }
}
