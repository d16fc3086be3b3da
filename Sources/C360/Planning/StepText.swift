import C360Lowering
import C360Plan
import C360Semantics

/// One line a step: what operator, on which relation, doing what.
struct StepText {
  let plan: Plan
  let scalars: ScalarText
  /// By name, as they are written.
  let constraints: [String: String]
  /// By policy, as they are written.
  let stabilities: [String: [String]]

  init(
    _ plan: Plan, constraints: [String: String] = [:], stabilities: [String: [String]] = [:]
  ) {
    self.plan = plan
    self.constraints = constraints
    self.stabilities = stabilities
    scalars = ScalarText(plan: plan)
  }

  /// Operator, relation that it makes or adds to, and details.
  func describe(_ step: Step) -> (operation: String, relation: RelationID, details: String) {
    switch step {
    case .scan(let step):
      return ("scan", step.relation, step.columns.map(\.name).joined(separator: ", "))
    case .versions(let step): return ("versions", step.relation, "by \(plan[step.id].name)")
    case .frame(let step): return ("frame", step.relation, frame(step))
    case .link(let step):
      return (
        "link", step.output,
        (step.events.map { "\(plan.name(of: $0.relation)) via " } ?? "")
          + "\(plan.name(of: step.links.relation)), "
          + "\(step.links.rule) above \(step.links.threshold)"
      )
    case .timeline(let step):
      return (
        "timeline", step.frame,
        "over \(plan.name(of: step.events.relation)): \(timeline(step))"
      )
    case .eventMoments(let step):
      return ("moments", step.moments, "\(plan.name(of: step.events)) in order")
    case .eventValues(let step):
      return ("values", step.events, names(step.columns.map(\.from)))
    case .coverage(let step):
      let names =
        step.windows.map { plan[$0.column].name }
        + step.holds.map { "\(plan[$0.column].name) through t + \($0.within.text)" }
      return ("coverage", step.frame, names.joined(separator: "; "))
    case .asOf(let step):
      return (
        "as of", step.frame,
        "\(plan.name(of: step.versions)): \(names(step.columns.map(\.from)))"
      )
    case .consent(let step):
      return (
        "consent", step.frame, step.tests.map { consent($0) }.joined(separator: ", ")
      )
    case .derive(let step):
      let columns = step.columns.map { column in
        let name = plan[column.column].name
        let value = scalars.text(column.scalar)
        return name == value ? name : "\(name) := \(value)"
      }
      return ("derive", step.relation, columns.joined(separator: "; "))
    case .filter(let step): return ("filter", step.output, scalars.text(step.condition))
    case .group(let step):
      let keys = step.keys.isEmpty ? "all rows" : names(step.keys.map(\.from))
      let values = names(step.aggregates.map(\.column))
      return ("group", step.output, values.isEmpty ? "by \(keys)" : "by \(keys): \(values)")
    case .sort(let step):
      let keys = step.keys.map { ($0.isDescending ? "-" : "") + plan[$0.column].name }
      let take = step.take.map { ", the first \($0)" } ?? ""
      return ("sort", step.output, "by \(keys.joined(separator: ", "))\(take)")
    case .sample(let step):
      let amount =
        switch step.amount {
        case .share(let share): "\(share) of the rows"
        case .rows(let count): "\(count) rows"
        }
      return ("sample", step.output, "\(amount) by \(names(step.by))")
    case .stack(let step): return ("stack", step.output, "\(step.height) rows of each")
    case .join(let step):
      let keys = step.keys.map { "\(plan[$0.left].name) == \(plan[$0.right].name)" }
      let kind = (step.isInner ? "only " : "") + (step.expands ? "expand " : "")
      return (
        "join", step.output,
        "\(kind)\(plan.name(of: step.right)) on \(keys.joined(separator: ", "))"
      )
    case .window(let step):
      let keys = step.order.map { ($0.isDescending ? "-" : "") + plan[$0.column].name }
      let parts =
        (step.partition.isEmpty ? [] : ["per \(names(step.partition))"])
        + (keys.isEmpty ? [] : ["by \(keys.joined(separator: ", "))"])
        + [names(step.outputs.map(\.column))]
      return ("window", step.output, parts.joined(separator: ": "))
    case .limit(let step):
      let parts =
        (step.skip > 0 ? ["skip \(step.skip)"] : []) + (step.take.map { ["take \($0)"] } ?? [])
      return ("limit", step.output, parts.joined(separator: ", "))
    case .decide(let step): return ("decide", step.slate?.rows ?? step.frame, decide(step))
    case .unfold(let step): return ("unfold", step.output, names(step.columns.map(\.to)))
    case .draw(let step): return ("draw", step.frame, names(step.draws.map(\.1)))
    case .compose(let step): return ("compose", step.frame, compose(step))
    case .expect(let step): return ("expect", step.relation, scalars.text(step.condition))
    }
  }

  private func consent(_ test: ConsentStep.Test) -> String {
    let channel =
      switch test.channel {
      case .every: ""
      case .named(let name): " on \"\(name)\""
      case .ofAction(let column): " on \(plan.name(of: plan[column].relation)).\(plan[column].name)"
      }
    let clock =
      switch test.clock {
      case .moment: ""
      case .throughout(let length): " through t + \(length.text)"
      case .instant(let time): " at \(ValueText.time(time))"
      }
    return "\"\(test.purpose)\"" + channel + clock
  }

  private func names(_ columns: [ColumnID]) -> String {
    columns.map { plan[$0].name }.joined(separator: ", ")
  }

  private func frame(_ step: FrameStep) -> String {
    switch step.origin {
    case .rows(let input, let columns):
      "\(plan.name(of: input)) in order, \(columns.count) columns"
    case .every(let length, let start, let through, let population):
      "every \(length.text) from \(ValueText.time(start)) through \(ValueText.time(through)) for "
        + entities(population)
    case .instant(let time, let population):
      "at \(ValueText.time(time)) for \(entities(population))"
    case .row(_, let time): "one row at \(ValueText.time(time))"
    }
  }

  private func entities(_ population: [FrameStep.Population]) -> String {
    "entities of " + population.map { plan.name(of: $0.relation) }.joined(separator: ", ")
  }

  private func timeline(_ step: TimelineStep) -> String {
    let outputs = names(step.outputs.map(\.column))
    let coverages = names(step.coverages.map(\.column))
    return [outputs, coverages].filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private func compose(_ step: ComposeStep) -> String {
    let outputs = names(step.outputs.map(\.1))
    guard step.isCounted else { return "\(step.name): \(outputs)" }
    let line = "\(step.name) of \(step.policies.map(\.name).joined(separator: ", ")): \(outputs)"
    return ([line] + step.together.map { decide($0) }).joined(separator: "\n")
  }

  private func decide(_ step: DecideStep) -> String {
    let choice =
      switch step.choice {
      case .greedy: "greedy"
      case .softmax(let temperature): "softmax(\(temperature))"
      case .threshold(let condition): "threshold(\(scalars.text(condition)))"
      }
    var lines = ["\(step.policy) among \(plan.name(of: step.actions)), \(choice)"]
    if step.explore > 0 { lines[0] += ", explore \(step.explore)" }
    for case (.probability(let action), _) in step.outputs {
      lines[0] += ", how probable \(plan[action].name) is to it"
    }
    for timeline in step.actionTimelines {
      lines.append(
        "windows over \(plan.name(of: timeline.events.relation)): \(self.timeline(timeline))")
    }
    for consent in step.actionConsents {
      let tests = consent.tests.map { self.consent($0) }.joined(separator: ", ")
      lines.append("consents of \(plan.name(of: consent.ledger)): \(tests)")
    }
    lines += step.constraints.map { bound in
      let limit =
        switch bound.limits {
        case nil: "\(bound.bound)"
        case .actions(let column, _), .rows(let column, _, _):
          "\(plan.name(of: plan[column].relation)).\(plan[column].name)"
        }
      var words = "subject to \(bound.name) \(bound.isAtMost ? "<=" : ">=") \(limit)"
      if let penalty = bound.penalty { words += " soft \(penalty)" }
      return words + declared(bound.name)
    }
    lines += step.entityCaps.map {
      "subject to \($0.name) <= \(plan[$0.bound].name)" + declared($0.name)
    }
    if let stage = step.firstStage {
      lines.append("candidates top(\(stage.count)) by \(scalars.text(stage.score))")
    }
    if let slate = step.slate {
      let limits = slate.limits.map { ", at most \($0.most) \($0.name)" }
      lines.append("slots \(slate.slots)\(limits.joined())")
    }
    if !step.variants.isEmpty { lines += stabilities[step.policy] ?? [] }
    lines += step.rules.map { "forbid \($0.name) when \(scalars.text($0.condition))" }
    lines += step.terms.map { "\($0.name) = \($0.weight) * \(scalars.text($0.value))" }
    return lines.joined(separator: "\n")
  }
}

extension StepText {
  /// Measure, groups and period of a constraint as they are written.
  fileprivate func declared(_ name: String) -> String {
    constraints[name].map { ": \($0)" } ?? ""
  }
}

extension TimeOffset {
  /// `7d`, `1 week`
  var text: String {
    switch self {
    case .exact(let length): ValueText.duration(length)
    case .calendar(let step): "\(step.count) \(step.unit)"
    }
  }
}
