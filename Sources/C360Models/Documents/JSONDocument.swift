/// Reads JSON as RFC 8259 has it, with `NaN`, `Infinity` and `-Infinity`, which xgboost writes.
package struct JSONDocument {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  package static func parse(_ bytes: [UInt8]) throws(ModelProblem) -> Document {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<Document, ModelProblem> in
      var parser = JSONDocument(bytes: buffer)
      do throws(ModelProblem) {
        return .success(try parser.whole())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private func problem(_ message: String) -> ModelProblem {
    ModelProblem("it is no JSON: \(message)", at: "byte \(position + 1)")
  }

  private mutating func whole() throws(ModelProblem) -> Document {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw problem("something follows the end") }
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// Steps over a byte if it stands next.
  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for place in 0..<count where bytes[position + place] != word.utf8Start[place] { return false }
    position += count
    return true
  }

  private mutating func value(depth: Int) throws(ModelProblem) -> Document {
    guard depth < Limits.documentDepth else { throw problem("it nests too deeply") }
    skipSpace()
    guard position < bytes.count else { throw problem("it ends too early") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    default: return .number(try number())
    }
  }

  private mutating func object(_ depth: Int) throws(ModelProblem) -> Document {
    position += 1
    var members: [String: Document] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw problem("a key is needed")
      }
      let key = try text()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw problem("a `:` is needed") }
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else {
        throw problem("the key `\(key)` stands twice in one object")
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw problem("a `,` or `}` is needed") }
    }
  }

  private mutating func list(_ depth: Int) throws(ModelProblem) -> Document {
    position += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return .numbers([]) }
    var numbers: [Double] = []
    var mixed: [Document]?
    while true {
      let element = try value(depth: depth + 1)
      if mixed == nil, case .number(let number) = element {
        numbers.append(number)
      } else {
        if mixed == nil { mixed = numbers.map { .number($0) } }
        mixed?.append(element)
      }
      skipSpace()
      if take(UInt8(ascii: "]")) { return mixed.map { .list($0) } ?? .numbers(numbers) }
      guard take(UInt8(ascii: ",")) else { throw problem("a `,` or `]` is needed") }
    }
  }

  // MARK: Numbers

  private mutating func number() throws(ModelProblem) -> Double {
    if take(word: "NaN") { return .nan }
    if take(word: "Infinity") { return .infinity }
    if take(word: "-Infinity") { return -.infinity }
    let start = position
    while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
    let slice = UnsafeBufferPointer(rebasing: bytes[start..<position])
    if let value = DecimalText.value(slice) { return value }
    position = start
    throw problem("a value is needed")
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
    default: false
    }
  }

  // MARK: Texts

  private mutating func text() throws(ModelProblem) -> String {
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &content)
      default: content.append(byte)
      }
    }
    throw problem("a text does not end")
  }

  private mutating func escape(into content: inout [UInt8]) throws(ModelProblem) {
    guard position < bytes.count else { throw problem("a text does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if 0xD800..<0xDC00 ~= code, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
        let low = try codeUnit()
        guard 0xDC00..<0xE000 ~= low else { throw problem("half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw problem("half a surrogate pair") }
      content.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw problem("an unknown escape in a text")
    }
  }

  private mutating func codeUnit() throws(ModelProblem) -> UInt32 {
    guard bytes.count - position >= 4 else { throw problem("a text does not end") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[position]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: throw problem("an unknown escape in a text")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
