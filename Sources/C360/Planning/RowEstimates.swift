import C360Lowering
import C360Plan

/// Guesses of row counts before anything is read, from the sizes of files.
struct RowEstimates {
  private(set) var rows: [RelationID: Double] = [:]

  /// - Parameter scanned: rows of a scan's source, where that can be guessed.
  init(_ plan: Plan, scanned: (ScanStep) -> Double?) {
    for step in plan.steps { estimate(step, scanned) }
  }

  private mutating func estimate(_ step: Step, _ scanned: (ScanStep) -> Double?) {
    switch step {
    case .scan(let step): rows[step.relation] = scanned(step)
    case .frame(let step): rows[step.relation] = frame(step)
    case .filter(let step): rows[step.output] = rows[step.input].map { $0 / 2 }
    case .group(let step):
      // Groups grow like the root of the rows: few keys are unique.
      rows[step.output] = step.keys.isEmpty ? 1 : rows[step.input].map { $0.squareRoot() }
    case .link(let step): rows[step.output] = rows[step.rows]
    case .sort(let step):
      rows[step.output] = rows[step.input].map { min($0, Double(step.take ?? .max)) }
    case .stack(let step): rows[step.output] = rows[step.input].map { $0 * Double(step.height) }
    case .join(let step): rows[step.output] = rows[step.left]
    case .window(let step): rows[step.output] = rows[step.input]
    case .sample(let step):
      rows[step.output] = rows[step.input].map { input in
        switch step.amount {
        case .share(let share): input * share
        case .rows(let count): min(input, Double(count))
        }
      }
    case .limit(let step):
      rows[step.output] = rows[step.input].map { input in
        min(max(0, input - Double(step.skip)), Double(step.take ?? .max))
      }
    case .eventMoments(let step): rows[step.moments] = rows[step.events]
    case .decide(let step):
      if let slate = step.slate, let frame = rows[step.frame] {
        let actions = rows[step.actions].map { Int($0) } ?? slate.slots
        rows[slate.rows] = frame * Double(slate.width(actions: actions))
      }
    case .versions, .eventValues, .timeline, .asOf, .coverage, .consent, .derive, .unfold,
      .draw, .compose, .expect:
      break
    }
  }

  private func frame(_ step: FrameStep) -> Double? {
    // A tenth of the rows of a population are taken for entities of their own.
    func entities(_ population: [FrameStep.Population]) -> Double? {
      population.compactMap { rows[$0.relation] }.max().map { max(1, $0 / 10) }
    }
    switch step.origin {
    case .rows(let input, _): return rows[input]
    case .row: return 1
    case .instant(_, let population): return entities(population)
    case .every(let length, let start, let through, let population):
      let steps = Double(max(0, through - start)) / Double(max(1, length.approximateLength)) + 1
      return entities(population).map { $0 * steps.rounded(.down) }
    }
  }
}
