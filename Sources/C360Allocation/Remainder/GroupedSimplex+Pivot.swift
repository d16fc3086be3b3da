extension GroupedSimplex {
  struct Entering {
    /// As in `basis`.
    let variable: Int
    let decision: Int
    let gain: Double
  }

  /// The variable whose entry gains most in the next stretch of decisions that has any; while pivots
  /// lead nowhere, the first (Bland 1977).
  func chooseEntering() -> Entering? {
    let bland = idlePivots > 40 + rowCount
    if let row = enteringRow() { return row }
    let count = problem.decisionCount
    var best: Entering?
    var seen = 0
    var decision = bland ? 0 : nextDecision
    while seen < count {
      if decision >= count { decision = 0 }
      let key = keys[decision]
      let worth = cost(key) - charge(key)
      for column in problem.columns(decision) where column != key && allowed[column] {
        let gain = cost(column) - charge(column) - worth
        if gain > Self.tolerance * (1 + abs(cost(column))), gain > best?.gain ?? 0 {
          best = Entering(variable: column, decision: decision, gain: gain)
          if bland { return best }
        }
      }
      decision += 1
      seen += 1
      if best != nil, seen % 256 == 0 { break }
    }
    nextDecision = decision
    return best
  }

  /// A slack whose row has a negative price, or a surplus whose rows cost more than its charge.
  private func enteringRow() -> Entering? {
    var best: Entering?
    for row in 0..<rowCount {
      let price = prices.start[row]
      let slack = -price
      let relief = relieved[row].reduce(0) { $0 + $1.amount * prices.start[$1.row] }
      let surplus = relieved[row].isEmpty ? 0 : relief - charges[row]
      if slack > Self.tolerance, slack > best?.gain ?? 0 {
        best = Entering(variable: -1 - 2 * row, decision: -1, gain: slack)
      }
      if surplus > Self.tolerance * (1 + charges[row]), surplus > best?.gain ?? 0 {
        best = Entering(variable: -2 - 2 * row, decision: -1, gain: surplus)
      }
    }
    return best
  }

  func pivot(_ entering: Entering) {
    sinceInversion += 1
    aim(entering)
    let leaving = chooseLeaving(entering)
    let step = max(0, leaving.step)
    idlePivots = step > 1e-13 ? 0 : idlePivots + 1
    advance(entering, by: step)
    if let position = leaving.position {
      exchange(position, for: entering, value: step)
    } else if leaving.decision == entering.decision, member(of: leaving.decision) == nil {
      // The entering candidate becomes the key; the working basis stays as it is.
      keys[entering.decision] = entering.variable
      keyValues[entering.decision] = step
      return
    } else if let position = member(of: leaving.decision) {
      swapKey(of: leaving.decision, with: position)
      aim(entering)
      exchange(position, for: entering, value: step)
    } else {
      // Rounding has led astray: begin again from what is known.
      invert()
      return
    }
    price()
  }

  /// The column of an entering variable in terms of the working basis.
  private func aim(_ entering: Entering) {
    let m = rowCount
    for row in 0..<m { direction.start[row] = 0 }
    if entering.variable < 0 {
      let row = (-entering.variable - 1) / 2
      if entering.variable % 2 == 0 {
        for part in relieved[row] {
          for position in 0..<m {
            direction.start[position] -= part.amount * inverse.start[position * m + part.row]
          }
        }
      } else {
        for position in 0..<m { direction.start[position] = inverse.start[position * m + row] }
      }
      return
    }
    add(column: entering.variable, factor: 1)
    add(column: keys[entering.decision], factor: -1)
  }

  private func add(column: Int, factor: Double) {
    let m = rowCount
    for entry in problem.entryRange(column) {
      let row = Int(problem.entryRows[entry])
      let amount = factor * problem.entries[entry]
      for position in 0..<m {
        direction.start[position] += amount * inverse.start[position * m + row]
      }
    }
  }

  struct Leaving {
    var step: Double
    var position: Int?
    var decision: Int
  }

  /// Who reaches 0 first as the entering variable grows: a member of the working basis or a key.
  private func chooseLeaving(_ entering: Entering) -> Leaving {
    var touched: [Int] = []
    var leaving = Leaving(step: .infinity, position: nil, decision: -1)
    var firmest = 0.0
    for position in 0..<rowCount {
      let speed = direction.start[position]
      if basis[position] >= 0 {
        let group = owners[position]
        if rates[group] == 0 { touched.append(group) }
        rates[group] -= speed
        if rates[group] == 0 { rates[group] = -1e-300 }
      }
      guard speed > 1e-11 else { continue }
      let step = max(0, values[position]) / speed
      if step < leaving.step - 1e-14 || (step <= leaving.step + 1e-14 && speed > firmest) {
        leaving = Leaving(step: min(step, leaving.step), position: position, decision: -1)
        firmest = speed
      }
    }
    if entering.decision >= 0 {
      if rates[entering.decision] == 0 { touched.append(entering.decision) }
      rates[entering.decision] += 1
    }
    for group in touched {
      let speed = rates[group]
      rates[group] = 0
      guard speed > 1e-11 else { continue }
      let step = max(0, keyValues[group]) / speed
      if step < leaving.step - 1e-14 || (step <= leaving.step + 1e-14 && speed > firmest) {
        leaving = Leaving(step: min(step, leaving.step), position: nil, decision: group)
        firmest = speed
      }
    }
    return leaving
  }

  private func advance(_ entering: Entering, by step: Double) {
    guard step > 0, step.isFinite else { return }
    for position in 0..<rowCount {
      let change = step * direction.start[position]
      values[position] -= change
      if basis[position] >= 0 { keyValues[owners[position]] += change }
    }
    if entering.decision >= 0 { keyValues[entering.decision] -= step }
  }

  /// A position of the working basis that holds a candidate of a decision.
  private func member(of decision: Int) -> Int? {
    guard decision >= 0 else { return nil }
    return basis.indices.first { basis[$0] >= 0 && owners[$0] == decision }
  }

  /// Makes the candidate at a position the key, and the key a member of the working basis. Columns
  /// are differences from keys, so the inverse changes in one row.
  private func swapKey(of decision: Int, with position: Int) {
    let m = rowCount
    let target = inverse.start + position * m
    for row in 0..<m { target[row] = -target[row] }
    for other in 0..<m
    where other != position && basis[other] >= 0 && owners[other] == decision {
      let source = inverse.start + other * m
      for row in 0..<m { target[row] -= source[row] }
    }
    let key = keys[decision]
    keys[decision] = basis[position]
    basis[position] = key
    let value = keyValues[decision]
    keyValues[decision] = values[position]
    values[position] = value
  }

  private func exchange(_ position: Int, for entering: Entering, value: Double) {
    let m = rowCount
    let turning = direction.start[position]
    guard abs(turning) > 1e-13 else {
      invert()
      return
    }
    let target = inverse.start + position * m
    for row in 0..<m { target[row] /= turning }
    for other in 0..<m where other != position {
      let factor = direction.start[other]
      if factor == 0 { continue }
      let source = inverse.start + other * m
      for row in 0..<m { source[row] -= factor * target[row] }
    }
    basis[position] = entering.variable
    owners[position] = entering.decision
    values[position] = value
  }
}
