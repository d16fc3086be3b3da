import Synchronization

/// Workers that no thread holds; after a run that ends well, all that were made.
final class DecisionWorkers: @unchecked Sendable {
  private let problem: DecisionProblem
  private let batchSize: Int
  private let lock = Mutex(())
  /// Guarded by `lock`.
  private(set) var free: [DecisionWorker]
  /// Exposures that a worker takes at once.
  let pieceRows: Int

  init(_ problem: DecisionProblem, batchSize: Int) {
    self.problem = problem
    self.batchSize = batchSize
    let first = DecisionWorker(problem, batchSize: batchSize)
    pieceRows = first.pieceRows
    free = [first]
  }

  func take() -> DecisionWorker {
    lock.withLock { _ in free.popLast() } ?? DecisionWorker(problem, batchSize: batchSize)
  }

  func giveBack(_ worker: DecisionWorker) { lock.withLock { _ in free.append(worker) } }
}
