import C360Columns
import Foundation
import Testing

@Suite("numbers that floats do not hold to the last digit")
struct LostDigitsTests {
  private func keeps(_ mantissa: UInt64, _ exponent: Int) throws -> Bool {
    let double = try #require(Double("\(mantissa)e\(exponent)"))
    return keepsDigits(mantissa, exponent: exponent, as: double)
  }

  @Test("a number is kept if its float, written with as many digits, is that number")
  func edges() throws {
    #expect(try keeps(9_007_199_254_740_992, 0))
    #expect(try !keeps(9_007_199_254_740_993, 0))
    #expect(try keeps(9_007_199_254_740_994, 0))
    #expect(try !keeps(999_999_999_999_999_999, 0))
    #expect(try keeps(1_000_000_000_000_000_000, 0))
    // What another tool wrote of 0.1 with all digits.
    #expect(try keeps(1_000_000_000_000_000_056, -19))
    #expect(try !keeps(1_000_000_000_000_000_055, -19))
    // 900719925474099.25 lies between: halves go to the even digit.
    #expect(try keeps(9_007_199_254_740_992, -1))
    #expect(try !keeps(9_007_199_254_740_993, -1))
    // Beyond what is compared in 128 bits.
    #expect(try keeps(17_976_931_348_623_157, 292))
    #expect(try keeps(49_406_564_584_124_654, -340))
    #expect(try !keeps(12_345_678_901_234_567, -345))
  }

  @Test("15 digits are always kept")
  func few() throws {
    for exponent in -330...290 {
      #expect(try exponent < -320 || keeps(999_999_999_999_999, exponent))
    }
  }

  /// The comparison of integers against the digits that the library prints.
  @Test func `integers and printed digits agree`() throws {
    var random = SystemRandomNumberGenerator()
    var lost = 0
    for round in 0..<20_000 {
      let mantissa = UInt64.random(in: 1 << 52...9_999_999_999_999_999_999, using: &random)
      let exponent = Int.random(in: round % 4 == 0 ? -40...40 : -27...27, using: &random)
      let double = try #require(Double("\(mantissa)e\(exponent)"))
      let kept = keepsDigits(mantissa, exponent: exponent, as: double)
      #expect(
        kept == keepsDigits(Array("\(mantissa)".utf8), as: double), "\(mantissa)e\(exponent)")
      if !kept { lost += 1 }
    }
    #expect(lost > 1000)
    // Of a float with 17 digits none is ever lost.
    for _ in 0..<5_000 {
      let double = Double(bitPattern: .random(in: 0...0x7FEF_FFFF_FFFF_FFFF, using: &random))
      let digits = String(format: "%.16e", double).split(separator: "e")[0]
        .filter { $0 != "." }
      #expect(keepsDigits(Array(digits.utf8), as: double), "\(double)")
    }
  }
}
