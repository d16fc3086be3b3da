#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numbers of a source that a column of floats could not hold in all their digits.
public struct LostDigits: Sendable, Hashable {
  public private(set) var count: Int
  /// Where the first of them stands: in a column being filled its row there, of a file its row in the
  /// file, from 0.
  public private(set) var row: Int
  /// The first of them, as it was found.
  public private(set) var number: String
  /// The file of the first; nil: it is of no file, or not said yet.
  public private(set) var path: String?

  public init(count: Int = 1, row: Int, number: String, path: String? = nil) {
    self.count = count
    self.row = row
    self.number = number
    self.path = path
  }

  /// Adds those of other rows of the same column.
  public mutating func merge(_ other: LostDigits) {
    let earlier = other.row < row ? other : self
    self = LostDigits(
      count: count + other.count, row: earlier.row, number: earlier.number, path: earlier.path)
  }

  /// With those of rows that come later, told by whatever numbers.
  public func followed(by other: LostDigits) -> LostDigits {
    LostDigits(count: count + other.count, row: row, number: number, path: path)
  }

  /// Adds one number more, behind those that are there.
  public static func note(_ lost: inout LostDigits?, row: Int, _ number: @autoclosure () -> String)
  {
    if lost == nil {
      lost = LostDigits(row: row, number: number())
    } else {
      lost?.count += 1
    }
  }

  /// The same of rows that stand so much further on.
  func moved(by rows: Int) -> LostDigits {
    LostDigits(count: count, row: row + rows, number: number, path: path)
  }

  /// The same, with the first told by its row in a file.
  public func at(row: Int, of path: String) -> LostDigits {
    LostDigits(count: count, row: row, number: number, path: path)
  }
}

extension Batch {
  /// By the place of the column; none where nothing was lost.
  public var lostDigits: [Int: LostDigits] {
    var found: [Int: LostDigits] = [:]
    for (place, column) in columns.enumerated() { found[place] = column.lostDigits }
    return found
  }
}

/// Whether a double, written with as many digits behind the point as `mantissa` · 10^`exponent` and
/// halves to even, is that number again. It always is with up to 15 digits.
///
/// - Parameter double: the one nearest to the number; neither negative nor infinite.
public func keepsDigits(_ mantissa: UInt64, exponent: Int, as double: Double) -> Bool {
  if mantissa <= 1 << 52 { return true }
  guard (-27...27).contains(exponent), double.isNormal else {
    return keepsDigits(Array(String(mantissa).utf8), as: double)
  }
  // The double may be off by half a unit of the last digit, or by less where that is odd: in whole numbers.
  let significand = UInt128(double.significandBitPattern | 1 << 52)
  let shift = Int(double.exponent) - 52
  let number = UInt128(mantissa)
  func isWithinHalf(_ own: UInt128, of wanted: UInt128, unit: UInt128) -> Bool {
    let difference = own > wanted ? own - wanted : wanted - own
    return 2 * difference < unit || (2 * difference == unit && mantissa & 1 == 0)
  }
  let power = UInt128(powersOfFive[abs(exponent)])
  if exponent > 0 {
    // The double is above 2^52 · 10^exponent, so its last bit is worth more than 2^exponent.
    let (own, wanted) = (significand << UInt128(shift - exponent), number * power)
    return isWithinHalf(own, of: wanted, unit: power)
  }
  let own = significand * power
  let places = -(shift - exponent)
  if places <= 0 { return own << UInt128(-places) == number }
  let wanted = number << UInt128(places)
  return isWithinHalf(own, of: wanted, unit: 1 << UInt128(places))
}

/// The same of the significant digits of a number, without zeros in front.
public func keepsDigits(_ digits: [UInt8], as double: Double) -> Bool {
  guard let first = digits.first, first != 0x30 else { return true }
  var text = [CChar](repeating: 0, count: digits.count + 32)
  _ = withVaList([Int32(clamping: digits.count - 1), double]) {
    vsnprintf(&text, text.count, "%.*e", $0)
  }
  let written = text.lazy.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 && $0 != 0x65 }
    .filter { (0x30...0x39).contains($0) }
  return written.elementsEqual(digits)
}

/// 5⁰ to 5²⁷, all that 64 bits hold.
private let powersOfFive: [UInt64] = (0...27).map { exponent in
  (0..<exponent).reduce(1) { power, _ in power * 5 }
}
