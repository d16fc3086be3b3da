#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output; what is longer than the terminal goes through the user's pager.
final class Screen {
  private let usesPager: Bool
  private var held = ""
  private var pager: UnsafeMutablePointer<FILE>?
  private var hasLeft = false

  init(usesPager: Bool) { self.usesPager = usesPager }

  func write(_ text: String) {
    guard usesPager else { return Terminal.out(text) }
    if let pager {
      // The reader may have left.
      if !hasLeft, fputs(text, pager) < 0 { hasLeft = true }
      return
    }
    held += text
    guard isTooLong(held) else { return }
    pager = popen(Self.command, "w")
    if let pager { fputs(held, pager) } else { Terminal.out(held) }
    held = ""
  }

  func finish() {
    if let pager { pclose(pager) } else { Terminal.out(held) }
    held = ""
    // Ctrl-C was meant for the pager.
    if pager != nil { _ = Interrupts.take() }
    pager = nil
  }

  private func isTooLong(_ text: String) -> Bool {
    let height = Terminal.outputSize?.lines ?? 24
    return text.utf8.lazy.filter { $0 == 0x0A }.count >= height
  }

  private static var command: String {
    Terminal.variable("C360_PAGER") ?? Terminal.variable("PAGER") ?? "less -FRSX"
  }
}
