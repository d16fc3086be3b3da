import C360Columns

/// Where an entity stands in [0, 1) for experiments: a hash of a salt and the entity's key, and of
/// nothing else, so that neither the seed of a run nor the time of a decision moves anybody
/// (docs/randomness.md).
public struct EntityHash: Sendable {
  private let start: UInt64
  private static let prime: UInt64 = 0x100_0000_01b3

  /// - Parameter purpose: `arm` or `layer`, so that a layer and a salt of one name are two hashes.
  public init(_ purpose: String, _ salt: String) {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { state = (state ^ UInt64(byte)) &* Self.prime }
    state = (state ^ 0xFF) &* Self.prime
    for byte in salt.utf8 { state = (state ^ UInt64(byte)) &* Self.prime }
    start = (state ^ 0xFF) &* Self.prime
  }

  @inline(__always)
  public func hash(key: Int64) -> UInt64 {
    var state = start
    let word = UInt64(bitPattern: key)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      state = (state ^ ((word >> shift) & 0xFF)) &* Self.prime
    }
    return Self.finish(state)
  }

  /// The same for a text key, by its UTF-8 bytes.
  @inline(__always)
  public func hash(key: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var state = start
    for byte in key { state = (state ^ UInt64(byte)) &* Self.prime }
    return Self.finish(state)
  }

  /// In [0, 1), of a key that is an integer or a text.
  public func place(of key: Scalar) -> Double {
    switch key {
    case .int(let key): return DrawHash.unit(hash(key: key))
    case .text(let key):
      let bytes = Array(key.utf8)
      return bytes.withUnsafeBufferPointer { DrawHash.unit(hash(key: $0)) }
    default: return DrawHash.unit(hash(key: 0))
    }
  }

  @inline(__always)
  private static func finish(_ state: UInt64) -> UInt64 {
    var hash = (state ^ 0xFF) &* prime
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}

/// The places of the entities of a frame.
struct EntityDraws: Sendable {
  let hash: EntityHash
  /// int64 or text; a null counts as 0 or the empty text.
  let key: Vector
  let pool: TextPool

  func fill(_ draws: UnsafeMutablePointer<Double>, rows: Int) {
    if key.type == .text {
      let keys = key.codes
      for row in 0..<rows { draws[row] = DrawHash.unit(hash.hash(key: pool.bytes(of: keys[row]))) }
    } else {
      let keys = key.int64s
      for row in 0..<rows { draws[row] = DrawHash.unit(hash.hash(key: keys[row])) }
    }
  }
}
