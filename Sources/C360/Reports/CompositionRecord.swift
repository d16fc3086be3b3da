import C360Diagnostics
import C360Semantics

/// An experiment or an arbitration in the manifest: what it says, and who acted how often.
struct CompositionRecord {
  let program: Program
  let composition: Composition
  let report: RunReport.Composition

  var value: JSONValue {
    .object(
      [
        ("name", .text(composition.name)), ("at", .text(report.exposure)),
        ("compositionSHA256.v1", .text(sha256(composition.canonicalText))),
        ("mask", composition.mask.map { .text(program[$0].name) } ?? .null),
        ("policies", .array(composition.policies.map { .text(program[$0].name) })),
        ("decisions", .integer(report.counts.rows)),
        ("byFallback", .integer(report.counts.fallbacks)),
        (
          "actions",
          .object(
            report.counts.actions.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
        ),
        ("terms", .object(report.terms.map { ($0.name, .float($0.total)) })),
        ("consentsAsked", .object(asked)),
        ("because", .object(reasons)),
        ("acted", .array(report.nodes.map(node))),
      ] + setting + allocation)
  }

  /// By its own lines and by those of the arbitrations in it, which have no record of their own.
  private var asked: [(key: String, value: JSONValue)] {
    var asked = MaskRecord(program: program).consents(of: composition)
    var seen: Set<CompositionID> = []
    func add(_ members: [Composition.Member]) {
      for case .composition(let id) in members where seen.insert(id).inserted {
        let inner = program[id]
        asked += MaskRecord(program: program).consents(of: inner).map {
          ("\(inner.name): \($0.key)", $0.value)
        }
        add(inner.members)
      }
    }
    add(composition.members)
    return asked
  }

  /// Of bounds on all its policies together.
  private var allocation: [(key: String, value: JSONValue)] {
    guard let counts = report.counts.allocation else { return [] }
    let record = AllocationRecord(
      counts: counts, units: report.units, constraints: composition.constraints)
    return [("allocation", record.value)]
  }

  /// Of an experiment: how entities were assigned.
  private var setting: [(key: String, value: JSONValue)] {
    guard case .experiment(let id, _, let otherwise) = composition.kind else { return [] }
    let assignment = program[id]
    var members: [(key: String, value: JSONValue)] = [
      ("salt", .text(assignment.salt)), ("ramp", .float(assignment.ramp)),
    ]
    if let from = assignment.from { members.append(("from", .text(ValueText.time(from)))) }
    if let through = assignment.through {
      members.append(("through", .text(ValueText.time(through))))
    }
    if let layer = assignment.layer {
      members.append(
        (
          "layer",
          .object([
            ("name", .text(layer.name)), ("from", .float(layer.lower)), ("to", .float(layer.upper)),
          ])
        ))
    }
    if let outer = assignment.within {
      let other = program[outer.assignment]
      members.append(("within", .text("\(other.name).\(other.arms[outer.arm].name)")))
    }
    if !assignment.isTotal { members.append(("otherwise", .text(program.name(of: otherwise)))) }
    return members
  }

  private var reasons: [(key: String, value: JSONValue)] {
    var reasons: [(key: String, value: JSONValue)] = []
    if case .arbitration(let turns) = composition.kind {
      for turn in turns {
        if let because = turn.because { reasons.append((turn.words, .text(because))) }
      }
    }
    for permission in composition.permissions {
      guard let because = permission.because else { continue }
      let places =
        permission.places.isEmpty ? "" : " in \(permission.places.joined(separator: ", "))"
      reasons.append(("permit sensitive(\(permission.label))\(places)", .text(because)))
    }
    return reasons
  }

  private func node(_ node: RunReport.Composition.Node) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("name", .text(node.name))]
    members.append(
      (
        "members",
        .array(
          node.acted.map { member in
            var entry: [(key: String, value: JSONValue)] = [
              ("name", .text(member.name)), ("decisions", .integer(member.rows)),
            ]
            if let share = member.share { entry.append(("share", .float(share))) }
            return .object(entry)
          })
      ))
    if let outside = node.outside { members.append(("outside", .integer(outside))) }
    return .object(members)
  }
}
