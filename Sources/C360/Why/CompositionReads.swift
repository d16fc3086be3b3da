import C360Columns
import C360Decisions
import C360Display
import C360Engine
import C360Semantics

/// What a composition and those in it read to find who acts, and the expressions that have to be watched to
/// show it.
struct CompositionReads {
  private enum Node {
    /// What its lines read, the places of their conditions, and the place of the first expression.
    case arbitration([Composition.Turn], DecisionReads, conditions: [Int?], first: Int)
    /// `outer`: the place of the arm in which the entity is of the experiment that it stands within.
    case experiment(AssignmentID, outer: Int?)
  }
  private let program: Program
  /// By name.
  private var nodes: [String: Node] = [:]
  private(set) var expressions: [Expression] = []

  init(of composition: CompositionID, in program: Program) {
    self.program = program
    add(composition)
  }

  private mutating func add(_ id: CompositionID) {
    let composition = program[id]
    guard nodes[composition.name] == nil else { return }
    switch composition.kind {
    case .arbitration(let turns):
      let (reads, conditions) = DecisionReads.reads(of: turns, in: program)
      nodes[composition.name] = .arbitration(
        turns, reads, conditions: conditions, first: expressions.count)
      expressions += reads.expressions
    case .experiment(let id, _, _):
      let assignment = program[id]
      var outer: Int?
      if let within = assignment.within {
        outer = expressions.count
        expressions.append(
          Expression(
            .arm(within.assignment), type: Type.text.optional, span: assignment.span,
            facts: Facts(phase: .before, grain: Grain(.exposure(composition.exposure)))))
      }
      nodes[composition.name] = .experiment(id, outer: outer)
    }
    for case .composition(let inner) in composition.members { add(inner) }
  }

  // MARK: At a decision

  /// What each node of a decision came from.
  /// - Parameters:
  ///   - key: of the entity, an integer or a text.
  func nodes(of course: WatchedComposition, key: Scalar, _ zone: ZoneTable) -> [Why.Node] {
    course.nodes.map { node in
      switch nodes[node.name] {
      case .arbitration(let turns, let reads, let conditions, let first):
        let values = Array(course.reads[first..<first + reads.expressions.count])
        return .arbitration(
          Why.Arbitration(
            mask: mask(of: node.name), reads: reads.reads, turns: reads.parts,
            conditions: turns.indices.map { index in
              if index > node.turn { return .notAsked }
              guard conditions[index] != nil else { return .always }
              return index < node.turn ? .fails : .holds
            }, values: reads.places.map { values[$0] },
            events: reads.reads.map { read in
              read.windows.map { $0.events(at: course.time, zone: zone, values) }
            }))
      case .experiment(let id, let outer):
        return .experiment(
          experiment(program[id], node, course, outer: outer.map { course.reads[$0] }, key: key))
      case nil: preconditionFailure("every composition in it has been gone through")
      }
    }
  }

  private func mask(of composition: String) -> String? {
    program.compositions.first { $0.name == composition }?.mask.map { program[$0].name }
  }

  private func experiment(
    _ assignment: Assignment, _ node: WatchedComposition.Node, _ course: WatchedComposition,
    outer: Scalar??, key: Scalar
  ) -> Why.Experiment {
    let place = node.place ?? 0
    let stretches = assignment.stretches
    let arms = zip(assignment.arms, stretches).map {
      Why.Experiment.Arm(name: $0.name, share: $0.share, lower: $1.lower, upper: $1.upper)
    }
    let within = assignment.within.map { nesting in
      var found: String?
      if case .text(let name)?? = outer { found = name }
      let experiment = program[nesting.assignment]
      return Why.Experiment.Nesting(
        experiment: experiment.name, arm: experiment.arms[nesting.arm].name, found: found)
    }
    return Why.Experiment(
      salt: assignment.salt, place: place, from: assignment.from, through: assignment.through,
      isInTime: (assignment.from ?? .min) <= course.time
        && course.time <= (assignment.through ?? .max),
      layer: assignment.layer.map {
        Why.Experiment.Layer(
          name: $0.name, lower: $0.lower, upper: $0.upper,
          place: EntityHash("layer", $0.name).place(of: key))
      }, within: within, ramp: assignment.ramp, arms: arms,
      arm: stretches.firstIndex { $0.lower <= place && place < $0.upper } ?? arms.count - 1)
  }
}
