import C360Plan

/// Decides at the rows of a frame; C360Decisions implements it.
public protocol DecisionOperator: Sendable {
  func run(
    _ step: DecideStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError)
}
