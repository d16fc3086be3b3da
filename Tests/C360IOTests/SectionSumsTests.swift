import Testing

@testable import C360IO

@Suite("checksums of stored tables")
struct SectionSumsTests {
  private static let bytes = (0..<640).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) }

  private func sum(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { SectionSums.sum(of: $0) }
  }

  @Test("pieces of any size come to the sum of the whole", arguments: [1, 7, 64, 100, 640])
  func pieces(size: Int) {
    let sums = SectionSums()
    for start in stride(from: 0, to: Self.bytes.count, by: size) {
      Array(Self.bytes[start..<min(start + size, Self.bytes.count)])
        .withUnsafeBytes { sums.add($0) }
    }
    sums.endSection()
    #expect(sums.sums == [sum(Self.bytes)])
  }

  @Test("every bit and every exchange of two blocks shows")
  func changes() {
    let plain = sum(Self.bytes)
    for bit in 0..<8 * Self.bytes.count {
      var changed = Self.bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(sum(changed) != plain)
    }
    #expect(sum(Array(Self.bytes[64...] + Self.bytes[..<64])) != plain)
  }
}
