import C360Columns
import C360Lowering
import C360Semantics

/// What a policy reads, each thing once, in the order in which its rules, terms, threshold and bounds
/// come to it, or an arbitration in its conditions; and the expressions that have to be watched to show it.
struct DecisionReads {
  private let program: Program
  private(set) var reads: [Why.Read] = []
  private(set) var parts: [Why.Part] = []
  private(set) var expressions: [Expression] = []
  /// By read: its place among `expressions`.
  private(set) var places: [Int] = []
  private var known: [Key: Int] = [:]

  private enum Key: Hashable {
    case feature(FeatureID)
    case score(ScoreID)
    case column(TableID, Int)
    case exposureColumn(Int)
    case parameter(ParameterID)
    case consent(ConsentQuestion)
    case expression(ObjectIdentifier)
  }

  /// - Parameter constraints: those that it is subject to, its own or of all members of a composition.
  init(of policy: Policy, subjectTo constraints: [Constraint], in program: Program) {
    self.program = program
    for rule in policy.mask.map({ program[$0].rules }) ?? [] {
      addPart(.rule, rule.name, [rule.condition], rule.because)
    }
    if let stage = policy.firstStage {
      addPart(
        .candidates, "candidates", [stage.score], nil,
        words: "top(\(stage.count)) by \(ResultTable.title(of: stage.score.span.text))")
    }
    for term in policy.terms { addPart(.term, term.name, [term.value], term.because) }
    if case .threshold(let condition) = policy.choice {
      addPart(.threshold, "threshold", [condition], nil)
    }
    for limit in policy.slate?.limits ?? [] {
      addPart(
        .limit, limit.name, [limit.group], nil, words: "at most \(limit.most) \(limit.name)")
    }
    for constraint in constraints {
      addPart(
        .constraint, constraint.name, constraint.expressions, constraint.because,
        words: constraint.words)
    }
  }

  /// - Returns: beside what lines read, the places of their conditions among `expressions`.
  static func reads(
    of turns: [Composition.Turn], in program: Program
  ) -> (DecisionReads, conditions: [Int?]) {
    var reads = DecisionReads(program)
    for turn in turns {
      reads.addPart(
        .turn, turn.choice.members.map(program.name(of:)).joined(separator: ", "),
        turn.condition.map { [$0] } ?? [], turn.because, words: turn.words)
    }
    let conditions = turns.map { turn in turn.condition.map { reads.watch($0) } }
    return (reads, conditions)
  }

  private init(_ program: Program) { self.program = program }

  private mutating func addPart(
    _ kind: Why.Part.Kind, _ name: String, _ read: [Expression], _ because: String?,
    words: String? = nil
  ) {
    var places: [Int] = []
    for place in read.flatMap({ add($0) }) where !places.contains(place) { places.append(place) }
    parts.append(
      Why.Part(
        kind: kind, name: name,
        words: words ?? read.map { ResultTable.title(of: $0.span.text) }.joined(separator: ", "),
        because: because, reads: places))
  }

  /// - Parameter naming: whether windows without a name are reads of their own; inside of a feature
  ///   they are shown with it.
  /// - Returns: what it reads directly.
  private mutating func add(_ expression: Expression, naming: Bool = true) -> [Int] {
    switch expression.kind {
    case .feature(let id):
      return [
        add(.feature(id), .feature, program[id].name, expression, inner: program[id].expression)
      ]
    case .score(let id):
      return [add(.score(id), .score, program[id].name, expression, inner: program[id].expression)]
    case .profileColumn(let table, let position):
      return [add(.column(table, position), .profile, name(table, position), expression)]
    case .actionColumn(let table, let position):
      return [add(.column(table, position), .action, name(table, position), expression)]
    case .exposureColumn(let id, let position):
      let name = "\(program[id].name).\(program[id].columns[position].name)"
      return [add(.exposureColumn(position), .exposure, name, expression)]
    case .parameter(let id):
      return [add(.parameter(id), .parameter, program.parameters[id.index].name, expression)]
    case .consent(let question):
      return [add(.consent(question), .consent, words(expression), expression)]
    case .aggregate:
      guard naming else { return [] }
      return [
        add(
          .expression(ObjectIdentifier(expression)), .expression, words(expression), expression,
          inner: expression)
      ]
    case .confidence, .coverage, .kept, .arm:
      return [
        add(.expression(ObjectIdentifier(expression)), .expression, words(expression), expression)
      ]
    default:
      return expression.operands.flatMap { add($0, naming: naming) }
    }
  }

  private mutating func add(
    _ key: Key, _ kind: Why.Read.Kind, _ name: String, _ expression: Expression,
    inner: Expression? = nil
  ) -> Int {
    if let place = known[key] { return place }
    // What it depends on stands before it.
    if let inner { _ = add(inner, naming: false) }
    let value = watch(expression)
    var windows: [EventWindow] = []
    if let inner { addWindows(of: inner, to: &windows) }
    known[key] = reads.count
    places.append(value)
    reads.append(
      Why.Read(
        kind: kind, name: name, type: expression.type.logical,
        isOfAction: expression.facts.grain.actions != nil, windows: windows))
    return reads.count - 1
  }

  private mutating func addWindows(of expression: Expression, to windows: inout [EventWindow]) {
    if case .aggregate(let aggregate) = expression.kind,
      let window = EventWindow(aggregate, expression, program, watch: { watch($0) })
    {
      windows.append(window)
    }
    for operand in expression.operands { addWindows(of: operand, to: &windows) }
  }

  private mutating func watch(_ expression: Expression) -> Int {
    expressions.append(expression)
    return expressions.count - 1
  }

  private func name(_ table: TableID, _ position: Int) -> String {
    "\(program[table].name).\(program[table].columns[position].name)"
  }

  private func words(_ expression: Expression) -> String {
    ResultTable.title(of: expression.span.text)
  }
}
