extension Catalogue {
  private static let plain: [Overload] = [
    Overload([.exactly(.float(.none))], .exactly(.float(.none)))
  ]
  private static let keepsUnit: [Overload] = [Overload([.quantity], .likeFirst)]

  static let numbers: [Function] = [
    Function(
      .abs, "x", "The size of a number or a duration.",
      [
        Overload([.exactly(.int)], .likeFirst), Overload([.quantity], .likeFirst),
        Overload([.exactly(.duration)], .likeFirst),
      ]),
    Function(
      .sign, "x", "-1, 0 or 1.",
      [
        Overload([.exactly(.int)], .likeFirst),
        Overload([.quantity], .likeFirst),
      ]),
    Function(.floor, "x", "The largest whole number at most x.", keepsUnit),
    Function(.ceil, "x", "The smallest whole number at least x.", keepsUnit),
    Function(.round, "x", "The nearest whole number; halves go away from 0.", keepsUnit),
    Function(
      .modulo, "a, b", "The remainder of a / b with the sign of b.",
      [
        Overload([.exactly(.int), .exactly(.int)], .likeFirst),
        Overload([.exactly(.float(.none)), .exactly(.float(.none))], .likeFirst),
      ]),
    Function(
      .sqrt, "x", "The square root; NaN below 0.", [Overload([.quantity], .rootOfFirst)]),
    Function(.exp, "x", "e to the power x.", plain),
    Function(.ln, "x", "The natural logarithm; NaN below 0.", plain),
    Function(.log2, "x", "The logarithm to the base 2.", plain),
    Function(.log10, "x", "The logarithm to the base 10.", plain),
    Function(.sigmoid, "x", "1 / (1 + exp(-x)).", plain),
    Function(.logit, "p", "ln(p / (1 - p)).", plain),
    Function(.tanh, "x", "The hyperbolic tangent.", plain),
    Function(
      .isNaN, "x", "Whether a float is not a number.", [Overload([.quantity], .exactly(.bool))]),
  ]

  static let comparisons: [Function] = [
    Function(
      .least, "a, b, …", "The smallest of its arguments.", nulls: .skips, isVariadic: true,
      [Overload([.ordered, .ordered], .likeFirst)]),
    Function(
      .greatest, "a, b, …", "The largest of its arguments.", nulls: .skips, isVariadic: true,
      [Overload([.ordered, .ordered], .likeFirst)]),
    Function(
      .clamp, "x, low, high", "x, but at least low and at most high.",
      [Overload([.ordered, .ordered, .ordered], .likeFirst)]),
  ]
}
