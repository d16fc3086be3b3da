import C360Plan

/// Decides and composes decisions at the rows of a frame; C360Decisions implements it.
public protocol DecisionOperator: Sendable {
  func run(
    _ step: DecideStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError)

  func run(
    _ step: DrawStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError)

  func run(
    _ step: ComposeStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError)
}
