/// Why a file of a model cannot be used.
public struct ModelProblem: Error, Sendable, Hashable {
  /// Where in the file: a path of keys (`learner.objective.name`), a line (`line 12`), a byte.
  public let place: String?
  public let message: String

  public init(_ message: String, at place: String? = nil) {
    self.message = message
    self.place = place
  }
}
