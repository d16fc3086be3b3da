import C360Syntax

/// What may stand at the cursor.
public struct Completion: Sendable {
  public struct Candidate: Sendable, Hashable {
    public enum Kind: String, Sendable {
      case keyword, verb, source, column, feature, name, function, file, command, word

      /// Whether it stands for something declared, which may have to be written in back-ticks.
      var isName: Bool { [.source, .column, .feature, .name].contains(self) }
    }
    /// What takes the place of `range`.
    public let text: String
    public let kind: Kind
    /// What to show in a list: a signature, a type; else the text.
    public let shown: String
    /// What follows when it is the only one.
    public let suffix: String

    init(_ text: String, _ kind: Kind, shown: String? = nil, suffix: String = " ") {
      self.text = text
      self.kind = kind
      self.shown = shown ?? text
      self.suffix = suffix
    }

    /// The candidate as it takes the place of the prefix; nil where it does not begin like that. Names that
    /// are no identifiers stand in back-ticks, and all names do behind a back-tick.
    func fitting(_ prefix: String) -> Candidate? {
      guard kind.isName else { return text.hasPrefix(prefix) ? self : nil }
      let isQuoted = prefix.hasPrefix("`")
      let written = isQuoted ? "`\(text)`" : WrittenName.of(text)
      guard written.hasPrefix(prefix) || (!isQuoted && text.hasPrefix(prefix)) else { return nil }
      return Candidate(written, kind, shown: shown, suffix: suffix)
    }
  }
  /// Bytes of the text that a candidate takes the place of; up to the cursor.
  public let range: Range<Int>
  public let candidates: [Candidate]
  /// How the function is called in whose parentheses the cursor is: `quantile(x, p)`.
  public let signature: String?

  public static let none = Completion(range: 0..<0, candidates: [])

  /// Those that begin with the prefix, each text once, the first of its kind.
  init(
    range: Range<Int>, prefix: String, among all: [Candidate], signature: String? = nil
  ) {
    var seen: Set<String> = []
    self.range = range
    candidates = all.compactMap { $0.fitting(prefix) }.filter { seen.insert($0.text).inserted }
    self.signature = signature
  }

  private init(range: Range<Int>, candidates: [Candidate]) {
    self.range = range
    self.candidates = candidates
    signature = nil
  }
}
