import C360Columns
import C360Display
import Testing

@Suite("numbers as texts")
struct NumberTextTests {
  @Test(
    "decimals are those nearest to the double itself, halves away from zero",
    arguments: [
      // The doubles of 2.675, 0.995, 1.115 and 1.005 lie below their halfway.
      (2.675, "2.67"), (0.995, "0.99"), (1.115, "1.11"), (1.005, "1.00"), (0.125, "0.13"),
      (-0.125, "-0.13"), (-0.001, "0.00"), (9.999, "10.00"), (1e15, "1000000000000000.00"),
      (4_503_599_627_370_495.5, "4503599627370495.50"), (1e17, "100000000000000000.00"),
    ])
  func money(value: Double, text: String) {
    #expect(CellText.text(.float(value), .money("EUR")) == text)
  }
}
