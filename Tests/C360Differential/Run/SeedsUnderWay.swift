#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The seeds that jobs are at, told on standard error should the process die of one.
enum SeedsUnderWay {
  static let limit = 64
  nonisolated(unsafe) private static let seeds: UnsafeMutablePointer<UInt64> = {
    let seeds = UnsafeMutablePointer<UInt64>.allocate(capacity: limit)
    seeds.initialize(repeating: 0, count: limit)
    return seeds
  }()

  static func set(_ seed: UInt64, job: Int) { seeds[job] = seed }

  /// Tells them when a trap or a bad access ends the process.
  static func tellOnDeath() {
    _ = seeds
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
      _ = signal(number) { number in
        SeedsUnderWay.tell()
        _ = signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// Neither locks nor allocates.
  private static func tell() {
    for job in 0..<limit where seeds[job] != 0 {
      withUnsafeTemporaryAllocation(byteCount: 40, alignment: 1) { line in
        var place = 39
        line[place] = 10
        var rest = seeds[job]
        repeat {
          place -= 1
          line[place] = UInt8(48 + rest % 10)
          rest /= 10
        } while rest > 0
        _ = write(2, line.baseAddress.unsafelyUnwrapped + place, 40 - place)
      }
    }
  }
}
