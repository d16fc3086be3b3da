import C360Columns
import C360Plan
import C360Semantics

/// The events of a table `via` an identity, as events of entities.
final class LinkedRows {
  let table: TableID
  let identity: TableID
  let relation: RelationID
  /// By position in the contract; only what somebody asked for.
  fileprivate(set) var columns: [Int: ColumnID] = [:]
  /// The entity's key.
  let entity: ColumnID
  /// When event and link are known; where links have a known time.
  let known: ColumnID?
  /// When the link is superseded or the event gone; where either may be.
  let gone: ColumnID?
  /// Where the identity is weighted.
  let weight: ColumnID?

  fileprivate init(
    table: TableID, identity: TableID, relation: RelationID, entity: ColumnID,
    known: ColumnID?, gone: ColumnID?, weight: ColumnID?
  ) {
    self.table = table
    self.identity = identity
    self.relation = relation
    self.entity = entity
    self.known = known
    self.gone = gone
    self.weight = weight
  }
}

extension Lowering {
  /// Of a table whose keys are identifiers; nil for others.
  func linked(_ table: TableID) -> LinkedRows? {
    if let known = linkedTables[table] { return known }
    guard case .events(let events) = program[table].kind, let via = events.via,
      case .identity(let roles) = program[via].kind
    else { return nil }
    let relation = plan.addRelation(program[table].name)
    let key = program[via].columns[roles.entity]
    func clock(_ name: String, where isNeeded: Bool) -> ColumnID? {
      isNeeded ? addColumn(name, .time, in: relation, nullable: true) : nil
    }
    let linked = LinkedRows(
      table: table, identity: via, relation: relation,
      entity: addColumn(key.name, key.type.logical, in: relation, nullable: false),
      known: clock("known", where: roles.known != nil),
      gone: clock("gone", where: roles.known != nil || events.id != nil),
      weight: roles.rule == .weighted
        ? addColumn("weight", .float, in: relation, nullable: false) : nil)
    linkedTables[table] = linked
    linkedOrder.append(linked)
    // The steps that read them are built when no more columns can be asked for.
    _ = linkStep(linked)
    return linked
  }

  func column(_ position: Int, of linked: LinkedRows) -> ColumnID {
    if let known = linked.columns[position] { return known }
    let column = program[linked.table].columns[position]
    _ = self.column(position, of: rows(linked.table))
    let id = addColumn(
      column.name, column.type.logical, in: linked.relation,
      nullable: column.type.isOptional && column.defaultValue == nil)
    linked.columns[position] = id
    return id
  }

  /// The events of a table as timelines and populations read them.
  func eventSource(_ linked: LinkedRows, _ roles: Table.EventRoles) -> EventSource {
    let rows = rows(linked.table)
    let sequence = roles.sequence.map { column($0, of: linked) }
    let values = program[linked.table].columns.indices.map { column($0, of: linked) }
    let known = linked.known ?? roles.known.map { column($0, of: linked) }
    return EventSource(
      relation: linked.relation, key: linked.entity, time: column(roles.time, of: linked),
      known: known, arrivesWithin: linked.known == nil ? roles.arrivesWithin : nil,
      gone: linked.gone,
      // Spells of one event and entity are no copies of each other.
      tieBreak: [sequence].compactMap { $0 } + values + [linked.known].compactMap { $0 },
      sequence: sequence, observedThrough: observedThrough(roles),
      observedAtMost: observedAtMost(roles),
      newest: (column(roles.time, of: rows), goneColumn(linked.table, roles, rows)))
  }

  private func linkStep(_ linked: LinkedRows) -> LinkStep? {
    guard case .events(let events) = program[linked.table].kind,
      case .identity(let roles) = program[linked.identity].kind
    else { return nil }
    let rows = rows(linked.table)
    return LinkStep(
      links: links(of: linked.identity, roles),
      events: LinkStep.Events(
        relation: rows.relation, key: column(events.key, of: rows),
        time: column(events.time, of: rows), known: events.known.map { column($0, of: rows) },
        arrivesWithin: events.arrivesWithin, gone: goneColumn(linked.table, events, rows)),
      output: linked.relation, entity: linked.entity, known: linked.known,
      gone: linked.gone,
      weight: linked.weight,
      columns: linked.columns.sorted { $0.key < $1.key }.map {
        (from: column($0.key, of: rows), to: $0.value)
      })
  }

  /// The rows of an identity and what they mean.
  func links(of identity: TableID, _ roles: Table.IdentityRoles) -> LinkStep.Links {
    let links = rows(identity)
    let rule: LinkStep.Rule =
      switch roles.rule {
      case .best: .best
      case .weighted: .weighted
      case .clusters: .clusters
      }
    return LinkStep.Links(
      relation: links.relation, identifier: column(roles.identifier, of: links),
      entity: column(roles.entity, of: links), weight: linkWeight(identity, roles, links),
      known: roles.known.map { column($0, of: links) }, tieBreak: allColumns(of: links),
      rule: rule, threshold: roles.threshold)
  }

  /// The probability of each link, computed before links are read where it is no column.
  private func linkWeight(
    _ identity: TableID, _ roles: Table.IdentityRoles, _ links: TableRows
  ) -> ColumnID {
    let value = lower(roles.weight, as: .float, Scope(relation: links.relation, table: identity))
    if let column = scalars.column(of: value) { return column }
    let key = MaterializedKey(relation: links.relation, scalar: value)
    if let known = materialized[key] { return known }
    let column = addColumn("link", .float, in: links.relation, nullable: false)
    materialized[key] = column
    linkDerivations.append(DeriveStep(relation: links.relation, columns: [(value, column)]))
    return column
  }

  func linkSteps() -> [Step] {
    let steps =
      linkedOrder.compactMap { linkStep($0).map(Step.link) }
      + linkTimelines.sorted { $0.key.index < $1.key.index }
      .compactMap { confidenceStep($0.key, $0.value).map(Step.link) }
    return linkDerivations.map { .derive($0) } + steps
  }

  // MARK: Weighted events

  /// Events that are the entity's more likely than not.
  func isLikely(_ weight: ColumnID) -> ScalarID {
    let half = scalars.constant(.float(bits: (0.5).bitPattern), .float64)
    return scalars.add(.lessEqual, [half, scalar(weight)], .bool)
  }

  /// An aggregate over events of which each is the entity's with a probability (semantics.md I2):
  /// the products of value and probability are columns of their own, summed exactly. Those of integers
  /// are made where they are summed.
  func mixture(_ call: AggregateCall, weight: ColumnID) -> ScalarID {
    let p = scalar(weight)
    func product(_ expression: Expression) -> ColumnID {
      let value = argument(of: call, expression)
      let name = "p * \(expression.span.text.singleLine)"
      var type = Type(.float(.none), optional: expression.type.isOptional)
      var times = ScalarOperation.multiplyFloat
      if case .vector = expression.type.base { (type, times) = (expression.type, .scaleVector) }
      return derivedColumn(
        scalars.add(times, [value, p], type.physical), in: call.events.relation, named: name, type)
    }
    func counted(_ expression: Expression?) -> ColumnID {
      let name = expression.map { "p of \($0.span.text.singleLine)" } ?? "p"
      return derivedColumn(
        probability(where: expression, p, call), in: call.events.relation, named: name,
        Type.float.optional)
    }
    func squared(_ expression: Expression?) -> ColumnID {
      let weight = probability(where: expression, p, call)
      return derivedColumn(
        scalars.add(.multiplyFloat, [weight, p], .float64), in: call.events.relation,
        named: "p * p", Type.float.optional)
    }
    let values = call.aggregate.argument
    let numbers = [values, call.aggregate.second].compactMap { $0 }
    let ofIntegers = numbers.contains { $0.type.base == .int }
    switch call.aggregate.function {
    case .count: return windowed(call, .sum, counted(values))
    // Products of integers are no doubles, so that no column holds them.
    case .sum where ofIntegers, .mean where ofIntegers, .ratio where ofIntegers:
      let columns = numbers.map { eventColumn(argument(of: call, $0), $0, call.events) }
      return windowed(
        call, call.aggregate.function.planned, columns.first, columns.dropFirst().first,
        weight: weight)
    case .sum: return windowed(call, .sum, values.map(product))
    case .mean: return windowed(call, .ratio, values.map(product), counted(values))
    case .ratio:
      return windowed(call, .ratio, values.map(product), call.aggregate.second.map(product))
    case .decayedSum: return windowed(call, .decayedSum, values.map(product))
    case .decayedCount: return windowed(call, .decayedSum, counted(values))
    case .decayedMean:
      return windowed(call, .decayedMean, values.map(product), counted(values))
    case .effectiveCount:
      return effectiveCount(
        windowed(call, .sum, counted(values)), squares: windowed(call, .sum, squared(values)))
    case .share:
      let truth = values.map { eventColumn(argument(of: call, $0), $0, call.events) }
      return windowed(call, .share, truth, counted(values))
    default: preconditionFailure("\(call.aggregate.function) takes whole events")
    }
  }

  /// (Σp)² / Σp², 0 over nothing. In an order in which probabilities of 1 give the number of events,
  /// however many, and no square is beyond the range of doubles.
  private func effectiveCount(_ total: ScalarID, squares: ScalarID) -> ScalarID {
    let zero = scalars.constant(.float(bits: 0), .float64)
    let isNone = scalars.add(.equal, [squares, zero], .bool)
    let quotient = scalars.add(.divideFloat, [total, squares], .float64)
    let effective = scalars.add(.multiplyFloat, [quotient, total], .float64)
    return scalars.add(.select, [isNone, squares, effective], .float64)
  }

  /// The probability where the argument, if there is one, has a value.
  private func probability(
    where expression: Expression?, _ p: ScalarID, _ call: AggregateCall
  ) -> ScalarID {
    guard let expression, expression.type.isOptional else { return p }
    let isNull = scalars.add(.isNull, [argument(of: call, expression)], .bool)
    return scalars.add(.select, [isNull, scalars.null(.float64), p], .float64)
  }
}
