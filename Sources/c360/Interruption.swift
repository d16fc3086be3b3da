import C360
import C360Columns
import C360IO
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C and termination ask a run to stop; it then removes what it began to write. A second one
/// removes that itself and ends the process at once.
enum Interruption {
  nonisolated(unsafe) private static var cancellation: Unmanaged<Cancellation>?
  private static let isAsked = Atomic<Bool>(false)

  static func cancels(_ cancellation: Cancellation) {
    // The handler may take no lock: it reads a pointer that lives as long as the process.
    Self.cancellation = Unmanaged.passRetained(cancellation)
    _ = isAsked.load(ordering: .relaxed)
    // Who starts the command on a thread of a pool hands it that thread's mask, all blocked.
    var heard = sigset_t()
    sigemptyset(&heard)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      sigaddset(&heard, signal)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in
        if Interruption.isAsked.exchange(true, ordering: .relaxed) {
          TemporaryFiles.removeAll()
          _exit(ExitStatus.cancelled.rawValue)
        }
        Interruption.cancellation?._withUnsafeGuaranteedRef { $0.cancel() }
      }
      action.sa_flags = SA_RESTART
      sigaction(signal, &action, nil)
    }
    sigprocmask(SIG_UNBLOCK, &heard, nil)
  }
}
