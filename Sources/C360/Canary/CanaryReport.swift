/// What the leak canary was asked of, when nothing leaked.
public struct CanaryReport: Sendable {
  /// The instants at which data were cut off, µs UTC, ascending; none where nothing is decided.
  public let cuts: [Int64]
  /// Features and scores at exposures, and columns of decisions, that were compared.
  public let columns: Int
  /// Values that were compared, over all cuts and all changes of the data.
  public let values: Int
  /// Rows at or after a cut that were left out, doubled and replaced.
  public let changedRows: Int

  /// One line for people, with its end.
  public var summary: String {
    if cuts.isEmpty { return "canary: no decisions in the data, so nothing was asked\n" }
    let times = cuts.map { ValueText.time($0) }.joined(separator: ", ")
    return
      "canary: \(values) values of \(columns) columns stayed the same when \(changedRows) rows at or after "
      + "\(times) were left out, doubled and replaced\n"
  }
}
