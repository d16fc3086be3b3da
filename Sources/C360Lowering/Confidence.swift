import C360Columns
import C360Plan
import C360Semantics

/// The links of an identity as events of their entities: each counts from when it was learned of
/// until a newer one takes its place.
struct LinkTimeline {
  let relation: RelationID
  /// The entity's key.
  let entity: ColumnID
  let known: ColumnID
  let gone: ColumnID
  let weight: ColumnID
}

extension Lowering {
  /// The greatest probability among the links that hold at each moment.
  func confidence(
    _ identity: TableID, _ expression: Expression, at moments: Moments, _ scope: Scope
  ) -> ScalarID {
    let links = linkTimeline(identity)
    let greatest = WindowedAggregate(
      function: .max, argument: links.weight, second: nil, filter: nil, matches: [], window: .all,
      lag: 0)
    let key = timeline(identity, moments, decision: nil, level: 0)
    if let known = requests.timelines[key]?.index[greatest] {
      return scalar(returned(known, scope))
    }
    let answer = addColumn(
      expression.span.text.singleLine, .float, in: moments.relation, nullable: true)
    levels[answer] = 1
    requests.timelines[key]?.index[greatest] = answer
    requests.timelines[key]?.outputs.append(
      TimelineStep.Output(
        aggregate: greatest, column: answer, origin: origin(expression.span)))
    return scalar(returned(answer, scope))
  }

  private func linkTimeline(_ identity: TableID) -> LinkTimeline {
    if let known = linkTimelines[identity] { return known }
    let relation = plan.addRelation("links of \(program[identity].name)")
    var key = LogicalType.int
    if case .identity(let roles) = program[identity].kind {
      key = program[identity].columns[roles.entity].type.logical
      _ = links(of: identity, roles)
    }
    let timeline = LinkTimeline(
      relation: relation, entity: addColumn("entity", key, in: relation, nullable: false),
      known: addColumn("known", .time, in: relation, nullable: false),
      gone: addColumn("gone", .time, in: relation, nullable: true),
      weight: addColumn("weight", .float, in: relation, nullable: false))
    linkTimelines[identity] = timeline
    return timeline
  }

  func linkSource(_ identity: TableID) -> EventSource? {
    guard let links = linkTimelines[identity] else { return nil }
    var source = EventSource(
      relation: links.relation, key: links.entity, time: links.known, known: nil,
      arrivesWithin: nil, gone: links.gone, tieBreak: [links.weight], observedThrough: nil)
    source.isOfTable = false
    return source
  }

  func confidenceStep(_ identity: TableID, _ timeline: LinkTimeline) -> LinkStep? {
    guard case .identity(let roles) = program[identity].kind else { return nil }
    return LinkStep(
      links: links(of: identity, roles), events: nil, output: timeline.relation,
      entity: timeline.entity, known: timeline.known, gone: timeline.gone, weight: timeline.weight,
      columns: [])
  }
}
