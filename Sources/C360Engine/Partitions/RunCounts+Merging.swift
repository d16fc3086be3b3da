extension RunCounts {
  /// Adds what was counted of other entities.
  mutating func merge(_ other: RunCounts) {
    func add(_ counts: inout [String: Int], _ more: [String: Int]) {
      counts.merge(more, uniquingKeysWith: +)
    }
    add(&nullConditions, other.nullConditions)
    for (frame, columns) in other.censored { add(&censored[frame, default: [:]], columns) }
    add(&neverKnown, other.neverKnown)
    add(&superseded, other.superseded)
    add(&retracted, other.retracted)
    add(&unlinked, other.unlinked)
    add(&unresolved, other.unresolved)
    // Links are looked at as a whole, whatever part asks.
    links.merge(other.links) { first, _ in first }
    add(&reversedVersions, other.reversedVersions)
    add(&unusedEvents, other.unusedEvents)
    add(&tiedExposures, other.tiedExposures)
    add(&resolvedTies, other.resolvedTies)
    add(&duplicates, other.duplicates)
    for (table, found) in other.findings { findings[table, default: .init()].merge(found) }
    for (frame, columns) in other.censoredMonths {
      for (column, months) in columns {
        censoredMonths[frame, default: [:]][column, default: .init()].add(months)
      }
    }
    add(&kept, other.kept)
    for (ledger, purposes) in other.overlappingGrants {
      add(&overlappingGrants[ledger, default: [:]], purposes)
    }
    for (ledger, purposes) in other.reversedConsents {
      add(&reversedConsents[ledger, default: [:]], purposes)
    }
    mergePurposes(other)
    for (policy, counts) in other.decisions { decisions[policy, default: .init()].merge(counts) }
    for (name, counts) in other.compositions { compositions[name, default: .init()].merge(counts) }
  }
}

extension RunCounts {
  /// A purpose is in no row of a ledger when it is in no row of any part.
  private mutating func mergePurposes(_ other: RunCounts) {
    mentionedPurposes.merge(other.mentionedPurposes) { $0.union($1) }
    for (ledger, purposes) in other.unmentionedPurposes {
      unmentionedPurposes[ledger, default: [:]].merge(purposes) { Set($0 + $1).sorted() }
    }
    for (ledger, purposes) in unmentionedPurposes {
      let mentioned = mentionedPurposes[ledger] ?? []
      let left = purposes.filter { !mentioned.contains($0.key) }
      unmentionedPurposes[ledger] = left.isEmpty ? nil : left
    }
  }
}

extension CompositionCounts {
  public mutating func merge(_ other: CompositionCounts) {
    decisions.merge(other.decisions)
    if acted.isEmpty {
      acted = other.acted
    } else {
      for (node, slots) in other.acted.enumerated() {
        for (slot, rows) in slots.enumerated() { acted[node][slot] += rows }
      }
    }
  }
}

extension DecisionCounts {
  fileprivate mutating func merge(_ other: DecisionCounts) {
    rows += other.rows
    if let more = other.positions { positions = (positions ?? 0) + more }
    fallbacks += other.fallbacks
    actions.merge(other.actions, uniquingKeysWith: +)
    forbidden.merge(other.forbidden, uniquingKeysWith: +)
    for (term, sum) in other.sums { sums[term, default: ExactSum()].merge(sum) }
    if shifts.isEmpty { shifts = other.shifts.map { _ in ShiftCounts() } }
    for (index, counts) in other.shifts.enumerated() { shifts[index].merge(counts) }
    // Decisions that bounds couple are made in one part; those of each entity in many.
    if let theirs = other.allocation {
      if allocation == nil { allocation = theirs } else { allocation?.merge(theirs) }
    }
  }
}
