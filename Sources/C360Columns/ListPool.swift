/// Every list of a run, once: code ↔ elements as 64-bit words (`ListElement` says what they are).
/// Columns of lists hold codes, so that rows are moved, chosen and compared without a look at the
/// elements. Code 0 is the empty list.
///
/// Safe to use from several threads. Lists never move and are never removed.
public final class ListPool: Sendable {
  /// The words as bytes; nil in the pool of the lists themselves, which holds no lists of its own.
  private let entries: TextPool?

  init(_ entries: TextPool?) { self.entries = entries }

  /// The code of a list, a new one when it is seen for the first time.
  public func intern(_ words: UnsafeBufferPointer<UInt64>) -> Int32 {
    guard let entries, !words.isEmpty else { return 0 }
    return UnsafeRawBufferPointer(words).withMemoryRebound(to: UInt8.self) { entries.intern($0) }
  }

  public func intern(_ words: [UInt64]) -> Int32 { words.withUnsafeBufferPointer { intern($0) } }

  /// The code of a list of scalars; nulls have no place in it and count as 0.
  public func intern(_ elements: [Scalar], texts: TextPool) -> Int32 {
    intern(elements.map { $0.word(texts) })
  }

  /// The number of elements.
  public func count(of code: Int32) -> Int { bytes(of: code).count / 8 }

  /// An element by its place, from 0. The place must be within the list.
  @inline(__always)
  public func word(_ code: Int32, _ place: Int) -> UInt64 {
    UnsafeRawBufferPointer(bytes(of: code)).loadUnaligned(
      fromByteOffset: place * 8, as: UInt64.self)
  }

  /// The elements in order.
  public func words(of code: Int32) -> [UInt64] { (0..<count(of: code)).map { word(code, $0) } }

  private func bytes(of code: Int32) -> UnsafeBufferPointer<UInt8> {
    entries?.bytes(of: code) ?? UnsafeBufferPointer(start: nil, count: 0)
  }
}

extension Scalar {
  /// The value as an element of a list.
  func word(_ texts: TextPool) -> UInt64 {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .int(let value): UInt64(bitPattern: value)
    case .float(let value): value.bitPattern
    case .text(let value): UInt64(UInt32(bitPattern: texts.intern(value)))
    case .null, .vector, .list: 0
    }
  }
}

extension ListElement {
  /// An element as a value.
  public func scalar(_ word: UInt64, texts: TextPool) -> Scalar {
    switch self {
    case .bool: .bool(word != 0)
    case .int64: .int(Int64(bitPattern: word))
    case .float64: .float(Double(bitPattern: word))
    case .text: .text(texts.text(Int32(truncatingIfNeeded: word)))
    }
  }
}

extension Vector {
  /// A value by itself; texts are those of the pool of the run.
  public func scalar(_ row: Int, texts: TextPool) -> Scalar {
    if isNull(row) { return .null }
    switch type {
    case .bool: return .bool(bools[row] != 0)
    case .int64: return .int(int64s[row])
    case .float64: return .float(float64s[row])
    case .text: return .text(texts.text(codes[row]))
    case .vector(let width): return .vector((0..<width).map { float64s[row * width + $0] })
    case .list(let element):
      return .list(texts.lists.words(of: codes[row]).map { element.scalar($0, texts: texts) })
    }
  }
}
