import C360Display

/// How answers are written; set by commands.
public struct Settings: Sendable {
  public var mode = TableMode.plain
  /// Rows that are shown, from head and tail; nil: all.
  public var maximumRows: Int? = TableOptions.usualRows
  public var showsTime = false
  /// Whether what does not fit the screen goes through a pager.
  public var usesPager = true
  /// Where answers go instead of the screen.
  public var output: String?

  public init() {}
}
