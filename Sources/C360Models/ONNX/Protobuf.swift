/// Fields of a message in the wire format of protocol buffers.
struct ProtobufMessage {
  enum Field {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
  }
  private let fields: [(number: Int, field: Field)]

  /// - Throws: when the bytes are no message.
  init(_ bytes: ArraySlice<UInt8>) throws(ModelProblem) {
    var position = bytes.startIndex
    func cutOff() -> ModelProblem { ModelProblem("it is no ONNX file", at: "byte \(position + 1)") }
    func varint() throws(ModelProblem) -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: 0, to: 64, by: 7) {
        guard position < bytes.endIndex else { throw cutOff() }
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << UInt64(shift)
        if byte & 0x80 == 0 { return value }
      }
      throw cutOff()
    }
    func fixed(_ width: Int) throws(ModelProblem) -> UInt64 {
      guard bytes.endIndex - position >= width else { throw cutOff() }
      var value: UInt64 = 0
      for place in 0..<width { value |= UInt64(bytes[position + place]) << UInt64(8 * place) }
      position += width
      return value
    }
    var fields: [(number: Int, field: Field)] = []
    while position < bytes.endIndex {
      let key = try varint()
      guard key >> 3 != 0, key >> 3 < 1 << 29 else { throw cutOff() }
      let field: Field
      switch key & 7 {
      case 0: field = .varint(try varint())
      case 1: field = .fixed64(try fixed(8))
      case 2:
        let count = try varint()
        guard count <= UInt64(bytes.endIndex - position) else { throw cutOff() }
        field = .bytes(bytes[position..<position + Int(count)])
        position += Int(count)
      case 5: field = .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
      default: throw cutOff()
      }
      fields.append((Int(key >> 3), field))
    }
    self.fields = fields
  }

  private func all(_ number: Int) -> [Field] {
    fields.filter { $0.number == number }.map(\.field)
  }

  func bytes(_ number: Int) -> [ArraySlice<UInt8>] {
    all(number).compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
  }

  func messages(_ number: Int) throws(ModelProblem) -> [ProtobufMessage] {
    var messages: [ProtobufMessage] = []
    for bytes in bytes(number) { messages.append(try ProtobufMessage(bytes)) }
    return messages
  }

  func texts(_ number: Int) -> [String] {
    bytes(number).map { String(decoding: $0, as: UTF8.self) }
  }

  func text(_ number: Int) -> String { texts(number).last ?? "" }

  /// Packed or one by one.
  func integers(_ number: Int) throws(ModelProblem) -> [Int] {
    var integers: [Int] = []
    for field in all(number) {
      switch field {
      case .varint(let value): integers.append(Int(Int64(bitPattern: value)))
      case .bytes(let packed):
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for byte in packed {
          guard shift < 64 else { throw ModelProblem("it is no ONNX file") }
          value |= UInt64(byte & 0x7F) << shift
          shift += 7
          if byte & 0x80 == 0 {
            integers.append(Int(Int64(bitPattern: value)))
            (value, shift) = (0, 0)
          }
        }
      default: throw ModelProblem("it is no ONNX file")
      }
    }
    return integers
  }

  /// Packed or one by one.
  func floats(_ number: Int) throws(ModelProblem) -> [Float] {
    var floats: [Float] = []
    for field in all(number) {
      switch field {
      case .fixed32(let bits): floats.append(Float(bitPattern: bits))
      case .bytes(let packed):
        guard packed.count % 4 == 0 else { throw ModelProblem("it is no ONNX file") }
        for place in stride(from: packed.startIndex, to: packed.endIndex, by: 4) {
          var bits: UInt32 = 0
          for byte in 0..<4 { bits |= UInt32(packed[place + byte]) << UInt32(8 * byte) }
          floats.append(Float(bitPattern: bits))
        }
      default: throw ModelProblem("it is no ONNX file")
      }
    }
    return floats
  }
}
