import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that hold outputs while they are written. A signal handler that ends the process calls
/// `removeAll` first.
public enum TemporaryFiles {
  typealias Slot = Atomic<UnsafeMutablePointer<CChar>?>

  private static let slotCount = 256
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Slot> = {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: slotCount)
    for index in 0..<slotCount { (slots + index).initialize(to: Slot(nil)) }
    return slots
  }()

  /// Removes every temporary file. May be called in a signal handler once an output was opened: it
  /// neither locks nor allocates. Outputs that are open can no longer be committed.
  public static func removeAll() {
    for index in 0..<slotCount {
      // The path is not freed: this may interrupt the very thread that owns it.
      if let path = slots[index].exchange(nil, ordering: .acquiringAndReleasing) { unlink(path) }
    }
  }

  /// Remembers a path; the result, if there was room, is for `forget`.
  static func remember(_ path: String) -> Int? {
    guard let copy = strdup(path) else { return nil }
    for index in 0..<slotCount
    where slots[index].compareExchange(
      expected: nil, desired: copy, ordering: .acquiringAndReleasing
    ).exchanged {
      return index
    }
    free(copy)
    return nil
  }

  static func forget(_ slot: Int) {
    if let path = slots[slot].exchange(nil, ordering: .acquiringAndReleasing) { free(path) }
  }
}
