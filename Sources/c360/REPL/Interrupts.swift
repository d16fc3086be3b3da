import C360Columns
import C360IO
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C while a prompt is open: it stops the query that runs, or clears the line; never the process.
enum Interrupts {
  nonisolated(unsafe) private static var cancellation: Unmanaged<Cancellation>?
  private static let isAsked = Atomic<Bool>(false)
  private static let isResized = Atomic<Bool>(false)
  private static let isSuspended = Atomic<Bool>(false)

  static func listen() {
    _ = isAsked.load(ordering: .relaxed)
    _ = isResized.load(ordering: .relaxed)
    _ = isSuspended.load(ordering: .relaxed)
    handle(SIGINT) { _ in
      Interrupts.isAsked.store(true, ordering: .relaxed)
      Interrupts.cancellation?._withUnsafeGuaranteedRef { $0.cancel() }
    }
    handle(SIGWINCH) { _ in Interrupts.isResized.store(true, ordering: .relaxed) }
    for signal in [SIGTERM, SIGHUP] {
      handle(signal) { _ in
        TemporaryFiles.removeAll()
        _exit(ExitStatus.cancelled.rawValue)
      }
    }
  }

  /// No restart: waiting for a key has to notice.
  private static func handle(_ signal: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var heard = sigset_t()
    sigemptyset(&heard)
    sigaddset(&heard, signal)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    sigaction(signal, &action, nil)
    sigprocmask(SIG_UNBLOCK, &heard, nil)
  }

  /// The next Ctrl-C stops this. The handler may take no lock, so what it points to lives on: some
  /// bytes a statement.
  static func stops(_ next: Cancellation) {
    _ = take()
    cancellation = Unmanaged.passRetained(next)
  }

  /// Whether there was one since somebody asked.
  static func take() -> Bool { isAsked.exchange(false, ordering: .relaxed) }

  /// Whether Ctrl-Z waits for us: while a line is edited the terminal has to be given back first.
  static func holdsSuspension(_ isHeld: Bool) {
    if isHeld {
      handle(SIGTSTP) { _ in Interrupts.isSuspended.store(true, ordering: .relaxed) }
    } else {
      signal(SIGTSTP, SIG_DFL)
    }
  }

  static func takeSuspension() -> Bool { isSuspended.exchange(false, ordering: .relaxed) }

  static func takeResize() -> Bool { isResized.exchange(false, ordering: .relaxed) }
}
