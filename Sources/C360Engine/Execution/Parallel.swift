import Dispatch
import Synchronization

/// Fork and join over independent pieces of work. Which thread does which piece never shows: each
/// piece writes only its own part of the result.
package enum Parallel {
  /// Runs `body` for every index below `count` on at most `threads` threads and returns when all are
  /// done. The first error by index is thrown; pieces not yet begun are then skipped.
  package static func forEach(
    _ count: Int, threads: Int, _ body: (Int) throws(EngineError) -> Void
  ) throws(EngineError) {
    guard count > 0 else { return }
    if threads <= 1 || count == 1 {
      for index in 0..<count { try body(index) }
      return
    }
    let next = Atomic<Int>(0)
    let failure = Mutex<(index: Int, error: EngineError)?>(nil)
    withoutActuallyEscaping(body) { body in
      let work = UncheckedBody(body: body)
      DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          do throws(EngineError) {
            try work.body(index)
          } catch {
            failure.withLock { held in
              if held == nil || index < (held?.index ?? index) { held = (index, error) }
            }
            next.store(count, ordering: .relaxed)
          }
        }
      }
    }
    if let error = failure.withLock({ $0?.error }) { throw error }
  }

  private struct UncheckedBody: @unchecked Sendable {
    let body: (Int) throws(EngineError) -> Void
  }

  /// Cuts `count` rows into pieces of `size`; the last may be shorter.
  package static func ranges(_ count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: max(1, size)).map { $0..<min(count, $0 + max(1, size)) }
  }
}
