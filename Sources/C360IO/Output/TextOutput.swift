import C360Columns
import Synchronization

/// CSV and JSON lines. Rows are put into words by several threads and written in order.
final class TextOutput: OutputWriter {
  enum Format: Sendable {
    case csv(delimiter: UInt8)
    case jsonLines
  }

  /// Rows put into words at a time, by all threads together.
  private static let blockRows = 1 << 16

  private let file: AtomicFile
  private let gzip: GzipSink?
  private let columns: [OutputColumn]
  private let rowWriter: RowWriter
  private let threads: Int
  private var blocks: BatchBlocks
  private var isFinished = false

  init(
    path: String, columns: [OutputColumn], pool: TextPool, options: OutputOptions,
    isCompressed: Bool, format: Format
  ) throws {
    file = try AtomicFile(path: path, declaration: options.declaration)
    gzip = isCompressed ? GzipSink(file) : nil
    self.columns = columns
    threads = max(1, options.threads)
    rowWriter = RowWriter(columns: columns, pool: pool, format: format)
    blocks = BatchBlocks(columns: columns, blockRows: Self.blockRows)
    var header = OutputBytes()
    rowWriter.writeHeader(into: &header)
    try guarded { try put(header.bytes) }
  }

  func write(_ batch: Batch) throws {
    try guarded { try blocks.add(batch) { try put($0) } }
  }

  func finish() throws {
    guard !isFinished else { return }
    try guarded {
      try blocks.finish { try put($0) }
      try gzip?.finish()
      try file.finish()
    }
    isFinished = true
  }

  func commit() throws {
    try finish()
    try guarded { try file.commit() }
  }

  func abort() { file.abort() }

  private func guarded(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      abort()
      throw error
    }
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws {
    if let gzip { try gzip.write(bytes) } else { try file.write(bytes) }
  }

  private func put(_ block: Batch) throws {
    let parts = min(threads, (block.rowCount + 1023) / 1024)
    if parts <= 1 {
      var text = OutputBytes(capacity: 1 << 20)
      rowWriter.write(block, 0..<block.rowCount, into: &text)
      return try put(text.bytes)
    }
    let texts = (0..<parts).map { _ in Part() }
    let rowWriter = rowWriter
    parallelLoop(parts, threads: threads) { part in
      let rows = (block.rowCount * part / parts)..<(block.rowCount * (part + 1) / parts)
      rowWriter.write(block, rows, into: &texts[part].bytes)
    }
    for text in texts { try put(text.bytes.bytes) }
  }

  /// The words of some rows; one thread has it at a time.
  private final class Part: @unchecked Sendable {
    var bytes = OutputBytes(capacity: 1 << 19)
  }
}
