/// JSON or UBJ as a tree of values. Lists of numbers alone, which is most of a model, lie flat.
package indirect enum Document: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case numbers([Double])
  case list([Document])
  case object([String: Document])
}

/// A value of a document and the keys that led to it, for complaints.
struct DocumentPlace {
  let value: Document
  let path: String

  init(_ value: Document, path: String = "") {
    self.value = value
    self.path = path
  }

  func problem(_ message: String) -> ModelProblem {
    ModelProblem(message, at: path.isEmpty ? nil : path)
  }

  /// The value of a key, nil where there is none or null.
  func optional(_ key: String) throws(ModelProblem) -> DocumentPlace? {
    guard case .object(let members) = value else { throw problem("an object is needed here") }
    let inner = path.isEmpty ? key : "\(path).\(key)"
    switch members[key] {
    case nil, .null?: return nil
    case let found?: return DocumentPlace(found, path: inner)
    }
  }

  subscript(key: String) -> DocumentPlace {
    get throws(ModelProblem) {
      guard let found = try optional(key) else { throw problem("it has no `\(key)`") }
      return found
    }
  }

  func text() throws(ModelProblem) -> String {
    guard case .text(let text) = value else { throw problem("a text is needed here") }
    return text
  }

  /// A number, also where it is written as a text, as xgboost does with parameters.
  func number() throws(ModelProblem) -> Double {
    switch value {
    case .number(let number): return number
    case .bool(let flag): return flag ? 1 : 0
    case .text(let text): if let number = Double(text) { return number }
    default: break
    }
    throw problem("a number is needed here")
  }

  /// A whole number of `range`.
  func integer(in range: ClosedRange<Int>) throws(ModelProblem) -> Int {
    let number = try number()
    guard let whole = Int(exactly: number), range.contains(whole) else {
      throw problem("a whole number from \(range.lowerBound) to \(range.upperBound) is needed here")
    }
    return whole
  }

  func numbers() throws(ModelProblem) -> [Double] {
    switch value {
    case .numbers(let numbers): return numbers
    case .list(let elements):
      var numbers: [Double] = []
      numbers.reserveCapacity(elements.count)
      for (place, element) in elements.enumerated() {
        numbers.append(try DocumentPlace(element, path: "\(path)[\(place)]").number())
      }
      return numbers
    default: throw problem("a list of numbers is needed here")
    }
  }

  func integers() throws(ModelProblem) -> [Int] {
    let numbers = try numbers()
    var integers: [Int] = []
    integers.reserveCapacity(numbers.count)
    for (place, number) in numbers.enumerated() {
      guard let whole = Int(exactly: number) else {
        throw ModelProblem("a whole number is needed here", at: "\(path)[\(place)]")
      }
      integers.append(whole)
    }
    return integers
  }

  func list() throws(ModelProblem) -> [DocumentPlace] {
    switch value {
    case .numbers(let numbers):
      return numbers.enumerated().map { DocumentPlace(.number($1), path: "\(path)[\($0)]") }
    case .list(let elements):
      return elements.enumerated().map { DocumentPlace($1, path: "\(path)[\($0)]") }
    default: throw problem("a list is needed here")
    }
  }
}
