import C360Columns
import C360Plan

/// What a run leaves behind.
public struct ExecutionResult: Sendable {
  /// In the order of the plan's sinks.
  public let sinks: [SinkResult]
  /// Rows of every relation of the plan.
  public let rowCounts: [RelationID: Int]
  public let counts: RunCounts
  /// One a step, in order.
  public let statistics: [StepStatistics]
  /// Partitions that the run was cut into; nil: it was not.
  public let partitions: Int?
}

public struct SinkResult: Sendable {
  /// As in `Sink.index`.
  public let index: Int
  public let rows: SinkRows
}

/// What a step did, for `plan --analyze`.
public struct StepStatistics: Sendable {
  /// Index into the plan's steps.
  public let step: Int
  /// `timeline orders → sends`
  public let operation: String
  /// Rows of the relation that the step makes or adds columns to.
  public let rows: Int
  public let seconds: Double
  /// Memory of the columns that the step added.
  public let bytes: Int
  /// Memory of all columns after the step.
  public let residentBytes: Int
}

/// Steps in words and their main relations.
enum StepName {
  static func of(_ step: Step, in plan: Plan) -> String {
    func name(_ relation: RelationID) -> String { plan.name(of: relation) }
    switch step {
    case .scan(let step): return "scan \(name(step.relation))"
    case .versions(let step): return "versions \(name(step.relation))"
    case .frame(let step): return "frame \(name(step.relation))"
    case .link(let step): return "link \(name(step.links.relation)) → \(name(step.output))"
    case .timeline(let step): return "timeline \(name(step.events.relation)) → \(name(step.frame))"
    case .eventMoments(let step): return "moments \(name(step.events))"
    case .eventValues(let step): return "values \(name(step.events))"
    case .coverage(let step): return "coverage \(name(step.frame))"
    case .asOf(let step): return "as of \(name(step.versions)) → \(name(step.frame))"
    case .consent(let step): return "consent \(name(step.ledger)) → \(name(step.frame))"
    case .derive(let step): return "derive \(name(step.relation))"
    case .filter(let step): return "filter \(name(step.input))"
    case .group(let step): return "group \(name(step.input))"
    case .sort(let step): return "sort \(name(step.input))"
    case .limit(let step): return "limit \(name(step.input))"
    case .sample(let step): return "sample \(name(step.input))"
    case .stack(let step): return "stack \(name(step.input))"
    case .join(let step): return "join \(name(step.left)), \(name(step.right))"
    case .window(let step): return "window \(name(step.input))"
    case .decide(let step): return "decide \(step.policy)"
    case .unfold(let step): return "unfold \(name(step.frame)) → \(name(step.output))"
    case .draw(let step): return "draw \(name(step.frame))"
    case .compose(let step): return "compose \(step.name)"
    case .expect(let step): return "expect \(name(step.relation))"
    }
  }

  /// The same for whoever reads that a step takes too much.
  static func inWords(_ step: Step, in plan: Plan) -> String {
    func rows(_ relation: RelationID) -> String { "the rows of `\(plan.name(of: relation))`" }
    switch step {
    case .filter(let step): return "`where` over \(rows(step.input))"
    case .group(let step): return "`group` over \(rows(step.input))"
    case .sort(let step): return "`sort` of \(rows(step.input))"
    case .sample(let step): return "`sample` of \(rows(step.input))"
    case .window(let step): return "`window` over \(rows(step.input))"
    case .join(let step):
      return "`join` of \(rows(step.left)) with those of `\(plan.name(of: step.right))`"
    case .scan(let step): return "reading `\(plan.name(of: step.relation))`"
    case .derive(let step): return "`derive` over \(rows(step.relation))"
    case .versions, .link, .frame, .eventMoments, .eventValues, .timeline, .coverage, .asOf,
      .consent, .limit, .stack, .decide, .unfold, .draw, .compose, .expect:
      return of(step, in: plan)
    }
  }

  /// The relation that a step makes, adds columns to, or looks at.
  static func target(of step: Step) -> RelationID {
    switch step {
    case .scan(let step): step.relation
    case .versions(let step): step.relation
    case .frame(let step): step.relation
    case .link(let step): step.output
    case .timeline(let step): step.frame
    case .eventMoments(let step): step.moments
    case .eventValues(let step): step.events
    case .asOf(let step): step.frame
    case .coverage(let step): step.frame
    case .consent(let step): step.frame
    case .derive(let step): step.relation
    case .filter(let step): step.output
    case .group(let step): step.output
    case .sort(let step): step.output
    case .limit(let step): step.output
    case .sample(let step): step.output
    case .window(let step): step.output
    case .join(let step): step.output
    case .stack(let step): step.output
    case .decide(let step): step.slate?.rows ?? step.frame
    case .unfold(let step): step.output
    case .draw(let step): step.frame
    case .compose(let step): step.frame
    case .expect(let step): step.relation
    }
  }

  /// Relations whose rows a step needs all at once.
  static func inputs(of step: Step) -> [RelationID] {
    switch step {
    case .group(let step): [step.input]
    case .sort(let step): [step.input]
    case .limit(let step): [step.input]
    case .sample(let step): [step.input]
    case .window(let step): [step.input]
    case .stack(let step): [step.input]
    case .join(let step): [step.left, step.right]
    case .scan, .versions, .link, .frame, .eventMoments, .eventValues, .timeline, .coverage, .asOf,
      .consent, .derive, .filter, .decide, .unfold, .draw, .compose, .expect:
      []
    }
  }
}
