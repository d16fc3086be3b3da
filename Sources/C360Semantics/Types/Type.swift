/// The type of a value (language.md §3).
public struct Type: Hashable, Sendable {
  public indirect enum Base: Hashable, Sendable {
    case bool
    case int
    /// A double with a unit; dimensionless when the unit is `.none`. `money(USD)` is a float of unit USD.
    case float(Unit)
    case text
    /// Microseconds UTC.
    case time
    /// Days since 1970-01-01 on the local calendar of the table or module.
    case date
    /// Microseconds.
    case duration
    /// `1mo 1q 1y`: a different type, because its length depends on where it starts.
    case calendarSpan
    /// So many floats, none of them null.
    case vector(Int)
    /// Any number of values of one of `bool int float money text time date duration`, none of them null.
    case list(Base)
    /// The type of the literal `null`, before its context is known.
    case null
  }
  public let base: Base
  public let isOptional: Bool

  public init(_ base: Base, optional: Bool = false) {
    self.base = base
    self.isOptional = optional
  }

  public var optional: Type { Type(base, optional: true) }
  public var nonOptional: Type { Type(base, optional: false) }

  public static let bool = Type(.bool)
  public static let int = Type(.int)
  public static let float = Type(.float(.none))
  public static let text = Type(.text)
  public static let time = Type(.time)
  public static let date = Type(.date)
  public static let duration = Type(.duration)
  public static let calendarSpan = Type(.calendarSpan)
  public static func money(_ currency: String) -> Type { Type(.float(Unit(currency))) }
}

/// A product of powers of currencies; the empty product is dimensionless.
public struct Unit: Hashable, Sendable {
  /// Currency → exponent, never 0.
  public let exponents: [String: Int]

  public static let none = Unit(exponents: [:])
  public init(_ currency: String) { exponents = [currency: 1] }
  public init(exponents: [String: Int]) { self.exponents = exponents.filter { $0.value != 0 } }

  public static func * (left: Unit, right: Unit) -> Unit {
    Unit(exponents: left.exponents.merging(right.exponents, uniquingKeysWith: +))
  }
  public static func / (left: Unit, right: Unit) -> Unit { left * right.raised(to: -1) }
  public func raised(to power: Int) -> Unit {
    Unit(exponents: exponents.mapValues { $0 * power })
  }
  /// The currency when the unit is exactly one currency.
  public var currency: String? {
    exponents.count == 1 && exponents.first?.value == 1 ? exponents.first?.key : nil
  }
}
