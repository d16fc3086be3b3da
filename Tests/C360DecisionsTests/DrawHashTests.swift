import Testing

@testable import C360Decisions

/// The fixed points of docs/randomness.md.
@Suite struct DrawHashTests {
  private let monday: Int64 = 1_767_571_200_000_000

  @Test(
    arguments: [
      (0, "winback", 42, 1_767_571_200_000_000, 0, 0x0e4a_af39_aa28_60ac, 0.05582709462956492),
      (0, "winback", 42, 1_767_571_200_000_000, 1, 0x1399_0d7e_cbc5_090b, 0.0765541491089331),
      (7, "winback", -1, -1, 0, 0xf65f_cf3a_002b_afc1, 0.9623994366267384),
    ] as [(UInt64, String, Int64, Int64, Int64, UInt64, Double)])
  func integerKeys(
    _ row: (
      seed: UInt64, policy: String, key: Int64, time: Int64, number: Int64, hash: UInt64,
      unit: Double
    )
  ) {
    let draws = DrawHash(seed: row.seed, policy: row.policy)
    let hash = draws.hash(key: row.key, time: row.time, number: row.number)
    #expect(hash == row.hash)
    #expect(DrawHash.unit(hash) == row.unit)
  }

  @Test func textKeys() {
    func hash(_ seed: UInt64, _ policy: String, _ key: String, _ time: Int64) -> UInt64 {
      Array(key.utf8).withUnsafeBufferPointer {
        DrawHash(seed: seed, policy: policy).hash(key: $0, time: time, number: 0)
      }
    }
    #expect(hash(7, "crm.spring", "c-17", monday) == 0x860b_2d69_e1bd_7e15)
    #expect(hash(0, "", "", 0) == 0x7f62_0117_dee6_375e)
  }

  @Test func positionsOfASlate() {
    let draws = DrawHash(seed: 0, policy: "winback")
    #expect(draws.hash(key: 42, time: monday, number: 0, place: 0) == 0x0e4a_af39_aa28_60ac)
    #expect(draws.hash(key: 42, time: monday, number: 0, place: 1) == 0x5860_9fe4_4e69_d36c)
    #expect(draws.hash(key: 42, time: monday, number: 0, place: 2) == 0xb937_88ef_0329_1bd1)
    let text = Array("c-17".utf8).withUnsafeBufferPointer {
      DrawHash(seed: 7, policy: "crm.spring").hash(key: $0, time: monday, number: 0, place: 1)
    }
    #expect(text == 0x84d2_7d72_aa80_4023)
  }

  /// In each quarter of the square of two draws there are as many keys as in the others.
  @Test(arguments: [(0, 1), (1, 2), (0, 4)])
  func positionsAreIndependent(_ places: (Int, Int)) {
    let draws = DrawHash(seed: 3, policy: "page")
    var cells = [Int](repeating: 0, count: 16)
    for key in 0..<32_000 {
      func cell(_ place: Int) -> Int {
        Int(4 * DrawHash.unit(draws.hash(key: Int64(key), time: monday, number: 0, place: place)))
      }
      cells[4 * cell(places.0) + cell(places.1)] += 1
    }
    let square = cells.reduce(0.0) { $0 + (Double($1) - 2000) * (Double($1) - 2000) / 2000 }
    // Chi square with 15 degrees of freedom exceeds this with probability 1e-5.
    #expect(square < 50)
  }

  @Test func unitsStayBelowOne() {
    #expect(DrawHash.unit(.max) < 1)
    #expect(DrawHash.unit(0) == 0)
  }

  @Test func placesOfEntities() {
    #expect(EntityHash("arm", "2026Q2").hash(key: 42) == 0x9f2b_b3ca_813d_6e0f)
    #expect(EntityHash("arm", "2026Q2").hash(key: -1) == 0xa8d9_e5cd_e8b8_d96b)
    #expect(EntityHash("layer", "homepage").hash(key: 42) == 0xfceb_a1e3_73a0_c3f7)
    let text = Array("c-17".utf8).withUnsafeBufferPointer {
      EntityHash("arm", "2026Q2").hash(key: $0)
    }
    #expect(text == 0x3621_d8fa_2cd5_5a18)
    #expect(DrawHash.unit(text) == 0.21145397289077061)
  }
}
