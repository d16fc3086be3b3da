import C360Plan

/// The events of a chunk that pass a stream's conditions, in order.
struct ChunkStream {
  let count: Int
  /// Event at each stream position; nil: all events of the chunk.
  let events: UnsafePointer<Int32>?
  /// By event, and one more: stream positions before it. nil where `events` is, or with classes.
  let ranks: UnsafePointer<Int32>?

  @inline(__always)
  func event(_ position: Int) -> Int { events.map { Int($0[position]) } ?? position }

  @inline(__always)
  func rank(_ event: Int32) -> Int32 { ranks.map { $0[Int(event)] } ?? event }
}

extension Chunk {
  /// A stream without classes.
  func stream(mask: UnsafePointer<UInt8>?) -> ChunkStream {
    guard let mask else { return ChunkStream(count: eventCount, events: nil, ranks: nil) }
    let events = scratch.take(eventCount + 1, of: Int32.self)
    let ranks = scratch.take(eventCount + 1, of: Int32.self)
    var count: Int32 = 0
    for event in 0..<eventCount {
      ranks[event] = count
      // Written always, kept when it passes: no branch to mispredict.
      events[Int(count)] = Int32(truncatingIfNeeded: event)
      count &+= Int32(truncatingIfNeeded: mask[event])
    }
    ranks[eventCount] = count
    return ChunkStream(count: Int(count), events: events, ranks: ranks)
  }

  /// Values of a clustered column in stream order.
  func inStream<T: BitwiseCopyable>(
    _ values: UnsafePointer<T>, _ stream: ChunkStream
  ) -> UnsafePointer<T> {
    guard let events = stream.events else { return values }
    let result = scratch.take(stream.count, of: T.self)
    for position in 0..<stream.count { result[position] = values[Int(events[position])] }
    return UnsafePointer(result)
  }
}
