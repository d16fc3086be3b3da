import CArrowABI

/// Exports columns as an Arrow struct schema; the caller owns and releases it.
public func exportArrowSchema(
  _ columns: [(name: String, type: LogicalType)], into schema: UnsafeMutablePointer<ArrowSchema>
) {
  let children = UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>.allocate(
    capacity: max(columns.count, 1))
  for (index, column) in columns.enumerated() {
    let child = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
    child.initialize(to: ArrowSchema())
    fill(child, format: column.type.arrowFormat, name: column.name)
    addElement(of: column.type, to: child)
    children[index] = child
  }
  schema.initialize(to: ArrowSchema())
  fill(schema, format: "+s", name: "")
  schema.pointee.flags = 0
  schema.pointee.n_children = Int64(columns.count)
  schema.pointee.children = children
}

private func addElement(of type: LogicalType, to schema: UnsafeMutablePointer<ArrowSchema>) {
  let element: LogicalType
  switch type {
  case .vector: element = .float
  case .list(let inner): element = inner
  default: return
  }
  let child = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
  child.initialize(to: ArrowSchema())
  fill(child, format: element.arrowFormat, name: "item")
  schema.pointee.n_children = 1
  schema.pointee.children = .allocate(capacity: 1)
  schema.pointee.children[0] = child
}

/// Exports a batch as an Arrow struct array; the caller owns and releases it. Numbers share memory
/// with the batch; texts, bools and dates are written anew, texts as UTF-8.
///
/// - Throws: `ColumnError` for a date or a volume of text that Arrow cannot hold.
public func exportArrow(
  _ batch: Batch, pool: TextPool, into array: UnsafeMutablePointer<ArrowArray>
) throws(ColumnError) {
  let exported = ExportedBatch()
  for column in batch.columns {
    exported.children.append(try ArrayExport.make(column.vector, column.type, pool))
  }
  array.initialize(to: ArrowArray())
  array.pointee.length = Int64(batch.rowCount)
  array.pointee.null_count = 0
  ArrayExport.own(array, buffers: [nil], keeping: [])
  let pointers = UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>.allocate(
    capacity: max(exported.children.count, 1))
  for (index, child) in exported.children.enumerated() { pointers[index] = child }
  exported.handOver()
  array.pointee.n_children = Int64(batch.columns.count)
  array.pointee.children = pointers
}

extension LogicalType {
  /// The format string of the Arrow type that holds such a column.
  var arrowFormat: String {
    switch self {
    case .bool: "b"
    case .int: "l"
    case .float, .money: "g"
    case .text: "u"
    case .time: "tsu:UTC"
    case .date: "tdD"
    case .duration: "tDu"
    case .vector(let width): "+w:\(width)"
    case .list: "+l"
    }
  }
}

/// The children of a struct array until it has taken them over.
private final class ExportedBatch {
  var children: [UnsafeMutablePointer<ArrowArray>] = []

  func handOver() { children = [] }

  deinit { for child in children { releaseArray(child) } }
}

private func releaseArray(_ child: UnsafeMutablePointer<ArrowArray>) {
  if let release = child.pointee.release { release(child) }
  child.deallocate()
}

// MARK: Schemas

private func copyText(_ text: String) -> UnsafePointer<CChar> {
  let bytes = text.utf8CString
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  for (index, byte) in bytes.enumerated() { copy[index] = byte }
  return UnsafePointer(copy)
}

private func fill(_ schema: UnsafeMutablePointer<ArrowSchema>, format: String, name: String) {
  schema.pointee.format = copyText(format)
  schema.pointee.name = copyText(name)
  schema.pointee.flags = Int64(ARROW_FLAG_NULLABLE)
  schema.pointee.release = { schema in
    guard let schema else { return }
    schema.pointee.format.deallocate()
    schema.pointee.name.deallocate()
    if let children = schema.pointee.children {
      for index in 0..<Int(schema.pointee.n_children) {
        guard let child = children[index] else { continue }
        if let release = child.pointee.release { release(child) }
        child.deallocate()
      }
      children.deallocate()
    }
    schema.pointee.release = nil
  }
}

// MARK: Arrays

private enum ArrayExport {
  /// Keeps what the buffers of one array point into.
  final class Keeper {
    let kept: [AnyObject]
    let buffers: UnsafeMutablePointer<UnsafeRawPointer?>

    init(_ kept: [AnyObject], _ pointers: [UnsafeRawPointer?]) {
      self.kept = kept
      buffers = .allocate(capacity: pointers.count)
      buffers.initialize(from: pointers, count: pointers.count)
    }

    deinit { buffers.deallocate() }
  }

  static func own(
    _ array: UnsafeMutablePointer<ArrowArray>, buffers: [UnsafeRawPointer?],
    keeping kept: [AnyObject]
  ) {
    let keeper = Keeper(kept, buffers)
    array.pointee.n_buffers = Int64(buffers.count)
    array.pointee.buffers = keeper.buffers
    array.pointee.private_data = Unmanaged.passRetained(keeper).toOpaque()
    array.pointee.release = { array in
      guard let array else { return }
      if let children = array.pointee.children {
        for index in 0..<Int(array.pointee.n_children) {
          if let child = children[index] { releaseArray(child) }
        }
        children.deallocate()
      }
      if let owner = array.pointee.private_data { Unmanaged<Keeper>.fromOpaque(owner).release() }
      array.pointee.release = nil
    }
  }

  static func make(
    _ vector: Vector, _ type: LogicalType, _ pool: TextPool
  ) throws(ColumnError) -> UnsafeMutablePointer<ArrowArray> {
    let (bitmap, nullCount) = packed(vector)
    var buffers: [UnsafeRawPointer?] = [bitmap.map { UnsafeRawPointer($0.pointer) }]
    var kept: [AnyObject] = []
    var children: [UnsafeMutablePointer<ArrowArray>] = []
    switch type {
    case .int, .time, .duration:
      buffers.append(vector.int64s)
      kept = [vector.values]
    case .float, .money:
      buffers.append(vector.float64s)
      kept = [vector.values]
    case .bool:
      let bits = pack(vector.bools, vector.count)
      buffers.append(bits.pointer)
      kept = [bits]
    case .date:
      let days = try narrowed(vector)
      buffers.append(days.pointer)
      kept = [days]
    case .text:
      let (offsets, bytes) = try texts(vector, pool)
      buffers.append(offsets.pointer)
      buffers.append(bytes.pointer)
      kept = [offsets, bytes]
    case .vector(let width):
      let count = vector.count * width
      let owner = vector.values
      let elements = Buffer(
        foreign: UnsafeMutableRawPointer(vector.float64s), byteCount: count * 8,
        release: { withExtendedLifetime(owner) {} })
      children = [
        try make(Vector(type: .float64, count: count, values: elements), .float, pool)
      ]
    case .list(let element):
      let (offsets, elements) = try lists(vector, element, pool)
      buffers.append(offsets.pointer)
      kept = [offsets]
      children = [try make(elements, element, pool)]
    }
    let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
    array.initialize(to: ArrowArray())
    array.pointee.length = Int64(vector.count)
    array.pointee.null_count = Int64(nullCount)
    if let bitmap { kept.append(bitmap) }
    own(array, buffers: buffers, keeping: kept)
    if !children.isEmpty {
      array.pointee.n_children = Int64(children.count)
      array.pointee.children = .allocate(capacity: children.count)
      for (index, child) in children.enumerated() { array.pointee.children[index] = child }
    }
    return array
  }

  /// Where each list ends, and the elements of all lists as one column.
  private static func lists(
    _ vector: Vector, _ element: LogicalType, _ pool: TextPool
  ) throws(ColumnError) -> (Buffer, Vector) {
    let offsets = Buffer(byteCount: (vector.count + 1) * 4)
    let ends = offsets.elements(Int32.self)
    let lists = pool.lists
    var total = 0
    ends[0] = 0
    for row in 0..<vector.count {
      if !vector.isNull(row) { total += lists.count(of: vector.codes[row]) }
      guard total <= Int(Int32.max) else {
        throw ColumnError(row: row, problem: .outOfRange("more than 2³¹ elements at once"))
      }
      ends[row + 1] = Int32(total)
    }
    let type = element.physical
    let values = Buffer(byteCount: total * type.stride)
    for row in 0..<vector.count {
      for place in Int(ends[row])..<Int(ends[row + 1]) {
        let word = lists.word(vector.codes[row], place - Int(ends[row]))
        switch type {
        case .bool: values.elements(UInt8.self)[place] = UInt8(truncatingIfNeeded: word)
        case .text: values.elements(UInt32.self)[place] = UInt32(truncatingIfNeeded: word)
        default: values.elements(UInt64.self)[place] = word
        }
      }
    }
    return (offsets, Vector(type: type, count: total, values: values))
  }

  private static func packed(_ vector: Vector) -> (Buffer?, Int) {
    guard let valid = vector.valid else { return (nil, 0) }
    var nulls = 0
    for row in 0..<vector.count { nulls += Int(1 - valid[row]) }
    return nulls == 0 ? (nil, 0) : (pack(valid, vector.count), nulls)
  }

  /// Bytes of 0 and 1 as bits.
  private static func pack(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Buffer {
    let bits = Buffer(byteCount: (count + 7) / 8)
    let target = bits.elements(UInt8.self)
    let raw = UnsafeRawPointer(bytes)
    var row = 0
    while row + 8 <= count {
      // The multiplication gathers the low bits of eight bytes in the highest one.
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: row, as: UInt64.self))
      let gathered = (word & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080
      target[row >> 3] = UInt8(truncatingIfNeeded: gathered >> 56)
      row += 8
    }
    if row < count {
      var last: UInt8 = 0
      for bit in row..<count { last |= (bytes[bit] & 1) << UInt8(bit - row) }
      target[row >> 3] = last
    }
    return bits
  }

  private static func narrowed(_ vector: Vector) throws(ColumnError) -> Buffer {
    let days = Buffer(byteCount: vector.count * 4)
    let target = days.elements(Int32.self)
    for row in 0..<vector.count {
      guard let day = Int32(exactly: vector.int64s[row]) else {
        throw ColumnError(
          row: row, problem: .outOfRange("day \(vector.int64s[row]) since 1970"))
      }
      target[row] = day
    }
    return days
  }

  private static func texts(
    _ vector: Vector, _ pool: TextPool
  ) throws(ColumnError) -> (Buffer, Buffer) {
    let offsets = Buffer(byteCount: (vector.count + 1) * 4)
    let ends = offsets.elements(Int32.self)
    var size = 0
    ends[0] = 0
    for row in 0..<vector.count {
      if !vector.isNull(row) { size += pool.bytes(of: vector.codes[row]).count }
      guard size <= Int(Int32.max) else {
        throw ColumnError(row: row, problem: .outOfRange("more than 2 GB of text at once"))
      }
      ends[row + 1] = Int32(size)
    }
    let bytes = Buffer(byteCount: size)
    for row in 0..<vector.count where ends[row + 1] > ends[row] {
      let text = pool.bytes(of: vector.codes[row])
      guard let start = text.baseAddress else { continue }
      (bytes.pointer + Int(ends[row])).copyMemory(from: start, byteCount: text.count)
    }
    return (offsets, bytes)
  }
}
