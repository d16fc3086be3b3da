import Testing

@testable import C360Display

@Suite("figures")
struct ValueTextTests {
  @Test(
    "a mantissa that rounds to ten is one of the next power",
    arguments: [
      (0.9987, "1.0e0"), (-0.9987, "-1.0e0"), (9.96e-7, "1.0e-6"), (9.94e-7, "9.9e-7"),
      (9.99e20, "1.0e21"), (2.5e-10, "2.5e-10"),
    ])
  func mantissa(_ value: Double, _ text: String) {
    #expect(ValueText.scientific(value) == text)
  }
}
