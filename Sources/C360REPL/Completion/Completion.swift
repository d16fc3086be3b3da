/// What may stand at the cursor.
public struct Completion: Sendable {
  public struct Candidate: Sendable, Hashable {
    public enum Kind: String, Sendable {
      case keyword, verb, source, column, feature, name, function, file, command, word
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
  }
  /// Bytes of the text that a candidate takes the place of; up to the cursor.
  public let range: Range<Int>
  public let candidates: [Candidate]

  public static let none = Completion(range: 0..<0, candidates: [])

  /// Those that begin with the prefix, each text once, the first of its kind.
  init(range: Range<Int>, prefix: String, among all: [Candidate]) {
    var seen: Set<String> = []
    self.range = range
    candidates = all.filter { $0.text.hasPrefix(prefix) && seen.insert($0.text).inserted }
  }

  private init(range: Range<Int>, candidates: [Candidate]) {
    self.range = range
    self.candidates = candidates
  }
}
