import CArrowShim

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What Arrow C++ complained of; the caller knows the file and turns it into a diagnostic.
public struct ArrowFailure: Error, Sendable {
  public enum Kind: Sendable {
    /// The operating system refused to read or write.
    case system
    /// The bytes are not what they should be.
    case damaged
    case unsupported
    case memory
  }
  public var kind: Kind
  public var message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// Calls a function of the shim and throws what it reports.
  static func check(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) throws(ArrowFailure) {
    var message: UnsafeMutablePointer<CChar>?
    let code = call(&message)
    if code == 0 { return }
    let text = message.map { String(cString: $0) } ?? "no message"
    free(message)
    switch Int(code) {
    case C360_ARROW_IO: throw ArrowFailure(.system, text)
    case C360_ARROW_UNSUPPORTED: throw ArrowFailure(.unsupported, text)
    case C360_ARROW_MEMORY: throw ArrowFailure(.memory, text)
    default: throw ArrowFailure(.damaged, text)
    }
  }
}
