import C360
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Progress of anything that takes over a second: a bar on a terminal, a line now and then
/// elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    let started: UInt64
    var lastShown: UInt64
    var lastOperation = ""
    /// Columns of the bar that is shown; 0: none is.
    var shownColumns = 0
  }
  private let isOn: Bool
  private let state: Mutex<State>

  init(isOn: Bool) {
    self.isOn = isOn
    let now = Self.now()
    state = Mutex(State(started: now, lastShown: now))
  }

  var report: (@Sendable (RunProgress) -> Void)? {
    guard isOn else { return nil }
    return { self.show($0) }
  }

  /// Takes the bar away.
  func finish() {
    state.withLock { state in
      Terminal.complain(Self.erasing(state.shownColumns, width: Terminal.width))
      state.shownColumns = 0
    }
  }

  /// What takes a bar away. A terminal that has become narrower since has broken it into several lines.
  private static func erasing(_ columns: Int, width: Int) -> String {
    guard columns > 0 else { return "" }
    let above = (columns - 1) / max(1, width)
    return "\r" + (above > 0 ? "\u{1B}[\(above)A" : "") + "\u{1B}[J"
  }

  private func show(_ progress: RunProgress) {
    let now = Self.now()
    state.withLock { state in
      let isTerminal = Terminal.complainsToTerminal
      let pause: UInt64 = isTerminal ? 100_000_000 : 5_000_000_000
      let isFirst = state.lastShown == state.started
      guard now - state.started > 1_000_000_000, isFirst || now - state.lastShown > pause else {
        return
      }
      state.lastShown = now
      if isTerminal {
        let width = Terminal.width
        let bar = Self.bar(progress, width: width)
        Terminal.complain(Self.erasing(state.shownColumns, width: width) + bar)
        state.shownColumns = bar.count
      } else {
        Terminal.complain(
          progress.operation + (Self.percent(progress).map { ": \($0) %" } ?? "") + "\n")
      }
      state.lastOperation = progress.operation
    }
  }

  /// nil: nobody knows how much there is to do.
  private static func percent(_ progress: RunProgress) -> Int? {
    progress.total > 0 ? min(100, 100 * progress.done / progress.total) : nil
  }

  private static func bar(_ progress: RunProgress, width: Int) -> String {
    let size = max(10, min(30, width - 50))
    guard let percent = percent(progress) else {
      return String(progress.operation.prefix(max(10, width - 1)))
    }
    let filled = size * percent / 100
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: size - filled)
    let name = String(progress.operation.prefix(max(10, width - size - 10)))
    return "\(bar) \(percent) %  \(name)"
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
