#if C360_ARROW
  import C360Arrow
  import C360Columns

  /// Parquet and Arrow IPC files.
  final class ArrowOutput: OutputWriter {
    /// Rows encoded at a time, the columns in parallel.
    private static let blockRows = 1 << 17

    /// A row group is held until its last row: one of many columns has fewer rows, about 16 MiB of values.
    private static func groupRows(_ columns: [OutputColumn], atMost limit: Int) -> Int {
      let width = columns.reduce(1) { $0 + $1.type.physical.stride }
      let rows = max(1 << 14, (16 << 20) / width)
      return min(limit, rows > blockRows ? rows / blockRows * blockRows : rows)
    }

    private let file: AtomicFile
    private let writer: ArrowFileWriter
    private var blocks: BatchBlocks
    private var isFinished = false

    init(
      path: String, columns: [OutputColumn], pool: TextPool, options: OutputOptions,
      format: ArrowFileWriter.Format
    ) throws {
      file = try AtomicFile(path: path, declaration: options.declaration)
      let groupRows = Self.groupRows(columns, atMost: options.rowGroupRows)
      do {
        writer = try ArrowFileWriter(
          format: format, descriptor: file.descriptor,
          columns: columns.map { ($0.name, $0.type) }, pool: pool,
          threads: max(1, options.threads), rowGroupRows: groupRows,
          metadata: options.metadata)
      } catch {
        throw file.failure(withoutCapital(error.message))
      }
      blocks = BatchBlocks(columns: columns, blockRows: min(Self.blockRows, groupRows))
    }

    func write(_ batch: Batch) throws {
      try guarded { try blocks.add(batch) { try writer.write($0) } }
    }

    func finish() throws {
      guard !isFinished else { return }
      try guarded {
        try blocks.finish { try writer.write($0) }
        try writer.finish()
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
        switch error {
        case let failure as ArrowFailure: throw file.failure(withoutCapital(failure.message))
        case let failure as ColumnError:
          if case .outOfRange(let found) = failure.problem {
            throw file.failure("the format cannot hold \(found)")
          }
          throw error
        default: throw error
        }
      }
    }
  }
#endif
