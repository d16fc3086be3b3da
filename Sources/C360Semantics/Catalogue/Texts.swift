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
      .length, "s", "The number of Unicode scalars, or of the elements of a list.",
      [
        Overload([.exactly(.text)], .exactly(.int)),
        Overload([.collection("list(T)")], .exactly(.int)),
      ]),
    Function(
      .contains, "s, part", "Whether a part occurs in a text, or a value in a list.",
      [
        Overload([.exactly(.text), .exactly(.text)], .exactly(.bool)),
        Overload([.collection("list(T)"), .collection("T")], .exactly(.bool)),
      ]),
    test(.startsWith, "Whether a text starts with a part."),
    test(.endsWith, "Whether a text ends with a part."),
  ]
}
