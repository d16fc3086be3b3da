import ArgumentParser
import C360Fuzz
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `make fuzz`: random programs over random data, engine against reference interpreter.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "c360-fuzz",
    abstract: "Compare the engine with the reference interpreter on random programs.",
    discussion: """
      Every program has a seed; the same seed gives the same program and the same data. A seed that \
      fails is printed with what differs, and belongs into DifferentialTests.seeds. Should the process \
      die, it first prints the seeds that were under way.

      EXAMPLES
        c360-fuzz --programs 20000
        c360-fuzz --seed 1234567 --programs 1 --verbose
      """)

  @Option(help: "How many programs.")
  var programs = 20_000

  @Option(help: "The first seed; from the clock unless said.")
  var seed: UInt64?

  @Option(help: "Programs at the same time.")
  var jobs = 2

  @Flag(help: "Put the times of every program at an end of time; else those of few are there.")
  var edges = false

  @Flag(help: "Print the script of every program that fails.")
  var verbose = false

  func run() throws {
    let first = seed ?? UInt64(time(nil)) * 1_000_000
    print("seeds \(first) to \(first &+ UInt64(max(0, programs - 1)))")
    let next = Atomic<Int>(0)
    let failures = Mutex<[UInt64]>([])
    SeedsUnderWay.tellOnDeath()
    DispatchQueue.concurrentPerform(iterations: min(max(1, jobs), SeedsUnderWay.limit)) { job in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < programs else { return }
        let seed = first &+ UInt64(index)
        SeedsUnderWay.set(seed, job: job)
        let found = differences(seed)
        if !found.isEmpty { failures.withLock { $0.append(seed) } }
        for difference in found { print("seed \(seed): \(difference)") }
        if !found.isEmpty, verbose { print(FuzzCase(seed: seed, atEdge: edges).script) }
        if (index + 1) % 1000 == 0 { print("\(index + 1) of \(programs)") }
        fflush(nil)
      }
    }
    let failed = failures.withLock { $0 }.sorted()
    print("\(programs) programs, \(failed.count) with differences")
    if !failed.isEmpty {
      print("seeds: \(failed.map(String.init).joined(separator: " "))")
      throw ExitCode.failure
    }
  }

  private func differences(_ seed: UInt64) -> [String] {
    do {
      return try FuzzCase(seed: seed, atEdge: edges).disagreements()
    } catch {
      return ["\(error)"]
    }
  }
}
