import C360Columns
import Testing

@Suite("Decimals in messages") struct DecimalTextTests {
  @Test(
    "all digits, as the file has them",
    arguments: [
      (-9_223_372_036_854_775_808 as Int64, 2, "-92233720368547758.08"), (5, 2, "0.05"),
      (-5, 1, "-0.5"), (5, 0, "5"), (5, -2, "500"), (0, 2, "0.00"),
    ])
  func digits(_ value: Int64, _ scale: Int, _ text: String) {
    #expect(decimalText(value, scale: scale) == text)
  }
}
