/// The difference of two texts in unified form, three lines around each change.
struct LineDiff {
  private enum Line {
    case same(String)
    case removed(String)
    case added(String)
  }
  private let name: String
  private let lines: [Line]
  private static let context = 3

  init(_ old: String, _ new: String, name: String) {
    self.name = name
    let old = Self.lines(of: old)
    let new = Self.lines(of: new)
    // Lengths of common subsequences of the rests; only between the equal ends.
    var head = 0
    while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
    var tail = 0
    while tail < min(old.count, new.count) - head,
      old[old.count - 1 - tail] == new[new.count - 1 - tail]
    {
      tail += 1
    }
    let left = Array(old[head..<(old.count - tail)])
    let right = Array(new[head..<(new.count - tail)])
    lines =
      old[..<head].map(Line.same) + Self.difference(left, right)
      + old[(old.count - tail)...].map(Line.same)
  }

  private static func lines(of text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  private static func difference(_ left: [String], _ right: [String]) -> [Line] {
    let width = right.count + 1
    var common = [Int32](repeating: 0, count: (left.count + 1) * width)
    for row in stride(from: left.count - 1, through: 0, by: -1) {
      for column in stride(from: right.count - 1, through: 0, by: -1) {
        common[row * width + column] =
          left[row] == right[column]
          ? common[(row + 1) * width + column + 1] + 1
          : max(common[(row + 1) * width + column], common[row * width + column + 1])
      }
    }
    var result: [Line] = []
    var row = 0
    var column = 0
    while row < left.count || column < right.count {
      if row < left.count, column < right.count, left[row] == right[column] {
        result.append(.same(left[row]))
        row += 1
        column += 1
      } else if column == right.count
        || (row < left.count
          && common[(row + 1) * width + column] >= common[row * width + column + 1])
      {
        result.append(.removed(left[row]))
        row += 1
      } else {
        result.append(.added(right[column]))
        column += 1
      }
    }
    return result
  }

  var text: String {
    let changes = lines.indices.filter { if case .same = lines[$0] { false } else { true } }
    guard var first = changes.first else { return "" }
    var hunks: [ClosedRange<Int>] = []
    var last = first
    for change in changes.dropFirst() {
      if change - last > 2 * Self.context {
        hunks.append(first...last)
        first = change
      }
      last = change
    }
    hunks.append(first...last)
    return "--- \(name)\n+++ \(name) (canonical)\n" + hunks.map(hunk).joined()
  }

  private func hunk(_ range: ClosedRange<Int>) -> String {
    let lower = max(0, range.lowerBound - Self.context)
    let upper = min(lines.count - 1, range.upperBound + Self.context)
    var oldStart = 1
    var newStart = 1
    for line in lines[..<lower] {
      switch line {
      case .same:
        oldStart += 1
        newStart += 1
      case .removed: oldStart += 1
      case .added: newStart += 1
      }
    }
    var oldCount = 0
    var newCount = 0
    var body = ""
    for line in lines[lower...upper] {
      switch line {
      case .same(let text):
        body += " \(text)\n"
        oldCount += 1
        newCount += 1
      case .removed(let text):
        body += "-\(text)\n"
        oldCount += 1
      case .added(let text):
        body += "+\(text)\n"
        newCount += 1
      }
    }
    return "@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@\n" + body
  }
}
