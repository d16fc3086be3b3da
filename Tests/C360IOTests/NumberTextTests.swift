import Testing

@testable import C360IO

private func parse(_ text: String) -> Parsed<Double> {
  Array(text.utf8).withUnsafeBufferPointer { ValueText.float($0) }
}

@Suite struct NumberTextTests {
  @Test func floatsAreTheNearestOnes() {
    var state: UInt64 = 7
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
    var texts = [
      "0", "-0", "1", "0.1", "123456789.123456789", "1e308", "4.9e-324", "2.2250738585072014e-308",
      "9007199254740993", "9007199254740992.5", "1e23", "8.5e22", "0.000001", "5e-1",
      "1.7976931348623157e308", "36028797018963966", "36028797018963968.000000000000000000001",
    ]
    for _ in 0..<50_000 {
      texts.append("\(Double(bitPattern: next()))")
      texts.append("\(next() % 10_000_000_000)e\(Int(next() % 700) - 350)")
      texts.append("\(next())e\(Int(next() % 60) - 30)")
    }
    for text in texts {
      guard let expected = Double(text), !expected.isNaN else { continue }
      switch parse(text) {
      case .value(let value):
        if value.bitPattern != expected.bitPattern {
          Issue.record("\(text): \(value), not \(expected)")
        }
      case .outOfRange: #expect(expected.isInfinite, "\(text)")
      case .unreadable: Issue.record("\(text) was not read")
      }
    }
  }

  @Test(arguments: ["", "-", ".", "1.2.3", "0x10", "1e", "1_000", "1,5", "nano", "--1", "1 2"])
  func otherTextsAreNoFloats(text: String) {
    guard case .unreadable = parse(text) else {
      Issue.record("\(text) was read")
      return
    }
  }
}
