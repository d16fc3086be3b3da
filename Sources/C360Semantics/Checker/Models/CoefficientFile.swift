import Foundation

/// The coefficients of a linear model, in the order of the file (JSON: sorted by name).
struct CoefficientFile {
  struct Problem: Error {
    /// One-based; nil for JSON.
    let line: Int?
    let message: String
  }

  let intercept: Double
  let coefficients: [(name: String, weight: Double)]

  /// CSV rows `name,weight` with a row `intercept`, a header line allowed; or
  /// `{"intercept": …, "coefficients": {…}}`.
  init(_ file: [UInt8]) throws(Problem) {
    // A mark of the order of bytes is no part of the first name.
    let bytes = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if first == UInt8(ascii: "{") {
      self = try Self(json: bytes)
    } else {
      self = try Self(csv: String(decoding: bytes, as: UTF8.self))
    }
  }

  private init(intercept: Double?, _ coefficients: [(name: String, weight: Double)]) throws(Problem)
  {
    guard let intercept else { throw Problem(line: nil, message: "it has no `intercept`") }
    var seen: Set<String> = []
    for (name, _) in coefficients where !seen.insert(name).inserted {
      throw Problem(line: nil, message: "`\(name)` stands in it twice")
    }
    self.intercept = intercept
    self.coefficients = coefficients
  }

  private init(csv text: String) throws(Problem) {
    var intercept: Double?
    var coefficients: [(name: String, weight: Double)] = []
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = raw.trimmingCharacters(in: .whitespaces)
      if line.isEmpty { continue }
      guard let comma = line.lastIndex(of: ",") else {
        throw Problem(line: index + 1, message: "a row is `name,weight`")
      }
      var name = line[..<comma].trimmingCharacters(in: .whitespaces)
      if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
        name = String(name.dropFirst().dropLast()).replacingOccurrences(of: "\"\"", with: "\"")
      }
      let number = line[line.index(after: comma)...].trimmingCharacters(in: .whitespaces)
      guard let weight = Double(number), weight.isFinite else {
        if index == 0, name == "name" { continue }
        throw Problem(line: index + 1, message: "`\(number)` is no number")
      }
      if name == "intercept" {
        if intercept != nil { throw Problem(line: index + 1, message: "a second `intercept`") }
        intercept = weight
      } else {
        coefficients.append((name, weight))
      }
    }
    try self.init(intercept: intercept, coefficients)
  }

  private init(json bytes: [UInt8]) throws(Problem) {
    struct Model: Decodable {
      let intercept: Double
      let coefficients: [String: Double]
    }
    do {
      let model = try JSONDecoder().decode(Model.self, from: Data(bytes))
      intercept = model.intercept
      coefficients = model.coefficients.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    } catch {
      throw Problem(
        line: nil,
        message: "it is not of the form {\"intercept\": number, \"coefficients\": {name: number}}")
    }
  }
}
