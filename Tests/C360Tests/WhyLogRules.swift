import C360
import C360Columns
import C360Decisions
import Testing

extension Why.Decision {
  /// What must be equal between a decision as it is explained and the row of the log; of a composition, but for
  /// the propensity, with what the policy that acted made of it.
  func holdToLog() throws {
    let log = Dictionary(uniqueKeysWithValues: self.log.map { ($0.name, $0.value) })
    if let composed { composed.holdToLog(log) }
    guard let choice else {
      #expect(log["policy"] == .text("none") && log["rank"] == .int(1))
      return
    }
    let course = choice.course
    let chosen = course.candidates[course.chosen]
    func float(_ value: Double?) -> Scalar { value.map { .float($0) } ?? .null }
    #expect(course.time == time && course.number == number)
    if composed == nil {
      #expect(log["propensity"] == float(course.propensity))
    } else {
      #expect(log["policy"] == .text(choice.policy.name))
    }
    if !course.isRepaired { #expect(course.propensity == chosen.probability) }
    let action: Scalar =
      if case .int? = log["action"] { .int(Int64(chosen.name) ?? -1) } else { .text(chosen.name) }
    #expect(log["action"] == action)
    #expect(log["value"] == float(chosen.value))
    #expect(log["rank"] == chosen.rank.map { .int(Int64($0)) } ?? .null)
    #expect(log["eligible"] == .int(Int64(course.candidates.count { $0.value != nil })))
    #expect(log["is_fallback"] == .bool(course.isFallback))
    if let repaired = log["repaired"] { #expect(repaired == .bool(course.isRepaired)) }
    for (name, term) in zip(choice.policy.terms, chosen.terms) {
      #expect(log["term_\(name)"] == float(term))
    }
    holdExpected(log, choice)
    holdReasons(log, choice)
    holdDraw(course)
  }

  private func holdExpected(_ log: [String: Scalar], _ choice: Why.Choice) {
    let course = choice.course
    guard course.candidates[course.chosen].value != nil, !course.isRepaired else { return }
    var mean = 0.0
    for candidate in course.candidates where candidate.probability > 0 {
      mean += candidate.probability * (candidate.value ?? .nan)
    }
    #expect(log["expected_value"] == (mean.isNaN ? .null : .float(mean)))
  }

  private func holdReasons(_ log: [String: Scalar], _ choice: Why.Choice) {
    let refusals = choice.policy.refusals
    let candidates = choice.course.candidates
    let reasons =
      (refusals.indices.map { place in
        (refusals[place], candidates.filter { $0.forbiddenBy.contains(place) })
      } + [("null_value", candidates.filter(\.lacksValue))])
      .filter { !$1.isEmpty }
      .map { "\($0): \($1.map(\.name).joined(separator: ", "))" }
    #expect(log["reasons"] == .text(reasons.joined(separator: "; ")))
  }

  private func holdDraw(_ course: WatchedDecision) {
    guard course.drawUse == .picks else { return }
    var (sum, picked) = (0.0, course.candidates.lastIndex { $0.probability > 0 } ?? 0)
    for (index, candidate) in course.candidates.enumerated() {
      sum += candidate.probability
      if sum > course.draw {
        picked = index
        break
      }
    }
    #expect(picked == course.chosen)
  }
}

extension Why.Composed {
  /// Who acts follows from what is shown of the nodes, and so does the propensity, in the order in which the
  /// parts are added.
  fileprivate func holdToLog(_ log: [String: Scalar]) {
    #expect(log["propensity"] == course.propensity.map { .float($0) } ?? .null)
    #expect(course.propensity == probability(0))
    #expect(course.nodes.count == nodes.count)
    var arm: Scalar = .null
    var isArmKnown = false
    var place = 0
    while true {
      let node = course.nodes[place]
      #expect(node.isAsked)
      hold(node, nodes[place])
      let member = node.members[node.acting]
      if case .experiment = nodes[place], !isArmKnown {
        arm = member.arm.map { .text($0) } ?? .null
        isArmKnown = true
      }
      guard let next = member.node else {
        #expect(member.policy == course.actor)
        #expect(member.action == course.action)
        #expect(log["value"] == member.value.map { .float($0) } ?? .null)
        #expect(log["expected_value"] == member.expectedValue.map { .float($0) } ?? .null)
        break
      }
      place = next
    }
    if let logged = log["arm"] { #expect(logged == arm) }
  }

  private func probability(_ place: Int) -> Double? {
    let node = course.nodes[place]
    func own(_ member: WatchedComposition.Member) -> Double? {
      member.node.map(probability) ?? member.probability
    }
    guard node.isDrawn else { return own(node.members[node.acting]) }
    var sum = 0.0
    for member in node.members where (member.share ?? 0) > 0 {
      guard let part = own(member) else { return nil }
      sum += (member.share ?? 0) * part
    }
    return sum
  }

  /// Which member acts, from what is said of the node.
  private func hold(_ node: WatchedComposition.Node, _ own: Why.Node) {
    if node.isDrawn {
      let place = node.place ?? -1
      let drawn = node.members.firstIndex {
        $0.piece.map { $0.lower <= place && place < $0.upper } ?? false
      }
      #expect(node.acting == drawn ?? node.members.count - 1)
      #expect(abs(node.members.reduce(0) { $0 + ($1.share ?? 0) } - 1) < 1e-12)
    } else if !isBoundTogether {
      let values = node.members.map { $0.expectedValue ?? -.infinity }
      #expect(node.acting == values.firstIndex(of: values.max() ?? 0))
    }
    switch own {
    case .arbitration(let arbitration):
      let first = arbitration.conditions.firstIndex { $0 == .always || $0 == .holds }
      #expect(node.turn == first ?? arbitration.turns.count)
    case .experiment(let experiment):
      let isIn =
        experiment.isInTime && experiment.layer?.isIn ?? true && experiment.within?.isIn ?? true
      #expect((node.turn == 0) == isIn)
      guard isIn else { return }
      #expect(node.place == experiment.place)
      let arm = experiment.isInRamp ? experiment.arms[experiment.arm].name : nil
      #expect(node.members[node.acting].arm == arm)
    }
  }

  private var isBoundTogether: Bool { adjusted.contains { $0.contains { $0 != nil } } }
}
