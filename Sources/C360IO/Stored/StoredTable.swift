import C360Columns
import C360Diagnostics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that a stored table was made of, as it was then.
public struct SourceStamp: Sendable, Hashable {
  public let path: String
  public let byteCount: Int
  /// Nanoseconds since 1970: of the content, and of the file's entry.
  public let modified: Int64
  public let changed: Int64
  public let inode: UInt64
  /// SHA-256 of the content in hexadecimal; empty while nobody has computed it.
  public var sha256: String

  /// The file as it is now, without its hash; nil when it cannot be looked at, and for what is no
  /// file with a content of its own: a pipe or a device.
  public init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(path: path, status)
  }

  /// The file that is open, which `path` need not lead to any more.
  public init?(path: String, descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(path: path, status)
  }

  private init?(path: String, _ status: stat) {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.path = path
    byteCount = Int(status.st_size)
    #if canImport(Glibc)
      modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
      changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    #else
      modified =
        Int64(status.st_mtimespec.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtimespec.tv_nsec)
      changed =
        Int64(status.st_ctimespec.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctimespec.tv_nsec)
    #endif
    inode = UInt64(status.st_ino)
    sha256 = ""
  }

  init(
    path: String, byteCount: Int, modified: Int64, changed: Int64, inode: UInt64, sha256: String
  ) {
    self.path = path
    self.byteCount = byteCount
    self.modified = modified
    self.changed = changed
    self.inode = inode
    self.sha256 = sha256
  }

  /// Whether nothing has touched the file in between, as far as the system tells.
  public func isUntouched(since earlier: SourceStamp) -> Bool {
    path == earlier.path && byteCount == earlier.byteCount && modified == earlier.modified
      && changed == earlier.changed && inode == earlier.inode
  }
}

/// A table kept as raw columns in canonical order, mapped into memory: nothing is parsed, decoded
/// or sorted again, and columns that nobody reads are never touched.
///
/// The bytes are those of this machine and this version; any other file is not one, and the table
/// is then read from its sources. Texts lie in a dictionary of their own and become codes of the
/// run's pool when a column is asked for.
public struct StoredTable: Sendable {
  /// What the table was read by: contract, order and version, in words.
  public let identity: String
  public let sources: [SourceStamp]
  public let rowCount: Int
  private let columns: [StoredHeader.Column]
  private let rows: StoredHeader.Section
  /// Offset of a section → its checksum.
  private let sums: [Int: UInt64]
  private let file: MappedFile

  /// - Returns: nil when there is no such file, or when it is not a whole stored table.
  public init?(path: String) {
    guard let file = MappedFile(path: path),
      let header = StoredHeader(file.bytes), header.isWithin(file.bytes.count)
    else { return nil }
    self.file = file
    identity = header.identity
    sources = header.sources
    rowCount = header.rowCount
    columns = header.columns
    rows = header.rows
    let stored = file.elements(header.sums, of: UInt64.self)
    sums = Dictionary(
      zip(
        header.sections.map(\.offset),
        UnsafeBufferPointer(start: stored, count: header.sections.count)),
      uniquingKeysWith: { $1 })
  }

  /// Whether some columns, and the places of the rows, are as they were written.
  private func areWhole(_ columns: [StoredHeader.Column], threads: Int) -> Bool {
    let sections = [rows] + columns.flatMap(\.sections)
    let failures = FirstFailure()
    parallelLoop(sections.count, threads: threads) { index in
      let section = sections[index]
      let bytes = UnsafeRawBufferPointer(
        start: file.elements(section, of: UInt8.self),
        count: StoredHeader.aligned(section.byteCount))
      if section.byteCount > 0, SectionSums.sum(of: bytes) != sums[section.offset] {
        failures.record(
          ReadFailure(.damaged("a section that is not as it was written")), task: index)
      }
    }
    return failures.failure == nil
  }

  /// Bytes of the file.
  public var byteCount: Int { file.bytes.count }

  /// The place in the sources, from 0, that a row had.
  public func place(ofRow row: Int) -> Int {
    Int(file.elements(rows, of: Int32.self)[row])
  }

  /// Columns by their contract; nil when the file holds something else, or no longer what was written.
  public func batch(_ contract: [ColumnContract], pool: TextPool, threads: Int) -> Batch? {
    let found = contract.compactMap { wanted in
      columns.first { $0.name == wanted.name && $0.type == wanted.type.physical }
    }
    guard found.count == contract.count, areWhole(found, threads: threads) else { return nil }
    var result: [Batch.Column] = []
    for (wanted, column) in zip(contract, found) {
      guard let vector = vector(column, pool: pool, threads: threads)
      else { return nil }
      result.append(
        Batch.Column(
          name: wanted.name, type: wanted.type, vector: vector, lostDigits: column.lostDigits))
    }
    return Batch(columns: result, rowCount: rowCount)
  }

  private func vector(
    _ column: StoredHeader.Column, pool: TextPool, threads: Int
  ) -> Vector? {
    var values = file.buffer(column.values)
    if column.type == .text {
      guard let coded = texts(column, pool: pool, threads: threads) else { return nil }
      values = coded
    }
    return Vector(
      type: column.type, count: rowCount, values: values,
      validity: column.validity.map { file.buffer($0) })
  }

  /// Own codes → codes of the pool; nil when they lead nowhere.
  private func texts(
    _ column: StoredHeader.Column, pool: TextPool, threads: Int
  ) -> Buffer? {
    guard let dictionary = column.dictionary else { return nil }
    let ends = file.elements(dictionary.ends, of: UInt64.self)
    let bytes = file.elements(dictionary.bytes, of: UInt8.self)
    var codes: [Int32] = []
    codes.reserveCapacity(dictionary.count)
    var start = 0
    for index in 0..<dictionary.count {
      guard let end = Int(exactly: ends[index]), end >= start,
        end <= dictionary.bytes.byteCount
      else { return nil }
      codes.append(pool.intern(UnsafeBufferPointer(start: bytes + start, count: end - start)))
      start = end
    }
    let result = Buffer(byteCount: rowCount * 4)
    let block = 1 << 18
    let failures = FirstFailure()
    let table = codes
    parallelLoop((rowCount + block - 1) / block, threads: threads) { index in
      let own = file.elements(column.values, of: Int32.self)
      let target = result.elements(Int32.self)
      let range = index * block..<min(rowCount, (index + 1) * block)
      table.withUnsafeBufferPointer { table in
        for row in range {
          let code = own[row]
          guard code >= 0, Int(code) < table.count else {
            failures.record(ReadFailure(.damaged("a code beyond its dictionary")), task: index)
            return
          }
          target[row] = table[Int(code)]
        }
      }
    }
    return failures.failure == nil ? result : nil
  }
}

/// A file in memory, read only; unmapped when nobody holds a part of it.
final class MappedFile: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  init?(path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size > 0,
      let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, descriptor, 0),
      start != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: start, count: Int(status.st_size))
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

  /// A section that `StoredHeader.isWithin` has looked at.
  func elements<T: BitwiseCopyable>(
    _ section: StoredHeader.Section, of _: T.Type
  ) -> UnsafePointer<T> {
    (bytes.baseAddress.unsafelyUnwrapped + section.offset).assumingMemoryBound(to: T.self)
  }

  func buffer(_ section: StoredHeader.Section) -> Buffer {
    Buffer(
      foreign: UnsafeMutableRawPointer(
        mutating: bytes.baseAddress.unsafelyUnwrapped + section.offset),
      byteCount: section.byteCount, release: { withExtendedLifetime(self) {} })
  }
}
