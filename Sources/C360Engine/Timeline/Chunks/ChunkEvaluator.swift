import C360Columns
import C360Plan

/// Computes the instructions of a program on one chunk, each position, stream, window and range once.
final class ChunkEvaluator {
  let chunk: Chunk
  private(set) var positions: [UnsafePointer<Int32>?]
  private var streams: [ChunkStream?]
  private var windows: [ChunkWindow?]
  private var ranges: [Ranges?]
  private var decisions: [TimelineProgram.Clock: UnsafePointer<Int64>] = [:]
  private var firstUnknown: [TimelineProgram.Clock: UnsafePointer<Int32>] = [:]
  private var departures: [TimelineProgram.Clock: Departures?] = [:]
  private var clocks: [EventClocks?]
  private var times: [UnsafePointer<Int64>?]
  private var values: [ValueKey: UnsafeRawPointer] = [:]
  /// Answers of first, last, nth and list that hung on an unresolved tie, by month of the decision.
  private(set) var resolvedTies = MonthCounts()

  private struct ValueKey: Hashable {
    let stream: Int
    let column: ColumnID
  }

  init(_ chunk: Chunk) {
    self.chunk = chunk
    let program = chunk.inputs.program
    positions = Array(repeating: nil, count: program.moments.count)
    streams = Array(repeating: nil, count: program.streams.count)
    windows = Array(repeating: nil, count: program.windows.count)
    ranges = Array(repeating: nil, count: program.selections.count)
    clocks = Array(repeating: nil, count: program.streams.count)
    times = Array(repeating: nil, count: program.streams.count)
  }

  var program: TimelineProgram { chunk.inputs.program }

  /// The answer to a query hung on a tie.
  func noteTie(_ query: Int, of ranges: Ranges) {
    resolvedTies.add(chunk.decisions[ranges.rows.map { Int($0[query]) } ?? query])
  }

  var scratch: Scratch { chunk.scratch }

  func positions(of moment: Int) -> UnsafePointer<Int32> {
    if let known = positions[moment] { return known }
    let instant = program.moments[moment]
    let made = UnsafePointer(chunk.positions(of: instant.moment, decisions(by: instant.clock)))
    positions[moment] = made
    return made
  }

  func stream(_ index: Int) -> ChunkStream {
    if let known = streams[index] { return known }
    let made = chunk.stream(mask: mask(index))
    streams[index] = made
    return made
  }

  /// 1 for the events of the chunk that belong to a stream; nil: all do.
  func mask(_ index: Int) -> UnsafePointer<UInt8>? {
    let mask = chunk.inputs.masks[index].map {
      UnsafePointer($0.elements(UInt8.self) + chunk.base)
    }
    guard let clock = program.streams[index].versions, let seen = departures(by: clock)?.seen
    else { return mask }
    guard let mask else { return seen }
    let both = scratch.take(chunk.eventCount, of: UInt8.self)
    for event in 0..<chunk.eventCount { both[event] = mask[event] & seen[event] }
    return UnsafePointer(both)
  }

  func window(_ index: Int) -> ChunkWindow {
    if let known = windows[index] { return known }
    let made = makeWindow(program.windows[index])
    windows[index] = made
    return made
  }

  /// For every row the decision time, or what takes its place.
  func decisions(by clock: TimelineProgram.Clock) -> UnsafePointer<Int64> {
    if let known = decisions[clock] { return known }
    let made = chunk.decisions(by: clock)
    decisions[clock] = made
    return made
  }

  /// Which events stop to count; nil where no event goes.
  func departures(by clock: TimelineProgram.Clock) -> Departures? {
    if let known = departures[clock] { return known }
    let made = chunk.departures(decisions(by: clock))
    departures[clock] = .some(made)
    return made
  }

  /// Where events wait to be known: for every row the first event not known.
  func unknownPositions(by clock: TimelineProgram.Clock) -> UnsafePointer<Int32>? {
    if let known = firstUnknown[clock] { return known }
    let decisions = decisions(by: clock)
    firstUnknown[clock] = chunk.known.map { UnsafePointer(chunk.firstUnknown($0, decisions)) }
    return firstUnknown[clock]
  }

  func ranges(_ index: Int) -> Ranges {
    if let known = ranges[index] { return known }
    let made = makeRanges(program.selections[index])
    ranges[index] = made
    return made
  }

  /// When events are known and gone, in stream order.
  func clocks(in index: Int) -> EventClocks {
    if let made = clocks[index] { return made }
    let stream = stream(index)
    let made = EventClocks(
      known: chunk.known.map { chunk.inStream($0, stream) },
      gone: departures(by: .decision) == nil ? nil : chunk.gone.map { chunk.inStream($0, stream) })
    clocks[index] = made
    return made
  }

  /// Times of events in stream order.
  func times(in index: Int) -> UnsafePointer<Int64> {
    if let made = times[index] { return made }
    let made = chunk.inStream(chunk.times, stream(index))
    times[index] = made
    return made
  }

  /// Replaces a stream, for those with classes.
  func set(_ stream: ChunkStream, at index: Int) { streams[index] = stream }

  // MARK: Values in stream order

  private func cached<T: BitwiseCopyable>(
    _ column: ColumnID, _ stream: Int, _ make: () -> UnsafePointer<T>
  ) -> UnsafePointer<T> {
    let key = ValueKey(stream: stream, column: column)
    if let known = values[key] { return known.assumingMemoryBound(to: T.self) }
    let made = make()
    values[key] = UnsafeRawPointer(made)
    return made
  }

  func type(of column: ColumnID) -> PhysicalType {
    chunk.inputs.columns[column]?.type ?? .int64
  }

  func integers(_ column: ColumnID, _ stream: Int) -> UnsafePointer<Int64> {
    cached(column, stream) { chunk.inStream(base(column), self.stream(stream)) }
  }

  func doubles(_ column: ColumnID, _ stream: Int) -> UnsafePointer<Double> {
    guard type(of: column) == .int64 else {
      return cached(column, stream) { chunk.inStream(base(column), self.stream(stream)) }
    }
    let integers = integers(column, stream)
    let count = self.stream(stream).count
    let result = scratch.take(count, of: Double.self)
    for position in 0..<count { result[position] = Double(integers[position]) }
    return UnsafePointer(result)
  }

  /// Integers that order as the values do.
  func orderedKeys(_ column: ColumnID, _ stream: Int) -> UnsafePointer<Int64> {
    let count = self.stream(stream).count
    func keys<T: BitwiseCopyable>(_: T.Type, _ key: (T) -> Int64) -> UnsafePointer<Int64> {
      let values: UnsafePointer<T> = cached(column, stream) {
        chunk.inStream(base(column), self.stream(stream))
      }
      let result = scratch.take(count, of: Int64.self)
      for position in 0..<count { result[position] = key(values[position]) }
      return UnsafePointer(result)
    }
    let ranks = chunk.inputs.ranks
    switch type(of: column) {
    case .int64: return integers(column, stream)
    case .float64: return keys(Double.self) { orderedKey($0) }
    case .bool: return keys(UInt8.self) { Int64($0) }
    case .text:
      return ranks.withUnsafeBufferPointer { ranks in
        keys(Int32.self) { Int64(ranks[Int($0)]) }
      }
    case .vector, .list: preconditionFailure("the checker lets no vectors and lists be ordered")
    }
  }

  func codes<Code: BitwiseCopyable>(
    _ all: DenseCodes, _: Code.Type, _ stream: Int
  ) -> UnsafePointer<Code> {
    let clustered = UnsafePointer(all.codes.elements(Code.self) + chunk.base)
    return chunk.inStream(clustered, self.stream(stream))
  }

  private func base<T: BitwiseCopyable>(_ column: ColumnID) -> UnsafePointer<T> {
    guard let column = chunk.inputs.columns[column] else {
      preconditionFailure("a column of a timeline was not loaded")
    }
    return UnsafePointer(column.values.elements(T.self) + chunk.base)
  }
}
