import CArrowABI

/// The values of one Arrow array as its converter needs them: counted from 0, whatever its offset.
struct ArrowChunk {
  let array: ArrowArray
  let type: ArrowType
  let count: Int
  let offset: Int
  /// Bits, counted from `offset`; `nil` when there are no nulls.
  private let bitmap: UnsafePointer<UInt8>?

  init(_ array: ArrowArray, type: ArrowType) {
    self.array = array
    self.type = type
    count = Int(array.length)
    offset = Int(array.offset)
    if array.null_count == 0 || array.n_buffers == 0 || type == .null {
      bitmap = nil
    } else {
      bitmap = array.buffers[0]?.assumingMemoryBound(to: UInt8.self)
    }
  }

  var mayHaveNulls: Bool { bitmap != nil }

  @inline(__always)
  func isValid(_ row: Int) -> Bool {
    guard let bitmap else { return true }
    let bit = offset + row
    return bitmap[bit >> 3] >> UInt8(bit & 7) & 1 != 0
  }

  /// Eight validity bits from a row that is a multiple of 8 places behind the first.
  @inline(__always)
  func validBits(_ row: Int) -> UInt8 {
    guard let bitmap else { return 0xFF }
    let bit = offset + row
    let shift = UInt8(bit & 7)
    let low = bitmap[bit >> 3] >> shift
    if shift == 0 || row + Int(8 - shift) >= count { return low }
    return low | bitmap[bit >> 3 + 1] << (8 - shift)
  }

  /// The elements of a buffer from row 0 on; `nil` when the buffer is missing, which is legal for
  /// an array without rows.
  func elements<T>(_ index: Int, of _: T.Type) -> UnsafePointer<T>? {
    raw(index)?.assumingMemoryBound(to: T.self).advanced(by: offset)
  }

  func raw(_ index: Int) -> UnsafeRawPointer? {
    guard index < Int(array.n_buffers), let buffers = array.buffers else { return nil }
    return buffers[index]
  }
}
