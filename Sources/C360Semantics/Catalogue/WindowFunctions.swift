extension Catalogue {
  /// A function of `window` that is no aggregate.
  public struct WindowFunction: Sendable {
    enum Kind { case rowNumber, rank, denseRank, previous, next }
    public let name: String
    public let signature: String
    public let summary: String
    let kind: Kind
    let argumentCounts: ClosedRange<Int>
  }

  public static let windowFunctions: [WindowFunction] = [
    WindowFunction(
      name: "row_number", signature: "row_number()",
      summary: "The number of the row in its partition, from 1.", kind: .rowNumber,
      argumentCounts: 0...0),
    WindowFunction(
      name: "rank", signature: "rank()",
      summary: "One more than the rows before it; equal rows have one rank.", kind: .rank,
      argumentCounts: 0...0),
    WindowFunction(
      name: "dense_rank", signature: "dense_rank()",
      summary: "As `rank`, counting different places only.", kind: .denseRank,
      argumentCounts: 0...0),
    WindowFunction(
      name: "previous", signature: "previous(x, n)",
      summary: "The value n rows before, 1 by default; null where there is none.",
      kind: .previous, argumentCounts: 1...2),
    WindowFunction(
      name: "next", signature: "next(x, n)",
      summary: "The value n rows later, 1 by default; null where there is none.", kind: .next,
      argumentCounts: 1...2),
  ]

  static let windowFunctionsByName: [String: WindowFunction] = Dictionary(
    uniqueKeysWithValues: windowFunctions.map { ($0.name, $0) })
}
