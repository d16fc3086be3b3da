import C360Diagnostics
import C360Models

/// The prices of bounds as the manifest of an earlier run has them (`--warm-start`).
struct EarlierPrices {
  /// Policy or composition → exposure → constraint → group or period → price, or the prices of its rows.
  typealias Tree = [String: [String: [String: [String: [Double]]]]]
  let prices: Tree

  /// - Throws: `DiagnosticError` for a file that cannot be read or is no manifest.
  init(manifest path: String, _ files: ReadLog) throws(DiagnosticError) {
    func refusal(_ message: String) -> DiagnosticError {
      DiagnosticError([
        HostDiagnostics.unreadableWarmStart.diagnostic(message, data: DataPlace(path: path))
      ])
    }
    let place = absolutePath(path, from: ".")
    let bytes: [UInt8]
    do {
      bytes = try FileReading.bytes(place)
    } catch {
      throw refusal(
        error.isMissing
          ? "the manifest `\(path)` does not exist" : "`\(path)` cannot be read: \(error.words)")
    }
    let document: Document
    do throws(ModelProblem) {
      document = try JSONDocument.parse(bytes)
    } catch {
      throw refusal("`\(path)` is no manifest: \(error.message)")
    }
    guard case .object(let manifest) = document, let policies = manifest["policies"]?.members else {
      throw refusal("`\(path)` is no manifest: it has no list of policies")
    }
    files.add(.warmStart, path: place, bytes: bytes)
    var prices: Tree = [:]
    for decided in policies + (manifest["compositions"]?.members ?? []) {
      guard let own = decided["name"]?.text, let at = decided["at"]?.text,
        case .object(let allocation)? = decided["allocation"]
      else { continue }
      let name = decided["within"]?.text.map { "\(own) in \($0)" } ?? own
      for constraint in allocation["constraints"]?.members ?? [] {
        guard let bounded = constraint["name"]?.text else { continue }
        for bound in constraint["bounds"]?.members ?? [] {
          guard let group = bound["group"]?.text else { continue }
          guard let own = Self.prices(of: bound) else {
            throw refusal(
              "`\(path)` is no manifest: the price of `\(bounded)` in `\(name)` is no number")
          }
          prices[name, default: [:]][at, default: [:]][bounded, default: [:]][group] = own
        }
      }
    }
    self.prices = prices
  }

  private static func prices(of bound: [String: Document]) -> [Double]? {
    if case .numbers(let rows)? = bound["rowMultipliers"], rows.allSatisfy(\.isFinite) {
      return rows
    }
    if case .number(let price)? = bound["multiplier"], price.isFinite { return [price] }
    return nil
  }
}

extension Document {
  fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The objects of a list; nil: it is none.
  fileprivate var members: [[String: Document]]? {
    switch self {
    case .list(let values):
      values.compactMap { if case .object(let members) = $0 { members } else { nil } }
    case .numbers: []
    default: nil
    }
  }
}
