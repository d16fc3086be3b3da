import C360
import C360Columns

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C and termination ask a run to stop; it then removes what it began to write. A second one
/// ends the process at once.
enum Interruption {
  nonisolated(unsafe) private static var cancellation: Unmanaged<Cancellation>?

  static func cancels(_ cancellation: Cancellation) {
    // The handler may take no lock: it reads a pointer that lives as long as the process.
    Self.cancellation = Unmanaged.passRetained(cancellation)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in
        Interruption.cancellation?._withUnsafeGuaranteedRef { $0.cancel() }
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
      sigaction(signal, &action, nil)
    }
  }
}
