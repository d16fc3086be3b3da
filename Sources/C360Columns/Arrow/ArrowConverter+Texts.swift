extension ArrowConverter {
  func convertTexts(
    _ chunk: ArrowChunk, into target: UnsafeMutablePointer<Int32>
  ) throws(ColumnError) {
    switch chunk.type {
    case .text(.offsets), .binary(.offsets): try convertOffsets(chunk, Int32.self, into: target)
    case .text(.largeOffsets), .binary(.largeOffsets):
      try convertOffsets(chunk, Int64.self, into: target)
    default: try convertViews(chunk, into: target)
    }
  }

  private func convertOffsets<Offset: FixedWidthInteger>(
    _ chunk: ArrowChunk, _: Offset.Type, into target: UnsafeMutablePointer<Int32>
  ) throws(ColumnError) {
    guard let offsets = chunk.elements(1, of: Offset.self) else { throw missing }
    let first = Int(offsets[0])
    let last = Int(offsets[chunk.count])
    // Arrow allows no buffer at all where every text is empty.
    guard let bytes = chunk.raw(2)?.assumingMemoryBound(to: UInt8.self) else {
      guard first == last else { throw missing }
      target.update(repeating: 0, count: chunk.count)
      return
    }
    if !isASCII(bytes + first, last - first) {
      for row in 0..<chunk.count where chunk.isValid(row) {
        let start = Int(offsets[row])
        guard isUTF8(bytes + start, Int(offsets[row + 1]) - start) else {
          throw ColumnError(row: row, problem: .notUTF8)
        }
      }
    }
    let interner = TextInterner(pool)
    try eachBlock(chunk, interner, into: target) { row in
      let start = Int(offsets[row])
      return TextPool.Bytes(start: bytes + start, count: Int(offsets[row + 1]) - start)
    }
  }

  private func convertViews(
    _ chunk: ArrowChunk, into target: UnsafeMutablePointer<Int32>
  ) throws(ColumnError) {
    guard let views = chunk.raw(1) else { throw missing }
    let interner = TextInterner(pool)
    for row in 0..<chunk.count where chunk.isValid(row) {
      let text = view(chunk, views, row)
      guard isUTF8(text.start, text.count) else { throw ColumnError(row: row, problem: .notUTF8) }
    }
    try eachBlock(chunk, interner, into: target) { row in view(chunk, views, row) }
  }

  /// A view is a length and either the bytes (up to 12) or a prefix, a buffer's number and an offset.
  private func view(
    _ chunk: ArrowChunk, _ views: UnsafeRawPointer, _ row: Int
  ) -> TextPool.Bytes {
    let start = views + (chunk.offset + row) * 16
    let count = Int(start.load(as: Int32.self))
    if count <= 12 {
      return TextPool.Bytes(start: (start + 4).assumingMemoryBound(to: UInt8.self), count: count)
    }
    let buffer = Int(start.load(fromByteOffset: 8, as: Int32.self))
    let offset = Int(start.load(fromByteOffset: 12, as: Int32.self))
    guard let bytes = chunk.raw(2 + buffer) else {
      return TextPool.Bytes(start: start.assumingMemoryBound(to: UInt8.self), count: 0)
    }
    return TextPool.Bytes(start: (bytes + offset).assumingMemoryBound(to: UInt8.self), count: count)
  }

  private func eachBlock(
    _ chunk: ArrowChunk, _ interner: borrowing TextInterner,
    into target: UnsafeMutablePointer<Int32>, text: (Int) -> TextPool.Bytes
  ) throws(ColumnError) {
    let blockSize = 4096
    let block = UnsafeMutablePointer<TextPool.Bytes>.allocate(capacity: blockSize)
    defer { block.deallocate() }
    var done = 0
    while done < chunk.count {
      let size = min(blockSize, chunk.count - done)
      var last = 0
      if chunk.mayHaveNulls {
        // What lies under a null is not to be interned; it gets the code of its neighbour.
        var rows: [Int] = []
        for row in done..<(done + size) where chunk.isValid(row) {
          (block + last).initialize(to: text(row))
          rows.append(row)
          last += 1
        }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: size) { codes in
          guard let start = codes.baseAddress else { return }
          interner.intern(UnsafeBufferPointer(start: block, count: last), into: start)
          for (index, row) in rows.enumerated() { target[row] = start[index] }
        }
      } else {
        for row in done..<(done + size) { (block + row - done).initialize(to: text(row)) }
        interner.intern(UnsafeBufferPointer(start: block, count: size), into: target + done)
      }
      done += size
    }
  }
}
