import Synchronization

/// Asks work on other threads to stop soon. Work that honours it throws `CancellationError`.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public func cancel() { flag.store(true, ordering: .relaxed) }

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  public func check() throws {
    if isCancelled { throw CancellationError() }
  }
}
