/// How far choices move when something moves that they hang on: over decisions, the total variation
/// distance between the probabilities of the candidates as they are and as they would be.
public struct ShiftCounts: Sendable {
  /// Decisions whose probabilities differ at all.
  public private(set) var moved = 0
  /// The greatest distance of a decision.
  public private(set) var greatest = 0.0
  private var sum = ExactSum()

  public init() {}

  /// - Parameter distance: of one decision, in 0...1.
  public mutating func add(_ distance: Double) {
    guard distance > 0 else { return }
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
