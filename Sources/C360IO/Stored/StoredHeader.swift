import C360Columns

/// What stands at the start of a stored table: what it is, and where its columns lie.
///
///     magic (8 bytes) · size of the header (8) · header · sections, each at a multiple of 64 · a checksum
///     of each section (8 each)
///
/// Numbers are in the byte order of the machine; the magic number tells another machine's file.
struct StoredHeader {
  /// A run of bytes of the file.
  struct Section {
    var offset: Int
    var byteCount: Int
  }
  struct Dictionary {
    var count: Int
    /// The end of each text in `bytes`, 8 bytes each.
    var ends: Section
    var bytes: Section
  }
  struct Column {
    var name: String
    var type: PhysicalType
    var values: Section
    var validity: Section?
    /// Of texts: what their codes mean.
    var dictionary: Dictionary?
    /// When it was read from its files.
    var lostDigits: LostDigits?

    /// In the order of the file.
    var sections: [Section] {
      [values, validity, dictionary?.ends, dictionary?.bytes].compactMap { $0 }
    }
  }
  var identity: String
  var sources: [SourceStamp]
  var rowCount: Int
  /// Int32 a row: its place in the sources.
  var rows: Section
  var columns: [Column]

  /// Changes whenever the layout or the meaning of values does.
  static let magic: UInt64 = 0x3330_6C62_7430_3663
  static let alignment = 64

  /// In the order of the file.
  var sections: [Section] {
    [rows] + columns.flatMap(\.sections)
  }

  /// Where the checksums stand.
  var sums: Section {
    let end = sections.map { $0.offset + Self.aligned($0.byteCount) }.max() ?? 0
    return Section(offset: end, byteCount: sections.count * 8)
  }

  /// Whether all sections lie within a file of this size and hold what they say.
  func isWithin(_ byteCount: Int) -> Bool {
    func fits(_ section: Section, _ size: Int?) -> Bool {
      section.offset >= 0 && section.byteCount >= 0 && section.offset % Self.alignment == 0
        && section.offset <= byteCount && section.byteCount <= byteCount - section.offset
        && (size.map { section.byteCount == $0 } ?? true)
    }
    guard rowCount >= 0, rowCount < Int(Int32.max), fits(rows, rowCount * 4) else { return false }
    let areColumnsWithin = columns.allSatisfy { column in
      fits(column.values, rowCount * column.type.stride)
        && (column.validity.map { fits($0, rowCount) } ?? true)
        && (column.dictionary.map {
          $0.count >= 0 && $0.count <= byteCount && fits($0.ends, $0.count * 8)
            && fits($0.bytes, nil)
        } ?? true)
    }
    return areColumnsWithin && fits(sums, nil)
  }
}

// MARK: Bytes

extension StoredHeader {
  /// nil when these are not the bytes of one.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var reader = HeaderReader(bytes: bytes)
    guard reader.number() == Self.magic, let size = reader.count(),
      size >= 0, size <= bytes.count - 16
    else { return nil }
    reader.bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(16 + size)])
    guard let identity = reader.text(), let sourceCount = reader.count() else { return nil }
    self.identity = identity
    sources = []
    for _ in 0..<sourceCount {
      guard let source = reader.source() else { return nil }
      sources.append(source)
    }
    guard let rowCount = reader.count(), let rows = reader.section(),
      let columnCount = reader.count()
    else { return nil }
    self.rowCount = rowCount
    self.rows = rows
    columns = []
    for _ in 0..<columnCount {
      guard let column = reader.column() else { return nil }
      columns.append(column)
    }
  }

  /// Magic, size and header, filled up to where the first section may begin.
  var bytes: [UInt8] {
    var writer = HeaderWriter()
    writer.text(identity)
    writer.number(sources.count)
    for source in sources {
      writer.text(source.path)
      writer.number(source.byteCount)
      writer.number(Int(source.modified))
      writer.number(Int(source.changed))
      writer.number(Int(bitPattern: UInt(source.inode)))
      writer.text(source.sha256)
    }
    writer.number(rowCount)
    writer.section(rows)
    writer.number(columns.count)
    for column in columns {
      writer.text(column.name)
      writer.number(column.type.storedCode)
      writer.section(column.values)
      writer.number(column.validity == nil ? 0 : 1)
      if let validity = column.validity { writer.section(validity) }
      writer.number(column.dictionary == nil ? 0 : 1)
      if let dictionary = column.dictionary {
        writer.number(dictionary.count)
        writer.section(dictionary.ends)
        writer.section(dictionary.bytes)
      }
      writer.number(column.lostDigits == nil ? 0 : 1)
      if let lost = column.lostDigits { writer.lostDigits(lost) }
    }
    var start = HeaderWriter()
    start.number(Int(bitPattern: UInt(Self.magic)))
    start.number(writer.bytes.count)
    return Self.filled(start.bytes + writer.bytes)
  }

  static func filled(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: aligned(bytes.count) - bytes.count)
  }

  static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
}

private struct HeaderWriter {
  var bytes: [UInt8] = []

  mutating func number(_ value: Int) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func text(_ text: String) {
    number(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func lostDigits(_ lost: LostDigits) {
    number(lost.count)
    number(lost.row)
    text(lost.number)
    text(lost.path ?? "")
  }

  mutating func section(_ section: StoredHeader.Section) {
    number(section.offset)
    number(section.byteCount)
  }
}

/// Every read says whether there was something to read.
private struct HeaderReader {
  var bytes: UnsafeRawBufferPointer
  private var place = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func number() -> UInt64? {
    guard bytes.count - place >= 8 else { return nil }
    defer { place += 8 }
    return bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
  }

  mutating func integer() -> Int? { number().map { Int(bitPattern: UInt($0)) } }

  /// Of things that take bytes of the file, so that there cannot be more than those.
  mutating func count() -> Int? { integer().flatMap { $0 >= 0 && $0 < 1 << 48 ? $0 : nil } }

  mutating func text() -> String? {
    guard let count = count(), count <= bytes.count - place else { return nil }
    defer { place += count }
    return String(decoding: bytes[place..<(place + count)], as: UTF8.self)
  }

  mutating func section() -> StoredHeader.Section? {
    guard let offset = count(), let byteCount = count() else { return nil }
    return StoredHeader.Section(offset: offset, byteCount: byteCount)
  }

  mutating func source() -> SourceStamp? {
    guard let path = text(), let byteCount = integer(), let modified = integer(),
      let changed = integer(), let inode = number(), let sha256 = text()
    else { return nil }
    return SourceStamp(
      path: path, byteCount: byteCount, modified: Int64(modified), changed: Int64(changed),
      inode: inode, sha256: sha256)
  }

  mutating func column() -> StoredHeader.Column? {
    guard let name = text(), let type = integer().flatMap({ PhysicalType(storedCode: $0) }),
      let values = section(),
      let hasValidity = number()
    else { return nil }
    var column = StoredHeader.Column(name: name, type: type, values: values)
    if hasValidity == 1 {
      guard let validity = section() else { return nil }
      column.validity = validity
    }
    guard let hasDictionary = number() else { return nil }
    if hasDictionary == 1 {
      guard let count = count(), let ends = section(), let bytes = section() else { return nil }
      column.dictionary = StoredHeader.Dictionary(count: count, ends: ends, bytes: bytes)
    }
    guard let hasLost = number() else { return nil }
    if hasLost == 1 {
      guard let numbers = count(), let row = count(), let first = text(), let path = text() else {
        return nil
      }
      column.lostDigits = LostDigits(count: numbers, row: row, number: first, path: path)
    }
    return column
  }
}

extension PhysicalType {
  /// Lists are not stored: their elements are codes of a run.
  fileprivate var storedCode: Int {
    switch self {
    case .bool: 0
    case .int64: 1
    case .float64: 2
    case .text: 3
    case .vector(let width): 4 + width << 8
    case .list: -1
    }
  }

  fileprivate init?(storedCode: Int) {
    switch storedCode {
    case 0: self = .bool
    case 1: self = .int64
    case 2: self = .float64
    case 3: self = .text
    default:
      guard storedCode & 0xFF == 4, 1...65536 ~= storedCode >> 8 else { return nil }
      self = .vector(storedCode >> 8)
    }
  }
}
