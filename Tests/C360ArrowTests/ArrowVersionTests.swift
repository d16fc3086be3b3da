import C360Arrow
import Testing

@Test func linksTheArrowThatBootstrapPins() {
  #expect(arrowVersion().hasPrefix("26.0"))
}
