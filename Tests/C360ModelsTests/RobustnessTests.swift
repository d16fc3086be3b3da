import Testing

@testable import C360Models

/// Whatever bytes a file has, reading ends with a model or with words.
@Suite("Damaged model files")
struct RobustnessTests {
  /// SplitMix64.
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static let seeds: [(Model.Format, [UInt8])] = [
    (.xgboost, Array(Files.xgboost.utf8)), (.xgboost, UBJ.bytes(of: Files.xgboost)),
    (.lightgbm, Array(Files.lightgbm.utf8)),
  ]

  /// Every beginning of a file is refused, and none is taken for the whole.
  @Test func truncated() {
    for (format, bytes) in Self.seeds {
      let needed = format == .lightgbm ? Files.lightgbm.endOfTrees : bytes.count - 1
      for count in 0..<needed {
        #expect(Files.complaint(Array(bytes[..<count]), as: format) != nil, "\(format) \(count)")
      }
    }
  }

  @Test func damaged() {
    var random = Random(state: 17)
    var refused = 0
    for (format, bytes) in Self.seeds {
      for _ in 0..<3000 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let place = Int.random(in: 0..<damaged.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 1: damaged[place] = UInt8.random(in: 0...255, using: &random)
          case 2: damaged.remove(at: place)
          default:
            damaged.insert(damaged[Int.random(in: 0..<damaged.count, using: &random)], at: place)
          }
        }
        if Files.complaint(damaged, as: format) != nil { refused += 1 }
      }
    }
    #expect(refused > 3000)
  }

  @Test func ubjIsReadAsJSON() throws {
    let json = try Files.read(Files.xgboost, as: .xgboost)
    let ubj = try Model.read(UBJ.bytes(of: Files.xgboost), as: .xgboost, digest: "")
    #expect("\(json.outputs)" == "\(ubj.outputs)")
    #expect(json.inputs.map(\.name) == ubj.inputs.map(\.name))
  }

  /// A length of 2^60 elements in a file of ten bytes takes no memory.
  @Test func lengthsBeyondTheFile() {
    let head = Array("{L".utf8) + [0, 0, 0, 0, 0, 0, 0, 7] + Array("learner[".utf8)
    let length: [UInt8] = Array("#L".utf8) + [16, 0, 0, 0, 0, 0, 0, 0]
    for type in ["$d", "$Z", ""] {
      #expect(Files.complaint(head + Array(type.utf8) + length, as: .xgboost) != nil)
    }
    let nested = Array("{\"learner\": ".utf8) + [UInt8](repeating: 0x5B, count: 100_000)
    #expect(Files.complaint(nested, as: .xgboost)?.contains("it nests too deeply") == true)
  }
}

extension String {
  fileprivate var endOfTrees: Int {
    firstRange(of: "end of trees").map { utf8.distance(from: utf8.startIndex, to: $0.upperBound) }
      ?? 0
  }
}

/// Writes UBJ as xgboost does.
enum UBJ {
  static func bytes(of json: String) -> [UInt8] {
    guard let document = try? JSONDocument.parse(Array(json.utf8)) else { return [] }
    var bytes: [UInt8] = []
    write(document, into: &bytes)
    return bytes
  }

  private static func length(_ count: Int, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "L"))
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: count >> shift))
    }
  }

  private static func float(_ number: Double, into bytes: inout [UInt8]) {
    let bits = Float(number).bitPattern
    for shift in stride(from: 24, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
    }
  }

  private static func write(_ document: Document, into bytes: inout [UInt8]) {
    switch document {
    case .null: bytes.append(UInt8(ascii: "Z"))
    case .bool(let flag): bytes.append(UInt8(ascii: flag ? "T" : "F"))
    case .number(let number):
      bytes.append(UInt8(ascii: "d"))
      float(number, into: &bytes)
    case .text(let text):
      bytes.append(UInt8(ascii: "S"))
      length(text.utf8.count, into: &bytes)
      bytes += Array(text.utf8)
    case .numbers(let numbers):
      bytes += Array("[$d#".utf8)
      length(numbers.count, into: &bytes)
      for number in numbers { float(number, into: &bytes) }
    case .list(let elements):
      bytes += Array("[#".utf8)
      length(elements.count, into: &bytes)
      for element in elements { write(element, into: &bytes) }
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        length(key.utf8.count, into: &bytes)
        bytes += Array(key.utf8)
        write(value, into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
