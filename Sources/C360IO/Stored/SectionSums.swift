import C360Columns

/// Checksums of the sections of a stored table, in their order: bytes that a disk gives back changed are
/// noticed, not computed with. Not against anybody who wants to deceive.
///
/// Eight lanes of 64 bits, each multiplied and rotated word by word, as fast as memory is read.
final class SectionSums {
  private(set) var sums: [UInt64] = []
  private var lanes = Lanes()
  /// Bytes of a block of 64 that is not full.
  private var pending: [UInt8] = []

  /// Adds the next bytes of the section.
  func add(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = min(rest.count, Lanes.size - pending.count)
      pending.append(contentsOf: rest.prefix(taken))
      rest = rest.dropFirst(taken)
      guard pending.count == Lanes.size else { return }
      pending.withUnsafeBytes { lanes.add($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / Lanes.size * Lanes.size
    lanes.add(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// The section is complete; its size is a multiple of 64.
  func endSection() {
    sums.append(lanes.sum)
    lanes = Lanes()
  }

  /// - Parameter bytes: a whole section, filled up to a multiple of 64.
  static func sum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    var lanes = Lanes()
    lanes.add(bytes)
    return lanes.sum
  }
}

private struct Lanes {
  static let size = 64
  private var state = SIMD8<UInt64>(1, 2, 3, 4, 5, 6, 7, 8)
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// - Parameter bytes: a multiple of 64.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var state = state
    for offset in stride(from: 0, to: bytes.count, by: Self.size) {
      state ^= bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
      state &*= Self.factor
      state ^= state &>> 29
    }
    self.state = state
  }

  var sum: UInt64 {
    (0..<8).reduce(0) { sum, lane in ((sum ^ state[lane]) &* Self.factor) &+ UInt64(lane) }
  }
}
