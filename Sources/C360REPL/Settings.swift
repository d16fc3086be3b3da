/// How answers are written; set by commands.
public struct Settings: Sendable {
  public enum Mode: String, Sendable, CaseIterable { case box, csv, json, markdown, line }
  public var mode = Mode.box
  /// Rows that are shown, at most.
  public var maximumRows = 40
  public var showsTime = false
  /// Whether what does not fit the screen goes through a pager.
  public var usesPager = true
  /// Where answers go instead of the screen.
  public var output: String?

  public init() {}
}
