import C360Columns
import Testing

@testable import C360Engine

/// One entity that holds much of a table is put in order on several threads; the order is that of one
/// thread, to the row.
@Suite("large entities")
struct LargeEntityTests {
  private struct Table {
    let key: Vector
    let time: Vector
    let value: Vector
    let entities: EntityIndex

    /// Most rows are of entity 3 of 0 to 8; times repeat, values tell equal times apart.
    init(rows: Int, times: Int64) {
      var state: UInt64 = 7
      func random(_ bound: Int64) -> Int64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(state >> 33) % bound
      }
      func column(_ count: Int, _ value: (Int) -> Int64) -> Vector {
        let values = Buffer(byteCount: count * 8)
        for row in 0..<count { values.elements(Int64.self)[row] = value(row) }
        return Vector(type: .int64, count: count, values: values)
      }
      key = column(rows) { _ in random(10) < 7 ? 3 : random(9) }
      time = column(rows) { _ in random(times) }
      value = column(rows) { _ in random(1 << 30) }
      entities = EntityIndex(key: column(9) { Int64($0) })
    }
  }

  @Test(
    "threads and the size of pieces do not show",
    arguments: [
      (rows: 6000, times: Int64(1_000_000)), (6000, 700), (6000, 20), (3000, 1),
    ])
  func order(rows: Int, times: Int64) throws {
    let table = Table(rows: rows, times: times)
    let pool = TextPool()
    func clusters(_ threads: Int, batch: Int) throws -> EventClusters {
      try EventClusters.build(
        entities: table.entities, key: table.key, time: table.time,
        tieBreak: RowOrder([table.value], pool: pool),
        context: ExecutionContext(threads: threads, batchSize: batch, pool: pool))
    }
    let alone = try clusters(1, batch: 2048)
    // By hand: entity, time, value.
    func precedes(_ left: Int, _ right: Int) -> Bool {
      let (key, time, value) = (table.key.int64s, table.time.int64s, table.value.int64s)
      return (key[left], time[left], value[left]) < (key[right], time[right], value[right])
    }
    #expect((1..<rows).allSatisfy { !precedes(alone.row($0), alone.row($0 - 1)) })
    for (threads, batch) in [(2, 2048), (3, 4), (4, 25)] {
      let shared = try clusters(threads, batch: batch)
      #expect((0..<rows).allSatisfy { shared.row($0) == alone.row($0) })
      #expect((0..<rows).allSatisfy { shared.times[$0] == alone.times[$0] })
      #expect((0..<9).allSatisfy { shared.starts[$0] == alone.starts[$0] })
      #expect((0..<9).allSatisfy { shared.ends[$0] == alone.ends[$0] })
      #expect(shared.duplicates == alone.duplicates)
      #expect(shared.hasTies == alone.hasTies)
      let values = try shared.inOrder(table.value.int64s, table.value.values, threads: threads)
      #expect(
        (0..<rows).allSatisfy {
          values.elements(Int64.self)[$0] == table.value.int64s[alone.row($0)]
        })
    }
  }
}
