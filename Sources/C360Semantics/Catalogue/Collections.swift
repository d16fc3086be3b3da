extension Catalogue {
  private static let vector = TypePattern.collection("vector(N)")
  private static let list = TypePattern.collection("list(T)")

  /// Checked by `Checker.collectionCall`; the overloads are there for people.
  static let collections: [Function] = [
    Function(
      .dot, "a, b", "The sum of the products of the elements of two vectors.",
      [Overload([vector, vector], .exactly(.float(.none)))]),
    Function(
      .norm, "a", "The length of a vector: sqrt(dot(a, a)).",
      [Overload([vector], .exactly(.float(.none)))]),
    Function(
      .cosine, "a, b", "The cosine of the angle between two vectors; null when a norm is 0.",
      [Overload([vector, vector], .exactly(.float(.none)))]),
    Function(
      .element, "a, i",
      "The ith element of a vector or a list from 1; below 0 from the end, null where there is none.",
      [
        Overload([vector, .exactly(.int)], .exactly(.float(.none))),
        Overload([list, .exactly(.int)], .likeFirst),
      ]),
    Function(
      form: "zeros", "zeros(n)", "The vector of n zeros; n is a constant.", nulls: .total),
  ]
}
