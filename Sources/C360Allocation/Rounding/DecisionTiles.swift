import Dispatch
import Synchronization

/// The decisions of a problem cut into ranges whose length depends on the problem alone, so that sums
/// by tile are the same for any number of threads.
struct DecisionTiles {
  let ranges: [Range<Int>]

  init(_ problem: AllocationProblem, cells: Int = 1 << 17, most: Int = 4096) {
    let length = max(16, min(most, cells / max(1, problem.candidateCount)))
    ranges = stride(from: 0, to: problem.decisionCount, by: length).map {
      $0..<min(problem.decisionCount, $0 + length)
    }
  }

  var longest: Int { ranges.first?.count ?? 0 }

  /// Fork and join: `body(worker, tile)` for every tile, workers numbered below `threads`; each worker
  /// does one tile at a time.
  static func forEach(_ count: Int, threads: Int, _ body: (Int, Int) -> Void) {
    let workers = max(1, min(threads, count))
    guard workers > 1 else {
      for index in 0..<count { body(0, index) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(body) { body in
      let work = UncheckedBody(body: body)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          work.body(worker, index)
        }
      }
    }
  }

  private struct UncheckedBody: @unchecked Sendable {
    let body: (Int, Int) -> Void
  }
}

extension AllocationProblem {
  /// Memory for ranges of up to `capacity` decisions of this problem.
  public func emptyBlock(capacity: Int) -> AllocationBlock {
    var pairMeters = 0
    for case .pairs(let place) in meters.map(\.quantity) { pairMeters = max(pairMeters, place + 1) }
    return AllocationBlock(
      capacity: capacity, actionCount: actionCount, pairMeters: pairMeters,
      priorCandidates: rule.divergenceCeiling == nil ? 0 : candidateCount)
  }
}

/// A bijection of 64 bits whose output bits each hang on every input bit (the finish of SplitMix64,
/// Steele, Lea & Flood 2014).
@inline(__always)
func mixed64(_ value: UInt64) -> UInt64 {
  var value = value
  value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
  value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
  return value ^ (value >> 31)
}

/// Places of an array that threads write each for itself.
struct SharedPlaces<Value>: @unchecked Sendable {
  let value: UnsafeMutableBufferPointer<Value>
  init(_ value: UnsafeMutableBufferPointer<Value>) { self.value = value }
}
