import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that hold outputs while they are written, and folders that were made for them. A signal handler
/// that ends the process calls `removeAll` first.
public enum TemporaryFiles {
  typealias Slot = Atomic<UnsafeMutablePointer<CChar>?>

  private static let slotCount = 256
  nonisolated(unsafe) private static let slots = makeSlots()
  nonisolated(unsafe) private static let folders = makeSlots()

  private static func makeSlots() -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: slotCount)
    for index in 0..<slotCount { (slots + index).initialize(to: Slot(nil)) }
    return slots
  }

  /// Removes every temporary file, and folders made for outputs that hold nothing now. May be called in
  /// a signal handler once an output was opened: it neither locks nor allocates. Outputs that are open
  /// can no longer be committed.
  public static func removeAll() {
    for index in 0..<slotCount {
      // The path is not freed: this may interrupt the very thread that owns it.
      if let path = slots[index].exchange(nil, ordering: .acquiringAndReleasing) { unlink(path) }
    }
    removeFolders { _ in true }
  }

  /// A folder that was made for an output. It goes when the output is given up and nothing else is in it.
  static func remember(folder: String) { _ = remember(folder, in: folders) }

  /// Outputs are in these folders now, which stay.
  static func forget(folders made: [String]) {
    guard !made.isEmpty else { return }
    for index in 0..<slotCount {
      guard let path = folders[index].load(ordering: .acquiring),
        made.contains(String(cString: path))
      else { continue }
      folders[index].store(nil, ordering: .releasing)
    }
  }

  /// Removes the folders around a file that were made and hold nothing; others may be about to be used.
  static func removeFolders(around file: String) {
    removeFolders { folder in
      let length = strlen(folder)
      return strncmp(folder, file, length) == 0 && file.utf8.dropFirst(length).first == 0x2F
    }
  }

  /// Those within others first, and until none goes any more.
  private static func removeFolders(where isMeant: (UnsafePointer<CChar>) -> Bool) {
    var isRemoved = true
    while isRemoved {
      isRemoved = false
      for index in 0..<slotCount {
        guard let path = folders[index].load(ordering: .acquiring), isMeant(path),
          rmdir(path) == 0
        else { continue }
        folders[index].store(nil, ordering: .releasing)
        isRemoved = true
      }
    }
  }

  /// Remembers a path; the result, if there was room, is for `forget`.
  static func remember(_ path: String) -> Int? {
    // Before a signal may ask for it.
    _ = folders
    return remember(path, in: slots)
  }

  private static func remember(_ path: String, in slots: UnsafeMutablePointer<Slot>) -> Int? {
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
