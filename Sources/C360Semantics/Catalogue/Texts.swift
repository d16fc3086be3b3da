extension Catalogue {
  private static func change(_ builtin: Builtin, _ summary: String) -> Function {
    Function(builtin, "s", summary, [Overload([.exactly(.text)], .exactly(.text))])
  }

  private static func test(_ builtin: Builtin, _ summary: String) -> Function {
    Function(
      builtin, "s, part", summary,
      [Overload([.exactly(.text), .exactly(.text)], .exactly(.bool))])
  }

  static let texts: [Function] = [
    change(.lower, "Letters in lower case."),
    change(.upper, "Letters in upper case."),
    change(.trim, "Without white space at both ends."),
    Function(
      .length, "s", "The number of Unicode scalars.",
      [Overload([.exactly(.text)], .exactly(.int))]),
    test(.contains, "Whether a part occurs in a text."),
    test(.startsWith, "Whether a text starts with a part."),
    test(.endsWith, "Whether a text ends with a part."),
  ]
}
