import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Every text of a run, once: code ↔ UTF-8 bytes. One pool serves all columns of a run, so equality
/// of texts is equality of codes, and that is equality of bytes (no Unicode normalisation). Codes
/// depend on reading order and must never show: order texts by their bytes, hash them by their
/// bytes.
///
/// Safe to use from several threads. Texts never move and are never removed: reading the bytes of a
/// code takes no lock. Codes are dense from 0; code 0 is the empty text.
public final class TextPool: Sendable {
  /// Some UTF-8 bytes that live elsewhere.
  public struct Bytes {
    public let start: UnsafePointer<UInt8>
    public let count: Int

    @inlinable public init(start: UnsafePointer<UInt8>, count: Int) {
      self.start = start
      self.count = count
    }
  }

  @usableFromInline let directory: TextDirectory
  private let shards: [TextShard]
  private let nextCode = Atomic<Int>(0)
  private let cachedRanks = Mutex<[Int32]>([])

  /// The lists of the run.
  public let lists: ListPool

  static let shardBits = 6
  /// Texts handled per round of bulk interning: their hashes stay in the cache.
  static let blockSize = 4096

  public convenience init() { self.init(lists: ListPool(TextPool(lists: nil))) }

  /// - Parameter lists: nil in the pool that holds the lists themselves.
  private init(lists: ListPool?) {
    directory = TextDirectory()
    shards = (0..<(1 << Self.shardBits)).map { _ in TextShard() }
    self.lists = lists ?? ListPool(nil)
    _ = intern("")
  }

  public var count: Int { nextCode.load(ordering: .acquiring) }

  // MARK: Text to code

  /// The code of a text, a new one when it is seen for the first time.
  public func intern(_ text: String) -> Int32 {
    var text = text
    return text.withUTF8 { intern($0) }
  }

  /// The code of UTF-8 bytes.
  public func intern(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    withStart(bytes) { start in
      let hash = textHash(start, bytes.count)
      let shard = shards[Int(hash >> (64 - UInt64(Self.shardBits)))]
      return shard.lock.withLock { _ in intern(start, bytes.count, hash, in: shard) }
    }
  }

  public func intern(_ texts: [String]) -> [Int32] { texts.map { intern($0) } }

  /// Codes of many texts: text `i` is `bytes[offsets[i]..<offsets[i + 1]]`, the layout of an Arrow
  /// text array. `codes` has room for `count` codes.
  @inlinable
  public func intern<Offset: FixedWidthInteger>(
    bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Offset>, count: Int,
    into codes: UnsafeMutablePointer<Int32>
  ) {
    withUnsafeTemporaryAllocation(of: Bytes.self, capacity: min(count, 4096)) { block in
      var done = 0
      while done < count {
        let size = min(4096, count - done)
        for index in 0..<size {
          let start = Int(offsets[done + index])
          block.initializeElement(
            at: index,
            to: Bytes(start: bytes + start, count: Int(offsets[done + index + 1]) - start))
        }
        intern(UnsafeBufferPointer(rebasing: block[..<size]), into: codes + done)
        done += size
      }
    }
  }

  /// Codes of many texts; each lock is taken once per block.
  public func intern(_ texts: UnsafeBufferPointer<Bytes>, into codes: UnsafeMutablePointer<Int32>) {
    var done = 0
    while done < texts.count {
      let size = min(Self.blockSize, texts.count - done)
      internBlock(UnsafeBufferPointer(rebasing: texts[done..<(done + size)]), into: codes + done)
      done += size
    }
  }

  private func internBlock(
    _ texts: UnsafeBufferPointer<Bytes>, into codes: UnsafeMutablePointer<Int32>
  ) {
    let shardCount = 1 << Self.shardBits
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: texts.count) { hashes in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: texts.count + shardCount + 1) {
        work in
        let starts = work.baseAddress.unsafelyUnwrapped
        let order = starts + shardCount + 1
        starts.initialize(repeating: 0, count: shardCount + 1)
        for index in 0..<texts.count {
          let hash = textHash(texts[index].start, texts[index].count)
          hashes.initializeElement(at: index, to: hash)
          starts[Int(hash >> (64 - UInt64(Self.shardBits))) + 1] += 1
        }
        for shard in 0..<shardCount { starts[shard + 1] += starts[shard] }
        for index in 0..<texts.count {
          let shard = Int(hashes[index] >> (64 - UInt64(Self.shardBits)))
          order[Int(starts[shard])] = Int32(index)
          starts[shard] += 1
        }
        var position = 0
        for shardIndex in 0..<shardCount where position < Int(starts[shardIndex]) {
          let end = Int(starts[shardIndex])
          let shard = shards[shardIndex]
          let places = UnsafeBufferPointer(start: order + position, count: end - position)
          shard.lock.withLock { _ in intern(texts, places, hashes, in: shard, into: codes) }
          position = end
        }
      }
    }
  }

  /// Texts of one shard, with its lock held. First everything that known texts need is loaded, one
  /// kind after the other: the loads of a kind do not wait for each other, and each is a cache miss.
  private func intern(
    _ texts: UnsafeBufferPointer<Bytes>, _ places: UnsafeBufferPointer<Int32>,
    _ hashes: UnsafeMutableBufferPointer<UInt64>, in shard: TextShard,
    into codes: UnsafeMutablePointer<Int32>
  ) {
    for place in places { codes[Int(place)] = shard.candidate(hashes[Int(place)]) }
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: places.count) { entries in
      for (index, place) in places.enumerated() {
        let code = codes[Int(place)]
        entries.initializeElement(at: index, to: code < 0 ? nil : directory[code])
      }
      for (index, place) in places.enumerated() {
        let text = texts[Int(place)]
        if let entry = entries[index], TextShard.holds(entry, text.start, text.count) { continue }
        codes[Int(place)] = intern(text.start, text.count, hashes[Int(place)], in: shard)
      }
    }
  }

  /// With the lock of `shard` held.
  private func intern(
    _ start: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt64, in shard: TextShard
  ) -> Int32 {
    if let code = shard.code(of: start, count, hash: hash, in: directory) { return code }
    let code = nextCode.add(1, ordering: .acquiringAndReleasing).oldValue
    precondition(code < Int32.max, "more than 2³¹ distinct texts")
    shard.add(start, count, hash: hash, code: Int32(code), to: directory)
    return Int32(code)
  }

  /// The code of a text if it has one.
  public func code(of text: String) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      withStart(bytes) { start in
        let hash = textHash(start, bytes.count)
        let shard = shards[Int(hash >> (64 - UInt64(Self.shardBits)))]
        return shard.lock.withLock { _ in
          shard.code(of: start, bytes.count, hash: hash, in: directory)
        }
      }
    }
  }

  private func withStart<Result>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    if let start = bytes.baseAddress { return body(start) }
    var none: UInt8 = 0
    return withUnsafePointer(to: &none, body)
  }

  // MARK: Code to text

  /// The UTF-8 bytes of a code of this pool, valid as long as the pool lives.
  @inlinable
  public func bytes(of code: Int32) -> UnsafeBufferPointer<UInt8> {
    let entry = directory[code]
    return UnsafeBufferPointer(
      start: (entry + 4).assumingMemoryBound(to: UInt8.self),
      count: Int(entry.loadUnaligned(as: UInt32.self)))
  }

  public func text(_ code: Int32) -> String { String(decoding: bytes(of: code), as: UTF8.self) }

  /// All texts by code: a snapshot.
  public func snapshot() -> [String] { (0..<settledCount()).map { text(Int32($0)) } }

  /// For each code its place in the order of UTF-8 bytes. Recomputed only after new texts.
  public func ranks() -> [Int32] {
    let count = settledCount()
    return cachedRanks.withLock { cached in
      if cached.count < count { cached = computeRanks(count) }
      return cached
    }
  }

  /// The number of codes whose texts can be read: no interning is half-way below it.
  private func settledCount() -> Int {
    let count = count
    // Whoever took a code below `count` holds a shard's lock until the text is in place.
    for shard in shards { shard.lock.withLock { _ in } }
    return count
  }
}
