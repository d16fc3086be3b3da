/// Hash of UTF-8 bytes for the tables of a `TextPool`. The same on every host; never shown.
@inlinable
package func textHash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
  let raw = UnsafeRawPointer(bytes)
  var state = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
  if count > 16 {
    var offset = 0
    while offset < count - 16 {
      state = foldedMultiply(
        raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ state,
        raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self) ^ 0xD6E8_FEB8_6659_FD93)
      offset += 16
    }
    // The last 16 bytes, overlapping what was read when the length is no multiple.
    return finish(
      raw.loadUnaligned(fromByteOffset: count - 16, as: UInt64.self),
      raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self), state)
  }
  if count >= 8 {
    return finish(
      raw.loadUnaligned(as: UInt64.self),
      raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self), state)
  }
  if count >= 4 {
    return finish(
      UInt64(raw.loadUnaligned(as: UInt32.self)),
      UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)), state)
  }
  if count == 0 { return finish(0, 0, state) }
  let ends = UInt64(bytes[0]) | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count - 1]) << 16
  return finish(ends, 0, state)
}

@inlinable
func finish(_ low: UInt64, _ high: UInt64, _ state: UInt64) -> UInt64 {
  let mixed = foldedMultiply(low ^ state, high ^ 0xA076_1D64_78BD_642F)
  return foldedMultiply(mixed ^ 0xE703_7ED1_A0B4_28DB, state ^ 0x8EBC_6AF0_9C88_C6E3)
}

@inlinable
func foldedMultiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let product = left.multipliedFullWidth(by: right)
  return product.high ^ product.low
}
