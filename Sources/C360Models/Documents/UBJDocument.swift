/// Reads Universal Binary JSON (draft 12) with typed and counted containers, as xgboost writes it:
/// big-endian, and bounded by the bytes that are there.
struct UBJDocument {
  private let bytes: [UInt8]
  private var position = 0

  static func parse(_ bytes: [UInt8]) throws(ModelProblem) -> Document {
    var parser = UBJDocument(bytes: bytes)
    let value = try parser.value(of: try parser.marker(), depth: 0)
    guard parser.position == bytes.count else { throw parser.problem("something follows the end") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func problem(_ message: String) -> ModelProblem {
    ModelProblem("it is no UBJ: \(message)", at: "byte \(position + 1)")
  }

  private mutating func byte() throws(ModelProblem) -> UInt8 {
    guard position < bytes.count else { throw problem("it ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// The next marker; `N` says nothing.
  private mutating func marker() throws(ModelProblem) -> UInt8 {
    while true {
      let byte = try byte()
      if byte != UInt8(ascii: "N") { return byte }
    }
  }

  private mutating func bits(_ count: Int) throws(ModelProblem) -> UInt64 {
    guard bytes.count - position >= count else { throw problem("it ends too early") }
    var value: UInt64 = 0
    for place in position..<position + count { value = value << 8 | UInt64(bytes[place]) }
    position += count
    return value
  }

  /// Bytes of a number by its marker; nil for other markers.
  private static func width(_ marker: UInt8) -> Int? {
    switch marker {
    case UInt8(ascii: "i"), UInt8(ascii: "U"): 1
    case UInt8(ascii: "I"): 2
    case UInt8(ascii: "l"), UInt8(ascii: "d"): 4
    case UInt8(ascii: "L"), UInt8(ascii: "D"): 8
    default: nil
    }
  }

  private mutating func number(_ marker: UInt8, _ width: Int) throws(ModelProblem) -> Double {
    let bits = try bits(width)
    switch marker {
    case UInt8(ascii: "i"): return Double(Int8(truncatingIfNeeded: bits))
    case UInt8(ascii: "U"): return Double(bits)
    case UInt8(ascii: "I"): return Double(Int16(truncatingIfNeeded: bits))
    case UInt8(ascii: "l"): return Double(Int32(truncatingIfNeeded: bits))
    case UInt8(ascii: "L"): return Double(Int64(truncatingIfNeeded: bits))
    case UInt8(ascii: "d"): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    default: return Double(bitPattern: bits)
    }
  }

  /// A count: no more elements than bytes are left.
  private mutating func count() throws(ModelProblem) -> Int {
    let marker = try byte()
    guard let width = Self.width(marker), marker != UInt8(ascii: "d"), marker != UInt8(ascii: "D")
    else { throw problem("a length is needed") }
    let number = try number(marker, width)
    guard number >= 0, let count = Int(exactly: number), count <= bytes.count - position else {
      throw problem("a length is more than there is")
    }
    return count
  }

  private mutating func text() throws(ModelProblem) -> String {
    let count = try count()
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }

  private mutating func value(of marker: UInt8, depth: Int) throws(ModelProblem) -> Document {
    guard depth < Limits.documentDepth else { throw problem("it nests too deeply") }
    if let width = Self.width(marker) { return .number(try number(marker, width)) }
    switch marker {
    case UInt8(ascii: "Z"): return .null
    case UInt8(ascii: "T"): return .bool(true)
    case UInt8(ascii: "F"): return .bool(false)
    case UInt8(ascii: "C"): return .text(String(Character(Unicode.Scalar(try byte()))))
    case UInt8(ascii: "S"), UInt8(ascii: "H"): return .text(try text())
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "{"): return try object(depth)
    default: throw problem("an unknown marker")
    }
  }

  /// `$` type and `#` count of a container.
  private mutating func header() throws(ModelProblem) -> (type: UInt8?, count: Int?) {
    var type: UInt8?
    guard position < bytes.count else { throw problem("it ends too early") }
    if bytes[position] == UInt8(ascii: "$") {
      position += 1
      type = try byte()
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: "#") {
      position += 1
      return (type, try count())
    }
    guard type == nil else { throw problem("a type without a length") }
    return (nil, nil)
  }

  private mutating func list(_ depth: Int) throws(ModelProblem) -> Document {
    let (type, count) = try header()
    var numbers: [Double] = []
    if let type, let count, let width = Self.width(type) {
      guard count <= (bytes.count - position) / width else {
        throw problem("a length is more than there is")
      }
      numbers.reserveCapacity(count)
      for _ in 0..<count { numbers.append(try number(type, width)) }
      return .numbers(numbers)
    }
    // Elements of no bytes would be as many as a file likes to say.
    if let type, [UInt8(ascii: "Z"), UInt8(ascii: "T"), UInt8(ascii: "F")].contains(type) {
      throw problem("a list of a type without bytes")
    }
    var mixed: [Document]?
    var read = 0
    while read != count {
      var marker = type
      if marker == nil { marker = try self.marker() }
      guard let marker else { break }
      if count == nil, marker == UInt8(ascii: "]") { break }
      let element = try value(of: marker, depth: depth + 1)
      if mixed == nil, case .number(let number) = element {
        numbers.append(number)
      } else {
        if mixed == nil { mixed = numbers.map { .number($0) } }
        mixed?.append(element)
      }
      read += 1
    }
    return mixed.map { .list($0) } ?? .numbers(numbers)
  }

  private mutating func object(_ depth: Int) throws(ModelProblem) -> Document {
    let (type, count) = try header()
    var members: [String: Document] = [:]
    var read = 0
    while read != count {
      if count == nil, position < bytes.count, bytes[position] == UInt8(ascii: "}") {
        position += 1
        break
      }
      let key = try text()
      var marker = type
      if marker == nil { marker = try self.marker() }
      guard let marker else { break }
      let value = try value(of: marker, depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else {
        throw problem("the key `\(key)` stands twice in one object")
      }
      read += 1
    }
    return .object(members)
  }
}
