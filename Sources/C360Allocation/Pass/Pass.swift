import CKernels
import Dispatch
import Synchronization

/// What one pass over the decisions charges and how they choose.
struct PassSetting: Sendable {
  /// By flat cell.
  var prices: [Double]
  /// Values are multiplied by this first: a power of two, or 0 to leave them out.
  var weight: Double
  /// 0: each decision takes its best candidate.
  var temperature: Double
  /// Weight of ln prior; not 0 only with a prior.
  var priorWeight: Double = 0
}

/// Sums of a pass.
struct PassTotals: Sendable {
  /// By flat cell, under the choice before exploration.
  var usage: [Double]
  /// Σ of the greatest adjusted value, or of its smooth bound temperature · ln Σ exp(·/temperature).
  var level = 0.0
  var entropy = 0.0
  /// Σ_a p·ln prior.
  var priorLog = 0.0
  /// Sums of what the visitor added up.
  var extras: [Double] = []
  /// How many times the decisions of the pass stand for those of the problem.
  var scale = 1.0
}

/// Walks the decisions block by block on several threads. Blocks, and the chunks of blocks whose sums
/// are added up in order, depend on the problem alone, so no sum depends on the number of threads.
final class PassEngine: Sendable {
  let problem: AllocationProblem
  let map: RowMap
  let usesPrior: Bool
  let threads: Int
  let blockSize: Int
  let blockCount: Int
  let isCancelled: @Sendable () -> Bool

  init(
    _ problem: AllocationProblem, threads: Int, isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.problem = problem
    map = RowMap(problem)
    usesPrior = problem.rule.divergenceCeiling != nil
    self.threads = max(1, threads)
    self.isCancelled = isCancelled
    // About 32 kB an array of pairs.
    let fitting = 4096 / max(1, problem.candidateCount) / 64 * 64
    blockSize = min(1024, max(64, fitting))
    blockCount = (problem.decisionCount + blockSize - 1) / blockSize
  }

  func range(ofBlock block: Int) -> Range<Int> {
    block * blockSize..<min(problem.decisionCount, (block + 1) * blockSize)
  }

  /// What a visitor is given: a range, the worker that has processed it, and sums of its own.
  typealias Visitor =
    @Sendable (Range<Int>, PassWorker, UnsafeMutablePointer<Double>) -> Void

  /// Visits every `stride`-th block; `visit` runs on several threads, once for each block, with the
  /// worker's memory filled.
  /// - Throws: `CancellationError`.
  func run(
    _ setting: PassSetting, stride: Int = 1, extras: Int = 0, visit: Visitor? = nil
  ) throws -> PassTotals {
    let taken = (blockCount + stride - 1) / max(1, stride)
    let chunkCount = min(taken, Self.chunkLimit(cells: map.cellCount))
    let width = map.cellCount + 3 + extras
    let sums = SharedSums(count: chunkCount * width)
    let next = Atomic(0)
    let stop = Atomic(false)
    if chunkCount > 0 {
      DispatchQueue.concurrentPerform(iterations: min(threads, chunkCount)) { _ in
        let worker = PassWorker(self)
        while true {
          let chunk = next.add(1, ordering: .relaxed).oldValue
          guard chunk < chunkCount, !stop.load(ordering: .relaxed) else { return }
          if isCancelled() {
            stop.store(true, ordering: .relaxed)
            return
          }
          let totals = sums.start + chunk * width
          for place in chunk * taken / chunkCount..<(chunk + 1) * taken / chunkCount {
            let range = range(ofBlock: place * stride)
            worker.process(range, setting, totals: totals)
            visit?(range, worker, totals + (width - extras))
          }
        }
      }
    }
    if stop.load(ordering: .relaxed) || isCancelled() { throw CancellationError() }
    return reduce(sums, chunkCount: chunkCount, width: width, taken: taken, stride: stride)
  }

  private func reduce(
    _ sums: SharedSums, chunkCount: Int, width: Int, taken: Int, stride: Int
  ) -> PassTotals {
    let first = map.cellCount + 3
    var totals = PassTotals(usage: [Double](repeating: 0, count: map.cellCount))
    totals.extras = [Double](repeating: 0, count: width - first)
    for chunk in 0..<chunkCount {
      let part = sums.start + chunk * width
      for cell in 0..<map.cellCount { totals.usage[cell] += part[cell] }
      totals.level += part[map.cellCount]
      totals.entropy += part[map.cellCount + 1]
      totals.priorLog += part[map.cellCount + 2]
      for extra in first..<width { totals.extras[extra - first] += part[extra] }
    }
    if stride > 1 {
      let last = (taken - 1) * stride
      let decisions = (taken - 1) * blockSize + range(ofBlock: last).count
      totals.scale = Double(problem.decisionCount) / Double(decisions)
    }
    return totals
  }

  /// Chunks have sums of their own for every cell: fewer where cells are many.
  private static func chunkLimit(cells: Int) -> Int {
    max(4, min(128, (1 << 23) / max(1, cells)))
  }
}

/// Sums that threads fill at disjoint places.
private final class SharedSums: @unchecked Sendable {
  let start: UnsafeMutablePointer<Double>

  init(count: Int) {
    start = .allocate(capacity: max(1, count))
    start.initialize(repeating: 0, count: max(1, count))
  }

  deinit { start.deallocate() }
}
