import C360Columns
import C360Diagnostics

/// Writes a table as raw columns, its rows in another order, beside its place and then into it.
///
/// - Parameters:
///   - order: the row of the batch at each place; nil: as they are.
///   - identity: what `StoredTable.identity` will be.
/// - Throws: `DiagnosticError` when the file cannot be written; `CancellationError`.
public func storeTable(
  _ batch: Batch, order: Buffer?, identity: String, sources: [SourceStamp], pool: TextPool,
  path: String, cancellation: Cancellation? = nil
) throws {
  let file = try AtomicFile(path: path, declaration: nil)
  do {
    var writer = StoredTableWriter(
      batch: batch, order: order?.elements(), pool: pool, file: file, cancellation: cancellation)
    try writer.write(identity: identity, sources: sources)
    try file.commit()
  } catch {
    file.abort()
    throw error
  }
}

private struct StoredTableWriter {
  let batch: Batch
  let order: UnsafeMutablePointer<Int32>?
  let pool: TextPool
  let file: AtomicFile
  let cancellation: Cancellation?
  /// By column of texts: pool code → own code, own codes in order of first use.
  private var dictionaries: [Int: LocalTexts] = [:]
  private let sums = SectionSums()

  init(
    batch: Batch, order: UnsafeMutablePointer<Int32>?, pool: TextPool, file: AtomicFile,
    cancellation: Cancellation?
  ) {
    self.batch = batch
    self.order = order
    self.pool = pool
    self.file = file
    self.cancellation = cancellation
  }

  /// Rows that are brought in order and written at a time.
  private static let blockSize = 1 << 16

  mutating func write(identity: String, sources: [SourceStamp]) throws {
    for (index, column) in batch.columns.enumerated() where column.vector.type == .text {
      dictionaries[index] = LocalTexts(column.vector, order: order, pool: pool)
    }
    let header = header(identity: identity, sources: sources)
    let start = header.bytes
    try start.withUnsafeBytes { try file.write($0) }
    try writeBlocks(of: Int32.self) { place in order.map { $0[place] } ?? Int32(place) }
    for (index, column) in batch.columns.enumerated() {
      try cancellation?.check()
      let vector = column.vector
      switch vector.type {
      case .bool: try writeRows(vector.bools)
      case .int64: try writeRows(vector.int64s)
      case .float64: try writeRows(vector.float64s)
      case .vector(let width): try writeVectors(vector.float64s, width)
      case .list: preconditionFailure("tables with lists are not stored")
      case .text:
        guard let texts = dictionaries[index] else { continue }
        let codes = vector.codes
        try writeBlocks(of: Int32.self) { place in
          texts.own[Int(codes[order.map { Int($0[place]) } ?? place])]
        }
      }
      if let valid = vector.valid { try writeRows(valid) }
      if let texts = dictionaries[index] { try write(texts) }
    }
    try sums.sums.withUnsafeBytes { try file.write($0) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    sums.add(bytes)
    try file.write(bytes)
  }

  private func writeRows<T: BitwiseCopyable>(_ source: UnsafeMutablePointer<T>) throws {
    if let order {
      try writeBlocks(of: T.self) { source[Int(order[$0])] }
    } else {
      try writeBlocks(of: T.self) { source[$0] }
    }
  }

  private func writeVectors(_ source: UnsafeMutablePointer<Double>, _ width: Int) throws {
    let rows = max(1, Self.blockSize / width)
    let block = Buffer(byteCount: rows * width * 8)
    let target = block.elements(Double.self)
    for start in stride(from: 0, to: batch.rowCount, by: rows) {
      let size = min(rows, batch.rowCount - start)
      for index in 0..<size {
        let row = order.map { Int($0[start + index]) } ?? start + index
        (target + index * width).update(from: source + row * width, count: width)
      }
      try write(UnsafeRawBufferPointer(start: block.pointer, count: size * width * 8))
    }
    try fill(after: batch.rowCount * width * 8)
  }

  @inline(__always)
  private func writeBlocks<T: BitwiseCopyable>(of _: T.Type, _ value: (Int) -> T) throws {
    let block = Buffer(byteCount: Self.blockSize * MemoryLayout<T>.stride)
    let target = block.elements(T.self)
    for start in stride(from: 0, to: batch.rowCount, by: Self.blockSize) {
      let size = min(Self.blockSize, batch.rowCount - start)
      for index in 0..<size { target[index] = value(start + index) }
      try write(
        UnsafeRawBufferPointer(start: block.pointer, count: size * MemoryLayout<T>.stride))
    }
    try fill(after: batch.rowCount * MemoryLayout<T>.stride)
  }

  private func write(_ texts: LocalTexts) throws {
    try texts.ends.withUnsafeBytes { try write($0) }
    try fill(after: texts.ends.count * 8)
    for code in texts.codes { try write(UnsafeRawBufferPointer(pool.bytes(of: code))) }
    try fill(after: texts.byteCount)
  }

  private func fill(after count: Int) throws {
    let zeros = [UInt8](repeating: 0, count: StoredHeader.aligned(count) - count)
    try zeros.withUnsafeBytes { try write($0) }
    sums.endSection()
  }

  private func header(identity: String, sources: [SourceStamp]) -> StoredHeader {
    // The size of the header does not hang on the offsets in it.
    let size = layout(from: 0, identity: identity, sources: sources).bytes.count
    return layout(from: size, identity: identity, sources: sources)
  }

  private func layout(
    from start: Int, identity: String, sources: [SourceStamp]
  ) -> StoredHeader {
    var place = start
    func section(_ byteCount: Int) -> StoredHeader.Section {
      defer { place += StoredHeader.aligned(byteCount) }
      return StoredHeader.Section(offset: place, byteCount: byteCount)
    }
    let rows = section(batch.rowCount * 4)
    let columns = batch.columns.enumerated().map { index, column in
      var stored = StoredHeader.Column(
        name: column.name, type: column.vector.type,
        values: section(batch.rowCount * column.vector.type.stride))
      stored.lostDigits = column.lostDigits
      if column.vector.validity != nil { stored.validity = section(batch.rowCount) }
      if let texts = dictionaries[index] {
        stored.dictionary = StoredHeader.Dictionary(
          count: texts.codes.count, ends: section(texts.ends.count * 8),
          bytes: section(texts.byteCount))
      }
      return stored
    }
    return StoredHeader(
      identity: identity, sources: sources, rowCount: batch.rowCount, rows: rows,
      columns: columns)
  }
}

/// The texts of one column, numbered from 0.
private struct LocalTexts {
  /// Pool code of each own code.
  private(set) var codes: [Int32] = []
  /// Pool code → own code; −1 where the column does not have it.
  private(set) var own: [Int32]
  /// Where each text ends among all.
  private(set) var ends: [UInt64] = []
  private(set) var byteCount = 0

  init(_ vector: Vector, order: UnsafeMutablePointer<Int32>?, pool: TextPool) {
    own = [Int32](repeating: -1, count: pool.count)
    for place in 0..<vector.count {
      let code = vector.codes[order.map { Int($0[place]) } ?? place]
      if own[Int(code)] >= 0 { continue }
      own[Int(code)] = Int32(codes.count)
      codes.append(code)
      byteCount += pool.bytes(of: code).count
      ends.append(UInt64(byteCount))
    }
  }
}
