extension Catalogue {
  private static func part(
    _ builtin: Builtin, _ summary: String, ofDate: Bool = true
  ) -> Function {
    Function(
      builtin, "t", summary + " Local, in the program's time zone.",
      [Overload([.exactly(.time)], .exactly(.int))]
        + (ofDate ? [Overload([.exactly(.date)], .exactly(.int))] : []))
  }

  static let calendar: [Function] = [
    Function(
      .date, "t", "The local date of a time.", [Overload([.exactly(.time)], .exactly(.date))]),
    Function(
      .startOfDay, "d", "The local start of a date.",
      [Overload([.exactly(.date)], .exactly(.time))]),
    part(.year, "The year."),
    part(.quarter, "The quarter, 1 to 4."),
    part(.month, "The month, 1 to 12."),
    part(.day, "The day of the month, 1 to 31."),
    part(.weekday, "The day of the week, 1 for Monday to 7 for Sunday."),
    part(.hour, "The hour, 0 to 23.", ofDate: false),
    part(.minute, "The minute, 0 to 59.", ofDate: false),
  ]
}
