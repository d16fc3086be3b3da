import C360Columns
import C360Engine

/// The probabilities of another policy at the same decisions, computed when they are read.
final class PriorDistribution: @unchecked Sendable {
  private let workers: DecisionWorkers
  let candidateCount: Int

  init(_ problem: DecisionProblem, batchSize: Int) {
    workers = DecisionWorkers(problem, batchSize: batchSize)
    candidateCount = problem.rule.candidateCount
  }

  /// Goes through all decisions once, so that what fails fails here.
  func check(rowCount: Int, _ context: ExecutionContext) throws(EngineError) {
    let pieces = Parallel.ranges(rowCount, size: workers.pieceRows)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      let worker = workers.take()
      defer { workers.giveBack(worker) }
      let rows = pieces[piece]
      let scratch = Buffer(
        byteCount: max(1, rows.count * candidateCount) * MemoryLayout<Double>.stride)
      try worker.readDistribution(rows, into: scratch.elements(), stride: rows.count)
    }
  }

  /// Candidate by candidate.
  func read(_ decisions: Range<Int>, into target: UnsafeMutablePointer<Double>) {
    let worker = workers.take()
    defer { workers.giveBack(worker) }
    for piece in Parallel.ranges(decisions.count, size: workers.pieceRows) {
      let rows =
        decisions.lowerBound + piece.lowerBound..<decisions.lowerBound + piece.upperBound
      // It has been gone through before: nothing in it fails.
      try? worker.readDistribution(
        rows, into: target + piece.lowerBound, stride: decisions.count)
    }
  }
}
