import C360Columns

/// The texts of one column that one thread has met and not yet interned.
///
/// Rows are added in order, each once; the bytes must stay where they are until `flush`.
final class TextColumn {
  static let blockSize = 4096

  private let interner: TextInterner
  private let pending: UnsafeMutablePointer<TextPool.Bytes>
  private var count = 0
  private let codes: UnsafeMutablePointer<Int32>
  /// Row of the first pending text.
  private var row: Int

  init(_ builder: ColumnBuilder, firstRow: Int, pool: TextPool) {
    interner = TextInterner(pool)
    pending = .allocate(capacity: Self.blockSize)
    codes = builder.codes
    row = firstRow
  }

  deinit { pending.deallocate() }

  @inline(__always)
  func add(_ start: UnsafePointer<UInt8>, _ size: Int) {
    if count == Self.blockSize { flush() }
    (pending + count).initialize(to: TextPool.Bytes(start: start, count: size))
    count += 1
  }

  func flush() {
    interner.intern(UnsafeBufferPointer(start: pending, count: count), into: codes + row)
    row += count
    count = 0
  }
}
