import C360Columns
import CArrowABI

/// A top-level column of an Arrow schema.
public struct ArrowField: Sendable, Hashable {
  public let name: String
  public let type: ArrowType
  public let isNullable: Bool
}

extension ArrowSchema {
  /// The children of a struct schema.
  var fields: [ArrowField] {
    (0..<Int(n_children)).compactMap { index in
      guard let child = children?[index]?.pointee else { return nil }
      return ArrowField(
        name: child.name.map { String(cString: $0) } ?? "", type: ArrowType(child),
        isNullable: child.flags & Int64(ARROW_FLAG_NULLABLE) != 0)
    }
  }

  /// Frees what the schema owns; nothing when that has been done.
  mutating func releaseNow() {
    if let release { release(&self) }
  }
}

extension ArrowArray {
  mutating func releaseNow() {
    if let release { release(&self) }
  }
}

extension ArrowArrayStream {
  mutating func releaseNow() {
    if let release { release(&self) }
  }
}
