extension Catalogue {
  static let conversions: [Function] = [
    Function(
      .int, "x", "A float cut towards 0, a bool as 0 or 1, or a text read as an int.",
      [
        Overload([.quantity], .exactly(.int)), Overload([.exactly(.bool)], .exactly(.int)),
        Overload([.exactly(.text)], .exactly(.int)), Overload([.exactly(.int)], .exactly(.int)),
      ]),
    Function(
      .float, "x", "An int, a bool, a text or an amount of money as a plain number.",
      [
        Overload([.exactly(.int)], .exactly(.float(.none))),
        Overload([.quantity], .exactly(.float(.none))),
        Overload([.exactly(.bool)], .exactly(.float(.none))),
        Overload([.exactly(.text)], .exactly(.float(.none))),
      ]),
    Function(
      .text, "x", "Any value as text: shortest numbers, ISO times in UTC.",
      [Overload([.anything], .exactly(.text))]),
  ]

  private static func length(_ builtin: Builtin, _ unit: String) -> Function {
    Function(
      builtin, "d", "The length of a duration in \(unit), with its fraction.",
      [Overload([.exactly(.duration)], .exactly(.float(.none)))])
  }

  static let durations: [Function] = [
    length(.seconds, "seconds"), length(.minutes, "minutes"), length(.hours, "hours"),
    length(.days, "days of 24 hours"), length(.weeks, "weeks of 168 hours"),
  ]
}
