extension CanonicalText {
  func parameter(_ parameter: Parameter) -> String {
    "param \(parameter.name): \(parameter.type) = \(literal(parameter.value, parameter.type))"
  }

  func table(_ table: Table) -> String {
    var roles: [String]
    switch table.kind {
    case .events(let r):
      roles = ["events", "key \(r.key)", "time \(r.time)"]
      roles += [r.known.map { "known \($0)" }, r.arrivesWithin.map { "arrives \($0)us" }]
        .compactMap { $0 }
      roles += [r.id.map { "id \($0)" }, r.retracted.map { "retracted \($0)" }]
        .compactMap { $0 }
      roles += [
        r.sequence.map { "sequence \($0)" }, r.observedThrough.map { "through \($0)us" },
        r.via.map { "via \(program[$0].name)" },
      ].compactMap { $0 }
      roles += [r.observedFrom.map { "observed from \($0)us" }].compactMap { $0 }
    case .profile(let r):
      roles = ["profile", "key \(r.key)"]
      roles += [
        r.from.map { "from \($0)" }, r.known.map { "known \($0)" }, r.until.map { "until \($0)" },
        r.expiresAfter.map { "expires \(words($0))" },
      ].compactMap { $0 }
    case .consents(let r):
      roles = ["consents", "key \(r.key)", "purpose \(r.purpose)", "from \(r.from)"]
      roles += [r.until.map { "until \($0)" }, r.channel.map { "channel \($0)" }]
        .compactMap { $0 }
    case .actions(let r):
      roles = ["actions", "key \(r.key)"] + [r.none.map { "none \(quoted($0))" }].compactMap { $0 }
    case .limits(let r): roles = ["limits"] + r.keys.map { "key \($0)" }
    case .identity(let r):
      roles = ["identity", "from \(r.identifier)", "to \(r.entity)"]
      roles += [r.known.map { "known \($0)" }].compactMap { $0 }
      roles += ["weight \(expression(r.weight))", "\(r.rule) above \(r.threshold)"]
    }
    let entity = table.entity.map { " of \($0)" } ?? ""
    return "table \(table.name)\(entity) (\(roles.joined(separator: ", "))) "
      + "from \(source(table.source)) in \(quoted(table.timezone)) {\(columns(table.columns))}"
  }

  private func source(_ source: DataSource) -> String {
    let options = source.options.sorted { $0.key < $1.key }
      .map { "\($0.key): \(literal($0.value, .text))" }.joined(separator: ", ")
    let format = source.format.map { " as \($0)(\(options))" } ?? ""
    return quoted(source.path) + format
  }

  private func columns(_ columns: [Column]) -> String {
    columns.map { column in
      let standard = column.defaultValue.map { " = \(literal($0, column.type))" } ?? ""
      let labels = column.labels.map { " @sensitive(\($0))" }.joined()
      return "\(column.name): \(column.type)\(standard)\(labels) \(column.nan) \(column.bareDate)"
    }.joined(separator: "; ")
  }

  /// An exposure without its outcomes: where and when decisions are made.
  func exposureHead(_ exposure: Exposure) -> String {
    let origin: String
    switch exposure.origin {
    case .file(let data): origin = "from \(source(data))"
    case .every(let step, let start, let through, let population):
      origin =
        "every \(words(step)) from \(start)us through \(through)us" + people(population)
    case .instant(let instant, let population): origin = "at \(instant)us" + people(population)
    case .row(let entity, let instant):
      origin = "for \(literal(entity, exposure.columns[exposure.key].type)) at \(instant)us"
    }
    var roles = ["key \(exposure.key)", "time \(exposure.time)"]
    if let action = exposure.action {
      roles.append("action \(action.column) \(program[action.table].name)")
    }
    if let propensity = exposure.propensity { roles.append("propensity \(propensity)") }
    roles += exposure.loggedOutcomes.map { "outcome \($0)" }
    let name = if case .row = exposure.origin { "" } else { exposure.name + " " }
    return "exposure \(name)of \(exposure.entity) \(origin) "
      + "(\(roles.joined(separator: ", "))) in \(quoted(exposure.timezone)) "
      + "{\(columns(exposure.columns))} keep \(keep(exposure.keep))"
  }

  private func people(_ population: TableID?) -> String {
    population.map { " in \(program[$0].name)" } ?? ""
  }

  private func keep(_ rule: Exposure.KeepRule) -> String {
    switch rule {
    case .all: "all"
    case .first: "first"
    case .firstPer(let period): "first per \(words(period))"
    case .nonOverlapping(let length): "non_overlapping \(words(length))"
    case .washout(let length): "washout \(words(length))"
    }
  }

  func exposure(_ exposure: Exposure) -> String {
    let outcomes = exposure.outcomes.map { "\($0.name) = \(expression($0.expression))" }.sorted()
    return exposureHead(exposure) + " outcomes {\(outcomes.joined(separator: "; "))}"
  }

  func feature(_ feature: Feature) -> String {
    "feature \(feature.name)\(seen(under: feature.mask))\(perAction(feature.actions)): "
      + "\(feature.expression.type) = \(expression(feature.expression))"
  }

  func score(_ score: Score) -> String {
    "score \(score.name)\(seen(under: score.mask))\(perAction(score.actions)): "
      + "\(score.expression.type) = \(expression(score.expression))"
  }

  func mask(_ mask: Mask) -> String {
    let rules = mask.rules.map { "forbid \($0.name) when \(expression($0.condition))" }
    return "mask \(mask.name)\(perAction(mask.actions)) {\(rules.joined(separator: "; "))}"
  }

  func policy(_ policy: Policy) -> String {
    let terms = policy.terms.map { "\($0.name) \($0.weight) * \(expression($0.value))" }
    let choice =
      switch policy.choice {
      case .greedy: "greedy"
      case .softmax(let temperature): "softmax \(temperature)"
      case .threshold(let condition): "threshold \(expression(condition))"
      }
    let permits = policy.permits.sorted { $0.key < $1.key }
      .map { "permit \($0.key) in \($0.value.sorted().joined(separator: ", "))" }
    let approval = policy.approval.map {
      "approved \(quoted($0.by))" + ($0.until.map { " until \($0)us" } ?? "")
    }
    let stage = policy.firstStage.map { "candidates top(\($0.count)) by \(expression($0.score))" }
    let slate = policy.slate.map { slate in
      let limits = slate.limits.map { ", at most \($0.most) per \(expression($0.group))" }
      return "slots \(slate.slots)\(limits.joined())"
    }
    let stabilities = policy.stabilities.map { stability in
      let shifts = stability.shifts.map { expression($0.value) }
      return "stable under \(shifts.joined(separator: ", "))"
        + (stability.bound.map { " within \($0)" } ?? "")
    }
    let items =
      ["mask \(policy.mask.map { program[$0].name } ?? "none")"] + terms
      + policy.constraints.map(constraint) + [
        "choose \(choice)", "explore \(policy.explore)",
        "fallback \(literal(policy.fallback, .text))",
      ] + permits + [stage, slate, approval].compactMap { $0 } + stabilities
    return "policy \(policy.name) for \(program[policy.actions].name) at "
      + "\(program[policy.exposure].name) {\(items.joined(separator: "; "))}"
  }

  func constraint(_ constraint: Constraint) -> String {
    let measure =
      switch constraint.measure {
      case .total(let quantity): "sum(\(expression(quantity)))"
      case .proportion(let numerator, let denominator):
        "sum(\(expression(numerator))) / sum(\(expression(denominator)))"
      case .rate(let quantity): "rate(\(expression(quantity)))"
      case .parity(let parity):
        "\(parity.isRatio ? "ratio" : "difference")(\(expression(parity.quantity)) by "
          + "\(expression(parity.group)) to \(parity.reference))"
      case .entropy: "entropy()"
      case .divergence(let other): "kl({\(policy(program[other]))})"
      }
    var per = constraint.isPerEntity ? " per entity" : ""
    switch constraint.period {
    case .calendar(let span): per += " per calendar \(words(span))"
    case .rolling(let length): per += " per \(words(.exact(length)))"
    case nil: break
    }
    per += constraint.groups.map { " per \(expression($0))" }.joined()
    if let limits = constraint.limits {
      per += " by \(program[limits.table].name)("
      per += limits.keys.map { key in
        switch key.part {
        case .group(let place): "\(key.column) = group \(place)"
        case .period: "\(key.column) = day"
        }
      }.joined(separator: ", ")
      per += ")" + (limits.otherwise.map { " else \($0)" } ?? "")
    }
    let soft = constraint.penalty.map { " soft \($0)" } ?? ""
    return "constraint \(constraint.name): \(measure) "
      + "\(constraint.sense == .atMost ? "<=" : ">=") \(expression(constraint.bound))\(per)\(soft)"
  }

  func expectation(_ expectation: Expectation) -> String {
    let rows =
      switch expectation.rows {
      case .table(let id): program[id].name
      case .exposure(let id): program[id].name
      }
    return "expect \(rows): \(expression(expectation.condition))"
  }

  func query(_ query: Query) -> String {
    let source =
      switch query.source {
      case .table(let id): program[id].name
      case .exposure(let id):
        if case .row = program[id].origin {
          exposureHead(program[id])
        } else {
          program[id].name
        }
      case .policy(let id, let at): "\(program[id].name) at \(program[at].name)"
      case .candidates(let id, let at): "candidates(\(program[id].name)) at \(program[at].name)"
      case .composition(let id, let at): "\(program[id].name) at \(program[at].name)"
      }
    let initial = projections(query.initial)
    let stages = query.stages.map { " | \(stage($0))" }.joined()
    return "\(source)\(seen(under: query.mask)) {\(initial)}\(stages)"
  }

  private func projections(_ projections: [Query.Projection]) -> String {
    projections.map { "\($0.name) = \(expression($0.expression))" }.joined(separator: "; ")
  }

  private func stage(_ stage: Query.Stage) -> String {
    switch stage {
    case .filter(let condition): "where \(expression(condition))"
    case .project(let columns): "project {\(projections(columns))}"
    case .derive(let columns, _): "derive {\(projections(columns))}"
    case .group(let keys, let aggregates):
      "group {\(projections(keys))} {\(projections(aggregates))}"
    case .sort(let keys):
      "sort "
        + keys.map { ($0.isDescending ? "-" : "") + expression($0.expression) }
        .joined(separator: ", ")
    case .take(let count): "take \(count)"
    case .skip(let count): "skip \(count)"
    case .sample(.share(let share), let columns): "sample \(share) \(columns)"
    case .sample(.rows(let count), let columns): "sample \(count) rows \(columns)"
    case .window(let windows): self.windows(windows)
    case .stack(let rows): "stack \(rows)"
    case .join(let join):
      "join\(join.isInner ? " only" : "")\(join.expands ? " expand" : "") "
        + "{\(join.keys.map { expression($0) }.joined(separator: ", "))} (\(query(join.right)))"
    }
  }

  private func windows(_ windows: RowWindows) -> String {
    let partition = windows.partition.map { expression($0) }.joined(separator: ", ")
    let order = windows.order.map { ($0.isDescending ? "-" : "") + expression($0.expression) }
    let functions = windows.functions.map { window in
      let function =
        switch window.function {
        case .rowNumber: "row_number"
        case .rank: "rank"
        case .denseRank: "dense_rank"
        case .shifted(let value, let distance): "shifted(\(expression(value)), \(distance))"
        case .aggregate(let aggregate): rowAggregate(aggregate)
        }
      return "\(function) over \(window.frame)"
    }
    return "window per {\(partition)} sort {\(order.joined(separator: ", "))} "
      + "{\(functions.joined(separator: "; "))}"
  }
}
