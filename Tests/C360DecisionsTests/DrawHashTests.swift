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
