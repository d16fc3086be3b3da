#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two streams of the command. Results go out, everything about them goes to complaints.
enum Terminal {
  static func out(_ text: String) { write(text, to: STDOUT_FILENO) }

  static func complain(_ text: String) { write(text, to: STDERR_FILENO) }

  static let complainsToTerminal = isatty(STDERR_FILENO) == 1
  static let printsToTerminal = isatty(STDOUT_FILENO) == 1

  /// Colours where people look, unless they said otherwise (`NO_COLOR`, `TERM=dumb`).
  static let complainsInColours =
    complainsToTerminal && getenv("NO_COLOR") == nil && term != "dumb"

  /// Columns of the terminal.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static let term = getenv("TERM").map { String(cString: $0) } ?? ""

  private static func write(_ text: String, to file: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }
}
