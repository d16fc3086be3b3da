import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two streams of the command. Results go out, everything about them goes to complaints.
enum Terminal {
  /// What cannot be written is remembered in `outputFailure`.
  static func out(_ text: String) {
    let code = write(text, to: STDOUT_FILENO)
    // A reader that closed its pipe has what it wanted.
    if code != 0, code != EPIPE { firstFailure.store(code, ordering: .relaxed) }
  }

  static func complain(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Why results did not arrive where they went, such as a full disk; nil while all did.
  static var outputFailure: String? {
    let code = firstFailure.load(ordering: .relaxed)
    return code == 0 ? nil : String(cString: strerror(code))
  }

  private static let firstFailure = Atomic<Int32>(0)

  static let complainsToTerminal = isatty(STDERR_FILENO) == 1
  static let printsToTerminal = isatty(STDOUT_FILENO) == 1
  static let readsFromTerminal = isatty(STDIN_FILENO) == 1

  /// Colours where people look, unless they said otherwise (`NO_COLOR`, `TERM=dumb`).
  static let complainsInColours = complainsToTerminal && allowsColours
  static let printsInColours = printsToTerminal && allowsColours
  private static let allowsColours = getenv("NO_COLOR") == nil && term != "dumb"

  /// Columns of the terminal that complaints go to.
  static var width: Int { size(of: STDERR_FILENO)?.columns ?? 80 }

  /// Columns and lines of the terminal that results go to; nil when they go elsewhere.
  static var outputSize: (columns: Int, lines: Int)? {
    printsToTerminal ? size(of: STDOUT_FILENO) ?? (80, 24) : nil
  }

  private static func size(of file: Int32) -> (columns: Int, lines: Int)? {
    var size = winsize()
    guard ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), max(1, Int(size.ws_row)))
  }

  /// Of the environment; nil when it is empty, too.
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static let term = getenv("TERM").map { String(cString: $0) } ?? ""

  /// 0, or the `errno` of a write that failed.
  private static func write(_ text: String, to file: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return count < 0 ? errno : ENOSPC }
        rest = rest.dropFirst(count)
      }
      return 0
    }
  }
}
