import C360Diagnostics
import C360Syntax

extension Checker {
  func checkArbitration(
    _ syntax: ArbitrateSyntax, _ declaration: Declaration
  ) -> CompositionInfo? {
    let entity = entity(syntax.entity)
    let exposure = syntax.exposure.flatMap { exposureInfo($0) }
    let clauses = clauses(of: syntax, declaration)
    guard areInOrder(syntax.turns, declaration) else { return nil }
    guard let entity, let exposure, let clauses, isOf(entity, exposure, syntax.exposure) else {
      return nil
    }
    var turns: [CheckedTurn] = []
    for turn in syntax.turns {
      guard let checked = self.turn(turn, declaration, exposure, clauses.mask) else { continue }
      turns.append(checked)
    }
    guard turns.count == syntax.turns.count, let last = turns.last,
      let permits = permits(clauses.permits, turns, bounds: clauses.subject),
      mayEnter(turns, permits, declaration),
      let constraints = bounds(
        clauses.subject, on: turns.flatMap(\.members), turns.map(\.turn.choice), exposure,
        clauses.mask, permits, declaration)
    else { return nil }
    var silence: Silence?
    if let turn = turns.first(where: { $0.members.contains { $0.member == .none } }) {
      silence = Silence(span: turn.turn.span, why: "`none` does nothing", isOutside: false)
    } else if last.turn.condition != nil {
      silence = Silence(
        span: last.turn.span, why: "where no condition holds nobody acts", isOutside: false)
    }
    var parts = CompositionParts(
      declaration: declaration, kind: .arbitration(turns.map(\.turn)), exposure: exposure,
      members: turns.flatMap(\.members), silence: silence)
    parts.mask = clauses.mask
    parts.conditions = turns.compactMap(\.turn.condition)
    parts.constraints = constraints
    parts.reads = assignmentsRead(by: parts.conditions + constraints.flatMap(\.expressions))
    parts.permissions = clauses.permits.compactMap { clause in
      clause.label.map {
        Policy.Permission(
          label: $0.text, places: clause.names.map(\.dotted),
          because: clause.because?.text?.textValue)
      }
    }
    return add(parts)
  }

  // MARK: Clauses

  private struct ArbitrationClauses {
    var mask: MaskInfo?
    var permits: [ClauseSyntax] = []
    var subject: ClauseSyntax?
  }

  /// The mask of conditions and the permits; without conditions no mask is needed.
  private func clauses(
    of syntax: ArbitrateSyntax, _ declaration: Declaration
  ) -> ArbitrationClauses? {
    var clauses = ArbitrationClauses()
    var first: ClauseSyntax?
    var isComplete = true
    for clause in syntax.clauses {
      switch clause.keyword?.text {
      case "permit": clauses.permits.append(clause)
      case "subject":
        if let first = clauses.subject {
          report(
            SemanticError.duplicateItem(
              clause.span, "subject to", noun: "clause", first: first.span))
          isComplete = false
        }
        clauses.subject = clause
      default:
        guard let name = clause.names.first else { return nil }
        if let first {
          report(
            SemanticError.duplicateItem(
              clause.span, "mask", noun: "clause", first: first.span))
          isComplete = false
        }
        first = clause
        if name.dotted == "none" { continue }
        guard let found = maskDeclaration(name, declaration.environment), let info = mask(found)
        else {
          isComplete = false
          continue
        }
        clauses.mask = info
      }
    }
    let isRead = clauses.subject != nil || syntax.turns.contains { $0.condition != nil }
    if isComplete, first == nil, isRead {
      report(SemanticError.arbitrationMask(declaration.nameSpan, declaration.name))
      return nil
    }
    return isComplete ? clauses : nil
  }

  /// `first`, then `then`; nothing behind a line that always acts.
  private func areInOrder(_ turns: [TurnSyntax], _ declaration: Declaration) -> Bool {
    guard !turns.isEmpty else {
      report(SemanticError.noTurns(declaration.nameSpan, declaration.name))
      return false
    }
    for (index, turn) in turns.enumerated() {
      let wanted = index == 0 ? "first" : "then"
      if let keyword = turn.keyword, keyword.text != wanted {
        report(SemanticError.firstTurn(keyword.span, wanted: wanted))
        return false
      }
      if index > 0, turns[index - 1].condition == nil {
        report(SemanticError.turnNeverReached(turn.span, last: turns[index - 1].span))
        return false
      }
    }
    return true
  }

  // MARK: Turns

  private struct CheckedTurn {
    let turn: Composition.Turn
    let members: [MemberInfo]
  }

  private func turn(
    _ syntax: TurnSyntax, _ declaration: Declaration, _ exposure: ExposureInfo, _ mask: MaskInfo?
  ) -> CheckedTurn? {
    let environment = declaration.environment
    let scope = Scope(
      .constant, for: Scope.Use(.constant, "arbitration `\(declaration.name)`"), in: environment)
    let names = syntax.rule?.text == "mixture" ? syntax.shares.compactMap(\.member) : syntax.members
    let members = names.compactMap { member($0, environment) }
    let condition = syntax.condition.map {
      self.condition($0, of: names.map(\.dotted), declaration, exposure, mask)
    }
    guard !names.isEmpty, members.count == names.count else { return nil }
    if case .some(nil) = condition { return nil }
    let choice: Composition.Turn.Choice
    switch syntax.rule?.text {
    case "mixture":
      var shares: [(member: Composition.Member, share: Double)] = []
      for (member, one) in zip(members, syntax.shares) {
        guard let written = one.share,
          let share = share(written, scope, "the share of `\(member.name)`")
        else { return nil }
        shares.append((member.member, share))
      }
      guard areWhole(shares.map(\.share), at: syntax.span, "the shares of the mixture") else {
        return nil
      }
      guard mayBeDrawn(members) else { return nil }
      choice = .mixture(shares)
    case "best":
      guard haveOneUnit(members), mayBeCompared(members) else { return nil }
      choice = .best(members.map(\.member))
    default: choice = .one(members[0].member)
    }
    let reason = syntax.because?.span.text ?? ""
    let words = syntax.span.text.dropLast(reason.count)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return CheckedTurn(
      turn: Composition.Turn(
        choice: choice, condition: condition ?? nil, words: words,
        because: syntax.because?.text?.textValue, span: syntax.span), members: members)
  }

  /// A total condition at the exposure, as seen under the mask of the arbitration.
  private func condition(
    _ syntax: ExpressionSyntax, of names: [String], _ declaration: Declaration,
    _ exposure: ExposureInfo, _ mask: MaskInfo?
  ) -> Expression? {
    let noun = "the condition of `\(names.joined(separator: "`, `"))`"
    let use = Scope.Use(.rule, noun, owner: "\(declaration.name).\(names.joined(separator: "."))")
    let scope = Scope(.decision(exposure), for: use, mask: mask, in: declaration.environment)
    let checked = visiting(declaration.environment.sites, mask: mask) {
      totalCondition(syntax, scope, gate: "`when`", label: noun)
    }
    guard let checked, isSafe(checked, noun, under: mask) else { return nil }
    return checked
  }

  /// Expected values are compared, so they are in one unit.
  private func haveOneUnit(_ members: [MemberInfo]) -> Bool {
    var first: (member: MemberInfo, unit: Unit)?
    for member in members {
      for policy in member.policies {
        let unit = unit(of: policy.policy)
        guard let known = first else {
          first = (member, unit)
          continue
        }
        if known.unit == unit { continue }
        report(
          SemanticError.unitsDiffer(
            member.span, member.name, words(unit), known.member.name, words(known.unit)))
        return false
      }
    }
    return true
  }

  /// That of all terms; weights make a plain number of terms in different units.
  private func unit(of policy: Policy) -> Unit {
    let units = Set(policy.terms.map { $0.value.type.base.unit ?? Unit.none })
    return units.count == 1 ? units.first ?? .none : .none
  }

  private func words(_ unit: Unit) -> String { unit == .none ? "plain numbers" : "\(unit)" }

  // MARK: permit

  /// Label → members whose conditions it may enter; empty: any.
  private func permits(
    _ clauses: [ClauseSyntax], _ turns: [CheckedTurn], bounds: ClauseSyntax?
  ) -> [String: [String]]? {
    var permits: [String: [String]] = [:]
    var everywhere: Set<String> = []
    let known =
      turns.filter { $0.turn.condition != nil }.flatMap { $0.members.map(\.name) }
      + (bounds?.names.map(\.dotted) ?? [])
    for clause in clauses {
      guard let label = clause.label?.text else { continue }
      if clause.names.isEmpty { everywhere.insert(label) }
      for name in clause.names {
        guard known.contains(name.dotted) else {
          report(SemanticError.unknownPermit(name.span, name.dotted, known: known.sorted()))
          return nil
        }
        permits[label, default: []].append(name.dotted)
      }
    }
    for label in everywhere { permits[label] = [] }
    return permits
  }

  /// Law 4 where labels enter by conditions.
  private func mayEnter(
    _ turns: [CheckedTurn], _ permits: [String: [String]], _ declaration: Declaration
  ) -> Bool {
    for turn in turns {
      guard let condition = turn.turn.condition, let first = turn.members.first else { continue }
      let permitted = permits.mapValues { places in
        places.isEmpty || turn.members.contains { places.contains($0.name) }
          ? [] : ["nowhere else"]
      }
      checkLabels(
        of: condition, entering: first.name, noun: "the condition of `\(first.name)`",
        permits: permitted, policy: declaration.nameSpan)
    }
    return true
  }
}
