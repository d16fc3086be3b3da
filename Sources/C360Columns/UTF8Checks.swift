/// Whether all bytes are below 128.
package func isASCII(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  let raw = UnsafeRawPointer(bytes)
  var offset = 0
  while offset + 32 <= count {
    let words =
      raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      | raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
      | raw.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
      | raw.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)
    if words & 0x8080_8080_8080_8080 != 0 { return false }
    offset += 32
  }
  var all: UInt8 = 0
  while offset < count {
    all |= bytes[offset]
    offset += 1
  }
  return all < 0x80
}

/// Whether the bytes are well-formed UTF-8: shortest forms only, no surrogates, up to U+10FFFF.
package func isUTF8(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  var index = 0
  while index < count {
    let first = bytes[index]
    if first < 0x80 {
      index += 1
      continue
    }
    let length: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if first == 0xE0 { low = 0xA0 }
      if first == 0xED { high = 0x9F }
    case 0xF0...0xF4:
      length = 4
      if first == 0xF0 { low = 0x90 }
      if first == 0xF4 { high = 0x8F }
    default: return false
    }
    guard index + length <= count else { return false }
    guard bytes[index + 1] >= low, bytes[index + 1] <= high else { return false }
    for next in 2..<max(length, 2) where bytes[index + next] & 0xC0 != 0x80 { return false }
    index += length
  }
  return true
}
