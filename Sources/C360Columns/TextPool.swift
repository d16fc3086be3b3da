import Synchronization

/// Every text of a run, once: code ↔ UTF-8 bytes. One pool serves all columns of a run, so equality
/// of texts is equality of codes. Codes depend on reading order and must never show: order texts by
/// their bytes, hash them by their bytes.
///
/// Interning is thread-safe. Code 0 is the empty text.
public final class TextPool: Sendable {
  private struct State: ~Copyable {
    var codes: [String: Int32] = ["": 0]
    var texts: [String] = [""]
    var ranks: [Int32]?
  }
  private let state = Mutex(State())

  public init() {}

  public var count: Int { state.withLock { $0.texts.count } }

  /// The code of a text, a new one when it is seen for the first time.
  public func intern(_ text: String) -> Int32 {
    state.withLock { Self.intern(text, &$0) }
  }

  /// Codes of many texts under one lock.
  public func intern(_ texts: [String]) -> [Int32] {
    state.withLock { state in texts.map { Self.intern($0, &state) } }
  }

  private static func intern(_ text: String, _ state: inout State) -> Int32 {
    if let code = state.codes[text] { return code }
    let code = Int32(state.texts.count)
    state.codes[text] = code
    state.texts.append(text)
    state.ranks = nil
    return code
  }

  /// The code of a text if it has one.
  public func code(of text: String) -> Int32? { state.withLock { $0.codes[text] } }

  public func text(_ code: Int32) -> String { state.withLock { $0.texts[Int(code)] } }

  /// All texts by code: a snapshot.
  public func snapshot() -> [String] { state.withLock { $0.texts } }

  /// For each code its place in the order of UTF-8 bytes. Recomputed only after new texts.
  public func ranks() -> [Int32] {
    state.withLock { state in
      if let ranks = state.ranks, ranks.count == state.texts.count { return ranks }
      let texts = state.texts
      let order = texts.indices.sorted {
        texts[$0].utf8.lexicographicallyPrecedes(texts[$1].utf8)
      }
      var ranks = [Int32](repeating: 0, count: texts.count)
      for (rank, code) in order.enumerated() { ranks[code] = Int32(rank) }
      state.ranks = ranks
      return ranks
    }
  }
}
