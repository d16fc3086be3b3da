import C360Syntax

/// The text of what a program means: declarations sorted, names qualified, params with their values,
/// layout, comments and reasons gone. Equal texts mean equal programs.
struct CanonicalText {
  let program: Program
  init(_ program: Program) { self.program = program }

  var whole: String {
    var lines = ["edition \(program.edition)", "timezone \(quoted(program.timezone))"]
    lines += program.parameters.map { parameter($0) }.sorted()
    lines += program.tables.map { table($0) }.sorted()
    // Those made for a query are in its text.
    lines += program.exposures.filter { if case .row = $0.origin { false } else { true } }
      .map { exposure($0) }.sorted()
    lines += program.features.map { feature($0) }.sorted()
    lines += program.scores.map { score($0) }.sorted()
    lines += program.masks.map { mask($0) }.sorted()
    lines += program.policies.map { policy($0) }.sorted()
    lines += program.assignments.map { assignment($0) }.sorted()
    lines += program.compositions.map { composition($0) }.sorted()
    lines += program.expectations.map { expectation($0) }.sorted()
    lines += program.outputs.map { "output \($0.name) = \(query($0.query)) to \(quoted($0.path))" }
      .sorted()
    lines += program.shows.map { "show \(query($0.query))" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The policy and everything that it depends on.
  func policyWithDependencies(_ policy: Policy) -> String {
    var gathered = Dependencies(program: program)
    gathered.add(policy)
    var lines = ["edition \(program.edition)", "timezone \(quoted(program.timezone))"]
    lines += gathered.parameters.map { parameter(program[$0]) }.sorted()
    lines += gathered.tables.map { table(program[$0]) }.sorted()
    lines += gathered.features.map { feature(program[$0]) }.sorted()
    lines += gathered.scores.map { score(program[$0]) }.sorted()
    lines += gathered.assignments.map { assignment(program[$0]) }.sorted()
    if let mask = policy.mask { lines.append(self.mask(program[mask])) }
    lines.append(exposureHead(program[policy.exposure]))
    lines.append(self.policy(policy))
    return lines.joined(separator: "\n") + "\n"
  }

  func quoted(_ text: String) -> String { TextLiteral.written(text) }

  func seen(under mask: MaskID?) -> String { mask.map { " under \(program[$0].name)" } ?? "" }

  func perAction(_ actions: TableID?) -> String {
    actions.map { " for \(program[$0].name)" } ?? ""
  }
}

/// What a policy depends on.
struct Dependencies {
  let program: Program
  var parameters: Set<ParameterID> = []
  var tables: Set<TableID> = []
  var features: Set<FeatureID> = []
  var scores: Set<ScoreID> = []
  /// Whose arms are read, and those that they stand within.
  var assignments: Set<AssignmentID> = []

  mutating func add(_ policy: Policy) {
    tables.insert(policy.actions)
    for term in policy.terms { add(term.value) }
    for constraint in policy.constraints { add(constraint) }
    if case .threshold(let condition) = policy.choice { add(condition) }
    if let stage = policy.firstStage { add(stage.score) }
    for limit in policy.slate?.limits ?? [] { add(limit.group) }
    if let mask = policy.mask { for rule in program[mask].rules { add(rule.condition) } }
  }

  mutating func add(_ constraint: Constraint) {
    for part in constraint.expressions + [constraint.bound] { add(part) }
    if let limits = constraint.limits { tables.insert(limits.table) }
    if case .divergence(let other) = constraint.measure { add(program[other]) }
  }

  init(program: Program) { self.program = program }

  mutating func add(_ assignment: AssignmentID) {
    guard assignments.insert(assignment).inserted, let outer = program[assignment].within else {
      return
    }
    add(outer.assignment)
  }

  mutating func add(_ expression: Expression) {
    switch expression.kind {
    case .arm(let id): add(id)
    case .parameter(let id): parameters.insert(id)
    case .profileColumn(let table, _), .actionColumn(let table, _), .tableColumn(let table, _):
      tables.insert(table)
    case .consent(let question):
      tables.insert(question.ledger)
    case .confidence(let identity): addIdentity(identity)
    case .aggregate(let aggregate):
      addEvents(aggregate.table)
      if let marker = aggregate.marker { addEvents(marker.table) }
    case .feature(let id):
      if features.insert(id).inserted { add(program[id].expression) }
    case .score(let id):
      if scores.insert(id).inserted { add(program[id].expression) }
    default: break
    }
    for child in ExpressionWalk.children(expression) { add(child) }
  }

  /// A table, and the identity by which its events are an entity's.
  private mutating func addEvents(_ table: TableID) {
    guard tables.insert(table).inserted, case .events(let roles) = program[table].kind,
      let via = roles.via
    else { return }
    addIdentity(via)
  }

  private mutating func addIdentity(_ identity: TableID) {
    guard tables.insert(identity).inserted, case .identity(let links) = program[identity].kind
    else { return }
    add(links.weight)
  }
}
