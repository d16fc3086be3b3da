import C360Plan
import C360Semantics

extension Lowering {
  func lowerExpectations() {
    for expectation in program.expectations {
      let scope: Scope
      var isEarly = true
      switch expectation.rows {
      case .table(let table):
        scope = rowScope(table)
      case .exposure(let exposure):
        if case .file = program[exposure].origin {
          let rows = rows(exposure)
          scope = Scope(relation: rows.relation)
        } else {
          scope = frameScope(frame(exposure))
          isEarly = false
        }
      }
      let step = Step.expect(
        ExpectStep(
          relation: scope.relation, condition: lower(expectation.condition, as: .bool, scope),
          origin: origin(expectation.span)))
      if isEarly { expectSteps.append(step) } else { querySteps.append(step) }
    }
  }

  /// Puts the steps in an order in which each finds what it reads: rows, frames, versions and
  /// consents at moments; then timelines, those behind longer chains later; decisions; queries.
  func assemble() -> LoweredProgram {
    var steps: [Step] = []
    // Building the later steps may still ask for columns of tables, so scans are built last.
    for frame in frameOrder { steps.append(.frame(frameStep(frame))) }
    steps += requests.drawOrder.compactMap { drawStep($0).map(Step.draw) }
    steps += requests.eventOrder.compactMap { eventMomentsStep($0).map(Step.eventMoments) }
    steps += requests.coverageOrder.compactMap { coverageStep($0).map(Step.coverage) }
    steps += requests.profileOrder.compactMap { asOfStep($0).map(Step.asOf) }
    steps += requests.consentOrder.filter { $0.decision == nil }
      .compactMap { consentStep($0).map(Step.consent) }
    steps += returnSteps(level: 0)
    steps += momentSteps()
    steps += decisionOrder.filter { !isTogether($0) }.map { Step.decide(decideStep($0)) }
    for composed in compositionOrder { steps += composeSteps(composed) }
    steps += querySteps

    let links =
      requests.versionOrder.compactMap { requests.versions[$0] }.map(Step.versions) + linkSteps()
    var sources: [RowSource] = []
    var scans: [Step] = []
    for rows in tableOrder {
      let columns = rows.columns.sorted { $0.key < $1.key }
      scans.append(
        .scan(
          ScanStep(
            source: sources.count, relation: rows.relation,
            columns: columns.map { (name: rows.contract[$0.key].name, column: $0.value) })))
      sources.append(
        RowSource(origin: rows.origin, relation: rows.relation, columns: columns.map(\.key)))
    }
    plan.steps = scans + expectSteps + links + steps
    plan.scalars = scalars.arena
    if scalars.canAnyFail {
      for frame in frameOrder { plan.lasting.formUnion([frame.key, frame.time]) }
    }
    return LoweredProgram(
      plan: plan, sources: sources, origins: origins, sinks: sinks,
      frames: Dictionary(uniqueKeysWithValues: frameOrder.map { ($0.relation, $0.exposure) }),
      moments: Dictionary(
        uniqueKeysWithValues: frameOrder.map { ($0.relation, (key: $0.key, time: $0.time)) }),
      decisions: decisionOrder.map {
        LoweredProgram.Decided(
          policy: $0.key.policy, exposure: $0.key.exposure, name: name(of: $0),
          isAsked: $0.isAsked, within: $0.key.within)
      },
      compositions: compositionOrder.map {
        LoweredProgram.Composed(
          composition: $0.key.composition, exposure: $0.key.exposure, name: name(of: $0))
      },
      unruled: Set(
        frameOrder.filter { $0.reach != nil && !program[$0.exposure].isKeepDeclared }
          .map(\.relation)),
      coverages: coverages,
      linked: Dictionary(uniqueKeysWithValues: linkedOrder.map { ($0.relation, $0.table) }),
      hideCounts: hideCounts, hiddenOutcomes: hiddenOutcomes)
  }

  private func momentSteps() -> [Step] {
    var steps: [Step] = []
    let derivedLevels = requests.derived.map { level(of: $0.scalar) }
    let last = max(
      derivedLevels.max() ?? 0, requests.timelineOrder.map(\.level).max() ?? 0,
      requests.holds.map(\.level).max() ?? 0)
    for level in 0...last {
      var byRelation: [(relation: RelationID, columns: [(scalar: ScalarID, column: ColumnID)])] = []
      for (index, derived) in requests.derived.enumerated() where derivedLevels[index] == level {
        let column = (scalar: derived.scalar, column: derived.column)
        if let place = byRelation.firstIndex(where: { $0.relation == derived.relation }) {
          byRelation[place].columns.append(column)
        } else {
          byRelation.append((derived.relation, [column]))
        }
      }
      steps += byRelation.map { .derive(DeriveStep(relation: $0.relation, columns: $0.columns)) }
      steps += requests.holds.filter { $0.level == level }.map { .coverage(holdStep($0)) }
      for key in requests.timelineOrder where key.decision == nil && key.level == level {
        if let step = timelineStep(key) { steps.append(.timeline(step)) }
      }
      steps += returnSteps(level: level + 1)
    }
    return steps
  }

  private func eventMomentsStep(_ table: TableID) -> EventMomentsStep? {
    guard let events = requests.events[table], let own = moments(of: eventScope(table)) else {
      return nil
    }
    return EventMomentsStep(
      events: own.relation, key: own.key, time: own.time, moments: events.moments.relation,
      momentKey: events.moments.key, momentTime: events.moments.time, place: events.place)
  }

  /// Brings back to the events what is computed at them behind so many timelines.
  private func returnSteps(level: Int) -> [Step] {
    requests.eventOrder.compactMap { table in
      guard let events = requests.events[table] else { return nil }
      let columns = events.returned.filter { (levels[$0.from] ?? 0) == level }
      if columns.isEmpty { return nil }
      return .eventValues(
        EventValuesStep(
          events: eventScope(table).relation, place: events.place, columns: columns))
    }
  }
}
