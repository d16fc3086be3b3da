/// How far choices move when something moves that they hang on: over decisions, the total variation
/// distance between the probabilities of the candidates as they are and as they would be.
public struct ShiftCounts: Sendable {
  /// Probabilities are rounded, and may differ by less than this where the choice is the same.
  public static let leastDistance = 1e-12

  /// Decisions whose probabilities differ.
  public private(set) var moved = 0
  /// The greatest distance of a decision.
  public private(set) var greatest = 0.0
  private var sum = ExactSum()

  public init() {}

  /// - Parameter distance: of one decision, in 0...1; below `leastDistance` it is rounding, and counts as 0.
  public mutating func add(_ distance: Double) {
    guard distance >= Self.leastDistance else { return }
    moved += 1
    greatest = max(greatest, distance)
    sum.add(distance)
  }

  public mutating func merge(_ other: ShiftCounts) {
    moved += other.moved
    greatest = max(greatest, other.greatest)
    sum.merge(other.sum)
  }

  /// The mean distance over so many decisions, rounded once; 0 over none.
  public func mean(of decisions: Int) -> Double {
    decisions > 0 ? sum.total.mean(of: Int64(decisions)) : 0
  }
}
