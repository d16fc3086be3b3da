import C360Engine
import C360Plan

/// Where the values of a decision with something moved stand among the outputs of its program.
struct VariantOutputs: Sendable {
  let name: String
  private let rules: [Int]
  private let terms: [Int]
  private let passing: Int?
  private let score: Int?

  /// - Parameter outputs: those that are there; what is not among them is added.
  static func all(of step: DecideStep, behind outputs: inout [ScalarID]) -> [VariantOutputs] {
    if step.variants.isEmpty { return [] }
    var places = Dictionary(zip(outputs, outputs.indices)) { first, _ in first }
    return step.variants.map { variant in
      VariantOutputs(variant) { scalar in
        if let place = places[scalar] { return place }
        places[scalar] = outputs.count
        outputs.append(scalar)
        return outputs.count - 1
      }
    }
  }

  private init(_ variant: DecideStep.Variant, place: (ScalarID) -> Int) {
    name = variant.name
    rules = variant.rules.map(place)
    terms = variant.terms.map(place)
    passing = variant.passing.map(place)
    score = variant.score.map(place)
  }

  /// The output that a place in the order of evaluation reads.
  func output(_ place: TileFailure.Place) -> Int {
    let output: Int? =
      switch place {
      case .rule(let index): rules[index]
      case .term(let index): terms[index]
      case .threshold: passing
      case .firstStage: score
      case .quantity: nil
      }
    guard let output else { preconditionFailure("a decision with bounds has no variants") }
    return output
  }
}

/// A tile decided with something moved, beside the tile as it is; and how far the choices moved so far.
/// Belongs to one thread.
final class VariantTile {
  let outputs: VariantOutputs
  let tile: DecisionTile
  let slate: SlateTile?
  private(set) var counts = ShiftCounts()

  init(_ outputs: VariantOutputs, beside tile: DecisionTile, slate: SlateTile?) {
    self.outputs = outputs
    self.tile = DecisionTile(
      rule: tile.rule, ruleCount: tile.forbiddenPairs.count - 1, rows: tile.capacity,
      keepsPatterns: false)
    self.slate = slate
  }

  /// Both tiles are settled.
  func compare(with still: DecisionTile) {
    for row in 0..<tile.rows {
      guard tile.rule.draws else {
        counts.add(tile.chosen[row] == still.chosen[row] ? 0 : 1)
        continue
      }
      var sum = 0.0
      for candidate in 0..<tile.candidateCount {
        sum += abs(
          tile.probability(of: candidate, row: row) - still.probability(of: candidate, row: row))
      }
      // Probabilities add up to 1 but for rounding.
      counts.add(min(1, sum / 2))
    }
  }

  /// Actions by position and row, −1 where a slate has ended.
  func compare(_ slates: [Int64], with still: [Int64]) {
    for row in 0..<tile.rows {
      let isSame = stride(from: row, to: still.count, by: tile.rows)
        .allSatisfy { slates[$0] == still[$0] }
      counts.add(isSame ? 0 : 1)
    }
  }
}

extension DecisionWorker {
  /// Decides a tile once more for each variant, as it was evaluated.
  ///
  /// - Throws: `EngineError.row` for the lowest row at which a variant has no value.
  func compareVariants(_ rows: Range<Int>) throws(EngineError) {
    for variant in variants {
      fill(variant.tile, rows: rows.count, place: variant.outputs.output)
      variant.tile.settle(passing: passing(of: variant))
      try checkFailure(of: variant, rows)
      variant.compare(with: tile)
    }
  }

  /// The same of slates, which are not drawn.
  /// - Parameter still: by position and row the action as it is, −1 where the slate has ended.
  func compareVariants(
    _ rows: Range<Int>, slates still: [Int64], width: Int
  ) throws(EngineError) {
    for variant in variants {
      guard let slate = variant.slate else { continue }
      fill(variant.tile, rows: rows.count, place: variant.outputs.output)
      slate.begin(variant.tile)
      var slates = [Int64](repeating: -1, count: still.count)
      for place in 0..<width {
        variant.tile.choose(passing: passing(of: variant))
        guard slate.close(variant.tile, place: place) else { break }
        note(variant.tile, slate, at: place, in: &slates)
        if place + 1 < width { slate.advance(variant.tile) }
      }
      try checkFailure(of: variant, rows)
      variant.compare(slates, with: still)
    }
  }

  /// What stands at a position of the slates that have it.
  func note(_ tile: DecisionTile, _ slate: SlateTile, at place: Int, in slates: inout [Int64]) {
    for row in 0..<tile.rows where slate.isOpen[row] != 0 {
      slates[place * tile.rows + row] = tile.chosen[row]
    }
  }

  private func passing(of variant: VariantTile) -> Operand? {
    if case .threshold = problem.rule.base { return output(variant.outputs.output(.threshold)) }
    return nil
  }

  private func checkFailure(of variant: VariantTile, _ rows: Range<Int>) throws(EngineError) {
    guard let failure = variant.tile.failure else { return }
    let error = error(failure, rows, output: variant.outputs.output(failure.place))
    guard case .row(let origin, let relation, let row, let detail) = error else { throw error }
    throw .row(
      origin: origin, relation: relation, row: row,
      detail: "\(detail), with \(variant.outputs.name)")
  }
}
