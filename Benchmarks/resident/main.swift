// c360-resident: a script over tables that are in memory already, timed as a peer's query over its
// own tables is. Parsing, checking and planning the script are part of every run; reading files and
// writing outputs are not, and the result is complete columns in memory.
//
// usage: c360-resident SCRIPT RUNS THREADS TABLE=FILE…
// Prints the seconds of each run, then writes the script's outputs once, for comparison.
import C360
import C360Columns
import C360IO

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func measure(_ arguments: [String]) throws {
  guard arguments.count >= 4, let runs = Int(arguments[1]), let threads = Int(arguments[2]) else {
    print("usage: c360-resident SCRIPT RUNS THREADS TABLE=FILE…")
    exit(2)
  }
  var session = try Session(path: arguments[0])
  session.options.threads = threads
  for argument in arguments[3...] {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { continue }
    let columns = try schema(of: parts[1]).compactMap { column in
      column.type.map { ColumnContract(name: column.name, type: $0, isNullable: true) }
    }
    let contract = TableContract(table: parts[0], sources: [parts[1]], columns: columns)
    session.bind(
      parts[0], to: try readTable(contract, pool: session.texts, threads: threads))
  }
  session.options.writesOutputs = false
  session.options.keepsOutputs = true
  for _ in 0..<runs {
    let start = seconds()
    let report = try session.run()
    print(seconds() - start)
    guard report.outputs.allSatisfy({ $0.table != nil }) else { exit(3) }
  }
  session.options.writesOutputs = true
  session.options.keepsOutputs = false
  _ = try session.run()
}

do {
  try measure(Array(CommandLine.arguments.dropFirst()))
} catch {
  print("\(error)")
  exit(1)
}
