#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the records of a text file can be cut into segments, found without parsing values.
///
/// In CSV, whether a newline ends a record depends on the quotes before it. Each chunk is therefore scanned
/// for both cases, in parallel, and the cases are settled from the front afterwards.
struct RecordLayout {
  struct Segment: Sendable {
    /// Whole records, from the first byte of the first one.
    var range: Range<Int>
    /// Records, at most.
    var capacity: Int
  }

  /// The bytes that quote and part fields; without them every newline ends a record.
  struct Quoting: Sendable {
    var quote: UInt8
    var delimiter: UInt8
  }

  let segments: [Segment]

  /// What a chunk holds, for a start outside of quotes (first) and inside (second).
  fileprivate struct Scan {
    var hasOddQuotes = false
    var newlines = (0, 0)
    var firstNewline: (Int?, Int?) = (nil, nil)
    /// A quote where none can open or close a field.
    var isIrregular = (false, false)
    var allNewlines = 0
  }

  init(
    source: TextSource, body: Int, quoting: Quoting?, threads: Int, chunkSize: Int
  ) throws {
    let size = source.size
    guard body < size else {
      segments = []
      return
    }
    let chunkCount = (size - body + chunkSize - 1) / chunkSize
    let storage = UnsafeMutableBufferPointer<Scan>.allocate(capacity: chunkCount)
    storage.initialize(repeating: Scan())
    defer { storage.deallocate() }
    nonisolated(unsafe) let scans = storage
    let failures = FirstFailure()
    parallelLoop(chunkCount, threads: threads) { chunk in
      let start = body + chunk * chunkSize
      let end = min(start + chunkSize, size)
      do {
        // One byte more on each side tells whether a quote at the border is in its place.
        let before = chunk == 0 ? 0 : 1
        let after = end < size ? 1 : 0
        scans[chunk] = try source.withBytes((start - before)..<(end + after)) { bytes in
          Self.scan(
            bytes + before, end - start, previous: chunk == 0 ? 0x0A : bytes[0],
            next: after == 1 ? bytes[before + end - start] : 0x0A, offset: start, quoting)
        }
      } catch {
        failures.record(error, task: chunk)
      }
    }
    if let failure = failures.failure { throw failure.error }
    segments = Self.settle(scans, body: body, size: size)
  }

  private static func settle(
    _ scans: UnsafeMutableBufferPointer<Scan>, body: Int, size: Int
  ) -> [Segment] {
    var segments: [Segment] = []
    var isInside = false
    var isIrregular = false
    for (chunk, scan) in scans.enumerated() {
      isIrregular = isIrregular || (isInside ? scan.isIrregular.1 : scan.isIrregular.0)
      let newlines = isInside ? scan.newlines.1 : scan.newlines.0
      let first = isInside ? scan.firstNewline.1 : scan.firstNewline.0
      if chunk == 0 {
        segments.append(Segment(range: body..<size, capacity: newlines + 1))
      } else if let first, first + 1 < size {
        let last = segments.count - 1
        segments[last].range = segments[last].range.lowerBound..<(first + 1)
        segments.append(Segment(range: (first + 1)..<size, capacity: newlines))
      }
      if scan.hasOddQuotes { isInside.toggle() }
    }
    if isIrregular || isInside {
      // Quotes do not tell inside from outside here: one thread reads the records in order.
      let newlines = scans.reduce(0) { $0 + $1.allNewlines }
      return [Segment(range: body..<size, capacity: newlines + 1)]
    }
    return segments
  }

  private static func scan(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, previous: UInt8, next: UInt8, offset: Int,
    _ quoting: Quoting?
  ) -> Scan {
    var scan = Scan()
    guard let quoting, memchr(bytes, Int32(quoting.quote), count) != nil else {
      var newlines = 0
      for index in 0..<count where bytes[index] == 0x0A { newlines += 1 }
      scan.newlines.0 = newlines
      scan.allNewlines = newlines
      if let first = memchr(bytes, 0x0A, count) {
        scan.firstNewline.0 = offset + (UnsafeRawPointer(first) - UnsafeRawPointer(bytes))
      }
      return scan
    }
    scan.addEvents(bytes, count, previous: previous, next: next, offset: offset, quoting)
    return scan
  }
}

extension RecordLayout.Scan {
  /// Goes through quotes and newlines, eight bytes at a time.
  fileprivate mutating func addEvents(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, previous: UInt8, next: UInt8, offset: Int,
    _ quoting: RecordLayout.Quoting
  ) {
    let raw = UnsafeRawPointer(bytes)
    let quotes = UInt64(quoting.quote) &* 0x0101_0101_0101_0101
    let newlines: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
    var isOdd = false
    func event(_ index: Int, _ scan: inout Self) {
      if bytes[index] == 0x0A {
        scan.addNewline(at: offset + index, isOdd)
      } else {
        scan.addQuote(
          before: index > 0 ? bytes[index - 1] : previous,
          behind: index + 1 < count ? bytes[index + 1] : next, isOdd, quoting)
        isOdd.toggle()
      }
    }
    var index = 0
    while index + 8 <= count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      var events = Self.zeroBytes(word ^ quotes) | Self.zeroBytes(word ^ newlines)
      while events != 0 {
        event(index + events.trailingZeroBitCount >> 3, &self)
        events &= events - 1
      }
      index += 8
    }
    while index < count {
      if bytes[index] == quoting.quote || bytes[index] == 0x0A { event(index, &self) }
      index += 1
    }
    hasOddQuotes = isOdd
    allNewlines = self.newlines.0 + self.newlines.1
  }

  /// The high bit of each byte that is zero, and no other bit.
  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    return ~(((word & low) &+ low) | word | low)
  }

  @inline(__always)
  private mutating func addNewline(at place: Int, _ isOdd: Bool) {
    if isOdd {
      newlines.1 += 1
      if firstNewline.1 == nil { firstNewline.1 = place }
    } else {
      newlines.0 += 1
      if firstNewline.0 == nil { firstNewline.0 = place }
    }
  }

  @inline(__always)
  private mutating func addQuote(
    before: UInt8, behind: UInt8, _ isOdd: Bool, _ quoting: RecordLayout.Quoting
  ) {
    let mayOpen = before == quoting.delimiter || before == 0x0A || before == quoting.quote
    let mayClose =
      behind == quoting.delimiter || behind == 0x0A || behind == 0x0D || behind == quoting.quote
    isIrregular.0 = isIrregular.0 || !(isOdd ? mayClose : mayOpen)
    isIrregular.1 = isIrregular.1 || !(isOdd ? mayOpen : mayClose)
  }
}
