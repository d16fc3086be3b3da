/// Multiples of 1, 2 or 5 times a power of ten.
struct NumberSteps {
  let low: Double
  let high: Double
  /// 1, 2 or 5.
  private let factor: Double
  private let exponent: Int
  /// Multiples of the step within the range; nil where floats are too coarse to be divided so.
  private let multiples: ClosedRange<Double>?

  /// The smallest step with at most so many multiples from `low` to `high`.
  init(_ low: Double, _ high: Double, most: Int, isWhole: Bool) {
    self.low = low
    self.high = high
    let most = Double(max(most, 2))
    var exponent = Self.exponent(of: high / (most * 2) - low / (most * 2))
    var factor = 1.0
    func range() -> ClosedRange<Double>? { Self.multiples(low, high, factor, exponent) }
    if isWhole, exponent < 0 { exponent = 0 }
    for _ in 0..<12 {
      guard let found = range() else { break }
      if found.upperBound - found.lowerBound + 1 <= most { break }
      if factor == 1 {
        factor = 2
      } else if factor == 2 {
        factor = 5
      } else {
        factor = 1
        exponent += 1
      }
    }
    self.factor = factor
    self.exponent = exponent
    multiples = range()
  }

  private static func multiples(
    _ low: Double, _ high: Double, _ factor: Double, _ exponent: Int
  ) -> ClosedRange<Double>? {
    guard exponent >= -300, exponent <= 308 else { return nil }
    let first = divided(low, factor, exponent).rounded(.up)
    let last = divided(high, factor, exponent).rounded(.down)
    guard abs(first) < 1e15, abs(last) < 1e15 else { return nil }
    return first <= last ? first...last : nil
  }

  /// Value / (factor × 10^exponent).
  private static func divided(_ value: Double, _ factor: Double, _ exponent: Int) -> Double {
    exponent < 0 ? value * power(-exponent) / factor : value / factor / power(exponent)
  }

  /// Powers of ten, correctly rounded.
  static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .infinity }

  /// The greatest e with 10^e ≤ value; of what is not above 0, −400.
  private static func exponent(of value: Double) -> Int {
    guard value > 0, value.isFinite else { return -400 }
    var found = Int((Double(value.exponent) * 0.301_029_995_663_981_2).rounded(.down))
    if power(found + 1) <= value { found += 1 }
    if power(found) > value { found -= 1 }
    return found
  }

  func value(_ multiple: Double) -> Double {
    let whole = multiple * factor
    return exponent < 0 ? whole / Self.power(-exponent) : whole * Self.power(exponent)
  }

  /// The multiples that span the range; at its ends none that is beyond all floats.
  private var outerMultiples: ClosedRange<Double>? {
    guard multiples != nil else { return nil }
    var first = Self.divided(low, factor, exponent).rounded(.down)
    var last = Self.divided(high, factor, exponent).rounded(.up)
    if !value(first).isFinite { first += 1 }
    if !value(last).isFinite { last -= 1 }
    return first...last
  }

  /// Ticks that span the range, and the range that they and it span.
  var outer: (low: Double, high: Double, ticks: [Axis.Tick]) {
    guard let outerMultiples else { return (low, high, ticks) }
    return (
      min(low, value(outerMultiples.lowerBound)), max(high, value(outerMultiples.upperBound)),
      ticks(outerMultiples)
    )
  }

  /// Multiples from the last at or below `low` to the first at or above `high`; nil where floats are
  /// too coarse.
  var edges: [Double]? {
    guard multiples != nil else { return nil }
    let first = Self.divided(low, factor, exponent).rounded(.down)
    let last = max(Self.divided(high, factor, exponent).rounded(.up), first + 1)
    guard last - first < 100_000 else { return nil }
    let edges = stride(from: first, through: last, by: 1).map(value)
    return edges.allSatisfy(\.isFinite) ? edges : nil
  }

  /// Multiples within the range.
  var ticks: [Axis.Tick] {
    guard let multiples else {
      return [low, high].map { Axis.Tick(value: $0, label: "\($0)") }
    }
    return ticks(multiples)
  }

  private func ticks(_ multiples: ClosedRange<Double>) -> [Axis.Tick] {
    let most = max(abs(multiples.lowerBound), abs(multiples.upperBound))
    let isScientific = exponent > 9 || exponent < -6 || value(most) >= 1e12
    return stride(from: multiples.lowerBound, through: multiples.upperBound, by: 1).map {
      multiple in
      // Not −0.
      let digits = multiple * factor + 0
      return Axis.Tick(
        value: value(multiple) + 0, label: isScientific ? scientific(digits) : decimal(digits))
    }
  }

  private func decimal(_ digits: Double) -> String {
    let whole = Int(digits)
    if exponent >= 0 {
      var scale = 1
      for _ in 0..<exponent { scale *= 10 }
      return ValueText.grouped(whole * scale)
    }
    let text = String(whole.magnitude)
    let padded = String(repeating: "0", count: max(0, 1 - exponent - text.utf8.count)) + text
    let point = padded.index(padded.endIndex, offsetBy: exponent)
    let integer = ValueText.grouped(Int(padded[..<point]) ?? 0)
    return "\(whole < 0 ? "-" : "")\(integer).\(padded[point...])"
  }

  /// `1.5e308`, from the digits themselves.
  private func scientific(_ digits: Double) -> String {
    let whole = Int(digits)
    if whole == 0 { return "0" }
    var text = String(whole.magnitude)
    let power = exponent + text.utf8.count - 1
    while text.utf8.count > 1, text.hasSuffix("0") { text.removeLast() }
    if text.utf8.count > 1 { text.insert(".", at: text.index(after: text.startIndex)) }
    return "\(whole < 0 ? "-" : "")\(text)e\(power)"
  }
}
