import C360Semantics

/// The uniform draw of a decision in [0, 1): docs/randomness.md.
///
/// - Parameter position: in a slate, from 1.
func draw(
  seed: UInt64, policy: String, entity: Value, time: Int64, number: Int, position: Int = 1
) -> Double {
  var bytes = littleEndian(seed) + Array(policy.utf8) + [0xFF]
  if case .text(let key) = entity {
    bytes += Array(key.utf8)
  } else {
    bytes += littleEndian(UInt64(bitPattern: entity.integer ?? 0))
  }
  bytes += [0xFF] + littleEndian(UInt64(bitPattern: time)) + littleEndian(UInt64(number))
  if position > 1 { bytes += littleEndian(UInt64(position - 1)) }
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
  hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
  hash ^= hash >> 31
  return Double(hash >> 11) * 0x1p-53
}

private func littleEndian(_ value: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// Where an entity stands in [0, 1) for experiments: docs/randomness.md.
func place(_ purpose: String, _ salt: String, _ entity: Value) -> Double {
  var bytes = Array(purpose.utf8) + [0xFF] + Array(salt.utf8) + [0xFF]
  if case .text(let key) = entity {
    bytes += Array(key.utf8)
  } else {
    bytes += littleEndian(UInt64(bitPattern: entity.integer ?? 0))
  }
  bytes.append(0xFF)
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
  hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
  hash ^= hash >> 31
  return Double(hash >> 11) * 0x1p-53
}
