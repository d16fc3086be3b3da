#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output; what is longer than the terminal goes through the user's pager.
final class Screen {
  private let usesPager: Bool
  /// All of it until the end, for the case that the pager cannot start.
  private var held = ""
  private var pager: UnsafeMutablePointer<FILE>?
  private var hasLeft = false

  init(usesPager: Bool) { self.usesPager = usesPager }

  func write(_ text: String) {
    guard usesPager else { return Terminal.out(text) }
    held += text
    if let pager {
      // The reader may have left, or never have come.
      if !hasLeft, fputs(text, pager) < 0 { hasLeft = true }
      return
    }
    guard isTooLong(held) else { return }
    pager = popen(Self.command, "w")
    guard let pager else { return }
    fputs(held, pager)
  }

  func finish() {
    defer {
      held = ""
      pager = nil
    }
    guard let pager else { return Terminal.out(held) }
    let status = pclose(pager)
    // Ctrl-C was meant for the pager.
    _ = Interrupts.take()
    if Self.didNotStart(status) { Terminal.out(held) }
  }

  /// The shell's own codes for a command that it cannot find or run.
  private static func didNotStart(_ status: Int32) -> Bool {
    status & 0x7F == 0 && [126, 127].contains(status >> 8 & 0xFF)
  }

  private func isTooLong(_ text: String) -> Bool {
    let height = Terminal.outputSize?.lines ?? 24
    return text.utf8.lazy.filter { $0 == 0x0A }.count >= height
  }

  private static var command: String {
    Terminal.variable("C360_PAGER") ?? Terminal.variable("PAGER") ?? "less -FRSX"
  }
}
