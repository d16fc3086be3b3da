import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Code → where its bytes lie. Entries never move, so that readers need no lock: whoever holds a
/// code got it from a thread that wrote the entry before.
///
/// An entry points at a `UInt32` length followed by the bytes.
@usableFromInline
struct TextDirectory: ~Copyable, @unchecked Sendable {
  @usableFromInline typealias Entry = UnsafeRawPointer
  @usableFromInline static var pageBits: Int { 16 }
  static var pageCount: Int { 1 << (31 - pageBits) }

  @usableFromInline let pages: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>

  init() {
    pages = .allocate(capacity: Self.pageCount)
    for index in 0..<Self.pageCount { (pages + index).initialize(to: Atomic(nil)) }
  }

  deinit {
    for index in 0..<Self.pageCount {
      guard let page = pages[index].load(ordering: .relaxed) else { break }
      page.deallocate()
    }
    pages.deallocate()
  }

  @inlinable
  subscript(code: Int32) -> Entry {
    let page = pages[Int(code) >> Self.pageBits].load(ordering: .acquiring)
    return page.unsafelyUnwrapped.load(
      fromByteOffset: (Int(code) & (1 << Self.pageBits - 1)) * 8, as: Entry.self)
  }

  func set(_ code: Int32, _ entry: Entry) {
    let slot = Int(code) >> Self.pageBits
    var page = pages[slot].load(ordering: .acquiring)
    if page == nil {
      let fresh = UnsafeMutableRawPointer.allocate(byteCount: 8 << Self.pageBits, alignment: 64)
      let (won, present) = pages[slot].compareExchange(
        expected: nil, desired: fresh, ordering: .acquiringAndReleasing)
      if won {
        page = fresh
      } else {
        fresh.deallocate()
        page = present
      }
    }
    page.unsafelyUnwrapped.storeBytes(
      of: entry, toByteOffset: (Int(code) & (1 << Self.pageBits - 1)) * 8, as: Entry.self)
  }
}
