import Dispatch
import Synchronization

/// Runs `body` for 0..<count on up to `threads` threads, lower numbers first.
func parallelLoop(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
  if threads <= 1 || count <= 1 {
    for index in 0..<count { body(index) }
    return
  }
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      if index >= count { return }
      body(index)
    }
  }
}

/// The failure of the lowest-numbered task, so that the same input always gives the same complaint.
final class FirstFailure: Sendable {
  private let state = Mutex<(task: Int, error: any Error)?>(nil)
  private let lowest = Atomic<Int>(Int.max)

  /// Whether a task may still matter: none before it has failed.
  func isWanted(_ task: Int) -> Bool { task < lowest.load(ordering: .relaxed) }

  func record(_ error: any Error, task: Int) {
    state.withLock { state in
      if let earlier = state, earlier.task <= task { return }
      state = (task, error)
      lowest.store(task, ordering: .relaxed)
    }
  }

  var failure: (task: Int, error: any Error)? { state.withLock { $0 } }
}
