/// Every word the grammar knows. Only the reserved ones are keywords everywhere; the others are
/// keywords where an item or clause may start, and names elsewhere.
enum Word: UInt8, Sendable, CaseIterable {
  /// A name the grammar has no use for.
  case other
  // Reserved
  case and, or, not, `in`, `is`, null, `true`, `false`, `if`, then, `else`, `case`, at, `where`
  case over, lag, within
  // Declarations
  case edition, module, timezone, use, param, function, entity
  case events, profile, consents, actions, limits, identity, exposure
  case feature, template, apply, mask, score, objective, constraint, policy, experiment, arbitrate
  case output, show, expect
  // Declarations of later versions
  case view, fit, evaluate, monitor, release
  case privacy, federate, test, why
  // Items of blocks
  case observed, arrives, expires, none, keep, outcome, link, resolve, hide, forbid, include,
    maximize, minimize
  case permit, subject, candidates, slots, choose, explore, stable, fallback, owner, approved,
    ticket
  case salt, layer, ramp, arm, otherwise, best, mixture
  // Clauses
  case from, through, to, of, via, `as`, because, unless, when, under, weight, until, every, after
  case per, soft, by, most, above, calendar, all, first, last, session, since, `for`
  // Verbs of queries
  case select, derive, group, sort, take, skip, distinct, sample, pivot, window, join, describe
  // Clauses of `join`
  case on, only, expand

  var text: String { "\(self)" }

  var isReserved: Bool { self >= .and && self <= .within }
  var isDeclaration: Bool { self >= .edition && self <= .view }
  var isLaterDeclaration: Bool { self > .view && self <= .why }
  /// Words that may follow a complete expression or a complete name within an item.
  var startsClause: Bool {
    switch self {
    case .because, .weight, .unless, .when, .under, .until, .to, .as, .of, .from, .through, .every,
      .after, .per, .soft, .by:
      true
    default: false
    }
  }

  var isTable: Bool { self >= .events && self <= .identity }
}

extension Word: Comparable {
  static func < (left: Word, right: Word) -> Bool { left.rawValue < right.rawValue }
}

/// Finds the word of an identifier from its bytes.
struct WordTable: Sendable {
  static let shared = WordTable()

  /// Up to sixteen bytes, little end first; no word of the grammar is longer.
  struct Key: Sendable, Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init?(_ bytes: ArraySlice<UInt8>) {
      guard bytes.count <= 16 else { return nil }
      var shift: UInt64 = 0
      for byte in bytes {
        if shift < 64 { low |= UInt64(byte) << shift } else { high |= UInt64(byte) << (shift - 64) }
        shift += 8
      }
    }

    var slot: Int {
      Int(truncatingIfNeeded: (low &* 0x9E37_79B9_7F4A_7C15 ^ high &* 0xC2B2_AE3D_27D4_EB4F) >> 55)
    }
  }

  /// Open addressing over a power of two, at most a quarter full.
  private var slots: [(key: Key, word: Word)?]

  private init() {
    slots = Array(repeating: nil, count: 512)
    for word in Word.allCases where word != .other {
      guard let key = Key(Array(word.text.utf8)[...]) else { continue }
      var slot = key.slot
      while slots[slot] != nil { slot = (slot + 1) & 511 }
      slots[slot] = (key, word)
    }
  }

  func word(_ bytes: ArraySlice<UInt8>) -> Word {
    guard let key = Key(bytes) else { return .other }
    var slot = key.slot
    while let entry = slots[slot] {
      if entry.key == key { return entry.word }
      slot = (slot + 1) & 511
    }
    return .other
  }
}
