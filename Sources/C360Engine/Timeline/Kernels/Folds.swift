import C360Columns
import C360Plan

/// The step of a fold, ready to run over many windows at once.
struct FoldProgram: Sendable {
  /// A column of the event, by position in clustered order.
  struct Source: Sendable {
    let type: PhysicalType
    let values: Buffer
    /// Bytes; nil: no nulls.
    let valid: Buffer?
  }
  let fold: FoldStep
  let program: ScalarProgram
  /// By input of the program; nil for the value so far.
  let sources: [Source?]
  let arena: ScalarArena
  let pool: TextPool

  init(
    _ fold: FoldStep, _ arena: ScalarArena, _ pool: TextPool,
    source: (ColumnID) throws(EngineError) -> Source
  ) throws(EngineError) {
    self.fold = fold
    self.arena = arena
    self.pool = pool
    program = try ScalarProgram([fold.step], in: arena, pool: pool)
    var sources: [Source?] = []
    for input in program.inputs {
      guard case .column(let column) = input, column != fold.accumulator else {
        sources.append(nil)
        continue
      }
      sources.append(try source(column))
    }
    self.sources = sources
  }
}

extension Constant {
  /// Of a number.
  var bits: UInt64 {
    switch self {
    case .int(let value): UInt64(bitPattern: value)
    case .float(let bits): bits
    default: 0
    }
  }
}

/// Runs the step over the events of each window in order. Windows do not depend on each other, so
/// each takes a lane, and the step is evaluated for all lanes together; windows that begin where
/// their entity does share one run.
final class FoldKernel {
  private static let lanes = 1024

  private struct Lane {
    var position: Int32
    /// Positions to go before the tail begins.
    var end: Int32
    var tail: Int32
    var tailEnd: Int32
    var decision: Int64
    /// A query, or −1 − group for a run that windows share.
    var job: Int32
  }

  private let fold: FoldProgram
  private let stream: ChunkStream
  private let base: Int
  private let machine: ScalarMachine
  private let states: UnsafeMutablePointer<UInt64>
  private let memory: Buffer
  private var inputs: [Operand] = []
  private var lanes: [Lane] = []
  private var failure: FailedRow?

  init(_ fold: FoldProgram, _ stream: ChunkStream, base: Int) {
    self.fold = fold
    self.stream = stream
    self.base = base
    machine = ScalarMachine(fold.program, capacity: Self.lanes)
    memory = Buffer(byteCount: Self.lanes * (8 + 9 * fold.sources.count))
    states = memory.elements()
    for (index, source) in fold.sources.enumerated() {
      let start = memory.pointer + Self.lanes * (8 + 9 * index)
      let input =
        source == nil
        ? Operand(values: memory.pointer)
        : Operand(
          values: start,
          valid: source?.valid == nil
            ? nil : (start + 8 * Self.lanes).assumingMemoryBound(to: UInt8.self))
      machine.bind(input: index, input)
      inputs.append(input)
    }
    lanes.reserveCapacity(Self.lanes)
  }

  func run(_ ranges: Ranges, into output: KernelOutput) -> FailedRow? {
    let initial = fold.fold.initial.bits
    let prefixes = Prefixes(ranges)
    var group = 0
    advance(ranges, prefixes, output) {
      while group < ranges.groupCount {
        defer { group += 1 }
        let run = prefixes.runs[group]
        if run.isEmpty { continue }
        return (
          Lane(
            position: run.lowerBound, end: run.upperBound, tail: 0, tailEnd: 0, decision: 0,
            job: -1 - Int32(truncatingIfNeeded: group)), initial
        )
      }
      return nil
    }
    var query = 0
    advance(ranges, prefixes, output) { [self] in
      while query < ranges.count {
        defer { query += 1 }
        let first = ranges.from[query]
        let end = max(first, ranges.to[query])
        let shared = first < end ? prefixes.state(query, end) : nil
        if let shared, shared == nil {
          fail(query, prefixes.failure(query), ranges)
          continue
        }
        var lane = Lane(
          position: 0, end: end, tail: 0, tailEnd: 0, decision: ranges.decisions[query],
          job: Int32(truncatingIfNeeded: query))
        if let tails = ranges.tails {
          lane.tail = tails.from[query]
          lane.tailEnd = tails.to[query]
        }
        // One before the first position.
        lane.position = (shared == nil ? first : end) - 1
        let state = (shared ?? nil) ?? initial
        if move(&lane, ranges) { return (lane, state) }
        output.set(query, state)
      }
      return nil
    }
    return failure
  }

  /// Runs lanes until no job is left.
  private func advance(
    _ ranges: Ranges, _ prefixes: Prefixes, _ output: KernelOutput,
    next: () -> (Lane, UInt64)?
  ) {
    while true {
      while lanes.count < Self.lanes, let (lane, state) = next() {
        states[lanes.count] = state
        lanes.append(lane)
      }
      if lanes.isEmpty { return }
      gather()
      machine.run(lanes.count)
      let result = machine.output(0)
      // From the last lane on, so that one that is done can be replaced by the last.
      for index in stride(from: lanes.count - 1, through: 0, by: -1) {
        step(index, result, ranges, prefixes, output)
      }
    }
  }

  private func step(
    _ index: Int, _ result: Operand, _ ranges: Ranges, _ prefixes: Prefixes,
    _ output: KernelOutput
  ) {
    let job = Int(lanes[index].job)
    if let failed = result.failed, failed[index] != 0 {
      let detail = explanation(index)
      if job < 0 {
        prefixes.fail(group: -1 - job, at: lanes[index].position, detail)
      } else {
        fail(job, detail, ranges)
      }
      drop(index)
      return
    }
    if result.valid.map({ $0[index] != 0 }) ?? true {
      states[index] = UInt64(bitPattern: result.int64s[index])
    }
    if job < 0 { prefixes.set(lanes[index].position, states[index]) }
    if move(&lanes[index], ranges) { return }
    if job >= 0 { output.set(job, states[index]) }
    drop(index)
  }

  private func drop(_ index: Int) {
    states[index] = states[lanes.count - 1]
    lanes.swapAt(index, lanes.count - 1)
    lanes.removeLast()
  }

  /// To the next event of the lane's window; false where there is none.
  @inline(__always)
  private func move(_ lane: inout Lane, _ ranges: Ranges) -> Bool {
    lane.position &+= 1
    if lane.position < lane.end { return true }
    guard let tails = ranges.tails else { return false }
    while lane.tail < lane.tailEnd {
      let position = lane.tail
      lane.tail &+= 1
      if tails.clocks.shows(Int(position), lane.decision) {
        lane.position = position
        return true
      }
    }
    return false
  }

  private func gather() {
    for (input, source) in zip(inputs, fold.sources) {
      guard let source else { continue }
      switch source.type.stride {
      case 1: gather(source, UInt8.self, input)
      case 4: gather(source, UInt32.self, input)
      default: gather(source, UInt64.self, input)
      }
    }
  }

  @inline(__always)
  private func gather<T: BitwiseCopyable>(_ source: FoldProgram.Source, _: T.Type, _ input: Operand)
  {
    let values = source.values.elements(T.self) + base
    let target = input.values.assumingMemoryBound(to: T.self)
    let valid = source.valid.map { $0.elements(UInt8.self) + base }
    for index in lanes.indices {
      let event = stream.event(Int(lanes[index].position))
      target[index] = values[event]
      if let valid, let present = input.valid { present[index] = valid[event] }
    }
  }

  // MARK: Failures

  private func fail(_ query: Int, _ detail: String, _ ranges: Ranges) {
    let row = ranges.rows.map { Int($0[query]) } ?? query
    if row < failure?.row ?? .max { failure = FailedRow(row: row, detail: detail) }
  }

  private func explanation(_ index: Int) -> String {
    let columns = fold.program.inputs
    let found = try? FailureExplanation(of: fold.fold.step, in: fold.arena, pool: fold.pool) {
      column in
      let place = columns.firstIndex(of: .column(column)) ?? 0
      return inputs[place].advanced(by: index, fold.program.inputTypes[place])
    }
    return found?.detail ?? "the step of this fold has no value"
  }
}

/// Runs that windows share: from where the first window of a group begins, over all that begin there.
private final class Prefixes {
  /// By group; empty where there is nothing to share.
  let runs: [Range<Int32>]
  /// By position the value after it.
  private let states: Buffer
  private let first: [Int32]
  private let groupOf: (Int) -> Int
  private var failures: [Int: (position: Int32, detail: String)] = [:]
  private let ranges: Ranges

  init(_ ranges: Ranges) {
    self.ranges = ranges
    var runs: [Range<Int32>] = []
    var groups = [Int32](repeating: 0, count: ranges.count)
    for group in 0..<ranges.groupCount {
      var low = Int32.max
      var high = Int32.min
      let queries = Int(ranges.groups[group])..<Int(ranges.groups[group + 1])
      for query in queries where ranges.from[query] < ranges.to[query] {
        low = min(low, ranges.from[query])
        groups[query] = Int32(truncatingIfNeeded: group)
      }
      for query in queries where ranges.from[query] == low { high = max(high, ranges.to[query]) }
      runs.append(low < high ? low..<high : 0..<0)
    }
    self.runs = runs
    first = runs.map(\.lowerBound)
    groupOf = { Int(groups[$0]) }
    states = Buffer(byteCount: max(1, ranges.streamCount) * 8)
  }

  func set(_ position: Int32, _ state: UInt64) {
    states.elements(UInt64.self)[Int(position)] = state
  }

  func fail(group: Int, at position: Int32, _ detail: String) {
    failures[group] = (position, detail)
  }

  /// After the window of a query up to `end`. nil: it has no part in a run; nil inside: the run
  /// failed before.
  func state(_ query: Int, _ end: Int32) -> UInt64?? {
    let group = groupOf(query)
    guard ranges.from[query] == first[group], !runs[group].isEmpty else { return .none }
    if let failure = failures[group], failure.position < end { return .some(nil) }
    return .some(states.elements(UInt64.self)[Int(end) - 1])
  }

  func failure(_ query: Int) -> String { failures[groupOf(query)]?.detail ?? "" }
}
