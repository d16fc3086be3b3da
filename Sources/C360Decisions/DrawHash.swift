/// The number in [0, 1) that a decision draws: a hash of what the decision is, never of where its
/// row stands (docs/randomness.md). The seed and the policy are hashed once.
public struct DrawHash: Sendable {
  private let start: UInt64
  private static let offsetBasis: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01b3
  /// Of the prime.
  private static let fourthPower: UInt64 = 0x9ffa_ac08_5635_bc91
  private static let eighthPower: UInt64 = 0x1efa_c709_0aef_4a21

  public init(seed: UInt64, policy: String) {
    var state = Self.adding(word: seed, to: Self.offsetBasis)
    for byte in policy.utf8 { state = Self.adding(byte: byte, to: state) }
    start = Self.adding(byte: 0xFF, to: state)
  }

  /// - Parameters:
  ///   - time: decision time, µs UTC.
  ///   - number: of the exposure among those of equal entity and time, from 0.
  ///   - place: of the position in a slate, from 0; the first position draws as a single decision does.
  @inline(__always)
  public func hash(key: Int64, time: Int64, number: Int64, place: Int = 0) -> UInt64 {
    finish(Self.adding(word: UInt64(bitPattern: key), to: start), time, number, place)
  }

  /// The same for a text key, by its UTF-8 bytes.
  @inline(__always)
  public func hash(
    key: UnsafeBufferPointer<UInt8>, time: Int64, number: Int64, place: Int = 0
  ) -> UInt64 {
    var state = start
    for byte in key { state = Self.adding(byte: byte, to: state) }
    return finish(state, time, number, place)
  }

  /// The upper 53 bits of a hash as a number in [0, 1).
  @inline(__always)
  public static func unit(_ hash: UInt64) -> Double { Double(hash >> 11) * 0x1p-53 }

  @inline(__always)
  private func finish(
    _ state: UInt64, _ time: Int64, _ number: Int64, _ place: Int
  ) -> UInt64 {
    var hash = Self.adding(byte: 0xFF, to: state)
    hash = Self.adding(word: UInt64(bitPattern: time), to: hash)
    hash = Self.adding(word: UInt64(bitPattern: number), to: hash)
    if place > 0 { hash = Self.adding(word: UInt64(place), to: hash) }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }

  @inline(__always)
  private static func adding(byte: UInt8, to state: UInt64) -> UInt64 {
    (state ^ UInt64(byte)) &* prime
  }

  /// Eight bytes, the lowest first. Bytes that are 0 only multiply, which small numbers have many of.
  @inline(__always)
  private static func adding(word: UInt64, to state: UInt64) -> UInt64 {
    if word == 0 { return state &* eighthPower }
    let low = adding(half: UInt32(truncatingIfNeeded: word), to: state)
    let high = UInt32(truncatingIfNeeded: word >> 32)
    return high == 0 ? low &* fourthPower : adding(half: high, to: low)
  }

  @inline(__always)
  private static func adding(half: UInt32, to state: UInt64) -> UInt64 {
    var state = state
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      state = adding(byte: UInt8(truncatingIfNeeded: half >> shift), to: state)
    }
    return state
  }
}
