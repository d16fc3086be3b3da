extension Infeasibility {
  /// Rows that are tried one by one where each try takes passes over the decisions themselves; of more, the
  /// first that are proven to clash.
  static let mostTests = 48

  /// Whether a row cannot hold whatever the others ask.
  func isAlone(_ place: Int) -> Bool {
    let row = problem.rows[place]
    if row.bound.isNaN || row.bound == -.infinity { return true }
    if survey.rowNorms[place] == 0 { return row.bound < 0 }
    let explore = problem.rule.explore
    let constant = explore * survey.uniformUsage[place]
    let least = explore < 1 ? (1 - explore) * survey.leastUsage[place] + constant : constant
    return least > row.bound + 1e3 * survey.tolerance(row, place)
  }

  /// A smallest set of rows that clash (deletion filter: Chinneck and Dravnieks 1991); nil: the rows
  /// can hold as far as can be told.
  func explainIfAny() throws -> AllocationInfeasibility? {
    guard problem.rule.explore < 1 else { return nil }
    let hard = problem.rows.indices.filter {
      problem.rows[$0].penalty == nil && problem.rows[$0].bound.isFinite && survey.rowNorms[$0] > 0
    }
    guard !hard.isEmpty else { return nil }
    progress(hard.count)
    let all = try RowSystem(engine, survey, rows: Set(hard), limits: limits)
    guard let found = try all.proof(among: Set(hard)) else { return nil }
    let smallest = try smallest(of: found)
    let whole = try wholeMeters(of: smallest.rows)
    var clashes: [AllocationInfeasibility.Clash] = []
    for (place, row) in smallest.rows.sorted().enumerated() {
      progress(smallest.rows.count)
      let isTold = place < AllocationInfeasibility.mostClosest
      let closest = isTold ? try closestBound(row, among: smallest.rows, whole: whole) : nil
      var clash = clash(row, closest: closest)
      clash.weight = smallest.weights[row] ?? 0
      clashes.append(clash)
    }
    return AllocationInfeasibility(clashes: clashes)
  }

  /// Of rows that clash, a set of which none can be left out: of blocks that hang on nothing in common the
  /// first that clashes, halves of that, then one by one.
  private func smallest(of start: RowSystem.Proof) throws -> RowSystem.Proof {
    var proof = start
    var system = try RowSystem(engine, survey, rows: proof.rows, limits: limits)
    let blocks = try system.blocks(of: proof.rows)
    if blocks.count > 1 {
      for block in blocks {
        progress(proof.rows.count)
        let own = try RowSystem(engine, survey, rows: block, limits: limits)
        guard let found = try own.proof(among: block) else { continue }
        (proof, system) = (found, own)
        break
      }
    }
    var left = system.isSmall ? Int.max : Self.mostTests
    var size = max(1, proof.rows.count / 2)
    while proof.rows.count > 1, left > 0 {
      let order = Array(proof.rows.sorted().reversed())
      for start in stride(from: 0, to: order.count, by: size) where left > 0 {
        let tried = proof.rows.intersection(order[start..<min(order.count, start + size)])
        guard !tried.isEmpty, tried.count < proof.rows.count else { continue }
        progress(proof.rows.count)
        left -= 1
        guard let smaller = try system.proof(among: proof.rows.subtracting(tried)) else { continue }
        proof = smaller
      }
      if !system.isSmall || system.problem.decisionCount > Self.fewClasses {
        system = try RowSystem(engine, survey, rows: proof.rows, limits: limits)
        if system.isSmall { left = Int.max }
      }
      if size == 1 { break }
      size = min(max(1, size / 2), max(1, proof.rows.count / 2))
    }
    return proof
  }

  /// More than these are gathered anew when rows are left out.
  private static let fewClasses = 2_000
}
