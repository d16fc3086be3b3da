/// The rows of a table that are shown: the head and the tail.
struct ShownRows {
  let head: Range<Int>
  let tail: Range<Int>
  let count: Int

  init(_ count: Int, limit: Int?) {
    self.count = count
    guard let limit, count > max(limit, 0) else {
      head = 0..<count
      tail = count..<count
      return
    }
    head = 0..<(max(limit, 0) + 1) / 2
    tail = (count - max(limit, 0) / 2)..<count
  }

  var leftOut: Int { tail.lowerBound - head.upperBound }
  var rows: [Int] { Array(head) + Array(tail) }

  /// `12,345 rows`
  var countText: String { count == 1 ? "1 row" : "\(ValueText.grouped(count)) rows" }
  /// `… 10 of 60 rows left out`; nil when all are shown.
  var gapText: String? {
    leftOut == 0 ? nil : "… \(ValueText.grouped(leftOut)) of \(countText) left out"
  }
}
