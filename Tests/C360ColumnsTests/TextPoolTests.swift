import C360Columns
import Dispatch
import Testing

@Suite struct TextPoolTests {
  @Test func sameBytesSameCode() {
    let pool = TextPool()
    let first = pool.intern("winback")
    #expect(pool.intern("winback") == first)
    #expect(pool.intern("Winback") != first)
    #expect(pool.text(first) == "winback")
    #expect(pool.code(of: "winback") == first)
    #expect(pool.code(of: "unseen") == nil)
  }

  @Test func theEmptyTextIsCodeZero() {
    let pool = TextPool()
    #expect(pool.count == 1)
    #expect(pool.intern("") == 0)
    #expect(pool.text(0) == "")
  }

  @Test func canonicallyEquivalentTextsDiffer() {
    let pool = TextPool()
    #expect(pool.intern("caf\u{E9}") != pool.intern("cafe\u{301}"))
  }

  @Test func ranksFollowBytes() {
    let pool = TextPool()
    let texts = ["b", "a", "", "ab", "é", "z", "abcdefghij", "abcdefghi", "a\0"]
    let codes = pool.intern(texts)
    let ranks = pool.ranks()
    let ordered = texts.indices.sorted { ranks[Int(codes[$0])] < ranks[Int(codes[$1])] }
    #expect(
      ordered.map { texts[$0] } == ["", "a", "a\0", "ab", "abcdefghi", "abcdefghij", "b", "z", "é"])
    #expect(pool.precedes(codes[1], codes[0]))
  }

  @Test func ranksOfManyTextsWithCommonBeginnings() {
    let pool = TextPool()
    var texts: [String] = []
    for number in 0..<2000 {
      texts.append("customer-\(number &* 7919 % 10_007)")
      texts.append(String(repeating: "long ", count: number % 40) + "\(number)")
      texts.append("z" + String(repeating: "\0", count: number % 20))
    }
    let codes = Array(Set(pool.intern(texts)))
    let ranks = pool.ranks()
    #expect(Set(ranks).count == pool.count)
    let ordered = codes.sorted { ranks[Int($0)] < ranks[Int($1)] }
    for (before, after) in zip(ordered, ordered.dropFirst()) {
      #expect(pool.text(before).utf8.lexicographicallyPrecedes(pool.text(after).utf8))
    }
  }

  @Test func everyLengthSurvives() {
    let pool = TextPool()
    let texts = (0..<200).map { String(repeating: "x", count: $0) + "end" }
    let codes = pool.intern(texts)
    #expect(Set(codes).count == texts.count)
    #expect(codes.map { pool.text($0) } == texts)
  }

  @Test func bulkOfArrowLayout() {
    let pool = TextPool()
    let bytes = Array("redgreenredblue".utf8)
    let offsets: [Int32] = [0, 3, 8, 8, 11, 15]
    var codes = [Int32](repeating: -1, count: 5)
    pool.intern(bytes: bytes, offsets: offsets, count: 5, into: &codes)
    #expect(codes.map { pool.text($0) } == ["red", "green", "", "red", "blue"])
    #expect(codes[0] == codes[3])
  }

  @Test func threadsAgreeOnCodes() {
    let pool = TextPool()
    let rounds = 8
    let texts = (0..<20_000).map { "text \($0 % 7_000)" }
    let blob = Array(texts.joined().utf8)
    var offsets: [Int64] = [0]
    for text in texts { offsets.append(offsets[offsets.count - 1] + Int64(text.utf8.count)) }
    let results = UnsafeMutablePointer<Int32>.allocate(capacity: rounds * texts.count)
    defer { results.deallocate() }
    nonisolated(unsafe) let shared = results
    let offsetsCopy = offsets
    DispatchQueue.concurrentPerform(iterations: rounds) { round in
      let target = shared + round * texts.count
      if round % 2 == 0 {
        pool.intern(bytes: blob, offsets: offsetsCopy, count: texts.count, into: target)
      } else {
        let interner = TextInterner(pool)
        blob.withUnsafeBufferPointer { bytes in
          let spans = (0..<texts.count).map { index in
            TextPool.Bytes(
              start: bytes.baseAddress! + Int(offsetsCopy[index]), count: texts[index].utf8.count)
          }
          spans.withUnsafeBufferPointer { interner.intern($0, into: target) }
        }
      }
    }
    #expect(pool.count == 7_001)
    for round in 0..<rounds {
      for (index, text) in texts.enumerated() where index % 97 == 0 {
        #expect(pool.text(results[round * texts.count + index]) == text)
        #expect(results[round * texts.count + index] == results[index])
      }
    }
  }
}
