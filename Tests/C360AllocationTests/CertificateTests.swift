import Testing

@testable import C360Allocation

@Suite("Certificate")
struct CertificateTests {
  @Test("the relative gap is taken of the bound, and is 0 where nothing is to be gained")
  func relativeGap() {
    #expect(
      AllocationCertificate(bound: 8, value: 6, passes: 1).relativeGap == 0.25)
    #expect(
      AllocationCertificate(bound: 0, value: 0, passes: 1).relativeGap == 0)
  }
}
