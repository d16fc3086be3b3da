import C360Semantics

/// Functions of vectors and lists, none of whose arguments is null; nil where they are of other types.
func collectionFunction(_ function: Builtin, _ arguments: [Value]) -> Value? {
  switch (function, arguments[0], arguments.count > 1 ? arguments[1] : .null) {
  case (.dot, .vector(let a), .vector(let b)): return .float(dot(a, b))
  case (.norm, .vector(let a), _): return .float(dot(a, a).squareRoot())
  case (.cosine, .vector(let a), .vector(let b)):
    let (first, second) = (dot(a, a).squareRoot(), dot(b, b).squareRoot())
    return first == 0 || second == 0 ? .null : .float(dot(a, b) / (first * second))
  case (.add, .vector(let a), .vector(let b)): return .vector(zip(a, b).map { $0 + $1 })
  case (.subtract, .vector(let a), .vector(let b)): return .vector(zip(a, b).map { $0 - $1 })
  case (.multiply, .vector(let a), let factor):
    return factor.double.map { factor in .vector(a.map { $0 * factor }) }
  case (.length, .list(let elements), _): return .int(Int64(elements.count))
  case (.contains, .list(let elements), let wanted):
    return .bool(elements.contains { isEqual($0, wanted) })
  case (.element, let collection, .int(let place)):
    guard let elements = collection.elements else { return nil }
    for (index, element) in elements.enumerated()
    where Int64(index + 1) == place || Int64(index - elements.count) == place {
      return element
    }
    return .null
  default: return nil
  }
}

/// docs/decisions.md: eight sums, of the products at places 1, 9, 17, …, at 2, 10, …; then the eight
/// joined by halves: the first with the fifth, of those the first with the third, then the rest.
private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sums = [Double](repeating: 0, count: 8)
  for place in a.indices { sums[place % 8] += a[place] * b[place] }
  while sums.count > 1 {
    let half = sums.count / 2
    sums = (0..<half).map { sums[$0] + sums[$0 + half] }
  }
  return sums[0]
}
