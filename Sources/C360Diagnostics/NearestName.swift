/// The candidate that `name` most likely was meant to be, or `nil` when none is near.
///
/// Near is an edit distance (insertions, deletions, substitutions, swaps of neighbours; letter case
/// counts half) of at most a third of the longer name, and at most 2. Ties go to the candidate that
/// sorts first, so that the answer does not hang on the order of `candidates`.
public func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(name.utf8)
  var best: (distance: Int, candidate: String)?
  for candidate in candidates where candidate != name {
    let other = Array(candidate.utf8)
    let bound = min(4, 2 * max(wanted.count, other.count) / 3)
    guard abs(wanted.count - other.count) * 2 <= bound else { continue }
    let distance = halfEdits(wanted, other)
    guard distance <= bound else { continue }
    if let found = best, (found.distance, found.candidate) <= (distance, candidate) { continue }
    best = (distance, candidate)
  }
  return best?.candidate
}

/// Twice the edit distance; a letter in the other case costs 1 instead of 2.
private func halfEdits(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforeLast = [Int](repeating: 0, count: right.count + 1)
  var last = (0...right.count).map { $0 * 2 }
  for i in 0..<left.count {
    var row = [Int](repeating: (i + 1) * 2, count: right.count + 1)
    for j in 0..<right.count {
      var cost = last[j] + substitution(left[i], right[j])
      cost = min(cost, last[j + 1] + 2, row[j] + 2)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        cost = min(cost, beforeLast[j - 1] + 2)
      }
      row[j + 1] = cost
    }
    beforeLast = last
    last = row
  }
  return last[right.count]
}

private func substitution(_ left: UInt8, _ right: UInt8) -> Int {
  if left == right { return 0 }
  let isLetter = (left | 0x20) >= 0x61 && (left | 0x20) <= 0x7A
  return isLetter && left ^ right == 0x20 ? 1 : 2
}
